//! JSON bodies, guided by shapes: API names to wire names, timestamps to their formats.

use serde_json::{Map, Value};
use tollgate_aws::model::{Kind, Location, Service, ShapeId, Structure, TimestampFormat};

use super::misfit;
use super::path::Path;
use crate::problem::Problem;
use crate::timestamp;

/// The body members of an output, as an object.
pub(super) fn members(
    service: &Service,
    shape: Option<ShapeId>,
    object: &Map<String, Value>,
    out: &mut Vec<u8>,
) -> Result<(), Problem> {
    match shape.and_then(|shape| service.structure(shape)) {
        Some(structure) => self::structure(service, structure, object, &Path::ROOT, out),
        None => {
            out.extend_from_slice(b"{}");
            Ok(())
        }
    }
}

fn structure(
    service: &Service,
    structure: &Structure,
    object: &Map<String, Value>,
    path: &Path<'_>,
    out: &mut Vec<u8>,
) -> Result<(), Problem> {
    out.push(b'{');
    let mut first = true;
    for (name, given) in object.iter().filter(|(_, value)| !value.is_null()) {
        let path = path.name(name);
        let member =
            structure.member(name).ok_or_else(|| Problem::Fixture(format!("{path} is no member")))?;
        if member.location != Location::Body {
            continue;
        }
        separate(&mut first, out);
        string(member.wire_name(), out);
        out.push(b':');
        value(service, member.shape, member.timestamp_format, given, &path, out)?;
    }
    out.push(b'}');
    Ok(())
}

pub(super) fn value(
    service: &Service,
    shape: ShapeId,
    format: Option<TimestampFormat>,
    given: &Value,
    path: &Path<'_>,
    out: &mut Vec<u8>,
) -> Result<(), Problem> {
    let described = service.shape(shape);
    match (&described.kind, given) {
        (Kind::Structure(known), given) if known.document => raw(given, out),
        (Kind::Structure(known), Value::Object(object)) => structure(service, known, object, path, out)?,
        (Kind::List(list), Value::Array(items)) => {
            out.push(b'[');
            let mut first = true;
            for (index, item) in items.iter().enumerate() {
                separate(&mut first, out);
                value(service, list.member, list.timestamp_format, item, &path.index(index), out)?;
            }
            out.push(b']');
        }
        (Kind::Map(map), Value::Object(object)) => {
            out.push(b'{');
            let mut first = true;
            for (key, item) in object {
                separate(&mut first, out);
                string(key, out);
                out.push(b':');
                value(service, map.value, None, item, &path.name(key), out)?;
            }
            out.push(b'}');
        }
        (Kind::Timestamp(own), given) => {
            let wrong = || misfit(path, &described.name, given);
            match own.or(format).unwrap_or(TimestampFormat::UnixTimestamp) {
                TimestampFormat::UnixTimestamp => {
                    raw(&Value::Number(timestamp::seconds(given).ok_or_else(wrong)?), out);
                }
                TimestampFormat::Iso8601 => string(&timestamp::iso8601(given).ok_or_else(wrong)?, out),
                TimestampFormat::Rfc822 => string(&timestamp::rfc822(given).ok_or_else(wrong)?, out),
            }
        }
        (Kind::String(_) | Kind::Blob, given @ Value::String(_))
        | (Kind::Boolean, given @ Value::Bool(_))
        | (Kind::Integer(_) | Kind::Long(_) | Kind::Float(_) | Kind::Double(_), given @ Value::Number(_)) => {
            raw(given, out);
        }
        (_, Value::Null) => raw(given, out),
        _ => return Err(misfit(path, &described.name, given)),
    }
    Ok(())
}

fn separate(first: &mut bool, out: &mut Vec<u8>) {
    if !std::mem::take(first) {
        out.push(b',');
    }
}

fn string(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(Value::from(text).to_string().as_bytes());
}

fn raw(value: &Value, out: &mut Vec<u8>) {
    out.extend_from_slice(value.to_string().as_bytes());
}
