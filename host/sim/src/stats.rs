//! What has been asked so far, and who has gone away: for tests to look at and to wait for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// An operation in an account and a region.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The account that the credentials act in; empty where they were not accepted.
    pub account: String,
    /// The region in the signature; empty where there was none.
    pub region: String,
    /// The SDK name of the service; empty where it could not be told.
    pub service: String,
    /// The operation; empty where it could not be told.
    pub operation: String,
}

/// What became of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Requests that arrived whole.
    pub requests: u64,
    /// Answered with the operation's output.
    pub succeeded: u64,
    /// Answered with an error, throttles among them.
    pub failed: u64,
    /// Answered with the protocol's throttling error.
    pub throttled: u64,
    /// Not answered, or not as HTTP has it: by a fault that was asked for.
    pub broken: u64,
    /// Given up by the client before the answer was through.
    pub aborted: u64,
    /// At work now.
    pub in_flight: u64,
}

/// All that a simulator has counted.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// By operation, account and region.
    pub places: BTreeMap<Place, Counters>,
    /// Requests at work now.
    pub in_flight: u64,
    /// The most that were at work at once.
    pub peak_in_flight: u64,
    /// Connections accepted so far.
    pub connections: u64,
    /// Connections that are open.
    pub open_connections: u64,
}

impl Stats {
    /// The sum over all places for which the condition holds.
    pub fn sum(&self, mut condition: impl FnMut(&Place) -> bool) -> Counters {
        let mut sum = Counters::default();
        for (_, counters) in self.places.iter().filter(|(place, _)| condition(place)) {
            sum.requests += counters.requests;
            sum.succeeded += counters.succeeded;
            sum.failed += counters.failed;
            sum.throttled += counters.throttled;
            sum.broken += counters.broken;
            sum.aborted += counters.aborted;
            sum.in_flight += counters.in_flight;
        }
        sum
    }

    /// The sum over all places.
    #[must_use]
    pub fn total(&self) -> Counters {
        self.sum(|_| true)
    }

    /// The sum over all accounts and regions of one operation.
    #[must_use]
    pub fn operation(&self, service: &str, operation: &str) -> Counters {
        self.sum(|place| place.service == service && place.operation == operation)
    }
}

/// The counters, and those who wait for them.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    stats: Mutex<Stats>,
    changed: Notify,
}

/// What became of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Succeeded,
    Failed { throttled: bool },
    Broken,
}

impl Ledger {
    fn lock(&self) -> MutexGuard<'_, Stats> {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Stats) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.notify_waiters();
        result
    }

    pub(crate) fn snapshot(&self) -> Stats {
        self.lock().clone()
    }

    pub(crate) fn reset(&self) {
        self.change(|stats| {
            stats.peak_in_flight = stats.in_flight;
            stats.connections = stats.open_connections;
            stats.places.retain(|_, counters| counters.in_flight > 0);
            for counters in stats.places.values_mut() {
                *counters = Counters {
                    requests: counters.in_flight,
                    in_flight: counters.in_flight,
                    ..Counters::default()
                };
            }
        });
    }

    /// Waits until a condition holds.
    pub(crate) async fn wait_until(&self, mut condition: impl FnMut(&Stats) -> bool) {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            // Registered before the look, so that no change in between is lost.
            changed.as_mut().enable();
            if condition(&self.lock()) {
                return;
            }
            changed.await;
        }
    }

    pub(crate) fn connected(self: &Arc<Self>) -> Connected {
        self.change(|stats| {
            stats.connections += 1;
            stats.open_connections += 1;
        });
        Connected(Arc::clone(self))
    }

    /// Counts a request that has arrived.
    pub(crate) fn arrived(self: &Arc<Self>, place: Place) -> InFlight {
        self.change(|stats| {
            stats.in_flight += 1;
            stats.peak_in_flight = stats.peak_in_flight.max(stats.in_flight);
            let counters = stats.places.entry(place.clone()).or_default();
            counters.requests += 1;
            counters.in_flight += 1;
        });
        InFlight { ledger: Arc::clone(self), place, outcome: None, done: false }
    }
}

/// An open connection.
#[derive(Debug)]
pub(crate) struct Connected(Arc<Ledger>);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.change(|stats| stats.open_connections -= 1);
    }
}

/// A request at work. Dropped before [`done`](Self::done), it counts as given up by the client.
#[derive(Debug)]
pub(crate) struct InFlight {
    ledger: Arc<Ledger>,
    place: Place,
    outcome: Option<Outcome>,
    done: bool,
}

impl InFlight {
    /// Sets what it will count as once it is through.
    pub(crate) fn outcome(&mut self, outcome: Outcome) {
        self.outcome = Some(outcome);
    }

    /// The answer is through, as far as it goes.
    pub(crate) fn done(&mut self) {
        self.done = true;
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let outcome = self.outcome.filter(|_| self.done);
        self.ledger.change(|stats| {
            stats.in_flight -= 1;
            let counters = stats.places.entry(std::mem::take(&mut self.place)).or_default();
            counters.in_flight -= 1;
            match outcome {
                Some(Outcome::Succeeded) => counters.succeeded += 1,
                Some(Outcome::Failed { throttled }) => {
                    counters.failed += 1;
                    counters.throttled += u64::from(throttled);
                }
                Some(Outcome::Broken) => counters.broken += 1,
                None => counters.aborted += 1,
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_that_is_dropped_counts_as_aborted() {
        let ledger = Arc::new(Ledger::default());
        let place = Place { service: "ec2".to_owned(), ..Place::default() };
        let mut first = ledger.arrived(place.clone());
        let second = ledger.arrived(place.clone());
        assert_eq!(ledger.snapshot().peak_in_flight, 2);
        let waiting = Arc::clone(&ledger);
        let waiter =
            tokio::spawn(async move { waiting.wait_until(|stats| stats.total().aborted == 1).await });
        first.outcome(Outcome::Succeeded);
        first.done();
        drop(first);
        drop(second);
        waiter.await.unwrap();
        let total = ledger.snapshot().total();
        assert_eq!((total.requests, total.succeeded, total.aborted, total.in_flight), (2, 1, 1, 0));
    }
}
