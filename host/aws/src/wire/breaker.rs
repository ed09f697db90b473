//! A circuit breaker: a service that cannot be reached costs one time-out, not one for each request.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::error::Error;

/// So many failures in a row open it: as many as the attempts of one request.
const FAILURES: u32 = 3;

/// Whoever answered within so long is not given up for one connection that did not come about.
const TRUST: Duration = Duration::from_secs(60);

/// After opening nothing is sent for so long; doubled by every probe that fails, up to the longest.
const COOL_DOWN: Duration = Duration::from_secs(5);
const LONGEST_COOL_DOWN: Duration = Duration::from_secs(60);

/// Closed it lets everything through; open nothing; and after a cool-down one request, the probe, which closes it
/// or opens it anew.
///
/// What opens it are connections that do not come about and answers that do not begin in time, never what a
/// service answers, errors included. An answer to a request that was already on its way closes it as well.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    state: Mutex<State>,
    opened: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// When an answer last came.
    answered: Option<Instant>,
    /// In a row, without an answer between them.
    failures: u32,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    reason: String,
    failed: Instant,
    /// When a probe may go.
    again: Instant,
    cool_down: Duration,
    probing: bool,
}

/// How a request came to no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// No connection came about within the time for it.
    ConnectTimedOut,
    /// No connection came about: nobody listens, or there is no such name.
    NotConnected,
    /// Nothing came back in time.
    TimedOut,
}

/// Why a request is not sent now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    reason: String,
    /// Since the failure.
    since: Duration,
    /// Until the next probe; nothing while one is on its way.
    again: Option<Duration>,
}

/// One request that was let through. Dropped without an outcome it says nothing about the service.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    breaker: &'a Breaker,
    begun: Instant,
    probe: bool,
}

impl Breaker {
    /// Lets a request through, or not.
    pub(super) fn enter(&self) -> Result<Pass<'_>, Refusal> {
        let begun = Instant::now();
        let mut state = self.lock();
        if let Some(refusal) = state.refusal(begun) {
            return Err(refusal);
        }
        let probe = match &mut state.open {
            Some(open) => {
                open.probing = true;
                true
            }
            None => false,
        };
        Ok(Pass { breaker: self, begun, probe })
    }

    /// Why nothing is sent now, if that is so.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        self.lock().refusal(Instant::now())
    }

    /// Waits until nothing is sent any more.
    pub(super) async fn refused(&self) -> Refusal {
        loop {
            let mut opened = std::pin::pin!(self.opened.notified());
            opened.as_mut().enable();
            if let Some(refusal) = self.refusal() {
                return refusal;
            }
            opened.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way; what is there is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn refusal(&self, now: Instant) -> Option<Refusal> {
        let open = self.open.as_ref()?;
        if now >= open.again && !open.probing {
            return None;
        }
        let again = (!open.probing).then(|| open.again - now);
        Some(Refusal { reason: open.reason.clone(), since: now - open.failed, again })
    }
}

impl Pass<'_> {
    /// Something came back, an error perhaps.
    pub(super) fn answered(self) {
        let mut state = self.breaker.lock();
        state.answered = Some(Instant::now());
        state.failures = 0;
        state.open = None;
    }

    /// Nothing came back. Tells for how long nothing is sent, if this opened it.
    pub(super) fn unanswered(self, how: Unanswered, reason: &str) -> Option<Duration> {
        let now = Instant::now();
        let mut state = self.breaker.lock();
        if !self.probe && (state.open.is_some() || state.answered.is_some_and(|at| at > self.begun)) {
            // It is known already, or others were answered since: then it was this request's own trouble.
            return None;
        }
        state.failures += 1;
        let trusted = state.answered.is_some_and(|at| now - at < TRUST);
        let opens =
            self.probe || state.failures >= FAILURES || (how == Unanswered::ConnectTimedOut && !trusted);
        if !opens {
            return None;
        }
        let cool_down = match &state.open {
            Some(open) => (open.cool_down * 2).min(LONGEST_COOL_DOWN),
            None => COOL_DOWN,
        };
        let (reason, again) = (reason.to_owned(), now + cool_down);
        state.open = Some(Open { reason, failed: now, again, cool_down, probing: false });
        drop(state);
        self.breaker.opened.notify_waiters();
        Some(cool_down)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.probe
            && let Some(open) = &mut self.breaker.lock().open
            && open.probing
        {
            // Without an outcome: the next one is the probe.
            open.probing = false;
        }
    }
}

