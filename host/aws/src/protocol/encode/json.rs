//! JSON bodies: awsJson1.0, awsJson1.1, and the bodies of restJson1.

use serde_json::{Map, Value as Json};

use super::super::HttpRequest;
use super::super::input::{Fields, Input};
use super::{in_body, scalar};
use crate::model::{Operation, Service, TimestampFormat};

/// awsJson: the operation is a header, and all members are in the body.
pub(super) fn encode(
    request: &mut HttpRequest,
    service: &Service,
    operation: &Operation,
    version: &str,
    fields: &Fields<'_>,
) {
    let target = format!("{}.{}", service.target_prefix.as_deref().unwrap_or_default(), operation.name);
    request.headers.push(("X-Amz-Target".to_owned(), target));
    request.headers.push(("Content-Type".to_owned(), format!("application/x-amz-json-{version}")));
    if service.query_compatible {
        request.headers.push(("x-amzn-query-mode".to_owned(), "true".to_owned()));
    }
    request.body = structure(fields, |_| true).to_string().into();
}

/// The members of restJson1 without another place.
pub(super) fn body(fields: &Fields<'_>) -> String {
    structure(fields, in_body).to_string()
}

/// A payload of restJson1.
pub(super) fn text(input: &Input<'_>) -> String {
    value(input).to_string()
}

fn structure(fields: &Fields<'_>, wanted: impl Fn(&crate::model::Member) -> bool) -> Json {
    let members = fields.members.iter().filter(|(member, _)| wanted(member));
    Json::Object(
        members.map(|(member, input)| (member.wire_name().to_owned(), value(input))).collect::<Map<_, _>>(),
    )
}

fn value(input: &Input<'_>) -> Json {
    match input {
        Input::Structure(fields) => structure(fields, |_| true),
        Input::List { elements, .. } => Json::Array(elements.iter().map(value).collect()),
        Input::Map { entries, .. } => {
            Json::Object(entries.iter().map(|(key, input)| ((*key).to_owned(), value(input))).collect())
        }
        Input::Boolean(value) => Json::Bool(*value),
        Input::Number(number) => Json::Number((*number).clone()),
        Input::Document(json) => (*json).clone(),
        Input::Timestamp(time, None | Some(TimestampFormat::UnixTimestamp)) => Json::Number(time.seconds()),
        Input::Text(_) | Input::Blob(_) | Input::NotFinite(_) | Input::Timestamp(..) => {
            Json::String(scalar(input, TimestampFormat::UnixTimestamp).unwrap_or_default())
        }
    }
}
