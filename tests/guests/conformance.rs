//! The tools that the MCP conformance suite calls, as it describes them.

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use tollgate_guests::bindings::exports::tollgate::plugin::tools::{Blob, Body, Embedded, Question};
use tollgate_guests::bindings::tollgate::telemetry::{log, progress};
use tollgate_guests::{Content, Error, Guest, Invocation, Outcome, Output, Tool, arguments, text, tool};

/// A PNG of one pixel.
const PIXEL: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0,
    1, 8, 2, 0, 0, 0, 0x90, 0x77, 0x53, 0xde, 0, 0, 0, 12, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0xf8,
    0xcf, 0xc0, 0, 0, 3, 1, 1, 0, 0xc9, 0xfe, 0x92, 0xef, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42,
    0x60, 0x82,
];

/// A WAV of no samples.
const SILENCE: &[u8] =
    b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\0\0\0\0";

const PLAIN: &[&str] = &[
    "test_simple_text",
    "test_image_content",
    "test_audio_content",
    "test_embedded_resource",
    "test_multiple_content_types",
    "test_error_handling",
    "test_tool_with_progress",
    "test_missing_capability",
    "test_logging_tool",
    "test_streaming_elicitation",
    "test_sampling",
    "test_elicitation",
    "test_elicitation_sep1034_defaults",
    "test_elicitation_sep1330_enums",
    "test_input_required_result_elicitation",
    "test_input_required_result_sampling",
    "test_input_required_result_list_roots",
    "test_input_required_result_request_state",
    "test_input_required_result_multiple_inputs",
    "test_input_required_result_multi_round",
    "test_input_required_result_tampered_state",
    "test_input_required_result_capabilities",
];

struct Plugin;

impl Guest for Plugin {
    fn list_tools() -> Vec<Tool> {
        let mut tools: Vec<Tool> = PLAIN.iter().map(|name| tool(name)).collect();
        tools.push(Tool { input_schema: schema_2020_12().to_string(), ..tool("json_schema_2020_12_tool") });
        let header = json!({
            "type": "object",
            "properties": { "region": { "type": "string", "x-mcp-header": "Region" } },
        });
        tools.push(Tool { input_schema: header.to_string(), ..tool("test_headers") });
        tools
    }

    async fn call_tool(invocation: Invocation) -> Result<Outcome, Error> {
        let answers = answers(&invocation)?;
        let state = invocation.state.as_deref();
        match invocation.tool.as_str() {
            "test_simple_text" => text("This is a simple text response for testing."),
            "test_image_content" => content(vec![image()]),
            "test_audio_content" => content(vec![Content::Audio(Blob {
                data: SILENCE.to_vec(),
                mime_type: "audio/wav".to_owned(),
            })]),
            "test_embedded_resource" => content(vec![resource(
                "test://embedded-resource",
                "text/plain",
                "This is an embedded resource content.",
            )]),
            "test_multiple_content_types" => content(vec![
                Content::Text("Multiple content types test:".to_owned()),
                image(),
                resource(
                    "test://mixed-content-resource",
                    "application/json",
                    r#"{"test":"data","value":123}"#,
                ),
            ]),
            "test_error_handling" => {
                Err(Error::Failed("This tool intentionally returns an error for testing".to_owned()))
            }
            "test_tool_with_progress" => {
                for done in [0, 50, 100] {
                    progress::report(done, Some(100), None);
                    sleep(Duration::from_millis(60));
                }
                text("Three reports of progress were sent.")
            }
            "test_logging_tool" => {
                log::write(log::Level::Error, "This is for the log of the host, not for the client.");
                text("Something was logged.")
            }
            "test_streaming_elicitation" => {
                progress::report(1, Some(2), None);
                ask(json!({ "confirm": elicit("Please confirm", "ok", "boolean") }), None)
            }
            "test_sampling" => match answers["llm"]["content"]["text"].as_str() {
                Some(response) => text(format!("LLM response: {response}")),
                None => {
                    let prompt = arguments(&invocation)?["prompt"].as_str().unwrap_or_default().to_owned();
                    ask(json!({ "llm": sample(&prompt) }), None)
                }
            },
            "test_elicitation" => match &answers["user"] {
                Value::Null => {
                    let message = arguments(&invocation)?["message"].as_str().unwrap_or_default().to_owned();
                    let properties = json!({
                        "username": { "type": "string", "description": "User's response" },
                        "email": { "type": "string", "description": "User's email address" },
                    });
                    ask(json!({ "user": form(&message, properties) }), None)
                }
                answer => text(format!("User response: {answer}")),
            },
            "test_elicitation_sep1034_defaults" | "test_elicitation_sep1330_enums" => {
                match &answers["form"] {
                    Value::Null => {
                        let properties =
                            if invocation.tool.ends_with("defaults") { defaults() } else { enumerations() };
                        ask(json!({ "form": form("Please choose", properties) }), None)
                    }
                    answer => text(format!(
                        "Elicitation completed: action={}, content={}",
                        answer["action"], answer["content"]
                    )),
                }
            }
            "test_input_required_result_elicitation" => match name(&answers["user_name"]) {
                Some(name) => text(format!("Hello, {name}!")),
                None => ask(json!({ "user_name": elicit("What is your name?", "name", "string") }), None),
            },
            "test_input_required_result_sampling"
            | "test_input_required_result_capabilities"
            | "test_missing_capability" => match answers["capital_question"]["content"]["text"].as_str() {
                Some(capital) => text(capital),
                None => ask(json!({ "capital_question": sample("What is the capital of France?") }), None),
            },
            "test_input_required_result_list_roots" => match answers["client_roots"]["roots"].as_array() {
                Some(roots) => text(format!("{} roots: {}", roots.len(), answers["client_roots"])),
                None => ask(json!({ "client_roots": roots() }), None),
            },
            "test_input_required_result_request_state" | "test_input_required_result_tampered_state" => {
                match state {
                    Some("confirming") => text("state-ok"),
                    _ => ask(
                        json!({ "confirm": elicit("Please confirm", "ok", "boolean") }),
                        Some("confirming"),
                    ),
                }
            }
            "test_input_required_result_multiple_inputs" => match state {
                Some("all three") => text(format!("Answers: {answers}")),
                _ => {
                    let requests = json!({
                        "user_name": elicit("What is your name?", "name", "string"),
                        "greeting": sample("Generate a greeting"),
                        "client_roots": roots(),
                    });
                    ask(requests, Some("all three"))
                }
            },
            "test_input_required_result_multi_round" => match state {
                None => ask(
                    json!({ "step1": elicit("Step 1: What is your name?", "name", "string") }),
                    Some("1:"),
                ),
                Some("1:") => {
                    let name = name(&answers["step1"]).unwrap_or_default();
                    let color = elicit("Step 2: What is your favorite color?", "color", "string");
                    ask(json!({ "step2": color }), Some(&format!("2:{name}")))
                }
                Some(state) => text(format!("{}: {}", state.trim_start_matches("2:"), answers["step2"])),
            },
            "json_schema_2020_12_tool" | "test_headers" => text(invocation.arguments),
            other => Err(Error::Other(format!("no tool {other}"))),
        }
    }
}

