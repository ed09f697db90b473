//! Credentials: the base credentials, and those of each account's role.

mod base;
mod error;
mod files;
mod link;
mod mfa;
mod policy;
mod secret;
mod session;
mod store;
mod sts;

pub use error::{CredentialsError, Told};
pub(crate) use link::Link;
pub use mfa::{Mfa, MfaPrompt};
pub use secret::Secret;
pub(crate) use store::{Key, Store};
pub use sts::Identity;
