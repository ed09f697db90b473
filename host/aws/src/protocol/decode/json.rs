//! JSON to values, guided by shapes, in one pass over the body.
//!
//! The model renames members and normalises timestamps; what it does not know stays as it is. The visitor
//! reads CBOR as well, which has bytes, times and larger numbers beside what JSON has.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::super::error::DecodeError;
use super::super::mask::Mask;
use super::super::timestamp::Timestamp;
use super::super::value::{Fields, Value};
use super::{is_blank, scalar};
use crate::model::{Kind, Location, Member, Operation, Protocol, Service, ShapeId};

/// An object's fields.
type Object<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

/// Decodes a body that is the output itself; an empty one is an empty object.
pub(super) fn body<'a>(
    service: &'a Service,
    operation: &'a Operation,
    shape: ShapeId,
    body: &'a [u8],
    mask: &'a Mask,
) -> Result<Object<'a>, DecodeError> {
    if is_blank(body) {
        return Ok(Vec::new());
    }
    match payload(service, operation, shape, body, mask)? {
        Value::Object(fields) => Ok(fields),
        Value::Null => Ok(Vec::new()),
        _ => Err(DecodeError::Json {
            operation: operation.name.to_string(),
            reason: "it is not an object".to_owned(),
        }),
    }
}

/// Decodes a body that is a member of the output.
pub(super) fn payload<'a>(
    service: &'a Service,
    operation: &'a Operation,
    shape: ShapeId,
    body: &'a [u8],
    mask: &'a Mask,
) -> Result<Value<'a>, DecodeError> {
    if is_blank(body) {
        return Ok(Value::Object(Vec::new()));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let seed = Seed::new(service, shape, mask);
    seed.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value)).map_err(
        |error| DecodeError::Json { operation: operation.name.to_string(), reason: error.to_string() },
    )
}

/// A value of a kind, or of none that the model knows.
#[derive(Clone, Copy)]
pub(super) struct Seed<'a> {
    service: &'a Service,
    kind: Option<&'a Kind>,
    mask: &'a Mask,
}

impl<'a> Seed<'a> {
    pub(super) fn new(service: &'a Service, shape: ShapeId, mask: &'a Mask) -> Self {
        Self { service, kind: Some(&service.shape(shape).kind), mask }
    }

    /// For what the model says nothing about.
    pub(super) fn unknown_to(service: &'a Service) -> Self {
        Self { service, kind: None, mask: &Mask::Everything }
    }

    fn of(self, shape: ShapeId) -> Self {
        Self { kind: Some(&self.service.shape(shape).kind), ..self }
    }

    fn unknown(self) -> Self {
        Self { kind: None, ..self }
    }

    /// For a member or an entry; nothing if it is not wanted.
    fn member(self, name: &str) -> Option<Self> {
        self.mask.member(name).map(|mask| Self { mask, ..self })
    }

    /// restJson1's answers may have numbers and booleans in quotes.
    fn reads_quoted(self) -> bool {
        self.service.protocol == Protocol::RestJson1
    }

    fn text(self, text: Cow<'a, str>) -> Value<'a> {
        match self.kind {
            Some(kind @ (Kind::Timestamp(_) | Kind::Blob)) => scalar::value(kind, text),
            Some(
                kind @ (Kind::Boolean | Kind::Integer(_) | Kind::Long(_) | Kind::Float(_) | Kind::Double(_)),
            ) if self.reads_quoted() => scalar::value(kind, text),
            _ => Value::String(text),
        }
    }

    fn number(self, number: Number) -> Value<'a> {
        if let Some(Kind::Timestamp(_)) = self.kind {
            let time = match number.as_i64() {
                Some(seconds) => Timestamp::from_whole_seconds(seconds),
                None => number.as_f64().and_then(Timestamp::from_seconds),
            };
            if let Some(time) = time {
                return Value::String(Cow::Owned(time.iso8601()));
            }
        }
        Value::Number(number)
    }
}

impl<'a> DeserializeSeed<'a> for Seed<'a> {
    type Value = Value<'a>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Value<'a>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Seed<'a> {
    type Value = Value<'a>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value<'a>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'a>, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value<'a>, E> {
        Ok(self.number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value<'a>, E> {
        Ok(self.number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value<'a>, E> {
        Ok(Number::from_f64(value).map_or_else(|| Value::float(value), |number| self.number(number)))
    }

    /// Only CBOR has these: beyond 64 bits, a number survives as text.
    fn visit_i128<E>(self, value: i128) -> Result<Value<'a>, E> {
        Ok(match (i64::try_from(value), u64::try_from(value)) {
            (Ok(value), _) => self.number(value.into()),
            (_, Ok(value)) => self.number(value.into()),
            _ => Value::String(Cow::Owned(value.to_string())),
        })
    }

    /// Only CBOR has bytes.
    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Value<'a>, E> {
        Ok(Value::String(Cow::Owned(STANDARD.encode(bytes))))
    }

    /// Only CBOR has these: a time, whatever the model says.
    fn visit_newtype_struct<D: Deserializer<'a>>(self, time: D) -> Result<Value<'a>, D::Error> {
        const TIME: &Kind = &Kind::Timestamp(None);
        Seed { kind: Some(TIME), ..self }.deserialize(time)
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<Value<'a>, E> {
        Ok(self.text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'a>, E> {
        Ok(self.text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Value<'a>, E> {
        Ok(self.text(Cow::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut elements: A) -> Result<Value<'a>, A::Error> {
        let seed = match self.kind {
            Some(Kind::List(list)) => self.of(list.member),
            _ => self.unknown(),
        };
        let mut values = Vec::new();
        while let Some(value) = elements.next_element_seed(seed)? {
            values.push(value);
        }
        Ok(Value::List(values))
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Value<'a>, A::Error> {
        let mut fields = Fields::default();
        let structure = match self.kind {
            Some(Kind::Structure(structure)) if !structure.document => Some(structure),
            _ => None,
        };
        let value_seed = match self.kind {
            Some(Kind::Map(values)) => self.of(values.value),
            _ => self.unknown(),
        };
        while let Some(Name(name)) = map.next_key()? {
            let Some(structure) = structure else {
                match value_seed.member(&name) {
                    Some(seed) => fields.set(name, map.next_value_seed(seed)?),
                    None => drop(map.next_value::<IgnoredAny>()?),
                }
                continue;
            };
            // Names of the wire may belong to members that travel elsewhere.
            let member = match structure.member_by_wire_name(&name) {
                Some(member) if is_in_body(member) => Some(member),
                Some(_) => {
                    structure.members.iter().find(|member| is_in_body(member) && member.wire_name() == name)
                }
                None => None,
            };
            let Some(seed) = self.member(member.map_or(&*name, |member| &*member.name)) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if let Some(member) = member {
                let value = map.next_value_seed(seed.of(member.shape))?;
                // `null` says that the member is not there.
                if !matches!(value, Value::Null) {
                    fields.set(Cow::Borrowed(&member.name), value);
                }
            } else {
                let value = map.next_value_seed(seed.unknown())?;
                if name != "__type" && structure.member(&name).is_none() {
                    fields.set(name, value);
                }
            }
        }
        Ok(Value::Object(fields.into_vec()))
    }
}

fn is_in_body(member: &Member) -> bool {
    !matches!(member.location, Location::Header | Location::Headers | Location::StatusCode)
}

/// The name of a field, borrowed where it has no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(NameVisitor)
    }
}
