//! Where a call goes: AWS's own endpoint rules, evaluated for one operation, input and region.

mod address;
mod builtins;
mod error;
mod parameters;
mod partition;
mod resolver;
mod router;
pub mod rules;
mod scope;
mod settings;

pub use address::Endpoint;
pub use builtins::Builtins;
pub use error::EndpointError;
pub use partition::PartitionIndex;
pub use resolver::Resolver;
pub(crate) use router::Router;
pub use scope::{GLOBAL, Scope};
pub use settings::Settings;
