//! Texts of the wire to values, by the kind that the model says.
//!
//! What does not read as its kind survives as the text that it is: one odd field must not lose an answer of
//! a thousand rows.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Number;

use super::super::timestamp;
use super::super::value::Value;
use crate::model::Kind;

/// A text as a value of a kind.
pub(super) fn value<'a>(kind: &Kind, text: Cow<'a, str>) -> Value<'a> {
    match kind {
        Kind::Boolean => Value::Boolean(text.trim().eq_ignore_ascii_case("true")),
        Kind::Integer(_) | Kind::Long(_) => match integer(text.trim()) {
            Some(number) => Value::Number(number),
            None => Value::String(text),
        },
        Kind::Float(_) | Kind::Double(_) => match float(text.trim()) {
            Some(number) => Value::float(number),
            None => Value::String(text),
        },
        Kind::Timestamp(_) => match timestamp::normalise(&text) {
            Some(normal) => Value::String(Cow::Owned(normal)),
            None => Value::String(text),
        },
        Kind::Blob => Value::String(base64(text)),
        Kind::String(_) | Kind::Structure(_) | Kind::List(_) | Kind::Map(_) => Value::String(text),
    }
}

fn integer(text: &str) -> Option<Number> {
    match text.parse::<i64>() {
        Ok(number) => Some(number.into()),
        Err(_) => text.parse::<u64>().ok().map(Number::from),
    }
}

/// A number in the notation of Python's `float`, but no other names than these three.
fn float(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        text if text.bytes().any(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    }
}

/// Base64 without the line breaks that it may travel with.
fn base64(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')) {
        return text;
    }
    let dense: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    match STANDARD.decode(&dense) {
        Ok(_) => Cow::Owned(dense),
        Err(_) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Bounds;

    #[test]
    fn odd_values_survive_as_text() {
        let integer = Kind::Long(Bounds::default());
        let double = Kind::Double(Bounds::default());
        for (kind, text, json) in [
            (&integer, " 5 ", "5"),
            (&integer, "18446744073709551615", "18446744073709551615"),
            (&integer, "99999999999999999999", "\"99999999999999999999\""),
            (&integer, "", "\"\""),
            (&double, "1e3", "1000.0"),
            (&double, "NaN", "\"NaN\""),
            (&double, "inf", "\"inf\""),
            (&Kind::Boolean, "true", "true"),
            (&Kind::Boolean, "", "false"),
            (&Kind::Timestamp(None), "soon", "\"soon\""),
            (&Kind::Blob, "aGVs\n bG8=", "\"aGVsbG8=\""),
            (&Kind::Blob, "?", "\"?\""),
        ] {
            assert_eq!(serde_json::to_string(&value(kind, text.into())).unwrap(), json, "{text}");
        }
    }
}
