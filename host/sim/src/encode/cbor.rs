//! rpcv2Cbor bodies (RFC 8949), guided by shapes. Members go by their API names.

use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minicbor::Encoder;
use minicbor::data::IanaTag;
use serde_json::{Map, Number, Value};
use tollgate_aws::model::{Kind, Service, ShapeId, Structure};

use super::misfit;
use super::path::Path;
use crate::problem::Problem;
use crate::timestamp;

/// An output, as a map.
pub(super) fn members(
    service: &Service,
    shape: Option<ShapeId>,
    object: &Map<String, Value>,
) -> Result<Vec<u8>, Problem> {
    let mut out = Out::new(Vec::new());
    match shape.and_then(|shape| service.structure(shape)) {
        Some(structure) => self::structure(service, structure, object, &Path::ROOT, &mut out)?,
        None => put(out.map(0)),
    }
    Ok(out.into_writer())
}

/// An error's body.
pub(super) fn error(code: &str, message: &str) -> Vec<u8> {
    let mut out = Out::new(Vec::new());
    put(out.map(2));
    for text in ["__type", code, "message", message] {
        put(out.str(text));
    }
    out.into_writer()
}

type Out = Encoder<Vec<u8>>;

/// Memory takes everything.
fn put(written: Result<&mut Out, minicbor::encode::Error<Infallible>>) {
    debug_assert!(written.is_ok());
}

fn structure(
    service: &Service,
    structure: &Structure,
    object: &Map<String, Value>,
    path: &Path<'_>,
    out: &mut Out,
) -> Result<(), Problem> {
    put(out.map(object.values().filter(|value| !value.is_null()).count() as u64));
    for (name, given) in object.iter().filter(|(_, value)| !value.is_null()) {
        let path = path.name(name);
        let member =
            structure.member(name).ok_or_else(|| Problem::Fixture(format!("{path} is no member")))?;
        put(out.str(name));
        value(service, member.shape, given, &path, out)?;
    }
    Ok(())
}

fn value(
    service: &Service,
    shape: ShapeId,
    given: &Value,
    path: &Path<'_>,
    out: &mut Out,
) -> Result<(), Problem> {
    let described = service.shape(shape);
    let wrong = || misfit(path, &described.name, given);
    match (&described.kind, given) {
        (Kind::Structure(known), Value::Object(object)) if !known.document => {
            structure(service, known, object, path, out)?;
        }
        (Kind::List(list), Value::Array(items)) => {
            put(out.array(items.len() as u64));
            for (index, item) in items.iter().enumerate() {
                value(service, list.member, item, &path.index(index), out)?;
            }
        }
        (Kind::Map(map), Value::Object(object)) => {
            put(out.map(object.len() as u64));
            for (key, item) in object {
                put(out.str(key));
                value(service, map.value, item, &path.name(key), out)?;
            }
        }
        (Kind::Timestamp(_), given) => {
            let seconds = timestamp::seconds(given).ok_or_else(wrong)?;
            put(out.tag(IanaTag::Timestamp));
            number(&seconds, out).ok_or_else(wrong)?;
        }
        (Kind::Blob, Value::String(text)) => {
            put(out.bytes(&STANDARD.decode(text).map_err(|_| wrong())?));
        }
        (Kind::String(_), Value::String(text)) => put(out.str(text)),
        (Kind::Boolean, Value::Bool(truth)) => put(out.bool(*truth)),
        (Kind::Integer(_) | Kind::Long(_), Value::Number(given)) => number(given, out).ok_or_else(wrong)?,
        (Kind::Float(_) | Kind::Double(_), Value::Number(given)) => {
            put(out.f64(given.as_f64().ok_or_else(wrong)?));
        }
        (_, Value::Null) => put(out.null()),
        _ => return Err(wrong()),
    }
    Ok(())
}

fn number(number: &Number, out: &mut Out) -> Option<()> {
    put(match (number.as_u64(), number.as_i64()) {
        (Some(positive), _) => out.u64(positive),
        (None, Some(negative)) => out.i64(negative),
        (None, None) => out.f64(number.as_f64()?),
    });
    Some(())
}
