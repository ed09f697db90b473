//! The simulator from outside: by boto3, by Tollgate's own client, and by bare connections.
#![allow(clippy::unwrap_used, reason = "tests")]

mod boto3;
mod client;
mod discovery;
mod ecs;
mod faults;
mod roles;
