//! rpcv2Cbor bodies (RFC 8949), guided by shapes. Members go by their API names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use tollgate_aws::model::{Kind, Service, ShapeId, Structure};

use super::misfit;
use super::path::Path;
use crate::problem::Problem;
use crate::timestamp;

const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;

/// An output, as a map.
pub(super) fn members(
    service: &Service,
    shape: Option<ShapeId>,
    object: &Map<String, Value>,
    out: &mut Vec<u8>,
) -> Result<(), Problem> {
    match shape.and_then(|shape| service.structure(shape)) {
        Some(structure) => self::structure(service, structure, object, &Path::ROOT, out),
        None => {
            head(MAP, 0, out);
            Ok(())
        }
    }
}

/// An error's body.
pub(super) fn error(code: &str, message: &str, out: &mut Vec<u8>) {
    head(MAP, 2, out);
    for text in ["__type", code, "message", message] {
        string(text, out);
    }
}

fn structure(
    service: &Service,
    structure: &Structure,
    object: &Map<String, Value>,
    path: &Path<'_>,
    out: &mut Vec<u8>,
) -> Result<(), Problem> {
    head(MAP, object.values().filter(|value| !value.is_null()).count() as u64, out);
    for (name, given) in object.iter().filter(|(_, value)| !value.is_null()) {
        let path = path.name(name);
        let member =
            structure.member(name).ok_or_else(|| Problem::Fixture(format!("{path} is no member")))?;
        string(name, out);
        value(service, member.shape, given, &path, out)?;
    }
    Ok(())
}

fn value(
    service: &Service,
    shape: ShapeId,
    given: &Value,
    path: &Path<'_>,
    out: &mut Vec<u8>,
) -> Result<(), Problem> {
    let described = service.shape(shape);
    let wrong = || misfit(path, &described.name, given);
    match (&described.kind, given) {
        (Kind::Structure(known), Value::Object(object)) if !known.document => {
            structure(service, known, object, path, out)?;
        }
        (Kind::List(list), Value::Array(items)) => {
            head(ARRAY, items.len() as u64, out);
            for (index, item) in items.iter().enumerate() {
                value(service, list.member, item, &path.index(index), out)?;
            }
        }
        (Kind::Map(map), Value::Object(object)) => {
            head(MAP, object.len() as u64, out);
            for (key, item) in object {
                string(key, out);
                value(service, map.value, item, &path.name(key), out)?;
            }
        }
        (Kind::Timestamp(_), given) => {
            let seconds = timestamp::seconds(given).ok_or_else(wrong)?;
            // Tag 1: seconds since 1970.
            out.push(0xc1);
            number(&seconds, false, out).ok_or_else(wrong)?;
        }
        (Kind::Blob, Value::String(text)) => {
            let bytes = STANDARD.decode(text).map_err(|_| wrong())?;
            head(BYTES, bytes.len() as u64, out);
            out.extend_from_slice(&bytes);
        }
        (Kind::String(_), Value::String(text)) => string(text, out),
        (Kind::Boolean, Value::Bool(truth)) => out.push(if *truth { 0xf5 } else { 0xf4 }),
        (Kind::Integer(_) | Kind::Long(_), Value::Number(given)) => {
            number(given, false, out).ok_or_else(wrong)?
        }
        (Kind::Float(_) | Kind::Double(_), Value::Number(given)) => {
            number(given, true, out).ok_or_else(wrong)?
        }
        (_, Value::Null) => out.push(0xf6),
        _ => return Err(wrong()),
    }
    Ok(())
}

fn number(number: &serde_json::Number, float: bool, out: &mut Vec<u8>) -> Option<()> {
    match (number.as_u64(), number.as_i64()) {
        (Some(positive), _) if !float => head(0, positive, out),
        // A negative n travels as -1 - n.
        (None, Some(negative)) if !float => head(NEGATIVE, negative.unsigned_abs() - 1, out),
        _ => {
            out.push(0xfb);
            out.extend_from_slice(&number.as_f64()?.to_be_bytes());
        }
    }
    Some(())
}

fn string(text: &str, out: &mut Vec<u8>) {
    head(TEXT, text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

/// The first bytes of an item: its type and its length or value.
fn head(kind: u8, value: u64, out: &mut Vec<u8>) {
    let bytes = value.to_be_bytes();
    let (short, length) = match value {
        0..24 => (bytes[7], 0),
        24..0x100 => (24, 1),
        0x100..0x1_0000 => (25, 2),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 8),
    };
    out.push(kind << 5 | short);
    out.extend_from_slice(&bytes[8 - length..]);
}
