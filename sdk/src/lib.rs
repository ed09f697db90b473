//! Everything a Rust plugin for Tollgate depends on.
#![doc = include_str!("../../docs/authoring.md")]

extern crate self as tollgate_sdk;

pub mod accounts;
mod arguments;
mod arn;
pub mod aws;
#[doc(hidden)]
pub mod bindings;
pub mod budget;
pub mod cache;
pub mod catalog;
pub mod credentials;
mod details;
mod error;
pub mod log;
mod nearest;
mod output;
mod plugin;
pub mod progress;
pub mod results;
mod schema;
mod table;
mod tags;
mod tool;

pub use arn::Arn;
pub use details::{Details, Scope, find, find_in_accounts};
pub use error::ToolError;
pub use nearest::suggestion;
pub use output::{Body, Content, IntoOutput, Json, Link, Outcome, Output, Question, Resource};
#[doc(hidden)]
pub use plugin::Component;
pub use plugin::{Invocation, Plugin};
pub use table::{
    Coverage, Gap, ListQuery, Regions, Row, Rows, Table, survey, sweep, sweep_account_values, sweep_accounts,
    sweep_parts, sweep_values,
};
pub use tags::Tags;
/// ```
/// use tollgate_sdk::{ToolError, tool};
///
/// /// Answers ping.
/// #[tool(read_only, idempotent, title = "Ping")]
/// async fn host_ping() -> Result<String, ToolError> {
///     Ok("pong".to_owned())
/// }
/// ```
///
pub use tollgate_sdk_macros::tool;
#[doc(hidden)]
pub use tool::ToolResult;
pub use tool::{Description, Hints, NoArguments, Tool, describe, run};
#[doc(hidden)]
pub use wit_bindgen;
