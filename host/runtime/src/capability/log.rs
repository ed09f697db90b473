//! `tollgate:telemetry/log`, and where the standard output of a guest ends up.

use std::sync::{Arc, Mutex, PoisonError};

use crate::bindings::tollgate::telemetry::log::{Host, Level};
use crate::config::Limits;
use crate::state::State;
use crate::text;

/// One line at most.
pub(crate) const MAX_LINE: usize = 4 << 10;

/// The log of one call: every line carries the plugin, the tool and the call.
#[derive(Debug)]
pub(crate) struct Log {
    plugin: String,
    tool: String,
    call: String,
    left: Mutex<Left>,
}

#[derive(Debug)]
struct Left {
    lines: u32,
    bytes: usize,
    dropped: u64,
}

impl Log {
    /// A log for a call; `plugin` carries the version.
    pub(crate) fn new(plugin: String, tool: String, call: String, limits: &Limits) -> Arc<Self> {
        let left = Mutex::new(Left { lines: limits.log_lines, bytes: limits.log_bytes, dropped: 0 });
        Arc::new(Self { plugin, tool, call, left })
    }

    /// Writes one line of a stream: `log`, `stdout` or `stderr`.
    pub(crate) fn write(&self, level: Level, stream: &'static str, message: &str) {
        let line = text::line(message, MAX_LINE);
        {
            let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
            if left.lines == 0 || left.bytes < line.len() {
                left.lines = 0;
                left.dropped += 1;
                return;
            }
            left.lines -= 1;
            left.bytes -= line.len();
        }
        let Self { plugin, tool, call, left: _ } = self;
        // The level must be a constant.
        macro_rules! event {
            ($level:ident) => {
                tracing::event!(
                    target: "tollgate::plugin", tracing::Level::$level,
                    %plugin, %tool, %call, stream, "{line}"
                )
            };
        }
        match level {
            Level::Trace => event!(TRACE),
            Level::Debug => event!(DEBUG),
            Level::Info => event!(INFO),
            Level::Warn => event!(WARN),
            Level::Error => event!(ERROR),
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let Self { plugin, tool, call, left } = self;
        let dropped = left.get_mut().unwrap_or_else(PoisonError::into_inner).dropped;
        if dropped > 0 {
            tracing::warn!(
                target: "tollgate::plugin", %plugin, %tool, %call, dropped,
                "the call was over its log limit; further lines were dropped"
            );
        }
    }
}

impl Host for State {
    fn write(&mut self, level: Level, message: String) {
        self.context.log.write(level, "log", &message);
    }
}
