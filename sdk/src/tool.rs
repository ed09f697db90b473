//! A tool: a name, what it says about itself, and an async function.

use std::future::Future;

use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{IntoOutput, Outcome, ToolError, arguments, schema};

/// What [`#[tool]`](macro@crate::tool) implements, on a type named as the function.
pub trait Tool {
    /// The name in `tools/list`: `<family>_<verb>_<noun>`.
    const NAME: &'static str;
    /// A name for people.
    const TITLE: Option<&'static str>;
    /// What is answered: the function's doc comment.
    const DESCRIPTION: &'static str;
    /// What it does to the world.
    const HINTS: Hints;
    /// The function's argument; [`NoArguments`] where it has none.
    type Arguments: DeserializeOwned + JsonSchema;
    /// What the function returns as `Ok`.
    type Output: IntoOutput;

    /// Calls the function.
    fn call(arguments: Self::Arguments) -> impl Future<Output = Result<Self::Output, ToolError>>;
}

/// The arguments of a tool that takes none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct NoArguments {}

/// What a tool does to the world, as its author declares it. What it may do is decided by the
/// plugin's grant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// Changes nothing.
    pub read_only: bool,
    /// Calling it again with the same arguments changes nothing more.
    pub idempotent: bool,
    /// May delete or overwrite something.
    pub destructive: bool,
    /// Its answer depends on systems outside the host, AWS for one.
    pub open_world: bool,
}

/// A tool as `tools/list` shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// The name.
    pub name: String,
    /// A name for people.
    pub title: Option<String>,
    /// What is answered.
    pub description: String,
    /// JSON Schema of the arguments; its root is an object.
    pub input_schema: Value,
    /// JSON Schema of the structured output; its root is an object.
    pub output_schema: Option<Value>,
    /// What it does to the world.
    pub hints: Hints,
    /// MCP `_meta` of the tool.
    pub meta: Option<Map<String, Value>>,
}

/// What a tool says about itself: for a unit test that pins the schema that clients will see.
///
/// ```
/// use tollgate_sdk::{ToolError, describe, tool};
///
/// /// Says hello.
/// #[tool(read_only)]
/// async fn hello_say() -> Result<String, ToolError> {
///     Ok("hello".to_owned())
/// }
///
/// let tool = describe::<hello_say>();
/// assert_eq!((tool.name.as_str(), tool.description.as_str()), ("hello_say", "Says hello."));
/// assert!(tool.hints.read_only);
/// ```
pub fn describe<T: Tool>() -> Description {
    Description {
        name: T::NAME.to_owned(),
        title: T::TITLE.map(str::to_owned),
        description: T::DESCRIPTION.to_owned(),
        input_schema: input_schema::<T>(),
        output_schema: T::Output::output_schema(),
        hints: T::HINTS,
        meta: None,
    }
}

fn input_schema<T: Tool>() -> Value {
    let mut schema = schema::of_input::<T::Arguments>();
    T::Output::complete_input_schema(&mut schema);
    schema
}

/// Calls a tool with arguments as JSON text, as the host does.
///
/// ```
/// # futures::executor::block_on(async {
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use tollgate_sdk::{ToolError, run, tool};
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Person {
///     name: String,
/// }
///
/// /// Greets somebody.
/// #[tool(read_only)]
/// async fn hello_greet(person: Person) -> Result<String, ToolError> {
///     Ok(format!("hello, {}", person.name))
/// }
///
/// let error = run::<hello_greet>(r#"{"nmae": "Ada"}"#).await.unwrap_err();
/// assert_eq!(error.to_string(), "`nmae`: unknown argument; did you mean `name`?");
/// # });
/// ```
pub async fn run<T: Tool>(arguments: &str) -> Result<Outcome, ToolError> {
    T::call(arguments::decode(arguments, input_schema::<T>)?).await?.into_outcome()
}

/// Takes `Result<T, ToolError>` apart for `#[tool]`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a tool must return `Result<T, ToolError>`, not `{Self}`",
    label = "not `Result<T, ToolError>`",
    note = "`T` is `Table<R>`, `Json<T>`, `String`, `Output` or `Outcome`"
)]
pub trait ToolResult {
    type Output: IntoOutput;
    fn into_result(self) -> Result<Self::Output, ToolError>;
}

impl<T: IntoOutput> ToolResult for Result<T, ToolError> {
    type Output = T;
    fn into_result(self) -> Self {
        self
    }
}
