//! Command lines of the AWS CLI, which agents know by heart: read into the operation and the input that the CLI
//! would make of them. Nothing is run.

mod options;
mod parameters;
mod programs;
mod shorthand;
#[cfg(test)]
mod tests;
mod values;
mod words;

use std::fmt::Display;

use serde_json::{Map, Value};
use tollgate_sdk::{ToolError, catalog::Description};

use options::Parameter;

/// A command line, before the operation is known.
#[derive(Debug, PartialEq)]
pub(crate) struct Command {
    /// What the CLI calls the service and the operation.
    pub(crate) service: String,
    pub(crate) operation: String,
    /// `--query`.
    pub(crate) query: Option<String>,
    /// `--region`.
    pub(crate) region: Option<String>,
    /// `--max-items`.
    pub(crate) max_items: Option<String>,
    /// `--cli-input-json`.
    input: Option<String>,
    parameters: Vec<Parameter>,
}

/// What a command asks of an operation.
#[derive(Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) input: Map<String, Value>,
    /// At most so many items.
    pub(crate) max_items: Option<u32>,
}

impl Command {
    /// Reads a command line.
    pub(crate) fn parse(line: &str) -> Result<Self, ToolError> {
        let mut words = words::split(line)?;
        if words.first().is_some_and(|word| word == "aws") {
            words.remove(0);
        }
        programs::refuse(&words)?;
        options::parse(words)
    }

    /// The input for the operation that it names.
    pub(crate) fn request(&self, description: &Description) -> Result<Request, ToolError> {
        let mut input = match &self.input {
            Some(json) => values::object("--cli-input-json", json)?,
            None => Map::new(),
        };
        input.extend(parameters::input(&self.parameters, description)?);
        let max_items = match &self.max_items {
            Some(count) if description.paged => Some(count_of("--max-items", count)?),
            Some(count) => {
                // Some operations have a member of that name, and no pages.
                let parameter = Parameter { name: "max-items".to_owned(), values: vec![count.clone()] };
                input.extend(parameters::input(&[parameter], description)?);
                None
            }
            // Who bounds the page wants one page.
            None => description.page_size.as_ref().and_then(|member| page(input.get(member)?)),
        };
        Ok(Request { input, max_items })
    }
}

fn page(size: &Value) -> Option<u32> {
    match size {
        Value::Number(size) => size.as_u64().and_then(|size| u32::try_from(size).ok()),
        Value::String(size) => size.parse().ok(),
        _ => None,
    }
}

fn count_of(option: &str, text: &str) -> Result<u32, ToolError> {
    let count = text.parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| wrong(format_args!("{option}: expected a number from 1 up, got {text:?}")))
}

/// The error of a command line.
fn wrong(text: impl Display) -> ToolError {
    ToolError::invalid_argument("command", text)
}
