//! Recent answers: who asks what was asked a moment ago gets the same answer, and many who ask at once send one
//! request.
//!
//! - Only what lists or reads is kept, never an operation that gives away secrets or data, and never an error.
//! - An answer belongs to its [`Question`]: all that decides it, the grant and the credentials included. The
//!   grant is checked before anybody looks here.
//! - An account's answers are forgotten when something in it is changed through this client.
//! - What is kept is compressed, and bounded by bytes; the least recently used goes first.

mod changes;
mod flight;
mod question;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use moka::ops::compute::Op;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use tokio::time::Instant;

pub(crate) use self::changes::Change;
use self::changes::Changes;
use self::flight::Flights;
pub(crate) use self::question::{Question, is_kept};
use crate::account::AccountId;
use crate::busy;
use crate::client::Response;
use crate::clock::Clock;
use crate::error::Error;
use crate::packed::Packed;

/// How long answers are kept, and how much of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheConfig {
    /// So long after it came, an answer is given again. Zero: every call asks AWS. Default 10 s.
    pub time_to_live: Duration,
    /// All that is kept takes so many bytes at most, compressed. Default 64 MiB.
    pub max_bytes: u64,
}

impl CacheConfig {
    /// Every call asks AWS.
    #[must_use]
    pub fn off() -> Self {
        Self { time_to_live: Duration::ZERO, ..Self::default() }
    }
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self { time_to_live: Duration::from_secs(10), max_bytes: 64 << 20 }
    }
}

/// The recent answers of one client.
pub(crate) struct Answers {
    time_to_live: Duration,
    clock: Clock,
    /// The longest pause before another attempt.
    longest_pause: Duration,
    kept: Cache<Arc<Question>, Arc<Kept>>,
    flights: Flights,
    changes: Changes,
    /// Numbers the requests in the order in which they were begun.
    begun: AtomicU64,
}

/// One answer.
struct Kept {
    output: Packed,
    truncated: bool,
    cursor: Option<Box<str>>,
    began: u64,
    came: SystemTime,
}

/// Nothing is kept longer, whatever the configuration says.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// About what an entry takes besides its texts.
const ENTRY: usize = 512;

impl Answers {
    /// `longest_pause` is the longest before another attempt of a request.
    pub(crate) fn new(config: CacheConfig, clock: Clock, longest_pause: Duration) -> Self {
        let size = |question: &Arc<Question>, kept: &Arc<Kept>| {
            let cursor = kept.cursor.as_ref().map_or(0, |cursor| cursor.len());
            let size = ENTRY + question.size() + kept.output.size() + cursor;
            u32::try_from(size).unwrap_or(u32::MAX)
        };
        // Its own clock cannot be set: it gives memory back, and ours decides. It takes no time beyond all reason.
        let kept = Cache::builder()
            .max_capacity(config.max_bytes)
            .weigher(size)
            .eviction_policy(EvictionPolicy::lru())
            .time_to_live(config.time_to_live.min(LONGEST))
            .build();
        Self {
            time_to_live: config.time_to_live,
            clock,
            longest_pause,
            kept,
            flights: Flights::default(),
            changes: Changes::default(),
            begun: AtomicU64::new(0),
        }
    }

    /// Whether anything is kept at all.
    pub(crate) fn is_on(&self) -> bool {
        !self.time_to_live.is_zero()
    }

    /// How often something in an account was changed: a part of every question to it.
    pub(crate) fn changes(&self, account: AccountId) -> u64 {
        self.changes.count(account)
    }

    /// Notes that something in an account may change until what is returned is dropped.
    pub(crate) fn change(&self, account: AccountId) -> Change<'_> {
        self.changes.begin(account)
    }

    /// The answer that is known; else that of the request that is on its way; else that of `ask`.
    ///
    /// Who waits for another's request goes on by themselves where that one is dropped, or fails for want of time.
    /// `fresh` asks in any case, also where a request is on its way, since that one may have been answered before
    /// the caller had a reason to ask anew.
    pub(crate) async fn get(
        &self,
        question: Question,
        fresh: bool,
        deadline: Instant,
        ask: impl Future<Output = Result<Response, Error>>,
    ) -> Result<Response, Error> {
        let question = Arc::new(question);
        if fresh {
            let began = self.begin();
            let response = ask.await?;
            self.keep(question, began, &response);
            return Ok(response);
        }
        if let Some(known) = self.known(&question) {
            return Ok(known);
        }
        let passenger = self.flights.board(question.clone());
        let turn = passenger.turn().await;
        if let Some(outcome) = passenger.outcome() {
            return outcome.map(Arc::unwrap_or_clone);
        }
        // The flight before this one may have landed meanwhile.
        if let Some(known) = self.known(&question) {
            return Ok(known);
        }
        let began = self.begin();
        match ask.await {
            Ok(response) => {
                self.keep(question, began, &response);
                let response = Arc::new(response);
                passenger.land(Ok(response.clone()));
                drop(turn);
                drop(passenger);
                // Nobody else's, unless somebody waited for it.
                Ok(Arc::unwrap_or_clone(response))
            }
            Err(error) => {
                if !(error.is_retryable() && self.is_late(deadline)) {
                    passenger.land(Err(error.clone()));
                }
                Err(error)
            }
        }
    }

    /// Whether another attempt may have been given up for this deadline.
    fn is_late(&self, deadline: Instant) -> bool {
        Instant::now() + self.longest_pause >= deadline
    }

    fn begin(&self) -> u64 {
        self.begun.fetch_add(1, Ordering::Relaxed)
    }

    fn known(&self, question: &Question) -> Option<Response> {
        let kept = self.kept.get(question)?;
        // A clock that was set back says nothing about the age.
        let age = self.clock.now().duration_since(kept.came).ok()?;
        if age >= self.time_to_live {
            return None;
        }
        tracing::debug!(milliseconds = age.as_millis(), "answered before");
        Some(Response {
            output: busy::work_on(kept.output.length(), || kept.output.text())?,
            truncated: kept.truncated,
            cursor: kept.cursor.as_deref().map(str::to_owned),
        })
    }

    /// Keeps an answer, unless that of a request that was begun later is there already.
    fn keep(&self, question: Arc<Question>, began: u64, response: &Response) {
        let kept = Arc::new(Kept {
            output: busy::work_on(response.output.len(), || Packed::new(&response.output)),
            truncated: response.truncated,
            cursor: response.cursor.as_deref().map(Into::into),
            began,
            came: self.clock.now(),
        });
        self.kept.entry(question).and_compute_with(|known| match known {
            Some(known) if known.value().began > began => Op::Nop,
            _ => Op::Put(kept),
        });
        // At once, not by and by: answers may be large.
        self.kept.run_pending_tasks();
    }
}

#[cfg(test)]
mod tests;
