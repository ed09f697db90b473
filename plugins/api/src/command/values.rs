//! What the words of an option stand for, by the type of its member: JSON, shorthand or plain words, as the AWS CLI
//! takes them.

use serde_json::{Map, Number, Value};
use tollgate_sdk::ToolError;

use super::{shorthand, wrong};
use crate::schema::{Kind, Schema};

/// A JSON object of an option.
pub(super) fn object(option: &str, json: &str) -> Result<Map<String, Value>, ToolError> {
    match self::json(json).map_err(|reason| wrong(format_args!("{option}: {reason}")))? {
        Value::Object(members) => Ok(members),
        _ => Err(wrong(format_args!("{option}: expected a JSON object"))),
    }
}

/// The words behind a flag: none.
pub(super) fn flag(words: &[String]) -> Result<Value, String> {
    match words {
        [] => Ok(Value::Bool(true)),
        [word] => scalar(word, Kind::Boolean),
        _ => Err("takes no value".to_owned()),
    }
}

/// The words of an option.
pub(super) fn argument(words: &[String], schema: Schema<'_>) -> Result<Value, String> {
    let Some(first) = words.first() else { return Err("expected a value".to_owned()) };
    if let Some(file) = words.iter().find(|word| word.starts_with("file://") || word.starts_with("fileb://"))
    {
        return Err(format!("{file:?} names a file, and there are none: give what is in it"));
    }
    let is_json = first.trim_start().starts_with(['[', '{']);
    match schema.kind() {
        Kind::List(item) => match words {
            [one] if is_json && one.trim_start().starts_with('[') => json(one),
            _ => words
                .iter()
                .map(|word| element(word, item, is_json))
                .collect::<Result<Vec<_>, _>>()
                .map(Value::Array),
        },
        kind => match words {
            [one] => value(one, kind, schema, is_json),
            _ => Err(format!("takes one value, got {}; quote what belongs together", words.len())),
        },
    }
}

/// One of the words of a list.
fn element(word: &str, item: Schema<'_>, is_json: bool) -> Result<Value, String> {
    // Of objects with one member, the values are enough.
    if let Kind::Structure(members) = item.kind()
        && let (Some((name, member)), 1, false) =
            (members.iter().next(), members.len(), is_json || word.contains('='))
    {
        let value = value(word, item.member(member).kind(), item.member(member), false)?;
        return Ok(Value::Object(Map::from_iter([(name.clone(), value)])));
    }
    value(word, item.kind(), item, is_json)
}

fn value(word: &str, kind: Kind<'_>, schema: Schema<'_>, is_json: bool) -> Result<Value, String> {
    match kind {
        Kind::Structure(_) | Kind::Map(_) | Kind::List(_) if is_json => json(word),
        Kind::Structure(members)
            if members.len() == 1 && members.contains_key("Value") && !word.contains('=') =>
        {
            Ok(Value::Object(Map::from_iter([("Value".to_owned(), word.into())])))
        }
        Kind::Structure(_) | Kind::Map(_) | Kind::List(_) => {
            typed(Value::Object(shorthand::parse(word)?), schema)
        }
        Kind::Any => json(word),
        kind => scalar(word, kind),
    }
}

/// Gives what shorthand left as texts the types of the model.
fn typed(value: Value, schema: Schema<'_>) -> Result<Value, String> {
    match (schema.kind(), value) {
        (Kind::Structure(members), Value::Object(given)) => {
            let member = |(name, value): (String, Value)| {
                let value = match members.get(&name) {
                    Some(member) => {
                        typed(value, schema.member(member)).map_err(|reason| format!("{name}: {reason}"))?
                    }
                    // The host says what there is.
                    None => value,
                };
                Ok((name, value))
            };
            given.into_iter().map(member).collect::<Result<_, String>>().map(Value::Object)
        }
        (Kind::Map(values), Value::Object(given)) => {
            let member = |(name, value): (String, Value)| Ok((name, typed(value, values)?));
            given.into_iter().map(member).collect::<Result<_, String>>().map(Value::Object)
        }
        (Kind::List(item), Value::Array(values)) => {
            values.into_iter().map(|value| typed(value, item)).collect::<Result<_, _>>().map(Value::Array)
        }
        // One value of a list that could have more.
        (Kind::List(item), value) => Ok(Value::Array(vec![typed(value, item)?])),
        (Kind::Any, _) => Err("shorthand knows no types here: give JSON".to_owned()),
        (kind, Value::String(word)) => scalar(&word, kind),
        (_, value) => Ok(value),
    }
}

fn scalar(word: &str, kind: Kind<'_>) -> Result<Value, String> {
    let number = word.trim();
    match kind {
        Kind::Integer => {
            let number = number.parse::<i64>().map(Value::from);
            number.map_err(|_| format!("expected an integer, got {word:?}"))
        }
        Kind::Number => {
            let number = number.parse().ok().and_then(Number::from_f64).map(Value::Number);
            number.ok_or_else(|| format!("expected a number, got {word:?}"))
        }
        Kind::Boolean => match word.to_ascii_lowercase().as_str() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(format!("expected true or false, got {word:?}")),
        },
        Kind::Stream => Err("a stream, which this host does not send".to_owned()),
        _ => Ok(word.into()),
    }
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))
}
