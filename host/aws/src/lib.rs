//! A dynamic AWS client: any operation of any service, from a model pack, over many accounts.

pub mod account;
mod clock;
pub mod credentials;
pub mod endpoint;
mod error;
pub mod grant;
pub mod model;
mod page;
pub mod protocol;
mod retry;
mod select;
mod transport;

pub use clock::Clock;
pub use error::{Error, InvalidRequest};
pub use retry::RetryConfig;
pub use transport::Timeouts;
