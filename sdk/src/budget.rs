//! What the call may still use.
//!
//! Outside a host, in a native unit test for one, time has no end, and answers have the host's usual
//! room.

use std::time::Duration;

use crate::bindings::tollgate::call::budget;

/// For how long AWS can still be asked. Requests that are under way at its end fail as timed out, so
/// that the tool can answer with what it has, as a [`sweep`](crate::sweep) does.
pub fn time_left() -> Duration {
    match cfg!(target_family = "wasm") {
        true => Duration::from_millis(budget::time_left_milliseconds()),
        false => Duration::MAX,
    }
}

/// How large the structured output should be at most, in bytes of JSON: agents pay for it by the
/// token. A [`Table`](crate::Table) keeps to it by itself.
pub fn answer_bytes() -> u32 {
    match cfg!(target_family = "wasm") {
        true => budget::answer_bytes(),
        false => 9_000,
    }
}

/// No answer has more bytes of rows, whatever its limit: the host takes 4 MiB in all.
const LARGEST_ANSWER: u32 = 2 << 20;

/// How many bytes of rows an answer may have. Who names a `limit` wants the rows.
pub fn room(limit: Option<u32>) -> u32 {
    match limit {
        Some(_) => LARGEST_ANSWER,
        None => answer_bytes(),
    }
}
