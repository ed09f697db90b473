//! What the model says about services and operations: for people who audit it, for agents that choose an
//! operation, and for whoever has to write its input.

mod classification;
mod operation;
mod outline;
mod pattern;
mod redacted;
mod schema;
mod search;
mod service;
#[cfg(test)]
mod tests;

pub use classification::{Classification, Classifications, UnknownPattern};
pub use operation::OperationDescription;
pub use outline::{Line, outline};
pub use schema::{input_schema, output_schema};
pub use search::Found;
pub(crate) use search::SearchIndex;
pub use service::{OperationSummary, ServiceDescription};
