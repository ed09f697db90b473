//! What a call answers, checked before anybody sees it.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::bindings::exports::tollgate::plugin::tools;
use crate::error::CallError;
use crate::text::clean;

/// Deeper JSON breaks the parsers of clients.
const MAX_DEPTH: usize = 100;

/// How a call ended that did not fail.
#[derive(Debug)]
pub enum Outcome {
    /// With an answer.
    Complete(Output),
    /// With a question; the call is repeated with the answers.
    InputRequired(Question),
}

/// The answer of a tool.
#[derive(Debug)]
pub struct Output {
    /// What is shown to the model.
    pub content: Vec<Content>,
    /// The answer as data: a JSON object, as the plugin wrote it but on one line.
    pub structured: Option<Box<RawValue>>,
    /// MCP `_meta` of the result.
    pub meta: Option<Map<String, Value>>,
}

/// A piece of an answer. Texts hold no control characters but line feeds and tabs.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Plain text.
    Text(String),
    /// A picture.
    Image(Blob),
    /// A sound.
    Audio(Blob),
    /// A resource to read later.
    ResourceLink(Link),
    /// A resource, whole.
    Resource(Embedded),
    /// Any other MCP content block.
    Other(Map<String, Value>),
}

/// Bytes of a media type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// The bytes.
    pub data: Vec<u8>,
    /// The media type.
    pub mime_type: String,
}

/// A resource that the client may read later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it is.
    pub uri: String,
    /// A short name.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// Its media type.
    pub mime_type: Option<String>,
}

/// A resource that comes with the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embedded {
    /// Where it is.
    pub uri: String,
    /// Its media type.
    pub mime_type: Option<String>,
    /// What it holds.
    pub body: Body,
}

/// The content of an embedded resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// Something a tool must ask the client before it can answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// MCP input requests, by ids of the plugin's choice.
    pub requests: Map<String, Value>,
    /// What the plugin wants back with the answers, and the client must neither read nor change.
    pub state: Option<String>,
}

impl Outcome {
    /// Takes over what a plugin answered. Nothing of it is trusted.
    pub(crate) fn new(outcome: tools::Outcome, limit: usize) -> Result<Self, CallError> {
        if size(&outcome) > limit {
            return Err(CallError::OutputTooLarge { limit });
        }
        match outcome {
            tools::Outcome::Complete(tools::Output { content, structured, meta }) => {
                Ok(Self::Complete(Output {
                    content: content.into_iter().map(Content::new).collect::<Result<_, _>>()?,
                    structured: structured.map(|text| raw_object("structured", text)).transpose()?,
                    meta: meta.map(|text| object("meta", &text)).transpose()?,
                }))
            }
            tools::Outcome::InputRequired(tools::Question { requests, state }) => {
                let requests = object("requests", &requests)?;
                if requests.is_empty() {
                    return Err(CallError::InvalidOutput(
                        "requests: a question must ask something".to_owned(),
                    ));
                }
                Ok(Self::InputRequired(Question { requests, state }))
            }
        }
    }
}

impl Content {
    fn new(content: tools::Content) -> Result<Self, CallError> {
        let blob = |tools::Blob { data, mime_type }| Blob { data, mime_type: clean(mime_type) };
        Ok(match content {
            tools::Content::Text(text) => Self::Text(clean(text)),
            tools::Content::Image(image) => Self::Image(blob(image)),
            tools::Content::Audio(audio) => Self::Audio(blob(audio)),
            tools::Content::ResourceLink(tools::Link { uri, name, description, mime_type }) => {
                Self::ResourceLink(Link {
                    uri: clean(uri),
                    name: clean(name),
                    description: description.map(clean),
                    mime_type: mime_type.map(clean),
                })
            }
            tools::Content::Resource(tools::Embedded { uri, mime_type, body }) => Self::Resource(Embedded {
                uri: clean(uri),
                mime_type: mime_type.map(clean),
                body: match body {
                    tools::Body::Text(text) => Body::Text(clean(text)),
                    tools::Body::Blob(data) => Body::Blob(data),
                },
            }),
            tools::Content::Other(text) => Self::Other(object("content", &text)?),
        })
    }
}

/// The bytes of an answer.
fn size(outcome: &tools::Outcome) -> usize {
    let optional = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let content = |content: &tools::Content| match content {
        tools::Content::Text(text) | tools::Content::Other(text) => text.len(),
        tools::Content::Image(blob) | tools::Content::Audio(blob) => blob.data.len() + blob.mime_type.len(),
        tools::Content::ResourceLink(link) => {
            link.uri.len() + link.name.len() + optional(&link.description) + optional(&link.mime_type)
        }
        tools::Content::Resource(embedded) => {
            let body = match &embedded.body {
                tools::Body::Text(text) => text.len(),
                tools::Body::Blob(data) => data.len(),
            };
            embedded.uri.len() + optional(&embedded.mime_type) + body
        }
    };
    match outcome {
        tools::Outcome::Complete(output) => {
            // An empty piece costs something, too.
            let pieces = output.content.iter().map(|piece| size_of::<Content>() + content(piece));
            pieces.sum::<usize>() + optional(&output.structured) + optional(&output.meta)
        }
        tools::Outcome::InputRequired(question) => question.requests.len() + optional(&question.state),
    }
}