fn answers(invocation: &Invocation) -> Result<Value, Error> {
    let answers = invocation.answers.as_deref().unwrap_or("{}");
    serde_json::from_str(answers).map_err(|error| Error::InvalidArguments(error.to_string()))
}

fn name(answer: &Value) -> Option<&str> {
    answer["content"]["name"].as_str()
}

fn ask(requests: Value, state: Option<&str>) -> Result<Outcome, Error> {
    Ok(Outcome::InputRequired(Question { requests: requests.to_string(), state: state.map(str::to_owned) }))
}

fn elicit(message: &str, property: &str, kind: &str) -> Value {
    let schema =
        json!({ "type": "object", "properties": { property: { "type": kind } }, "required": [property] });
    json!({ "method": "elicitation/create", "params": { "message": message, "requestedSchema": schema } })
}

fn form(message: &str, properties: Value) -> Value {
    let schema = json!({ "type": "object", "properties": properties });
    json!({ "method": "elicitation/create", "params": { "message": message, "requestedSchema": schema } })
}

fn defaults() -> Value {
    json!({
        "name": { "type": "string", "default": "John Doe" },
        "age": { "type": "integer", "default": 30 },
        "score": { "type": "number", "default": 95.5 },
        "status": { "type": "string", "enum": ["active", "inactive", "pending"], "default": "active" },
        "verified": { "type": "boolean", "default": true },
    })
}

fn enumerations() -> Value {
    let options = json!(["option1", "option2", "option3"]);
    let titled = json!([
        { "const": "value1", "title": "First" },
        { "const": "value2", "title": "Second" },
        { "const": "value3", "title": "Third" },
    ]);
    json!({
        "untitledSingle": { "type": "string", "enum": options },
        "titledSingle": { "type": "string", "oneOf": titled },
        "legacyEnum": {
            "type": "string",
            "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        },
        "untitledMulti": { "type": "array", "items": { "type": "string", "enum": options } },
        "titledMulti": { "type": "array", "items": { "anyOf": titled } },
    })
}

fn sample(prompt: &str) -> Value {
    let messages = json!([{ "role": "user", "content": { "type": "text", "text": prompt } }]);
    json!({ "method": "sampling/createMessage", "params": { "messages": messages, "maxTokens": 100 } })
}

fn roots() -> Value {
    json!({ "method": "roots/list", "params": {} })
}

fn image() -> Content {
    Content::Image(Blob { data: PIXEL.to_vec(), mime_type: "image/png".to_owned() })
}

fn resource(uri: &str, mime_type: &str, text: &str) -> Content {
    let body = Body::Text(text.to_owned());
    Content::Resource(Embedded { uri: uri.to_owned(), mime_type: Some(mime_type.to_owned()), body })
}

fn content(content: Vec<Content>) -> Result<Outcome, Error> {
    Ok(Outcome::Complete(Output { content, structured: None, meta: None }))
}

fn schema_2020_12() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
            },
        },
        "properties": {
            "name": { "type": "string" },
            "address": { "$ref": "#/$defs/address" },
            "contactMethod": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" },
            "email": { "type": "string" },
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false,
    })
}

tollgate_guests::bindings::export_world!(Plugin with_types_in tollgate_guests::bindings);
tollgate_guests::manifest!("conformance", "[]");
