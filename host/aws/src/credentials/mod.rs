//! Credentials: the base credentials, and those of each account's role.

mod base;
mod error;
mod secret;
mod slot;
mod store;
mod sts;

pub(crate) use base::Base;
pub use error::CredentialsError;
pub use secret::Secret;
pub(crate) use store::{Key, Store};
pub use sts::Identity;
