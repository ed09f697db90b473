//! Checks of the pack that is built in, and of damaged ones.

mod access;
mod bundled;
mod damaged;
mod lookup;
