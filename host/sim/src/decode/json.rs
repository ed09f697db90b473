//! JSON bodies: wire names to API names, timestamps to ISO 8601.

use serde_json::{Map, Value};
use tollgate_aws::model::{Kind, Service, ShapeId};

use crate::problem::Problem;
use crate::timestamp;

pub(super) fn decode(service: &Service, shape: ShapeId, body: &[u8]) -> Result<Map<String, Value>, Problem> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let value =
        serde_json::from_slice(body).map_err(|error| Problem::Malformed(format!("the body: {error}")))?;
    match value {
        Value::Object(object) => structure(service, shape, object, ""),
        other => Err(Problem::Malformed(format!("the body: expected an object, not {other}"))),
    }
}

/// The body members of a structure by their API names.
pub(super) fn structure(
    service: &Service,
    shape: ShapeId,
    object: Map<String, Value>,
    path: &str,
) -> Result<Map<String, Value>, Problem> {
    let Some(structure) = service.structure(shape) else {
        return Err(Problem::Malformed(format!("{path}: an object does not fit")));
    };
    if structure.document {
        return Ok(object);
    }
    object
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, given)| {
            let path = format!("{path}/{name}");
            let member = structure.member_by_wire_name(&name).ok_or_else(|| {
                Problem::Malformed(format!("{path} is not a member of {}", service.shape(shape).name))
            })?;
            Ok((member.name.to_string(), value(service, member.shape, given, &path)?))
        })
        .collect()
}

pub(super) fn value(service: &Service, shape: ShapeId, given: Value, path: &str) -> Result<Value, Problem> {
    let wrong = || Problem::Malformed(format!("{path}: expected {}", service.shape(shape).name));
    match (&service.shape(shape).kind, given) {
        (Kind::Structure(known), given) if known.document => Ok(given),
        (Kind::Structure(_), Value::Object(object)) => {
            structure(service, shape, object, path).map(Value::Object)
        }
        (Kind::List(list), Value::Array(items)) => items
            .into_iter()
            .enumerate()
            .map(|(index, item)| value(service, list.member, item, &format!("{path}/{index}")))
            .collect(),
        (Kind::Map(map), Value::Object(object)) => object
            .into_iter()
            .map(|(key, item)| {
                let path = format!("{path}/{key}");
                value(service, map.value, item, &path).map(|item| (key, item))
            })
            .collect(),
        (Kind::Timestamp(_), given) => timestamp::iso8601(&given).map(Value::from).ok_or_else(wrong),
        (Kind::String(_) | Kind::Blob, given @ Value::String(_))
        | (Kind::Boolean, given @ Value::Bool(_))
        | (Kind::Float(_) | Kind::Double(_), given @ (Value::Number(_) | Value::String(_))) => Ok(given),
        (Kind::Integer(_) | Kind::Long(_), Value::Number(number)) if number.is_i64() => {
            Ok(Value::Number(number))
        }
        _ => Err(wrong()),
    }
}
