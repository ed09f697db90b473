//! The AWS model: every service, operation and shape, from the model pack.

mod error;
mod index;
mod lookup;
mod pack;
mod partitions;
mod permissions;
mod redaction;
mod service;
mod shape;
mod spelling;
#[cfg(test)]
mod tests;

pub use error::{UnknownOperation, UnknownService};
pub use pack::Pack;
pub use partitions::{Partition, PartitionOutputs, Partitions, Region};
pub(crate) use permissions::Permission;
pub use redaction::{Condition, Redaction, Redactions};
pub use service::{Access, Operation, Paginator, Protocol, Service, Signature};
pub use shape::{
    Bounds, ErrorTraits, Kind, List, Location, Map, Member, MemberOrder, Shape, ShapeId, Structure, Text,
    TimestampFormat, XmlNamespace,
};
pub use spelling::Names;
