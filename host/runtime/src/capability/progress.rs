//! `tollgate:telemetry/progress`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::bindings::tollgate::telemetry::progress::Host;
use crate::state::State;
use crate::text;

/// A message is shown beside a bar: it is short.
const MAX_MESSAGE: usize = 256;

/// How far a call has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Steps done; only grows.
    pub done: u64,
    /// Steps in all, where the tool knows.
    pub total: Option<u64>,
    /// What it is doing, without control characters.
    pub message: Option<String>,
}

/// Who wants to know. It is called from within the call and must not block.
pub type ProgressSink = Arc<dyn Fn(Progress) + Send + Sync>;

/// Thins out the reports of one call.
pub(crate) struct Progression {
    sink: Option<ProgressSink>,
    interval: Duration,
    last: Option<(Instant, u64)>,
}

impl Progression {
    pub(crate) fn new(sink: Option<ProgressSink>, interval: Duration) -> Self {
        Self { sink, interval, last: None }
    }

    fn report(&mut self, now: Instant, done: u64, total: Option<u64>, message: Option<String>) {
        let Some(sink) = &self.sink else { return };
        if let Some((at, before)) = self.last {
            let finished = total == Some(done);
            // A step back is refused here, so the last step can come only once.
            if done <= before || !(finished || now.duration_since(at) >= self.interval) {
                return;
            }
        }
        self.last = Some((now, done));
        let message = message.map(|message| text::brief(message, MAX_MESSAGE));
        sink(Progress { done, total, message });
    }
}

impl Host for State {
    fn report(&mut self, done: u64, total: Option<u64>, message: Option<String>) {
        self.context.progress.report(Instant::now(), done, total, message);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn reports_grow_and_are_thinned_out_but_the_last_one_passes() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink: ProgressSink = Arc::new({
            let seen = seen.clone();
            move |progress| seen.lock().unwrap().push(progress.done)
        });
        let mut progress = Progression::new(Some(sink), Duration::from_millis(50));
        let start = Instant::now();
        for (at, done) in
            [(0, 1), (10, 2), (60, 3), (61, 3), (200, 2), (201, 4), (202, 5), (203, 10), (204, 10)]
        {
            progress.report(start + Duration::from_millis(at), done, Some(10), None);
        }
        assert_eq!(*seen.lock().unwrap(), [1, 3, 4, 10]);
    }
}