impl Refusal {
    pub(super) fn into_error(self, service: &str, region: &str) -> Error {
        Error::Unavailable {
            service: service.to_owned(),
            region: region.to_owned(),
            reason: self.reason,
            since: self.since,
            again: self.again,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use tokio::time::{advance, sleep};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn fail(breaker: &Breaker, how: Unanswered) {
        breaker.enter().unwrap().unanswered(how, "no connection");
    }

    #[tokio::test(start_paused = true)]
    async fn who_never_answered_is_given_up_after_one_connection_that_timed_out() {
        let breaker = Breaker::default();
        fail(&breaker, Unanswered::ConnectTimedOut);
        advance(SECOND).await;
        let refusal = breaker.enter().unwrap_err();
        let again = Some(4 * SECOND);
        assert_eq!(refusal, Refusal { reason: "no connection".to_owned(), since: SECOND, again });
        let error = refusal.into_error("ec2", "eu-west-9");
        assert!(error.is_retryable());
        assert_eq!(
            error.to_string(),
            "ec2 in eu-west-9 did not answer 1.0 s ago: no connection; nothing was sent, it is tried again in 4.0 s"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn three_failures_in_a_row_open_it_and_an_answer_between_them_does_not_count() {
        for how in [Unanswered::NotConnected, Unanswered::TimedOut] {
            let breaker = Breaker::default();
            fail(&breaker, how);
            fail(&breaker, how);
            breaker.enter().unwrap().answered();
            fail(&breaker, Unanswered::ConnectTimedOut);
            fail(&breaker, how);
            assert!(breaker.refusal().is_none(), "it has answered a moment ago");
            fail(&breaker, how);
            assert!(breaker.refusal().is_some());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn trust_is_lost_with_time() {
        let breaker = Breaker::default();
        breaker.enter().unwrap().answered();
        advance(TRUST).await;
        fail(&breaker, Unanswered::ConnectTimedOut);
        assert!(breaker.refusal().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn after_the_cool_down_one_probe_goes_through() {
        let breaker = Breaker::default();
        fail(&breaker, Unanswered::ConnectTimedOut);
        for cool_down in [5, 10, 20, 40, 60, 60] {
            advance(Duration::from_secs(cool_down) - Duration::from_millis(1)).await;
            assert!(breaker.enter().is_err());
            advance(Duration::from_millis(1)).await;
            let probe = breaker.enter().unwrap();
            assert_eq!(breaker.enter().unwrap_err().again, None, "one alone");
            probe.unanswered(Unanswered::TimedOut, "still nothing");
        }
        advance(60 * SECOND).await;
        breaker.enter().unwrap().answered();
        assert!(breaker.enter().is_ok() && breaker.refusal().is_none());
        fail(&breaker, Unanswered::TimedOut);
        assert!(breaker.refusal().is_none(), "it begins anew");
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_probe_hands_over_to_the_next() {
        let breaker = Breaker::default();
        fail(&breaker, Unanswered::ConnectTimedOut);
        advance(5 * SECOND).await;
        drop(breaker.enter().unwrap());
        let probe = breaker.enter().unwrap();
        assert!(breaker.enter().is_err());
        probe.answered();
        assert!(breaker.enter().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_wait_are_told_at_once() {
        let breaker = Breaker::default();
        let first = breaker.enter().unwrap();
        let told = async {
            let refusal = breaker.refused().await;
            (Instant::now(), refusal.reason)
        };
        let start = Instant::now();
        let fails = async {
            sleep(SECOND).await;
            first.unanswered(Unanswered::ConnectTimedOut, "no connection");
        };
        let ((at, reason), ()) = tokio::join!(told, fails);
        assert_eq!((at - start, &*reason), (SECOND, "no connection"));
        assert!(breaker.refused().now_or_never().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn what_began_before_an_answer_is_no_evidence_and_a_late_answer_is() {
        let breaker = Breaker::default();
        let old: Vec<_> = (0..5).map(|_| breaker.enter().unwrap()).collect();
        advance(SECOND).await;
        breaker.enter().unwrap().answered();
        old.into_iter().for_each(|pass| {
            pass.unanswered(Unanswered::TimedOut, "slow");
        });
        assert!(breaker.refusal().is_none());

        let late = breaker.enter().unwrap();
        (0..3).for_each(|_| fail(&breaker, Unanswered::NotConnected));
        assert!(breaker.refusal().is_some());
        late.answered();
        assert!(breaker.refusal().is_none());
    }
}
