//! Loads plugins and runs each call in a fresh sandbox.
//!
//! A [`Runtime`] is made from a [`Config`] and an AWS client. It loads its plugins at first use,
//! lists their [`Tool`]s, and runs each [`Call`] in a WebAssembly instance of its own, with a
//! deadline, a memory limit, and no way out but what the contract under `wit/` offers.

mod bindings;
mod call;
mod capability;
mod compiled;
mod config;
mod engine;
mod error;
mod grant;
mod inspect;
mod manifest;
mod offer;
mod output;
mod plugin;
mod registry;
mod results;
mod runtime;
mod state;
mod text;
mod ticker;
mod tool;
mod turns;

pub use call::{Call, Caller};
pub use capability::progress::{Progress, ProgressSink};
pub use config::{Config, Limits, PluginConfig, Source};
pub use error::{CallError, LoadError, Origin};
pub use output::{Blob, Body, Content, Embedded, Link, Outcome, Output, Question};
pub use plugin::PluginInfo;
pub use registry::Registry;
pub use runtime::{Load, Runtime};
pub use tool::{Hints, Tool};
