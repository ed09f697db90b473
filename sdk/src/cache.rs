//! A small store that outlives a call, typed by serde.
//!
//! Keys and values belong to the plugin: no other plugin sees them. Entries live in the memory of
//! the host, end with it, and may be dropped at any time to make room.
//!
//! ```no_run
//! use std::time::Duration;
//! use tollgate_sdk::{cache, ToolError};
//!
//! fn price(instance_type: &str) -> Result<f64, ToolError> {
//!     let key = format!("price/{instance_type}");
//!     if let Some(price) = cache::get(&key) {
//!         return Ok(price);
//!     }
//!     let price = 0.0416;
//!     cache::set(&key, &price, Duration::from_secs(24 * 60 * 60))?;
//!     Ok(price)
//! }
//! ```

use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};

use crate::bindings::tollgate::cache::store;

/// Why a value was not kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The key or the value is over the host's limit, which the text names: keep less.
    #[error("{0}")]
    TooLarge(String),
    /// The value is nothing that JSON can say, for example a map whose keys are no strings.
    #[error("value is no JSON: {0}")]
    NotJson(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// The value of a key, unless it has expired, was dropped, or is no `T`: a value that an earlier
/// version of the plugin kept in another shape counts as absent.
pub fn get<T: DeserializeOwned>(key: &str) -> Option<T> {
    serde_json::from_slice(&store::get(key)?).ok()
}

/// Keeps a value for `ttl`, in whole seconds and at least one; one that is there already is
/// replaced.
pub fn set<T: Serialize + ?Sized>(key: &str, value: &T, ttl: Duration) -> Result<(), Error> {
    let value = serde_json::to_vec(value).map_err(|error| Error::NotJson(error.to_string()))?;
    let seconds = u32::try_from(ttl.as_secs()).unwrap_or(u32::MAX).max(1);
    store::set(key, &value, seconds).map_err(|error| match error {
        store::Error::TooLarge(text) => Error::TooLarge(text),
        store::Error::Other(text) => Error::Other(text),
    })
}

/// Forgets a key; one that is not there is no error.
pub fn delete(key: &str) {
    store::delete(key);
}
