//! The MCP front end: Tollgate's tools for MCP clients of both protocol eras, the sessions of
//! 2025-11-25 and before (`initialize`) and the stateless requests of 2026-07-28
//! (`server/discover`), on one pipe ([`serve_stdio`]) and on one endpoint ([`serve_http`]).
//!
//! This crate speaks the protocol. What a tool is and what it may do is decided by
//! [`tollgate_runtime`].

mod call;
mod error;
mod front;
mod http;
mod stdio;
mod tools;

pub use error::Error;
pub use http::{Http, HttpOptions, serve_http};
pub use stdio::{serve_pipe, serve_stdio};
