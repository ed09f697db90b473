//! Descriptions of resources that come as JSON text.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::MARKER;
use super::name::{member_sounds_secret, sounds_secret};
use crate::protocol::Value;

/// What holds variables or a script, in the words of CloudFormation and of AWS Config, without separators and
/// letter case.
const HOLDERS: [&str; 7] = [
    "environment",
    "environmentvariables",
    "env",
    "userdata",
    "runtimeenvironmentvariables",
    "containerenvironmentvariables",
    "optionsettings",
];

/// The names of things, which stay within what holds variables.
const NAMES: [&str; 4] = ["name", "key", "optionname", "type"];

/// Replaces, in every JSON text below, what sounds like a secret. A text that is no JSON goes as a whole.
pub(super) fn conceal(value: &mut Value<'_>) {
    match value {
        Value::String(text) if text.is_empty() => {}
        Value::String(text) => *text = Cow::Owned(without_secrets(text)),
        Value::List(values) => values.iter_mut().for_each(conceal),
        Value::Object(fields) => fields.iter_mut().for_each(|(_, value)| conceal(value)),
        Value::Null | Value::Boolean(_) | Value::Number(_) => {}
    }
}

fn without_secrets(text: &str) -> String {
    match serde_json::from_str::<Json>(text) {
        Ok(mut json @ (Json::Object(_) | Json::Array(_))) => {
            search(&mut json);
            json.to_string()
        }
        _ => MARKER.to_owned(),
    }
}

fn search(json: &mut Json) {
    match json {
        Json::Array(values) => values.iter_mut().for_each(search),
        Json::Object(members) => {
            // `{"key": "db-password", "value": "…"}`: tags, parameters and variables.
            let secret = ["key", "name"].iter().any(|label| {
                let named = |(name, value): (&String, &Json)| {
                    name.to_ascii_lowercase().ends_with(label) && value.as_str().is_some_and(sounds_secret)
                };
                members.iter().any(named)
            });
            for (name, value) in members.iter_mut() {
                let plain = plain(name);
                if secret && plain.ends_with("value") || holds_text(value) && member_sounds_secret(name) {
                    erase(value, false);
                } else if HOLDERS.contains(&&*plain) && (!value.is_string() || plain == "userdata") {
                    erase(value, true);
                } else {
                    search(value);
                }
            }
        }
        Json::String(text) => nested(text),
        _ => {}
    }
}

/// JSON text within JSON text, as AWS Config has it for some types.
fn nested(text: &mut String) {
    if text.starts_with(['{', '[']) && serde_json::from_str::<Json>(text).is_ok() {
        *text = without_secrets(text);
    }
}

/// A switch under such a name is none.
fn holds_text(value: &Json) -> bool {
    matches!(value, Json::String(_) | Json::Array(_))
}

fn erase(json: &mut Json, keep_names: bool) {
    match json {
        Json::Null => {}
        Json::String(text) if text.is_empty() => {}
        Json::Array(values) => values.iter_mut().for_each(|value| erase(value, keep_names)),
        Json::Object(members) => {
            for (name, value) in members.iter_mut() {
                if !(keep_names && value.is_string() && NAMES.contains(&&*plain(name))) {
                    erase(value, keep_names);
                }
            }
        }
        _ => *json = Json::String(MARKER.to_owned()),
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}
