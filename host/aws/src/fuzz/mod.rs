//! Fuzzing: everything that reads what others wrote gets valid inputs, and what damage makes of them.
//!
//! A run is bounded and always the same. `cargo xtask fuzz --minutes N` goes on for longer, from another seed
//! each time. What must hold: no panic, no overflow of a stack of 2 MiB, memory and work by the length of the input,
//! and outputs that are what they claim to be. Work is counted in allocations, which no other load on the
//! machine changes.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what was done, and what failed")]

mod cursors;
mod decoders;
mod endpoints;
mod inputs;
mod make;
mod mutate;
mod select;
mod wire;

use std::time::{Duration, Instant};

use allocation_counter::{AllocationInfo, measure};
use fastrand::Rng;

/// How long to go on, for each target.
const MINUTES: &str = "TOLLGATE_FUZZ_MINUTES";
/// Where to begin; the number of a case that failed begins with it.
const SEED: &str = "TOLLGATE_FUZZ_SEED";

/// What an input may cost.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    /// Bytes at once for each byte of the input.
    bytes: u64,
    /// Allocations for each byte of the input.
    allocations: u64,
    /// Bytes at once, whatever the input; a hundredth as many allocations.
    base: u64,
}

/// What the cases of a target did.
#[derive(Debug, Default)]
struct Tally {
    /// How many cases passed through to a result, and how many were refused.
    accepted: u64,
    refused: u64,
    bytes: u64,
    /// The most that a larger input took at once, for each of its bytes.
    memory: u64,
}

impl Tally {
    /// Runs a step on an input of that length, and checks what it cost.
    fn bounded<T>(&mut self, length: usize, bounds: Bounds, step: impl FnOnce() -> T) -> T {
        let mut result = None;
        let AllocationInfo { bytes_max, count_total, .. } = measure(|| result = Some(step()));
        let length = length as u64;
        assert!(bytes_max <= bounds.base + bounds.bytes * length, "{bytes_max} bytes at once for {length}");
        let allocations = bounds.base / 100 + bounds.allocations * length;
        assert!(count_total <= allocations, "{count_total} allocations for {length} bytes");
        self.bytes += length;
        if length >= 4096 {
            self.memory = self.memory.max(bytes_max / length);
        }
        result.unwrap()
    }

    fn count<T, E>(&mut self, result: &Result<T, E>) {
        match result {
            Ok(_) => self.accepted += 1,
            Err(_) => self.refused += 1,
        }
    }
}

/// Tells which case it was, should it fail.
struct Case<'a>(&'a str, u64);

impl Drop for Case<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{} failed; again with {SEED}={}", self.0, self.1);
        }
    }
}

/// Runs the cases of a target: so many, or as long as is asked for.
fn fuzz(target: &str, cases: u64, mut case: impl FnMut(&mut Rng, &mut Tally)) {
    let minutes = std::env::var(MINUTES).ok().and_then(|minutes| minutes.parse::<f64>().ok());
    let seed = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok());
    let begin = seed.unwrap_or_else(|| if minutes.is_some() { fastrand::u64(..) } else { 1 });
    let started = Instant::now();
    let goes_on = |executions: u64| match minutes {
        Some(minutes) => started.elapsed() < Duration::from_secs_f64(minutes * 60.0),
        None => executions < cases,
    };
    let mut tally = Tally::default();
    let mut executions = 0;
    while goes_on(executions) {
        let seed = begin.wrapping_add(executions);
        let _case = Case(target, seed);
        case(&mut Rng::with_seed(seed), &mut tally);
        executions += 1;
    }
    let Tally { accepted, refused, bytes, memory } = tally;
    println!(
        "{target}: {executions} executions from seed {begin} in {:.0?}, {} MB, {accepted} accepted, \
         {refused} refused, at most {memory} bytes of memory a byte",
        started.elapsed(),
        bytes / 1_000_000
    );
    // Only then both the way through and the refusals were tried.
    assert!(executions < 100 || (accepted > executions / 100 && refused > executions / 1000), "{target}");
}
