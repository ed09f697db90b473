//! The queue of a call's requests to AWS.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Limits;

/// Lets a bounded number of requests run, and a larger bounded number wait. What waits is held by
/// the host, outside of the guest's memory limit: so its size is bounded as well.
#[derive(Debug)]
pub(crate) struct Queue {
    running: Arc<Semaphore>,
    pending: AtomicU32,
    pending_bytes: AtomicUsize,
    max_pending: u32,
    max_pending_bytes: usize,
}

impl Queue {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            running: Arc::new(Semaphore::new(limits.api_calls as usize)),
            pending: AtomicU32::new(0),
            pending_bytes: AtomicUsize::new(0),
            max_pending: limits.api_calls_pending,
            max_pending_bytes: limits.api_pending_bytes,
        }
    }

    /// Waits for a place for a request of so many bytes; it is free again when it is dropped. The
    /// error is for the guest.
    pub(crate) async fn enter(self: &Arc<Self>, bytes: usize) -> Result<Place, String> {
        let pending = Pending { queue: self.clone(), bytes };
        let requests = self.pending.fetch_add(1, Ordering::Relaxed);
        let held = self.pending_bytes.fetch_add(bytes, Ordering::Relaxed);
        if requests >= self.max_pending {
            return Err(format!(
                "more than {} requests at once: await some before starting more",
                self.max_pending
            ));
        }
        if held.saturating_add(bytes) > self.max_pending_bytes {
            let limit = self.max_pending_bytes;
            return Err(format!(
                "requests of more than {limit} bytes at once: await some before starting more"
            ));
        }
        match self.running.clone().acquire_owned().await {
            Ok(running) => Ok(Place { _running: running, _pending: pending }),
            // The semaphore is never closed.
            Err(closed) => Err(closed.to_string()),
        }
    }
}

/// A place in the queue.
#[derive(Debug)]
pub(crate) struct Place {
    _running: OwnedSemaphorePermit,
    _pending: Pending,
}

#[derive(Debug)]
struct Pending {
    queue: Arc<Queue>,
    bytes: usize,
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.queue.pending.fetch_sub(1, Ordering::Relaxed);
        self.queue.pending_bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn some_run_some_wait_the_rest_is_refused() {
        let limits = Limits { api_calls: 1, api_calls_pending: 2, ..Limits::default() };
        let queue = Arc::new(Queue::new(&limits));
        let first = queue.enter(1).await.unwrap();
        let mut second = Box::pin(queue.enter(1));
        assert!(second.as_mut().now_or_never().is_none(), "it waits");
        let refusal = queue.enter(1).await.unwrap_err();
        assert!(refusal.contains("more than 2 requests at once"), "{refusal}");
        drop(first);
        drop(second.await.unwrap());
        assert_eq!(queue.pending.load(Ordering::Relaxed), 0, "the refused one left no trace");
        assert_eq!(queue.pending_bytes.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn what_waits_is_bounded_in_bytes() {
        let limits = Limits { api_calls: 1, api_pending_bytes: 100, ..Limits::default() };
        let queue = Arc::new(Queue::new(&limits));
        let _first = queue.enter(60).await.unwrap();
        let refusal = queue.enter(41).await.unwrap_err();
        assert!(refusal.contains("more than 100 bytes at once"), "{refusal}");
        assert!(queue.enter(40).now_or_never().is_none(), "it waits");
    }
}
