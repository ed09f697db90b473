//! The clock of the sandboxes: a thread that advances the engine's epoch.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use wasmtime::Engine;

/// Guest code runs this long, twice at most, before it yields. Short enough that a hand's worth of
/// endless loops cannot be felt, long enough that ordinary calls end within one tick.
const TICK: Duration = Duration::from_millis(5);

/// Advances the epoch while guests run, sleeps while none does, ends when it is dropped. Its own
/// thread, because a timer of the async runtime would wait behind the very loops that it must stop.
#[derive(Debug)]
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    running: AtomicUsize,
    idle: AtomicBool,
    stop: AtomicBool,
}

impl Ticker {
    pub(crate) fn start(engine: Engine) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let thread = thread::Builder::new().name("tollgate-epoch".to_owned()).spawn({
            let shared = shared.clone();
            move || shared.run(&engine)
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Keeps the epoch going until the guard is dropped.
    pub(crate) fn running(&self) -> Running {
        // Sequentially consistent, as in `run`: either we see that the thread sleeps, or it sees us.
        if self.shared.running.fetch_add(1, Ordering::SeqCst) == 0
            && self.shared.idle.load(Ordering::SeqCst)
            && let Some(thread) = &self.thread
        {
            thread.thread().unpark();
        }
        Running(self.shared.clone())
    }
}

impl Shared {
    fn run(&self, engine: &Engine) {
        while !self.stop.load(Ordering::SeqCst) {
            if self.running.load(Ordering::SeqCst) == 0 {
                self.idle.store(true, Ordering::SeqCst);
                if self.running.load(Ordering::SeqCst) == 0 && !self.stop.load(Ordering::SeqCst) {
                    thread::park();
                }
                self.idle.store(false, Ordering::SeqCst);
            } else {
                thread::park_timeout(TICK);
                engine.increment_epoch();
            }
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It never panics, and it ends at once: it is parked or about to look.
            let _ = thread.join();
        }
    }
}

/// A guest runs while this lives.
#[derive(Debug)]
pub(crate) struct Running(Arc<Shared>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_with_its_owner() {
        let ticker = Ticker::start(Engine::default()).unwrap();
        let shared = Arc::downgrade(&ticker.shared);
        let running = ticker.running();
        drop(ticker);
        drop(running);
        assert!(shared.upgrade().is_none(), "the thread, the last other owner, is gone");
    }

    #[test]
    fn it_wakes_for_every_run() {
        let ticker = Ticker::start(Engine::default()).unwrap();
        for _ in 0..100 {
            let running = ticker.running();
            assert_eq!(ticker.shared.running.load(Ordering::SeqCst), 1);
            drop(running);
        }
        assert_eq!(ticker.shared.running.load(Ordering::SeqCst), 0);
    }
}
