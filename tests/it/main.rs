//! The one integration test binary.

mod guests;
mod log;
mod runtime;
