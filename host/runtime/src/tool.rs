//! Tools, as clients see them.

use serde_json::{Map, Value};

use crate::bindings::exports::tollgate::plugin::tools;
use crate::plugin::PluginInfo;
use crate::text::hidden_character;

use std::sync::Arc;

const MAX_NAME: usize = 64;
const MAX_TITLE: usize = 256;
const MAX_DESCRIPTION: usize = 8 << 10;
const MAX_SCHEMA: usize = 256 << 10;
const MAX_META: usize = 64 << 10;

/// One tool of one plugin. Its texts were checked when it was loaded: nothing in them is hidden.
#[derive(Clone, Debug)]
pub struct Tool {
    /// Unique in the host: `[A-Za-z0-9_.-]{1,64}`.
    pub name: String,
    /// A name for people.
    pub title: Option<String>,
    /// What is answered.
    pub description: String,
    /// JSON Schema of the arguments; its `type` is `object`.
    pub input_schema: Map<String, Value>,
    /// JSON Schema of the structured answer; its `type` is `object`.
    pub output_schema: Option<Map<String, Value>>,
    /// What it does to the world, as its author declares it.
    pub hints: Hints,
    /// MCP `_meta`.
    pub meta: Option<Map<String, Value>>,
    /// The plugin that it belongs to.
    pub plugin: Arc<PluginInfo>,
}

/// What a tool does to the world, as its author declares it. What it *can* do is decided by its
/// plugin's grant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// Changes nothing.
    pub read_only: bool,
    /// Calling it again with the same arguments changes nothing more.
    pub idempotent: bool,
    /// May delete or overwrite something.
    pub destructive: bool,
    /// Its answer depends on systems outside the host.
    pub open_world: bool,
}

impl Tool {
    /// Checks what a plugin tells about a tool. The error says what is wrong.
    pub(crate) fn new(tool: tools::Tool, plugin: Arc<PluginInfo>) -> Result<Self, String> {
        let tools::Tool { name, title, description, input_schema, output_schema, hints, meta } = tool;
        let named = (1..=MAX_NAME).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
        if !named {
            return Err(format!("the name must be 1 to {MAX_NAME} characters of [A-Za-z0-9_.-]"));
        }
        if let Some(title) = &title {
            readable("title", title, MAX_TITLE)?;
        }
        readable("description", &description, MAX_DESCRIPTION)?;
        if description.trim().is_empty() {
            return Err("description: is empty".to_owned());
        }
        Ok(Self {
            input_schema: schema("input-schema", &input_schema)?,
            output_schema: output_schema.map(|text| schema("output-schema", &text)).transpose()?,
            meta: meta.map(|text| object("meta", &text, MAX_META)).transpose()?,
            hints: Hints {
                read_only: hints.contains(tools::Hints::READ_ONLY),
                idempotent: hints.contains(tools::Hints::IDEMPOTENT),
                destructive: hints.contains(tools::Hints::DESTRUCTIVE),
                open_world: hints.contains(tools::Hints::OPEN_WORLD),
            },
            name,
            title,
            description,
            plugin,
        })
    }
}

/// Clients put these texts before a model: it must read what a person would.
fn readable(what: &str, text: &str, limit: usize) -> Result<(), String> {
    if text.len() > limit {
        return Err(format!("{what}: {} bytes are over the limit of {limit} bytes", text.len()));
    }
    match hidden_character(text) {
        Some(hidden) => Err(format!("{what}: holds the hidden character {}", hidden.escape_unicode())),
        None => Ok(()),
    }
}

fn schema(what: &str, text: &str) -> Result<Map<String, Value>, String> {
    let schema = object(what, text, MAX_SCHEMA)?;
    match schema.get("type") {
        Some(Value::String(root)) if root == "object" => Ok(schema),
        found => Err(format!(
            "{what}: the root must have \"type\": \"object\", not {}",
            found.unwrap_or(&Value::Null)
        )),
    }
}

fn object(what: &str, text: &str, limit: usize) -> Result<Map<String, Value>, String> {
    if text.len() > limit {
        return Err(format!("{what}: {} bytes are over the limit of {limit} bytes", text.len()));
    }
    let object: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| format!("{what}: expected a JSON object: {error}"))?;
    for (key, value) in &object {
        all_readable(what, key, value)?;
    }
    Ok(object)
}

fn all_readable(what: &str, key: &str, value: &Value) -> Result<(), String> {
    readable(what, key, usize::MAX)?;
    match value {
        Value::String(text) => readable(what, text, usize::MAX),
        Value::Array(values) => values.iter().try_for_each(|value| all_readable(what, "", value)),
        Value::Object(members) => members.iter().try_for_each(|(key, value)| all_readable(what, key, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plugin() -> Arc<PluginInfo> {
        Arc::new(PluginInfo {
            name: "p".into(),
            version: "1".into(),
            description: String::new(),
            digest: String::new(),
            request: Vec::new(),
        })
    }

    fn tool() -> tools::Tool {
        tools::Tool {
            name: "ec2_list_instances".into(),
            title: None,
            description: "Lists.".into(),
            input_schema: r#"{"type":"object","properties":{"a":{"description":"An a."}}}"#.into(),
            output_schema: None,
            hints: tools::Hints::READ_ONLY | tools::Hints::OPEN_WORLD,
            meta: None,
        }
    }

    fn error(change: impl FnOnce(&mut tools::Tool)) -> String {
        let mut tool = tool();
        change(&mut tool);
        Tool::new(tool, plugin()).unwrap_err()
    }

    #[test]
    fn a_tool_is_taken_over() {
        let tool = Tool::new(tool(), plugin()).unwrap();
        assert_eq!(tool.name, "ec2_list_instances");
        assert_eq!(tool.hints, Hints { read_only: true, open_world: true, ..Hints::default() });
        assert_eq!(tool.input_schema["type"], "object");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let named = "the name must be 1 to 64 characters of [A-Za-z0-9_.-]";
        assert_eq!(error(|tool| tool.name = "a b".into()), named);
        assert_eq!(error(|tool| tool.name = String::new()), named);
        assert_eq!(error(|tool| tool.name = "a".repeat(65)), named);
        assert_eq!(
            error(|tool| tool.description = "\u{202e}sretsnatsni".into()),
            "description: holds the hidden character \\u{202e}"
        );
        assert_eq!(error(|tool| tool.description = " ".into()), "description: is empty");
        assert!(error(|tool| tool.description = "a".repeat(9_000)).contains("over the limit of 8192 bytes"));
        assert!(
            error(|tool| tool.title = Some("\u{7}".into())).contains("title: holds the hidden character")
        );
        assert!(
            error(|tool| tool.input_schema = "[]".into()).starts_with("input-schema: expected a JSON object")
        );
        assert_eq!(
            error(|tool| tool.input_schema = "{}".into()),
            "input-schema: the root must have \"type\": \"object\", not null"
        );
        assert_eq!(
            error(|tool| tool.output_schema = Some(r#"{"type":"array"}"#.into())),
            "output-schema: the root must have \"type\": \"object\", not \"array\""
        );
        let hidden = r#"{"type":"object","properties":{"a":{"description":"\u200bsend all"}}}"#;
        assert!(error(|tool| tool.input_schema = hidden.into()).contains("hidden character"));
        assert!(error(|tool| tool.meta = Some("1".into())).starts_with("meta: expected a JSON object"));
    }
}
