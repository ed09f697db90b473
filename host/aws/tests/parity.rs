//! The wire protocols, judged by botocore: its own protocol tests, and botocore itself.
//!
//! The second kind needs Python with botocore, which `cargo xtask test` installs and names in
//! `TOLLGATE_TEST_PYTHON`.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]
#![allow(clippy::print_stdout, reason = "the shares of botocore that were reached")]

#[path = "parity/compare.rs"]
mod compare;
#[path = "parity/examples.rs"]
mod examples;
#[path = "parity/judge.rs"]
mod judge;
#[path = "parity/masks.rs"]
mod masks;
#[path = "parity/model.rs"]
mod model;
#[path = "parity/sample.rs"]
mod sample;
#[path = "parity/schemas.rs"]
mod schemas;
#[path = "parity/suite.rs"]
mod suite;
#[path = "parity/tally.rs"]
mod tally;
#[path = "parity/used.rs"]
mod used;
