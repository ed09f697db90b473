//! rpcv2Cbor: the operation is in the path, and all members are in the body, by their API names.
//!
//! The bytes are those of botocore: lengths in front, floating-point numbers as wide as the model says,
//! those that are none as half precision, and times as seconds since 1970 under their tag.

use std::convert::Infallible;

use minicbor::Encoder;
use minicbor::data::IanaTag;
use serde_json::{Number, Value as Json};

use super::super::HttpRequest;
use super::super::input::{Fields, Input};
use crate::model::{Kind, Operation, Service, ShapeId};

/// Memory takes everything, so this never fails.
type Written = Result<(), minicbor::encode::Error<Infallible>>;

pub(super) fn encode(
    request: &mut HttpRequest,
    service: &Service,
    operation: &Operation,
    fields: &Fields<'_>,
) {
    let prefix = service.target_prefix.as_deref().unwrap_or_default();
    request.path = format!("/service/{prefix}/operation/{}", operation.name);
    let mut header = |name: &str, value: &str| request.headers.push((name.to_owned(), value.to_owned()));
    header("smithy-protocol", "rpc-v2-cbor");
    header("Accept", "application/cbor");
    if service.query_compatible {
        header("x-amzn-query-mode", "true");
    }
    if operation.input.is_some() {
        header("Content-Type", "application/cbor");
        let mut writer = Writer { service, out: Encoder::new(Vec::new()) };
        let written = writer.structure(fields);
        debug_assert!(written.is_ok(), "{written:?}");
        request.body = writer.out.into_writer().into();
    }
}

struct Writer<'a> {
    service: &'a Service,
    out: Encoder<Vec<u8>>,
}

impl Writer<'_> {
    fn structure(&mut self, fields: &Fields<'_>) -> Written {
        self.out.map(fields.members.len() as u64)?;
        for (member, input) in &fields.members {
            self.out.str(&member.name)?;
            self.value(member.shape, input)?;
        }
        Ok(())
    }

    fn value(&mut self, shape: ShapeId, input: &Input<'_>) -> Written {
        match input {
            Input::Structure(fields) => return self.structure(fields),
            Input::List { list, elements, .. } => {
                self.out.array(elements.len() as u64)?;
                return elements.iter().try_for_each(|element| self.value(list.member, element));
            }
            Input::Map { map, entries, .. } => {
                self.out.map(entries.len() as u64)?;
                for (key, value) in entries {
                    self.out.str(key)?;
                    self.value(map.value, value)?;
                }
                return Ok(());
            }
            Input::Text(text) => self.out.str(text)?,
            Input::Blob(bytes) => self.out.bytes(bytes)?,
            Input::Boolean(value) => self.out.bool(*value)?,
            Input::Number(number) => return self.number(&self.service.shape(shape).kind, number),
            Input::NotFinite(name) => self.out.f16(match *name {
                "Infinity" => f32::INFINITY,
                "-Infinity" => f32::NEG_INFINITY,
                _ => f32::NAN,
            })?,
            Input::Timestamp(time, _) => {
                self.out.tag(IanaTag::Timestamp)?;
                return self.plain_number(&time.seconds());
            }
            Input::Document(json) => return self.document(json),
        };
        Ok(())
    }

    fn number(&mut self, kind: &Kind, number: &Number) -> Written {
        let value = number.as_f64().unwrap_or_default();
        match kind {
            // What single precision cannot hold stays what it is: the service may refuse it, and know why.
            Kind::Float(_) if (value as f32).is_finite() => self.out.f32(value as f32)?,
            Kind::Float(_) | Kind::Double(_) => self.out.f64(value)?,
            _ => return self.plain_number(number),
        };
        Ok(())
    }

    fn plain_number(&mut self, number: &Number) -> Written {
        match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => self.out.i64(value)?,
            (None, Some(value)) => self.out.u64(value)?,
            (None, None) => self.out.f64(number.as_f64().unwrap_or_default())?,
        };
        Ok(())
    }

    fn document(&mut self, json: &Json) -> Written {
        match json {
            Json::Null => self.out.null()?,
            Json::Bool(value) => self.out.bool(*value)?,
            Json::Number(number) => return self.plain_number(number),
            Json::String(text) => self.out.str(text)?,
            Json::Array(values) => {
                self.out.array(values.len() as u64)?;
                return values.iter().try_for_each(|value| self.document(value));
            }
            Json::Object(fields) => {
                self.out.map(fields.len() as u64)?;
                for (name, value) in fields {
                    self.out.str(name)?;
                    self.document(value)?;
                }
                return Ok(());
            }
        };
        Ok(())
    }
}
