//! rpcv2Cbor bodies (RFC 8949): first to plain JSON, then by shapes like any JSON body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minicbor::Decoder;
use minicbor::data::Type;
use serde_json::{Map, Number, Value};
use tollgate_aws::model::{Service, ShapeId};

use super::json;
use crate::problem::Problem;

/// No request of AWS nests deeper.
const MAX_DEPTH: usize = 64;

pub(super) fn decode(service: &Service, shape: ShapeId, body: &[u8]) -> Result<Map<String, Value>, Problem> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let mut decoder = Decoder::new(body);
    match item(&mut decoder, MAX_DEPTH) {
        Some(Value::Object(object)) if decoder.position() == body.len() => {
            json::structure(service, shape, object, "")
        }
        _ => Err(Problem::Malformed("the body is not a CBOR map of what this operation takes".to_owned())),
    }
}

fn item(decoder: &mut Decoder<'_>, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    let kind = decoder.datatype().ok()?;
    Some(match kind {
        Type::Bool => Value::from(decoder.bool().ok()?),
        Type::Null | Type::Undefined => {
            decoder.skip().ok()?;
            Value::Null
        }
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => Value::from(decoder.u64().ok()?),
        Type::I8 | Type::I16 | Type::I32 | Type::I64 => Value::from(decoder.i64().ok()?),
        Type::F16 => float(decoder.f16().ok()?.into()),
        Type::F32 => float(decoder.f32().ok()?.into()),
        Type::F64 => float(decoder.f64().ok()?),
        Type::Bytes | Type::BytesIndef => {
            let chunks: Result<Vec<_>, _> = decoder.bytes_iter().ok()?.collect();
            Value::from(STANDARD.encode(chunks.ok()?.concat()))
        }
        Type::String | Type::StringIndef => {
            Value::from(decoder.str_iter().ok()?.collect::<Result<String, _>>().ok()?)
        }
        Type::Array | Type::ArrayIndef => {
            let mut left = decoder.array().ok()?;
            let mut items = Vec::new();
            while more(decoder, &mut left)? {
                items.push(item(decoder, depth)?);
            }
            Value::Array(items)
        }
        Type::Map | Type::MapIndef => {
            let mut left = decoder.map().ok()?;
            let mut object = Map::new();
            while more(decoder, &mut left)? {
                let Value::String(key) = item(decoder, depth)? else { return None };
                object.insert(key, item(decoder, depth)?);
            }
            Value::Object(object)
        }
        // Only timestamps have one, and they are numbers in JSON as well.
        Type::Tag => {
            decoder.tag().ok()?;
            item(decoder, depth)?
        }
        _ => return None,
    })
}

/// Whether an array or a map goes on; one that does not tell how many items it has says when it ends.
fn more(decoder: &mut Decoder<'_>, left: &mut Option<u64>) -> Option<bool> {
    match left {
        Some(0) => Some(false),
        Some(count) => {
            *count -= 1;
            Some(true)
        }
        None if decoder.datatype().ok()? == Type::Break => {
            decoder.set_position(decoder.position() + 1);
            Some(false)
        }
        None => Some(true),
    }
}

/// A number, or the name of what is none.
fn float(value: f64) -> Value {
    match Number::from_f64(value) {
        Some(number) => Value::Number(number),
        None if value.is_nan() => Value::from("NaN"),
        None if value > 0.0 => Value::from("Infinity"),
        None => Value::from("-Infinity"),
    }
}
