//! Decoding a tool's arguments, once, with errors that say what to send instead.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{ToolError, nearest::suggestion};

/// Decodes arguments that the schema has. One that is `null` counts as absent: some clients send every
/// optional argument.
pub(crate) fn decode<A: DeserializeOwned>(
    json: &str,
    schema: impl FnOnce() -> Value,
) -> Result<A, ToolError> {
    let mut arguments = match serde_json::from_str(json) {
        Ok(Value::Object(arguments)) => arguments,
        Ok(_) => return Err(ToolError::InvalidArguments("arguments must be a JSON object".to_owned())),
        Err(error) => return Err(ToolError::InvalidArguments(format!("arguments are no JSON: {error}"))),
    };
    arguments.retain(|_, value| !value.is_null());
    if !arguments.is_empty() {
        refuse_unknown(&arguments, &schema())?;
    }
    let error = match typed(arguments.clone()) {
        Ok(arguments) => return Ok(arguments),
        Err(error) => error,
    };
    let path = match error.path().to_string() {
        path if path == "." => culprit::<A>(&arguments),
        path => Some(path),
    };
    let message = in_json_words(&error.inner().to_string());
    Err(match path {
        Some(path) => ToolError::invalid_argument(path, message),
        None => ToolError::InvalidArguments(message),
    })
}

fn typed<A: DeserializeOwned>(
    arguments: Map<String, Value>,
) -> Result<A, serde_path_to_error::Error<serde_json::Error>> {
    serde_path_to_error::deserialize(Value::Object(arguments))
}

fn refuse_unknown(arguments: &Map<String, Value>, schema: &Value) -> Result<(), ToolError> {
    if schema["additionalProperties"] != Value::Bool(false) {
        return Ok(());
    }
    let Some(known) = schema["properties"].as_object() else { return Ok(()) };
    for name in arguments.keys() {
        if !known.contains_key(name) {
            let known: Vec<&str> = known.keys().map(String::as_str).collect();
            let hint = match suggestion(name, known.iter().copied()) {
                hint if !hint.is_empty() => hint,
                _ if known.is_empty() => "; this tool takes none".to_owned(),
                _ => format!("; known: {}", known.join(", ")),
            };
            return Err(ToolError::invalid_argument(name, format!("unknown argument{hint}")));
        }
    }
    Ok(())
}

/// The argument without which the rest decodes: serde loses the path inside a `flatten`.
fn culprit<A: DeserializeOwned>(arguments: &Map<String, Value>) -> Option<String> {
    let decodes_without = |name: &&String| {
        let mut rest = arguments.clone();
        rest.remove(*name);
        typed::<A>(rest).is_ok()
    };
    arguments.keys().find(decodes_without).cloned()
}

/// Serde's message in the words of JSON rather than of Rust.
fn in_json_words(message: &str) -> String {
    let for_kind = ["invalid type: ", "invalid value: ", "invalid length "];
    let Some(rest) = for_kind.iter().find_map(|prefix| message.strip_prefix(prefix)) else {
        return message.to_owned();
    };
    let Some((got, expected)) = rest.split_once(", expected ") else { return message.to_owned() };
    let got = match got {
        "sequence" => "an array",
        "map" => "an object",
        got => got,
    };
    let expected = match expected {
        "a sequence" => "an array",
        "a map" => "an object",
        "u8" => "an integer from 0 to 255",
        "u16" => "an integer from 0 to 65535",
        "u32" | "u64" | "u128" | "usize" => "an integer from 0 up",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "an integer",
        "f32" | "f64" => "a number",
        expected if expected.starts_with("struct ") => "an object",
        expected => expected,
    };
    format!("expected {expected}, got {got}")
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Deserialize;

    use super::*;
    use crate::{ListQuery, NoArguments, schema::of_input};

    #[derive(Debug, Deserialize, JsonSchema)]
    #[allow(dead_code, reason = "only decoding is tested")]
    struct Scan {
        ports: Vec<Port>,
        #[serde(default)]
        deep: bool,
        #[serde(flatten)]
        query: ListQuery,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only decoding is tested")]
    struct Port {
        number: u16,
        protocol: Option<Protocol>,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(rename_all = "lowercase")]
    enum Protocol {
        Tcp,
        Udp,
    }

    fn refused<A: DeserializeOwned + JsonSchema + std::fmt::Debug>(json: &str) -> String {
        match decode::<A>(json, of_input::<A>) {
            Err(ToolError::InvalidArguments(text)) => text,
            other => panic!("{json} gave {other:?}"),
        }
    }

    #[test]
    fn errors_say_path_what_came_and_what_was_expected() {
        let errors = [
            refused::<Scan>("[]"),
            refused::<Scan>("{"),
            refused::<Scan>(r#"{"ports": [{"number": 1}, {"number": "http"}]}"#),
            refused::<Scan>(r#"{"ports": [{"number": 70000}]}"#),
            refused::<Scan>(r#"{"ports": [{"number": 1, "protocol": "tpc"}]}"#),
            refused::<Scan>(r#"{"ports": [{"number": 1, "nmae": 2}]}"#),
            refused::<Scan>(r#"{"ports": {}}"#),
            refused::<Scan>(r#"{}"#),
            refused::<Scan>(r#"{"ports": [], "accounts": "production"}"#),
            refused::<ListQuery>(r#"{"accounts": "production"}"#),
            refused::<ListQuery>(r#"{"limit": -1}"#),
            refused::<ListQuery>(r#"{"account": ["production"]}"#),
            refused::<ListQuery>(r#"{"verbose": true}"#),
            refused::<NoArguments>(r#"{"verbose": true}"#),
        ];
        insta::assert_snapshot!(errors.join("\n"), @r#"
        arguments must be a JSON object
        arguments are no JSON: EOF while parsing an object at line 1 column 1
        `ports[1].number`: expected an integer from 0 to 65535, got string "http"
        `ports[0].number`: expected an integer from 0 to 65535, got integer `70000`
        `ports[0].protocol`: unknown variant `tpc`, expected `tcp` or `udp`
        `ports[0].nmae`: unknown field `nmae`, expected `number` or `protocol`
        `ports`: expected an array, got an object
        missing field `ports`
        `accounts`: expected an array, got string "production"
        `accounts`: expected an array, got string "production"
        `limit`: expected an integer from 0 up, got integer `-1`
        `account`: unknown argument; did you mean `accounts`?
        `verbose`: unknown argument; known: accounts, regions, filter, fields, group_by, sum, limit, cursor
        `verbose`: unknown argument; this tool takes none
        "#);
    }

    #[test]
    fn null_counts_as_absent() {
        let query: ListQuery =
            decode(r#"{"accounts": null, "filter": null, "limit": null}"#, of_input::<ListQuery>)
                .expect("nothing is given");
        assert_eq!(query, ListQuery::default());
    }

    #[test]
    fn flattened_arguments_decode_with_the_rest() {
        let scan: Scan =
            decode(r#"{"ports": [], "accounts": ["a"], "limit": 5}"#, of_input::<Scan>).expect("all fit");
        assert_eq!((scan.query.accounts, scan.query.limit), (vec!["a".to_owned()], Some(5)));
    }
}
