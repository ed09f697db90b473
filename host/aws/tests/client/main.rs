//! The client against a scripted server.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, reason = "tests")]

mod cache;
mod credentials;
mod exhaustive;
mod faults;
mod mfa;
mod paging;
mod proxy;
mod redaction;
mod refusals;
mod regions;
mod rotation;
mod secrets;
mod server;
mod sessions;
mod signing;
mod tls;
mod world;
