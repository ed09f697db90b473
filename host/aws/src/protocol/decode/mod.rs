//! HTTP responses to values.

mod cbor;
mod error;
mod headers;
mod json;
mod scalar;
mod xml;

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;

pub(super) use error::decode_error;

use super::error::DecodeError;
use super::mask::Mask;
use super::value::Value;
use crate::model::{Kind, Member, Operation, Protocol, Service, ShapeId, Structure};

pub(super) fn decode<'a>(
    service: &'a Service,
    operation: &'a Operation,
    status: u16,
    headers: &HeaderMap,
    body: &'a [u8],
    mask: &'a Mask,
) -> Result<Value<'a>, DecodeError> {
    let Some((shape, output)) = operation.output.and_then(|shape| Some((shape, service.structure(shape)?)))
    else {
        return Ok(Value::Object(Vec::new()));
    };
    let is_event_stream =
        |member: &Member| service.structure(member.shape).is_some_and(|structure| structure.event_stream);
    if output.members.iter().any(is_event_stream) {
        return Err(DecodeError::Streaming { operation: operation.name.to_string() });
    }
    match service.protocol {
        Protocol::Ec2Query | Protocol::AwsQuery => {
            // botocore's rule: these protocols have no empty answers.
            if is_blank(body) {
                return Err(DecodeError::Empty { operation: operation.name.to_string() });
            }
            xml::refuse_error_document(service, headers, body)?;
            xml::document(service, operation, shape, body, mask).map(Value::Object)
        }
        Protocol::AwsJson10 | Protocol::AwsJson11 => {
            json::body(service, operation, shape, body, mask).map(Value::Object)
        }
        Protocol::RestXml | Protocol::RestJson1 => {
            let mut fields = headers::members(service, output, status, headers);
            fields.extend(rest_body(service, operation, (shape, output), headers, body, mask)?);
            Ok(Value::Object(fields))
        }
        Protocol::RpcV2Cbor => cbor::body(service, operation, shape, body, mask),
    }
}

/// The members that the body of a REST protocol has.
fn rest_body<'a>(
    service: &'a Service,
    operation: &'a Operation,
    (shape, output): (ShapeId, &'a Structure),
    headers: &HeaderMap,
    body: &'a [u8],
    mask: &'a Mask,
) -> Result<Vec<(Cow<'a, str>, Value<'a>)>, DecodeError> {
    let Some(payload) = output.payload.as_deref().and_then(|name| output.member(name)) else {
        return match service.protocol {
            Protocol::RestXml if is_blank(body) => Ok(Vec::new()),
            Protocol::RestXml => {
                xml::refuse_error_document(service, headers, body)?;
                xml::document(service, operation, shape, body, mask)
            }
            _ => json::body(service, operation, shape, body, mask),
        };
    };
    // Read in any case: it may be an error.
    static NOTHING: Mask = Mask::NOTHING;
    let mask = mask.member(&payload.name).unwrap_or(&NOTHING);
    let name = Cow::Borrowed(&*payload.name);
    if is_blank(body) && service.structure(payload.shape).is_some_and(|structure| structure.union) {
        return Ok(Vec::new());
    }
    let value = match &service.shape(payload.shape).kind {
        Kind::String(_) => Value::String(String::from_utf8_lossy(body)),
        Kind::Blob => Value::String(Cow::Owned(STANDARD.encode(body))),
        Kind::Structure(_) if service.protocol == Protocol::RestXml => {
            if is_blank(body) {
                return Ok(vec![(name, Value::Object(Vec::new()))]);
            }
            xml::refuse_error_document(service, headers, body)?;
            Value::Object(xml::document(service, operation, payload.shape, body, mask)?)
        }
        _ => json::payload(service, operation, payload.shape, body, mask)?,
    };
    Ok(vec![(name, value)])
}

fn is_blank(body: &[u8]) -> bool {
    body.iter().all(u8::is_ascii_whitespace)
}
