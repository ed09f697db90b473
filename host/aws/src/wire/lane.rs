//! What is remembered of a service in one account and region.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use equivalent::Equivalent;
use moka::sync::Cache;

use super::breaker::Breaker;
use crate::account::AccountId;
use crate::retry::RetryQuota;

/// Retry quota, circuit breaker and clock skew of a service in one account and region: a service that is down
/// there says nothing about the others.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) region: Arc<str>,
    pub(super) quota: RetryQuota,
    pub(super) breaker: Breaker,
    /// How many seconds its clock is ahead of ours.
    skew: AtomicI64,
}

impl Lane {
    fn new(region: &str) -> Self {
        Self {
            region: region.into(),
            quota: RetryQuota::default(),
            breaker: Breaker::default(),
            skew: AtomicI64::new(0),
        }
    }

    pub(super) fn skew(&self) -> i64 {
        self.skew.load(Ordering::Relaxed)
    }

    pub(super) fn set_skew(&self, seconds: i64) {
        self.skew.store(seconds, Ordering::Relaxed);
    }
}

/// The lanes in use.
#[derive(Debug)]
pub(super) struct Lanes(Cache<Key, Arc<Lane>>);

/// Without an account: that of the base credentials.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    account: Option<AccountId>,
    region: Box<str>,
    service: Box<str>,
}

/// A key that owns nothing, since every request looks its lane up. Hashes as [`Key`] does.
#[derive(Hash)]
struct Borrowed<'a> {
    account: Option<AccountId>,
    region: &'a str,
    service: &'a str,
}

impl Equivalent<Key> for Borrowed<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.account == key.account && *self.region == *key.region && *self.service == *key.service
    }
}

impl Default for Lanes {
    fn default() -> Self {
        // Forgetting one costs nothing but its memory of failures.
        Self(Cache::new(10_000))
    }
}

impl Lanes {
    /// The lane of an account, or of the base credentials.
    pub(super) fn get(&self, account: Option<AccountId>, region: &str, service: &str) -> Arc<Lane> {
        self.0.get(&Borrowed { account, region, service }).unwrap_or_else(|| {
            let key = Key { account, region: region.into(), service: service.into() };
            self.0.get_with(key, || Arc::new(Lane::new(region)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_lane_is_found_again() {
        let lanes = Lanes::default();
        let account = "111111111111".parse().ok();
        let lane = lanes.get(account, "eu-west-1", "ec2");
        assert!(lanes.0.get(&Borrowed { account, region: "eu-west-1", service: "ec2" }).is_some());
        assert!(Arc::ptr_eq(&lane, &lanes.get(account, "eu-west-1", "ec2")));
        for other in [
            lanes.get(None, "eu-west-1", "ec2"),
            lanes.get(account, "eu-west-2", "ec2"),
            lanes.get(account, "eu-west-1", "s3"),
        ] {
            assert!(!Arc::ptr_eq(&lane, &other));
        }
    }
}
