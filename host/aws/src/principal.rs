//! For whom a call is made.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::grant::Grant;

/// For whom a call is made, and what may be asked of AWS. One is made for each tool call and shared by all its
/// requests.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The person or agent that asks.
    pub caller: Arc<str>,
    /// The plugin that asks for them.
    pub plugin: Arc<str>,
    /// What may be sent.
    pub grant: Arc<Grant>,
    /// Which of the caller's calls it is: requests of different calls take turns.
    pub call: CallId,
}

impl Principal {
    /// A new call of a caller through a plugin.
    pub fn new(
        caller: impl Into<Arc<str>>,
        plugin: impl Into<Arc<str>>,
        grant: impl Into<Arc<Grant>>,
    ) -> Self {
        Self { caller: caller.into(), plugin: plugin.into(), grant: grant.into(), call: CallId::next() }
    }
}

/// One call of a caller, unique in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(u64);

impl CallId {
    pub(crate) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}
