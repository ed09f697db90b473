//! Credentials: the base credentials, and those of each account's role.

mod error;
mod secret;
mod slot;

pub use error::CredentialsError;
pub use secret::Secret;
