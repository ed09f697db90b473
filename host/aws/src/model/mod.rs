//! The AWS model: every service, operation and shape, from the model pack.

mod service;
mod shape;

pub use service::{Access, Operation, Paginator, Protocol, Service};
pub use shape::{
    Bounds, Kind, List, Location, Map, Member, Shape, ShapeId, Structure, Text, TimestampFormat, XmlNamespace,
};
