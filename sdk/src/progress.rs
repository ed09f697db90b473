//! How far a call has come, shown by clients that asked for it.
//!
//! [`sweep`](crate::sweep) reports by itself; this is for tools that do otherwise. Outside a host,
//! in a native unit test for one, reports go nowhere.
//!
//! ```
//! use tollgate_sdk::progress;
//!
//! let pages = ["a", "b"];
//! for (done, page) in pages.iter().enumerate() {
//!     progress::report(done as u64, Some(pages.len() as u64), Some(page));
//! }
//! ```

use crate::bindings::tollgate::telemetry::progress;

/// Reports `done` of `total` steps. `done` only grows; the host may drop reports that come faster
/// than a client can show them.
pub fn report(done: u64, total: Option<u64>, message: Option<&str>) {
    if cfg!(target_family = "wasm") {
        progress::report(done, total, message);
    }
}
