//! The one integration test binary.

mod guests;
mod log;
mod mcp;
mod product;
mod runtime;
