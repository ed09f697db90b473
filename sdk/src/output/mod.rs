//! What a tool answers.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

mod content;

pub use content::{Body, Content, Link, Resource};

use crate::{ToolError, schema};

/// What a tool may return as `Ok`.
///
/// | type | structured output | text |
/// |---|---|---|
/// | [`Table<R>`](crate::Table) | the table | a summary |
/// | [`Json<T>`] | `T` | the given summary |
/// | `String`, `&str` | none | the text |
/// | [`Output`] | as given | as given |
/// | [`Outcome`] | as given | as given |
#[diagnostic::on_unimplemented(
    message = "a tool cannot return `{Self}`",
    label = "not an output",
    note = "return `Table<R>`, `Json<T>`, `String`, `Output` or `Outcome`"
)]
pub trait IntoOutput {
    /// The JSON Schema of the structured output, where there is one. Its root is an object.
    fn output_schema() -> Option<Value> {
        None
    }

    /// Lets the output complete what the arguments' schema says, as a table names its columns in
    /// the description of `fields`.
    #[doc(hidden)]
    fn complete_input_schema(_schema: &mut Value) {}

    /// The answer, or why there is none.
    fn into_outcome(self) -> Result<Outcome, ToolError>;
}

/// How a call ended that did not fail.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// With an answer.
    Complete(Output),
    /// With a question; the client calls again with its answers.
    InputRequired(Question),
}

/// Something the tool must ask the client before it can answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// MCP input requests: an id of the plugin's choice to each request.
    pub requests: Map<String, Value>,
    /// What the plugin wants back with the answers. The host seals it: the client can neither read
    /// nor change it.
    pub state: Option<String>,
}

/// An answer, piece by piece, for tools that need more than [`Table`](crate::Table) and [`Json`].
///
/// ```
/// use tollgate_sdk::{Content, Output};
///
/// let output = Output::text("one picture").with_content(Content::image(vec![0x89, 0x50], "image/png"));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Output {
    pub(crate) content: Vec<Content>,
    pub(crate) structured: Option<String>,
    pub(crate) meta: Option<Map<String, Value>>,
}

impl Output {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { content: vec![Content::Text(text.into())], ..Self::default() }
    }

    /// Adds a piece of content.
    #[must_use]
    pub fn with_content(mut self, content: Content) -> Self {
        self.content.push(content);
        self
    }

    /// Gives the answer as data, which must be a JSON object; the content should not repeat it.
    pub fn with_structured(mut self, data: &(impl Serialize + ?Sized)) -> Result<Self, ToolError> {
        let json = serde_json::to_string(data)
            .map_err(|error| ToolError::failed(format!("structured output is no JSON: {error}")))?;
        if !json.starts_with('{') {
            return Err(ToolError::failed("structured output is no JSON object"));
        }
        self.structured = Some(json);
        Ok(self)
    }

    /// Gives the result's `_meta`.
    #[must_use]
    pub fn with_meta(mut self, meta: Map<String, Value>) -> Self {
        self.meta = Some(meta);
        self
    }

    /// The content so far.
    pub fn content(&self) -> &[Content] {
        &self.content
    }

    /// The answer as data: JSON text.
    pub fn structured(&self) -> Option<&str> {
        self.structured.as_deref()
    }
}

/// Data of any shape, with a summary for clients that show text alone. `T` must be a JSON object.
///
/// ```
/// use schemars::JsonSchema;
/// use serde::Serialize;
/// use tollgate_sdk::{Json, ToolError, tool};
///
/// #[derive(Serialize, JsonSchema)]
/// struct Sum {
///     sum: i64,
/// }
///
/// /// Adds one and one.
/// #[tool(read_only, idempotent)]
/// async fn math_add_ones() -> Result<Json<Sum>, ToolError> {
///     Ok(Json::new(Sum { sum: 2 }, "1 + 1 = 2"))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json<T> {
    data: T,
    summary: String,
}

impl<T> Json<T> {
    /// Data and a summary of it, in a sentence.
    pub fn new(data: T, summary: impl Into<String>) -> Self {
        Self { data, summary: summary.into() }
    }
}

impl<T: Serialize + JsonSchema> IntoOutput for Json<T> {
    fn output_schema() -> Option<Value> {
        Some(schema::of_output::<T>())
    }

    fn into_outcome(self) -> Result<Outcome, ToolError> {
        Output::text(self.summary).with_structured(&self.data).map(Outcome::Complete)
    }
}

impl IntoOutput for String {
    fn into_outcome(self) -> Result<Outcome, ToolError> {
        Ok(Outcome::Complete(Output::text(self)))
    }
}

impl IntoOutput for &str {
    fn into_outcome(self) -> Result<Outcome, ToolError> {
        Ok(Outcome::Complete(Output::text(self)))
    }
}

impl IntoOutput for Output {
    fn into_outcome(self) -> Result<Outcome, ToolError> {
        Ok(Outcome::Complete(self))
    }
}

impl IntoOutput for Outcome {
    fn into_outcome(self) -> Result<Outcome, ToolError> {
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, JsonSchema)]
    struct Sum {
        sum: i64,
    }

    #[test]
    fn json_answers_data_and_summary_once_each() {
        let outcome = Json::new(Sum { sum: 2 }, "two").into_outcome().expect("an object");
        let Outcome::Complete(output) = outcome else { panic!("no question was asked") };
        assert_eq!(output.content(), [Content::Text("two".into())]);
        assert_eq!(output.structured(), Some(r#"{"sum":2}"#));
    }

    #[test]
    fn data_that_is_no_object_is_refused() {
        let error = Json::new(vec![1], "one").into_outcome().expect_err("an array");
        assert_eq!(error, ToolError::Failed("structured output is no JSON object".into()));
    }
}
