//! What is remembered of a service in one account and region.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use moka::sync::Cache;

use crate::retry::TokenBucket;

/// Retry tokens and clock skew of a service in one account and region: a service that is down there says
/// nothing about the others.
#[derive(Debug, Default)]
pub(super) struct Lane {
    pub(super) bucket: TokenBucket,
    /// How many seconds its clock is ahead of ours.
    skew: AtomicI64,
}

impl Lane {
    pub(super) fn skew(&self) -> i64 {
        self.skew.load(Ordering::Relaxed)
    }

    pub(super) fn set_skew(&self, seconds: i64) {
        self.skew.store(seconds, Ordering::Relaxed);
    }
}

/// The lanes in use.
#[derive(Debug)]
pub(super) struct Lanes(Cache<Box<str>, Arc<Lane>>);

impl Default for Lanes {
    fn default() -> Self {
        // Forgetting one costs nothing but its memory of failures.
        Self(Cache::new(10_000))
    }
}

impl Lanes {
    pub(super) fn get(&self, owner: &str, region: &str, service: &str) -> Arc<Lane> {
        self.0.get_with(format!("{owner} {region} {service}").into(), Arc::default)
    }
}
