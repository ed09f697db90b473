//! The host's log, where each line carries the plugin, the tool and the call.
//!
//! Nothing here blocks, fails or answers. Outside a host, in a native unit test for one, lines go
//! nowhere.
//!
//! ```
//! use tollgate_sdk::log;
//!
//! let skipped = 3;
//! log::warn(format_args!("{skipped} instances without a type"));
//! ```

use std::fmt::Display;

use crate::bindings::tollgate::telemetry::log::{Level, write};

/// For every step.
pub fn trace(message: impl Display) {
    line(Level::Trace, &message);
}

/// For the author of the plugin.
pub fn debug(message: impl Display) {
    line(Level::Debug, &message);
}

/// For the operator, when all is well.
pub fn info(message: impl Display) {
    line(Level::Info, &message);
}

/// Something is off, and the call goes on.
pub fn warn(message: impl Display) {
    line(Level::Warn, &message);
}

/// Something failed.
pub fn error(message: impl Display) {
    line(Level::Error, &message);
}

fn line(level: Level, message: &dyn Display) {
    if cfg!(target_family = "wasm") {
        write(level, &message.to_string());
    }
}
