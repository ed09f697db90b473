//! The smallest plugin: one tool, one argument, no AWS.

use schemars::JsonSchema;
use serde::Deserialize;
use tollgate_sdk::{ToolError, tool};

#[derive(Deserialize, JsonSchema)]
struct Person {
    /// Who is greeted
    name: String,
}

/// Greets somebody.
#[tool(read_only)]
async fn hello_greet(person: Person) -> Result<String, ToolError> {
    Ok(format!("Hello, {}!", person.name))
}

tollgate_sdk::export!(tools: [hello_greet]);
