//! rpcv2Cbor bodies (RFC 8949): first to plain JSON, then by shapes like any JSON body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
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
    let mut reader = Reader { rest: body };
    match reader.item(MAX_DEPTH) {
        Some(Value::Object(object)) if reader.rest.is_empty() => json::structure(service, shape, object, ""),
        _ => Err(Problem::Malformed("the body is not a CBOR map of what this operation takes".to_owned())),
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn unsigned(&mut self, short: u8) -> Option<u64> {
        let count = match short {
            0..24 => return Some(u64::from(short)),
            24..=27 => 1 << (short - 24),
            _ => return None,
        };
        Some(self.take(count)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    fn item(&mut self, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        let first = *self.take(1)?.first()?;
        let (kind, short) = (first >> 5, first & 0x1f);
        Some(match kind {
            0 => Value::from(self.unsigned(short)?),
            1 => Value::from(-1 - i64::try_from(self.unsigned(short)?).ok()?),
            2 => Value::from(STANDARD.encode(self.chunks(kind, short)?)),
            3 => Value::from(String::from_utf8(self.chunks(kind, short)?).ok()?),
            4 => {
                let mut items = Vec::new();
                let mut left = self.count(short)?;
                while self.more(&mut left)? {
                    items.push(self.item(depth)?);
                }
                Value::Array(items)
            }
            5 => {
                let mut object = Map::new();
                let mut left = self.count(short)?;
                while self.more(&mut left)? {
                    let Value::String(key) = self.item(depth)? else { return None };
                    object.insert(key, self.item(depth)?);
                }
                Value::Object(object)
            }
            // A tag: only timestamps have one, and they are numbers in JSON as well.
            6 => {
                self.unsigned(short)?;
                self.item(depth)?
            }
            _ => self.simple(short)?,
        })
    }

    /// How many items an array or a map has; none: it says when it ends.
    #[allow(clippy::option_option, reason = "the outer one is the reader's failure")]
    fn count(&mut self, short: u8) -> Option<Option<u64>> {
        if short == 31 { Some(None) } else { self.unsigned(short).map(Some) }
    }

    fn more(&mut self, left: &mut Option<u64>) -> Option<bool> {
        match left {
            Some(0) => Some(false),
            Some(count) => {
                *count -= 1;
                Some(true)
            }
            None if *self.rest.first()? == 0xff => self.take(1).map(|_| false),
            None => Some(true),
        }
    }

    /// A string, whole or in chunks.
    fn chunks(&mut self, kind: u8, short: u8) -> Option<Vec<u8>> {
        if short != 31 {
            let length = usize::try_from(self.unsigned(short)?).ok()?;
            return self.take(length).map(<[u8]>::to_vec);
        }
        let mut whole = Vec::new();
        loop {
            let first = *self.take(1)?.first()?;
            if first == 0xff {
                return Some(whole);
            }
            let length = (first >> 5 == kind).then(|| self.unsigned(first & 0x1f)).flatten()?;
            whole.extend_from_slice(self.take(usize::try_from(length).ok()?)?);
        }
    }

    fn simple(&mut self, short: u8) -> Option<Value> {
        Some(match short {
            20 => Value::Bool(false),
            21 => Value::Bool(true),
            22 | 23 => Value::Null,
            26 => {
                let bytes = self.take(4)?.try_into().ok()?;
                Value::Number(Number::from_f64(f64::from(f32::from_be_bytes(bytes)))?)
            }
            27 => Value::Number(Number::from_f64(f64::from_be_bytes(self.take(8)?.try_into().ok()?))?),
            _ => return None,
        })
    }
}