fn invalid(what: &str, why: impl std::fmt::Display) -> CallError {
    CallError::InvalidOutput(format!("{what}: expected a JSON object: {why}"))
}

fn object(what: &str, text: &str) -> Result<Map<String, Value>, CallError> {
    serde_json::from_str(text).map_err(|error| invalid(what, error))
}

/// Checks that a text is one JSON object, and puts it on one line: over a pipe, line feeds part
/// messages, so a line feed between two tokens would let a plugin write messages of its own.
fn raw_object(what: &str, text: String) -> Result<Box<RawValue>, CallError> {
    let depth = depth(&text);
    if depth > MAX_DEPTH {
        return Err(invalid(what, format_args!("{depth} levels are over the limit of {MAX_DEPTH}")));
    }
    let on_one_line = !text.bytes().any(|byte| matches!(byte, b'\n' | b'\r'));
    let text = if on_one_line { text } else { text.replace(['\n', '\r'], " ") };
    let value = RawValue::from_string(text).map_err(|error| invalid(what, error))?;
    if value.get().starts_with('{') { Ok(value) } else { Err(invalid(what, "it is something else")) }
}

/// How deep arrays and objects are nested, in a text that may or may not be JSON.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if string => escaped = true,
            b'"' => string = !string,
            b'{' | b'[' if !string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn structured(text: &str) -> Result<String, String> {
        raw_object("structured", text.to_owned())
            .map(|value| value.get().to_owned())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn structured_content_is_one_object_on_one_line() {
        assert_eq!(structured("{\"a\":1.50}").unwrap(), "{\"a\":1.50}", "kept to the letter");
        assert_eq!(structured("{\r\n\"a\":\n[\"\\n\"]}").unwrap(), "{  \"a\": [\"\\n\"]}");
        for wrong in ["[]", "1", "null", "\"{}\""] {
            assert!(structured(wrong).unwrap_err().ends_with("expected a JSON object: it is something else"));
        }
        for wrong in ["", "{", "{}{}", "{\"a\":1}\n{\"jsonrpc\":\"2.0\"}", "{\"a\":\"\n\"", "{'a':1}"] {
            assert!(structured(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_line_feed_within_a_string_is_no_json() {
        // It is turned into a space before it is parsed, which makes it JSON, and harmless.
        assert_eq!(structured("{\"a\":\"b\nc\"}").unwrap(), "{\"a\":\"b c\"}");
    }

    #[test]
    fn depth_is_bounded() {
        assert_eq!(depth(r#"{"a":["[[[[", "\"[", {}]}"#), 3);
        let nested = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(structured(&nested(MAX_DEPTH - 1)).is_ok());
        assert!(structured(&nested(MAX_DEPTH)).unwrap_err().contains("101 levels are over the limit of 100"));
    }

    fn complete(content: Vec<tools::Content>) -> tools::Outcome {
        tools::Outcome::Complete(tools::Output { content, structured: None, meta: None })
    }

    #[test]
    fn text_loses_control_characters() {
        let text = tools::Content::Text("a\u{1b}[2J\nb".into());
        let Outcome::Complete(output) = Outcome::new(complete(vec![text]), 1_000).unwrap() else { panic!() };
        assert_eq!(output.content, [Content::Text("a[2J\nb".into())]);
    }

    #[test]
    fn the_size_counts_everything() {
        let text = |length| tools::Content::Text("a".repeat(length));
        assert!(Outcome::new(complete(vec![text(800)]), 1_000).is_ok());
        let too_large = Outcome::new(complete(vec![text(1_001)]), 1_000).unwrap_err();
        assert!(matches!(too_large, CallError::OutputTooLarge { limit: 1_000 }));
        let many = complete((0..1_000).map(|_| text(0)).collect());
        assert!(matches!(Outcome::new(many, 1_000).unwrap_err(), CallError::OutputTooLarge { .. }));
    }

    #[test]
    fn a_question_asks_something() {
        let question = |requests: &str| {
            let question = tools::Question { requests: requests.into(), state: Some("s".into()) };
            Outcome::new(tools::Outcome::InputRequired(question), 1_000)
        };
        assert!(matches!(question(r#"{"a":{}}"#).unwrap(), Outcome::InputRequired(_)));
        assert!(matches!(question("{}").unwrap_err(), CallError::InvalidOutput(_)));
        assert!(matches!(question("[]").unwrap_err(), CallError::InvalidOutput(_)));
    }
}
