//! The client against a scripted server.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, unreachable_pub, reason = "tests")]

mod cache;
mod credentials;
mod dead;
mod discovery;
mod exhaustive;
mod faults;
mod garbage;
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
mod throttling;
mod tls;
mod turns;
mod world;
