//! The retry quota: a service that is down is not stormed by retries.

use std::sync::atomic::{AtomicU32, Ordering};

use super::Kind;

/// Retries cost tokens, successes bring them back. Without tokens nothing is tried again.
#[derive(Debug)]
pub(crate) struct RetryQuota(AtomicU32);

impl Default for RetryQuota {
    fn default() -> Self {
        Self(AtomicU32::new(Self::CAPACITY))
    }
}

impl RetryQuota {
    const CAPACITY: u32 = 500;

    /// Whoever is throttled waits longer before a retry, so that one costs less.
    pub(super) fn cost(kind: Kind) -> u32 {
        if kind == Kind::Throttled { 5 } else { 14 }
    }

    pub(super) fn take(&self, cost: u32) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| tokens.checked_sub(cost)).is_ok()
    }

    pub(super) fn give(&self, tokens: u32) {
        if self.left() < Self::CAPACITY {
            let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |have| {
                Some((have + tokens).min(Self::CAPACITY))
            });
        }
    }

    pub(super) fn left(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    #[cfg(test)]
    pub(super) fn with(tokens: u32) -> Self {
        Self(AtomicU32::new(tokens))
    }
}
