//! From the message to the operation's input: JSON by API names, as clients' users write it.
//!
//! Stricter than AWS: a parameter that the model does not have is refused, so that a client which
//! writes one finds out.

mod cbor;
mod form;
mod json;
mod rest;
mod xml;

use serde_json::{Map, Value};
use tollgate_aws::model::{Kind, Operation, Protocol, Service, ShapeId};

use crate::problem::Problem;
use crate::wire::{Incoming, Routed};

/// The input of the operation that the message calls.
pub(crate) fn input(
    incoming: &Incoming,
    routed: &Routed,
    operation: &Operation,
) -> Result<Map<String, Value>, Problem> {
    let service = &*routed.service;
    let Some(shape) = operation.input else { return Ok(Map::new()) };
    let input = match routed.protocol {
        Protocol::Ec2Query | Protocol::AwsQuery => {
            let form = incoming.form().unwrap_or_default();
            form::decode(service, shape, routed.protocol, form)?
        }
        Protocol::AwsJson10 | Protocol::AwsJson11 => json::decode(service, shape, &incoming.body)?,
        Protocol::RpcV2Cbor => cbor::decode(service, shape, &incoming.body)?,
        Protocol::RestXml | Protocol::RestJson1 => rest::decode(incoming, routed, shape)?,
    };
    check_required(service, shape, &input)?;
    Ok(input)
}

/// The members that must be there. Only of the input itself: what is inside comes from fixtures' clients
/// as they wrote it, and AWS checks it service by service.
fn check_required(service: &Service, shape: ShapeId, input: &Map<String, Value>) -> Result<(), Problem> {
    let members = service.structure(shape).map(|structure| &structure.members[..]).unwrap_or_default();
    match members.iter().find(|member| member.required && !input.contains_key(&*member.name)) {
        Some(member) => Err(Problem::Missing(member.name.to_string())),
        None => Ok(()),
    }
}

/// A scalar that travels as text: in forms, headers, labels, query strings and XML.
fn scalar(service: &Service, shape: ShapeId, text: &str, path: &str) -> Result<Value, Problem> {
    let wrong = |expected: &str| Problem::Malformed(format!("{path}: {text:?} is not {expected}"));
    let shape = service.shape(shape);
    Ok(match &shape.kind {
        Kind::String(_) | Kind::Blob => Value::from(text),
        Kind::Boolean => match text {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => return Err(wrong("true or false")),
        },
        Kind::Integer(_) | Kind::Long(_) => {
            Value::from(text.parse::<i64>().map_err(|_| wrong("a whole number"))?)
        }
        Kind::Float(_) | Kind::Double(_) => Value::from(text.parse::<f64>().map_err(|_| wrong("a number"))?),
        Kind::Timestamp(_) => crate::timestamp::iso8601(&Value::from(text))
            .map(Value::from)
            .ok_or_else(|| wrong("a timestamp"))?,
        Kind::Structure(_) | Kind::List(_) | Kind::Map(_) => return Err(wrong(&format!("a {}", shape.name))),
    })
}
