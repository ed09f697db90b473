//! rpcv2Cbor's bodies (RFC 8949): CBOR as one more format for the visitor that reads JSON.
//!
//! Lengths that a body claims are not believed: what is built is bounded by the bytes that are there.

use std::fmt::{self, Display, Formatter};

use minicbor::data::{IanaTag, Type};
use minicbor::decode::{Decoder, Error as CborError};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::super::error::DecodeError;
use super::super::mask::Mask;
use super::super::value::Value;
use super::json::Seed;
use crate::model::{Operation, Service, ShapeId};

/// As `serde_json` has it: what is deeper could not be read from the text that it becomes.
const MAX_DEPTH: usize = 127;

/// Decodes a body that is the output itself; an empty one is an empty object.
pub(super) fn body<'a>(
    service: &'a Service,
    operation: &'a Operation,
    shape: ShapeId,
    body: &'a [u8],
    mask: &'a Mask,
) -> Result<Value<'a>, DecodeError> {
    if body.is_empty() {
        return Ok(Value::Object(Vec::new()));
    }
    let unreadable = |reason| DecodeError::Cbor { operation: operation.name.to_string(), reason };
    match whole(Seed::new(service, shape, mask), body).map_err(|error| unreadable(error.to_string()))? {
        Value::Null => Ok(Value::Object(Vec::new())),
        object @ Value::Object(_) => Ok(object),
        _ => Err(unreadable("it is not a map".to_owned())),
    }
}

/// Decodes a body that the model says nothing about: an error's.
pub(super) fn unknown<'a>(service: &'a Service, body: &'a [u8]) -> Option<Value<'a>> {
    whole(Seed::unknown_to(service), body).ok()
}

fn whole<'a>(seed: Seed<'a>, body: &'a [u8]) -> Result<Value<'a>, Error> {
    let mut reader = Reader { decoder: Decoder::new(body), depth: 0 };
    let value = seed.deserialize(&mut reader)?;
    match reader.decoder.position() {
        end if end == body.len() => Ok(value),
        end => Err(CborError::message("something follows").at(end).into()),
    }
}

/// CBOR as a format of serde. Times, which are numbers under a tag, come as newtypes.
struct Reader<'de> {
    decoder: Decoder<'de>,
    depth: usize,
}

impl<'de> Reader<'de> {
    /// Goes one level down, unless that is too deep.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        if self.depth >= MAX_DEPTH {
            return Err(CborError::message("it is nested too deeply").at(self.decoder.position()).into());
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn tagged<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Error> {
        let mut ahead = self.decoder.clone();
        match IanaTag::try_from(ahead.tag()?) {
            Ok(IanaTag::PosBignum | IanaTag::NegBignum) => match self.decoder.i128() {
                Ok(number) => visitor.visit_i128(number),
                // Nobody's number: its bytes survive.
                Err(_) => {
                    self.decoder = ahead;
                    self.deeper(|this| this.deserialize_any(visitor))
                }
            },
            tag => {
                self.decoder = ahead;
                self.deeper(|this| match tag {
                    Ok(IanaTag::Timestamp) => visitor.visit_newtype_struct(this),
                    _ => this.deserialize_any(visitor),
                })
            }
        }
    }

    /// The end of an array or a map, if it is there: after so many items, or at its mark.
    fn ends(&mut self, left: &mut Option<u64>) -> Result<bool, Error> {
        match left {
            Some(0) => Ok(true),
            Some(count) => {
                *count -= 1;
                Ok(false)
            }
            None if self.decoder.datatype()? == Type::Break => {
                self.decoder.set_position(self.decoder.position() + 1);
                Ok(true)
            }
            None => Ok(false),
        }
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let at = self.decoder.position();
        match self.decoder.datatype()? {
            Type::Null | Type::Undefined => {
                self.decoder.skip()?;
                visitor.visit_unit()
            }
            Type::Bool => visitor.visit_bool(self.decoder.bool()?),
            Type::U8 | Type::U16 | Type::U32 | Type::U64 => visitor.visit_u64(self.decoder.u64()?),
            Type::I8 | Type::I16 | Type::I32 | Type::I64 => visitor.visit_i64(self.decoder.i64()?),
            Type::Int => visitor.visit_i128(self.decoder.int()?.into()),
            Type::F16 => visitor.visit_f64(self.decoder.f16()?.into()),
            Type::F32 => visitor.visit_f64(self.decoder.f32()?.into()),
            Type::F64 => visitor.visit_f64(self.decoder.f64()?),
            Type::String => visitor.visit_borrowed_str(self.decoder.str()?),
            Type::StringIndef => visitor.visit_string(self.decoder.str_iter()?.collect::<Result<_, _>>()?),
            Type::Bytes => visitor.visit_borrowed_bytes(self.decoder.bytes()?),
            Type::BytesIndef => {
                let chunks: Result<Vec<_>, _> = self.decoder.bytes_iter()?.collect();
                visitor.visit_byte_buf(chunks?.concat())
            }
            Type::Array | Type::ArrayIndef => self.deeper(|reader| {
                let left = reader.decoder.array()?;
                visitor.visit_seq(Items { reader, left })
            }),
            Type::Map | Type::MapIndef => self.deeper(|reader| {
                let left = reader.decoder.map()?;
                visitor.visit_map(Items { reader, left })
            }),
            Type::Tag => self.tagged(visitor),
            kind => Err(CborError::type_mismatch(kind).at(at).into()),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.decoder.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
    }
}

/// The items of an array, or the entries of a map.
struct Items<'r, 'de> {
    reader: &'r mut Reader<'de>,
    /// How many there are still; none if a mark ends them.
    left: Option<u64>,
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        if self.reader.ends(&mut self.left)? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

impl<'de> MapAccess<'de> for Items<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        loop {
            if self.reader.ends(&mut self.left)? {
                return Ok(None);
            }
            // As in botocore, an entry without a value is not there: in no map, be it a structure or not.
            let before = self.reader.decoder.position();
            self.reader.decoder.skip()?;
            let is_empty = matches!(self.reader.decoder.datatype()?, Type::Null | Type::Undefined);
            if is_empty {
                self.reader.decoder.skip()?;
                continue;
            }
            self.reader.decoder.set_position(before);
            return seed.deserialize(&mut *self.reader).map(Some);
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(&mut *self.reader)
    }
}

/// What is wrong with the bytes, and where.
#[derive(Debug)]
struct Error(String);

impl Display for Error {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl From<CborError> for Error {
    fn from(error: CborError) -> Self {
        Self(error.to_string())
    }
}

impl serde::de::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}
