//! Turns: how guests that compute for long share the threads with everything else.
//!
//! A guest gives way at every tick of the epoch, but on an async runtime that alone is not enough.
//! As many endless loops as there are threads keep every thread's queue full, and a thread that
//! always has something to run looks at sockets and timers only once in dozens of turns. So a guest
//! that was interrupted by a tick needs a turn for its next slice. There is one turn fewer than
//! there are threads, and whoever gets one lets its thread look after sockets and timers first.

use std::future::poll_fn;
use std::num::NonZero;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::thread::available_parallelism;

use tokio::sync::Semaphore;

/// The turns of all guests.
#[derive(Debug)]
pub(crate) struct Turns(Semaphore);

impl Turns {
    pub(crate) fn new() -> Self {
        let threads = available_parallelism().map_or(1, NonZero::get);
        Self(Semaphore::new(threads.saturating_sub(1).max(1)))
    }

    /// Runs a guest. `interrupted` is set by the epoch's callback in its store, and cleared here.
    pub(crate) async fn run<F: Future>(&self, interrupted: &AtomicBool, guest: F) -> F::Output {
        let mut guest = pin!(guest);
        let mut turn = None;
        loop {
            let step = poll_fn(|cx| match guest.as_mut().poll(cx) {
                Poll::Ready(output) => Poll::Ready(Some(output)),
                Poll::Pending if interrupted.swap(false, Ordering::Relaxed) => Poll::Ready(None),
                Poll::Pending => {
                    // It waits for something: the turn is for those that compute.
                    turn = None;
                    Poll::Pending
                }
            })
            .await;
            if let Some(output) = step {
                return output;
            }
            // First in, first out, so let go before asking again.
            drop(turn.take());
            // The semaphore is never closed.
            turn = self.0.acquire().await.ok();
            tokio::task::yield_now().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use super::*;

    /// Computes for a millisecond, again and again, as a guest in an endless loop does.
    async fn endless(interrupted: Arc<AtomicBool>) {
        poll_fn(|cx| {
            let start = Instant::now();
            while start.elapsed() < Duration::from_millis(1) {
                std::hint::spin_loop();
            }
            interrupted.store(true, Ordering::Relaxed);
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn timers_fire_beside_endless_loops() {
        let turns = Arc::new(Turns::new());
        let loops: Vec<_> = (0..64)
            .map(|_| {
                let turns = turns.clone();
                tokio::spawn(async move {
                    let interrupted = Arc::new(AtomicBool::new(false));
                    turns.run(&interrupted, endless(interrupted.clone())).await;
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(100)).await;
        let mut waits: Vec<_> = Vec::new();
        for _ in 0..20 {
            let start = Instant::now();
            tokio::time::sleep(Duration::from_millis(1)).await;
            waits.push(start.elapsed());
        }
        waits.sort();
        assert!(
            waits[10] < Duration::from_millis(20),
            "a timer waits for a slice or two, not for 64: {waits:?}"
        );
        for each in loops {
            each.abort();
            assert!(each.await.unwrap_err().is_cancelled());
        }
    }

    #[tokio::test]
    async fn a_guest_that_waits_needs_no_turn() {
        let turns = Turns(Semaphore::new(0));
        let interrupted = AtomicBool::new(false);
        assert_eq!(
            turns
                .run(&interrupted, async {
                    tokio::task::yield_now().await;
                    7
                })
                .await,
            7
        );
    }
}
