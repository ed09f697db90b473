//! What is remembered of a service in one account and region.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use equivalent::Equivalent;
use moka::sync::Cache;
use tokio::time::Instant;

use super::breaker::Breaker;
use crate::account::AccountId;
use crate::principal::Principal;
use crate::rate::{Gate, Late, Limits};
use crate::retry::RetryQuota;

/// Rates, retry quota, circuit breaker and clock skew of a service in one account and region: a service that is
/// down there says nothing about the others.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) region: Arc<str>,
    pub(super) quota: RetryQuota,
    pub(super) breaker: Breaker,
    /// At the rate that the service bears.
    rate: Arc<Gate>,
    /// At the limits of its operations, by their numbers.
    limits: Mutex<HashMap<usize, Arc<Gate>>>,
    /// How many seconds its clock is ahead of ours.
    skew: AtomicI64,
}

impl Lane {
    fn new(region: &str) -> Self {
        Self {
            region: region.into(),
            quota: RetryQuota::default(),
            breaker: Breaker::default(),
            rate: Arc::new(Gate::adaptive()),
            limits: Mutex::default(),
            skew: AtomicI64::new(0),
        }
    }

    /// Waits for the limit of an operation, if there is one. The error says what holds it back.
    pub(super) async fn limited(
        &self,
        limits: &Limits,
        action: &str,
        principal: &Principal,
        deadline: Instant,
    ) -> Result<(), (Late, String)> {
        if let Some((number, limit)) = limits.of(action) {
            let gate = {
                let mut gates = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
                gates.entry(number).or_insert_with(|| Arc::new(Gate::fixed(limit.per_second))).clone()
            };
            let held_back = |late| (late, format!("the limit for `{}`", limit.operation));
            gate.pass(principal, deadline).await.map_err(held_back)?;
        }
        Ok(())
    }

    /// Waits until the service bears another request; tells whether there was anything to wait for.
    pub(super) async fn bears(
        &self,
        principal: &Principal,
        deadline: Instant,
    ) -> Result<bool, (Late, String)> {
        let held_back = |late| (late, "what AWS was seen to bear when it throttled".to_owned());
        self.rate.pass(principal, deadline).await.map_err(held_back)
    }

    /// Whether the service has throttled, not too long ago.
    pub(super) fn throttles(&self) -> bool {
        self.rate.is_on()
    }

    /// A request is sent now.
    pub(super) fn sends(&self) -> Instant {
        self.rate.sends();
        Instant::now()
    }

    /// Learns from the answer to what was sent then, or from there being none.
    pub(super) fn answered(&self, sent: Instant, throttled: bool) {
        self.rate.answered(sent, throttled);
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
