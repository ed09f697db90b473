//! What goes wrong on purpose: latency, throttling, errors, and connections that break.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::stats::Place;

/// Something that goes wrong with some requests.
///
/// ```
/// use std::time::Duration;
/// use tollgate_sim::{Effect, Fault};
///
/// // Every third DescribeInstances in eu-west-1 is throttled, and everything there is slow.
/// let faults = vec![
///     Fault::new(Effect::Latency(Duration::from_millis(50))).region("eu-west-1"),
///     Fault::new(Effect::Throttle).region("eu-west-1").operation("ec2", "DescribeInstances").every(3),
/// ];
/// # assert_eq!(faults.len(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    account: Option<String>,
    region: Option<String>,
    service: Option<String>,
    operation: Option<String>,
    when: When,
    effect: Effect,
    /// How many requests have matched; shared by the clones, so that a fault counts once.
    seen: Arc<AtomicU64>,
}

/// What happens to the request.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// It is answered so much later. Several latencies add up.
    Latency(Duration),
    /// It is answered with the protocol's throttling error.
    Throttle,
    /// It is answered with an error.
    Error {
        /// The HTTP status.
        status: u16,
        /// The error code, in the form of the protocol.
        code: String,
        /// The text.
        message: String,
    },
    /// The connection is reset instead of an answer.
    Reset,
    /// Half of the answer's body comes, and then nothing more.
    Stall,
    /// The connection closes after half of the answer's body.
    Truncate,
    /// Status 200, and a body that is nothing known.
    Garbage,
    /// It is never answered; the connection stays open.
    Hang,
}

/// Which of the matching requests it hits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum When {
    #[default]
    Always,
    Every(u64),
    First(u64),
    Probability {
        chance: f64,
        seed: u64,
    },
}

impl Fault {
    /// A fault that hits every request, until it is narrowed.
    #[must_use]
    pub fn new(effect: Effect) -> Self {
        Self {
            account: None,
            region: None,
            service: None,
            operation: None,
            when: When::Always,
            effect,
            seen: Arc::default(),
        }
    }

    /// Only in the account of this id.
    #[must_use]
    pub fn account(mut self, id: impl Into<String>) -> Self {
        self.account = Some(id.into());
        self
    }

    /// Only in this region.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Only at this service, by its SDK name.
    #[must_use]
    pub fn service(mut self, service: impl Into<String>) -> Self {
        self.service = Some(service.into());
        self
    }

    /// Only at this operation of this service.
    #[must_use]
    pub fn operation(mut self, service: impl Into<String>, operation: impl Into<String>) -> Self {
        self.service = Some(service.into());
        self.operation = Some(operation.into());
        self
    }

    /// Only every nth of the matching requests: the nth, the 2nth and so on. 0 counts as 1.
    #[must_use]
    pub fn every(mut self, nth: u64) -> Self {
        self.when = When::Every(nth.max(1));
        self
    }

    /// Only the first so many of the matching requests.
    #[must_use]
    pub fn first(mut self, count: u64) -> Self {
        self.when = When::First(count);
        self
    }

    /// Each of the matching requests with this chance (0 to 1); the same ones for the same seed.
    #[must_use]
    pub fn probability(mut self, chance: f64, seed: u64) -> Self {
        self.when = When::Probability { chance, seed };
        self
    }

    fn matches(&self, place: &Place) -> bool {
        let same = |expected: &Option<String>, given: &str| {
            expected.as_deref().is_none_or(|expected| expected == given)
        };
        same(&self.account, &place.account)
            && same(&self.region, &place.region)
            && same(&self.service, &place.service)
            && same(&self.operation, &place.operation)
    }

    /// Whether it hits this request, which is counted if it matches.
    fn hits(&self, place: &Place) -> bool {
        if !self.matches(place) {
            return false;
        }
        let number = self.seen.fetch_add(1, Ordering::Relaxed);
        match self.when {
            When::Always => true,
            When::Every(nth) => (number + 1).is_multiple_of(nth),
            When::First(count) => number < count,
            When::Probability { chance, seed } => fastrand::Rng::with_seed(seed ^ number).f64() < chance,
        }
    }
}

/// What is to happen to one request.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) latency: Duration,
    /// The first effect that is not a latency.
    pub(crate) effect: Option<Effect>,
}

/// The faults in force.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Arc<Vec<Fault>>>);

impl Faults {
    pub(crate) fn set(&self, faults: Vec<Fault>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(faults);
    }

    pub(crate) fn judge(&self, place: &Place) -> Verdict {
        let faults = Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut verdict = Verdict::default();
        for fault in faults.iter().filter(|fault| fault.hits(place)) {
            match &fault.effect {
                Effect::Latency(latency) => verdict.latency += *latency,
                effect if verdict.effect.is_none() => verdict.effect = Some(effect.clone()),
                _ => {}
            }
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(fault: &Fault, place: &Place, times: usize) -> Vec<bool> {
        (0..times).map(|_| fault.hits(place)).collect()
    }

    #[test]
    fn faults_hit_what_they_match_and_when() {
        let place = Place { region: "eu-west-1".to_owned(), service: "ec2".to_owned(), ..Place::default() };
        let other = Place { region: "us-east-1".to_owned(), ..place.clone() };
        let third = Fault::new(Effect::Throttle).region("eu-west-1").every(3);
        assert_eq!(hit(&third, &other, 3), [false; 3]);
        assert_eq!(hit(&third, &place, 6), [false, false, true, false, false, true]);
        assert_eq!(hit(&Fault::new(Effect::Reset).first(2), &place, 3), [true, true, false]);
        let chance = || hit(&Fault::new(Effect::Reset).probability(0.5, 7), &place, 100);
        assert_eq!(chance(), chance());
        let hits = chance().iter().filter(|hit| **hit).count();
        assert!((30..70).contains(&hits), "{hits}");
    }

    #[test]
    fn latencies_add_up_and_the_first_effect_wins() {
        let faults = Faults::default();
        let slow = Fault::new(Effect::Latency(Duration::from_millis(20)));
        faults.set(vec![slow.clone(), Fault::new(Effect::Reset), slow, Fault::new(Effect::Garbage)]);
        let verdict = faults.judge(&Place::default());
        assert_eq!(verdict, Verdict { latency: Duration::from_millis(40), effect: Some(Effect::Reset) });
    }
}
