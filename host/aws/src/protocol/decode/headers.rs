//! Members that travel in the headers or are the status.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;

use super::super::value::Value;
use super::scalar;
use crate::model::{Kind, Location, Member, Service, Structure, TimestampFormat};

/// The members of an output that are not in the body.
pub(super) fn members<'a>(
    service: &'a Service,
    output: &'a Structure,
    status: u16,
    headers: &HeaderMap,
) -> Vec<(Cow<'a, str>, Value<'a>)> {
    let mut fields = Vec::new();
    for member in &output.members {
        let value = match member.location {
            Location::StatusCode => Some(Value::Number(status.into())),
            Location::Header => text(headers, member.wire_name()).map(|text| value(service, member, &text)),
            Location::Headers => Some(prefixed(headers, member.wire_name())),
            Location::Body | Location::QueryString | Location::Uri => None,
        };
        fields.extend(value.map(|value| (Cow::Borrowed(&*member.name), value)));
    }
    fields
}

/// All values of a header, joined as HTTP says.
fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut values = headers.get_all(name).iter().map(|value| readable(value.as_bytes()));
    let first = values.next()?;
    Some(values.fold(first, |joined, value| joined + ", " + &value))
}

/// A header's bytes: UTF-8, else Latin-1.
pub(super) fn readable(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

/// All headers that begin with a prefix, by the rest of their names, which are lower case.
fn prefixed<'a>(headers: &HeaderMap, prefix: &str) -> Value<'a> {
    let prefix = prefix.to_ascii_lowercase();
    let matching = headers.keys().filter_map(|name| Some((name, name.as_str().strip_prefix(&prefix)?)));
    Value::Object(
        matching
            .filter_map(|(name, rest)| {
                Some((Cow::Owned(rest.to_owned()), Value::String(Cow::Owned(text(headers, name.as_str())?))))
            })
            .collect(),
    )
}

fn value<'a>(service: &'a Service, member: &'a Member, text: &str) -> Value<'a> {
    match &service.shape(member.shape).kind {
        Kind::List(list) => {
            let kind = &service.shape(list.member).kind;
            let format = list.timestamp_format;
            let elements = elements(kind, format, text);
            Value::List(elements.into_iter().map(|text| scalar::value(kind, Cow::Owned(text))).collect())
        }
        _ if member.json_value => json(text).unwrap_or_else(|| Value::String(Cow::Owned(text.to_owned()))),
        kind => scalar::value(kind, Cow::Owned(text.to_owned())),
    }
}

/// JSON in base64.
fn json<'a>(text: &str) -> Option<Value<'a>> {
    let bytes = STANDARD.decode(text.trim()).ok()?;
    serde_json::from_slice::<serde_json::Value>(&bytes).ok().map(Value::from)
}

/// The elements of a list: between commas that are neither in quotes nor part of a date.
fn elements(kind: &Kind, format: Option<TimestampFormat>, text: &str) -> Vec<String> {
    let is_date = match kind {
        Kind::Timestamp(own) => matches!(format.or(*own), None | Some(TimestampFormat::Rfc822)),
        _ => false,
    };
    let mut elements = Vec::new();
    let mut element = String::new();
    let mut letters = text.chars().peekable();
    let (mut quoted, mut commas) = (false, 0);
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted => quoted = false,
            '"' if element.trim().is_empty() => {
                element.clear();
                quoted = true;
            }
            '\\' if quoted => element.extend(letters.next()),
            ',' if !quoted => {
                commas += 1;
                if is_date && commas % 2 == 1 {
                    element.push(',');
                } else {
                    elements.push(std::mem::take(&mut element).trim().to_owned());
                }
            }
            letter => element.push(letter),
        }
    }
    elements.push(element.trim().to_owned());
    elements
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Text;

    #[test]
    fn splits_lists() {
        let text = Kind::String(Text::default());
        assert_eq!(elements(&text, None, r#"a, "b,c" , "d\"e",f"#), ["a", "b,c", "d\"e", "f"]);
        let date = Kind::Timestamp(None);
        let dates = "Mon, 16 Dec 2019 23:48:18 GMT, Tue, 17 Dec 2019 23:48:18 GMT";
        assert_eq!(
            elements(&date, None, dates),
            ["Mon, 16 Dec 2019 23:48:18 GMT", "Tue, 17 Dec 2019 23:48:18 GMT"]
        );
        assert_eq!(elements(&date, Some(TimestampFormat::UnixTimestamp), "1, 2"), ["1", "2"]);
    }
}
