//! `aws_search_operations`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tollgate_sdk::{ListQuery, Row, Table, ToolError, catalog, tool};

/// What a search answers unless it is told how many.
const USUAL: u32 = 10;

#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Words, e.g. bucket encryption
    text: String,
    /// Only its operations
    #[serde(default)]
    service: Option<String>,
    /// Default: 10
    #[serde(default)]
    limit: Option<u32>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Operation {
    service: String,
    operation: String,
    doc: Option<String>,
    access: String,
    allowed: bool,
}

impl Row for Operation {
    const FROM_TARGETS: bool = false;
}

impl From<catalog::Operation> for Operation {
    fn from(operation: catalog::Operation) -> Self {
        let allowed = operation.refusal.is_none();
        let catalog::Operation { service, name, doc, access, .. } = operation;
        Self { service, operation: name, doc, access, allowed }
    }
}

/// Finds operations of AWS services for aws_call, the most fitting first.
#[tool(read_only, idempotent, title = "Operations of AWS")]
pub(crate) async fn aws_search_operations(arguments: Arguments) -> Result<Table<Operation>, ToolError> {
    let Arguments { text, service, limit } = arguments;
    let found = catalog::search(&text, service.as_deref(), limit.unwrap_or(USUAL)).await?;
    Table::new(&ListQuery::default(), found.into_iter().map(Operation::from))
}

#[cfg(test)]
mod tests {
    use tollgate_sdk::describe;

    use super::*;

    #[test]
    fn clients_see_a_small_tool() {
        let tool = describe::<aws_search_operations>();
        insta::assert_snapshot!(tool.description, @"Finds operations of AWS services for aws_call, the most fitting first.");
        insta::assert_snapshot!(tool.input_schema, @r#"{"type":"object","properties":{"text":{"type":"string","description":"Words, e.g. bucket encryption"},"service":{"type":"string","description":"Only its operations"},"limit":{"type":"integer","description":"Default: 10"}},"required":["text"],"additionalProperties":false}"#);
    }
}
