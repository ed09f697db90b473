//! Waiting for one's turn at a rate.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use super::adaptive::Adaptive;
use super::bucket::Bucket;
use crate::line::{Line, Ticket};
use crate::principal::{CallId, Principal};

/// Requests a second: one in a quarter of an hour.
const SLOWEST: f64 = 0.001;

/// Lets requests through at a rate: a fixed one, or one that it learns.
///
/// Callers take turns, and the calls of a caller do. A turn that would not come before the deadline is told at
/// once.
#[derive(Debug)]
pub(crate) struct Gate {
    began: Instant,
    state: Mutex<State>,
    /// The rate has changed while somebody waits.
    changed: Notify,
}

#[derive(Debug)]
struct State {
    bucket: Bucket,
    /// None: the rate is fixed.
    adaptive: Option<Adaptive>,
    line: Line<Waiter>,
    /// The latest turn of those that wait.
    callers: HashMap<Arc<str>, u64>,
    calls: HashMap<CallId, u64>,
    turns: u64,
    /// A task hands out turns as they come.
    served: bool,
}

#[derive(Debug)]
struct Waiter {
    caller: Arc<str>,
    turn: oneshot::Sender<()>,
}

/// A turn that does not come in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Late {
    /// So many are before it.
    pub(crate) ahead: usize,
    /// Requests a second, now.
    pub(crate) rate: f64,
    /// What is left until the deadline.
    pub(crate) left: Duration,
}

impl Gate {
    /// So many requests a second, and at once as many as come in half a second.
    pub(crate) fn fixed(per_second: f64) -> Self {
        let per_second = per_second.max(SLOWEST);
        Self::new(Bucket::new(per_second, (per_second / 2.0).max(1.0), true), None)
    }

    /// Open until an answer throttles, and then for a while at the rate that the service bears.
    pub(crate) fn adaptive() -> Self {
        Self::new(Adaptive::bucket(), Some(Adaptive::default()))
    }

    fn new(bucket: Bucket, adaptive: Option<Adaptive>) -> Self {
        let state = State {
            bucket,
            adaptive,
            line: Line::default(),
            callers: HashMap::new(),
            calls: HashMap::new(),
            turns: 0,
            served: false,
        };
        Self { began: Instant::now(), state: Mutex::new(state), changed: Notify::new() }
    }

    /// Waits for a turn; tells whether there was one to wait for. Dropping the future leaves the line, and loses no
    /// turn.
    pub(crate) async fn pass(
        self: &Arc<Self>,
        principal: &Principal,
        deadline: Instant,
    ) -> Result<bool, Late> {
        let (ticket, mut turn) = {
            let mut state = self.lock();
            let now = self.now();
            if !state.is_on(now) {
                return Ok(false);
            }
            if state.line.is_empty() && state.bucket.take(now) {
                return Ok(true);
            }
            let ahead = state.line.ahead(principal);
            if let Some(late) = state.late(ahead, now, self.at(deadline)) {
                return Err(late);
            }
            let (sender, receiver) = oneshot::channel();
            let waiter = Waiter { caller: principal.caller.clone(), turn: sender };
            let ticket = state.line.join(principal, waiter);
            if !state.served {
                state.served = true;
                tokio::spawn(Server { gate: self.clone(), done: false }.run());
            }
            (ticket, receiver)
        };
        let mut place = Place { gate: self, ticket, turn: false };
        if tokio::time::timeout_at(deadline, &mut turn).await.is_err() {
            return Err(Late { ahead: 0, rate: self.lock().bucket.rate(), left: Duration::ZERO });
        }
        place.turn = true;
        Ok(true)
    }

    /// Whether turns are to be waited for.
    pub(crate) fn is_on(&self) -> bool {
        self.lock().is_on(self.now())
    }

    /// A request is sent.
    pub(crate) fn sends(&self) {
        let now = self.now();
        if let Some(adaptive) = &mut self.lock().adaptive {
            adaptive.sends(now);
        }
    }

    /// What was sent then was answered, or failed: the rate is adapted to it.
    pub(crate) fn answered(&self, sent: Instant, throttled: bool) {
        let now = self.now();
        let mut state = self.lock();
        let State { bucket, adaptive: Some(adaptive), line, .. } = &mut *state else { return };
        adaptive.answered(self.at(sent), now, throttled, bucket);
        if !line.is_empty() {
            self.changed.notify_one();
        }
    }

    fn now(&self) -> f64 {
        self.at(Instant::now())
    }

    fn at(&self, time: Instant) -> f64 {
        time.saturating_duration_since(self.began).as_secs_f64()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way; what is there is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_on(&self, now: f64) -> bool {
        self.adaptive.as_ref().is_none_or(|adaptive| adaptive.is_on(now))
    }

    /// Whether so many turns and one more are certain not to come before the deadline.
    fn late(&mut self, ahead: usize, now: f64, deadline: f64) -> Option<Late> {
        let left = (deadline - now).max(0.0);
        let come = match &self.adaptive {
            Some(adaptive) => adaptive.at_best(now, deadline.max(now)),
            None => self.bucket.rate() * left,
        };
        let enough = self.bucket.tokens(now) + come >= ahead as f64 + 1.0;
        let left = Duration::from_secs_f64(left);
        (!enough).then(|| Late { ahead, rate: self.bucket.rate(), left })
    }

    /// Hands out the turns that there are; tells how long until the next, if anybody waits for it.
    fn serve(&mut self, now: f64) -> Option<Duration> {
        loop {
            let rank =
                |caller: &str, call| (self.callers.get(caller).copied(), self.calls.get(&call).copied());
            let Some(ticket) = self.line.next(rank, |_| true) else {
                // Who comes later is as good as new.
                self.callers.clear();
                self.calls.clear();
                return None;
            };
            if !self.bucket.take(now) {
                return Some(Duration::from_secs_f64(self.bucket.wait(now)));
            }
            self.turns += 1;
            if let Some(Waiter { caller, turn }) = self.line.leave(ticket) {
                self.callers.insert(caller, self.turns);
                self.calls.insert(ticket.call(), self.turns);
                // Whoever has gone meanwhile gives the turn back itself.
                let _ = turn.send(());
            }
        }
    }
}

/// Hands out turns as long as anybody waits. A task of its own, since those that wait belong to plugins, which may
/// compute for long and do not owe each other anything.
struct Server {
    gate: Arc<Gate>,
    done: bool,
}

impl Server {
    async fn run(mut self) {
        loop {
            let wait = {
                let mut state = self.gate.lock();
                let wait = state.serve(self.gate.now());
                self.done = wait.is_none();
                state.served = !self.done;
                wait
            };
            let Some(wait) = wait else { return };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.gate.changed.notified() => {}
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The runtime ends before the line does: the next one who waits starts another.
        if !self.done {
            self.gate.lock().served = false;
        }
    }
}

/// A place in the line, left when dropped.
struct Place<'a> {
    gate: &'a Gate,
    ticket: Ticket,
    turn: bool,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.lock();
        if state.line.leave(self.ticket).is_none() && !self.turn {
            // It was called, and does not come.
            state.bucket.give_back();
        }
    }
}

#[cfg(test)]
mod tests;
