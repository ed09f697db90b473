//! A dynamic AWS client: any operation of any service, from a model pack, over many accounts.

pub mod account;
mod advice;
mod busy;
mod cache;
mod canonical;
mod client;
mod clock;
mod config;
pub mod credentials;
pub mod describe;
pub mod endpoint;
mod environment;
mod error;
#[cfg(test)]
mod fuzz;
pub mod grant;
mod line;
pub mod model;
mod packed;
mod page;
mod principal;
pub mod profile;
pub mod protocol;
mod rate;
mod redact;
mod retry;
mod select;
pub mod sign;
mod slot;
mod transport;
mod wire;

pub use cache::CacheConfig;
pub use client::{Client, Request, Response};
pub use clock::Clock;
pub use config::{Concurrency, Config, ConfigError};
pub use credentials::Identity;
pub use environment::Environment;
pub use error::{Error, InvalidRequest};
pub use packed::Packed;
pub use page::CursorSeal;
pub use principal::{CallId, Principal};
pub use rate::{LimitsError, RateLimit};
pub use retry::RetryConfig;
pub use transport::{ProxyError, Timeouts};
