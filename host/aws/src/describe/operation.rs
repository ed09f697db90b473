//! One operation, in full.

use serde::Serialize;
use serde_json::Value;

use super::classification::Classification;
use super::schema::{input_schema, output_schema};
use crate::model::{Operation, Paginator, Service};

/// All that there is to know before an operation is called.
#[derive(Clone, Debug, Serialize)]
pub struct OperationDescription {
    /// Service, operation, and what harm it can do.
    #[serde(flatten)]
    pub classification: Classification,
    /// What it does, in one line.
    pub doc: Option<Box<str>>,
    /// AWS asks not to use it any more.
    pub deprecated: bool,
    /// Whether the engine merges its pages.
    pub paged: bool,
    /// Where the items of its pages stand in the output; `max_items` counts all of them.
    pub items: Vec<Box<str>>,
    /// The member of the input that bounds one page.
    pub page_size: Option<Box<str>>,
    /// The JSON Schema of its input.
    pub input_schema: Value,
    /// The JSON Schema of its output.
    pub output_schema: Value,
}

impl OperationDescription {
    /// The description of an operation.
    #[must_use]
    pub fn of(service: &Service, operation: &Operation) -> Self {
        let paginator = operation.paginator.as_ref();
        Self {
            classification: Classification::of(service, operation),
            doc: operation.doc.clone(),
            deprecated: operation.deprecated,
            paged: paginator.is_some(),
            items: paginator.map(|paginator: &Paginator| paginator.result_keys.clone()).unwrap_or_default(),
            page_size: paginator.and_then(|paginator| paginator.limit_key.clone()),
            input_schema: input_schema(service, operation),
            output_schema: output_schema(service, operation),
        }
    }
}
