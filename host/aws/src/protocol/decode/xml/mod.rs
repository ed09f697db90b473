//! XML to values, guided by shapes, in one pass over the body.
//!
//! The rules are botocore's: elements are known by their local names; every child of a list is an element,
//! whatever its name; a list that is there but empty is an empty array; of an element that should stand once
//! and stands twice, the first counts.

mod generic;
mod object;
mod plan;
mod reader;

use std::borrow::Cow;

use http::HeaderMap;
use quick_xml::events::BytesStart;

use super::super::error::DecodeError;
use super::super::mask::Mask;
use super::super::value::{Fields, Value};
use super::scalar;
use crate::model::{Kind, List, Map, Operation, Protocol, Service, ShapeId, Structure};
use object::{Object, Partial};
use plan::{Plan, Plans};
use reader::{Flaw, Reader};

pub(super) use generic::document as generic_document;

/// Decodes a body whose root is, or holds, the structure.
pub(super) fn document<'a>(
    service: &'a Service,
    operation: &'a Operation,
    shape: ShapeId,
    body: &'a [u8],
    mask: &'a Mask,
) -> Result<Object<'a>, DecodeError> {
    let mut decoder = Decoder { service, reader: Reader::new(body), plans: Plans::default() };
    decoder.root(operation, shape, mask).map_err(|flaw| DecodeError::Xml {
        operation: operation.name.to_string(),
        position: decoder.reader.position(),
        // A name that does not fit is told, however long it is.
        reason: super::error::excerpt(&flaw.to_string()),
    })
}

/// Refuses an error document that comes with the status of a success: the server failed half-way.
pub(super) fn refuse_error_document(
    service: &Service,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), DecodeError> {
    match Reader::new(body).root() {
        Ok(root) if matches!(root.local_name().into_inner(), "Error" | "ErrorResponse") => {
            Err(DecodeError::Service(super::decode_error(service, 500, headers, body)))
        }
        _ => Ok(()),
    }
}

struct Decoder<'a> {
    service: &'a Service,
    reader: Reader<'a>,
    plans: Plans<'a>,
}

impl<'a> Decoder<'a> {
    fn root(&mut self, operation: &'a Operation, shape: ShapeId, mask: &'a Mask) -> Result<Object<'a>, Flaw> {
        let root = self.reader.root()?;
        if root.local_name().into_inner().eq_ignore_ascii_case("html") {
            return Err(Flaw::Page);
        }
        let structure = self.service.structure(shape);
        if let Some(member) = structure.and_then(|structure| self.unwrapped(structure, &root)) {
            let text = self.reader.text()?;
            let value = if text.is_empty() { Value::Null } else { Value::String(text) };
            return Ok(vec![(Cow::Borrowed(member), value)]);
        }
        let mut fields =
            match operation.output_wrapper.as_deref().filter(|_| self.service.protocol == Protocol::AwsQuery)
            {
                Some(wrapper) => self.wrapped(wrapper, shape, mask)?,
                None => self.structure(shape, &root, mask)?,
            };
        // The frame of an answer, not a part of it.
        fields.retain(|(name, _)| {
            let is_frame = matches!(&**name, "requestId" | "RequestId" | "ResponseMetadata");
            !is_frame || structure.is_some_and(|structure| structure.member(name).is_some())
        });
        Ok(fields)
    }

    /// The member that the root itself is: `GetBucketLocation` answers with a bare `LocationConstraint`.
    fn unwrapped(&self, structure: &'a Structure, root: &BytesStart<'a>) -> Option<&'a str> {
        let [member] = structure.members.as_slice() else { return None };
        let is_text = matches!(self.service.shape(member.shape).kind, Kind::String(_));
        let is_rest = self.service.protocol == Protocol::RestXml;
        (is_rest
            && is_text
            && plan::is_in_body(member)
            && member.wire_name() == root.local_name().into_inner())
        .then_some(&*member.name)
    }

    /// The structure within the result element of awsQuery. An answer without that element is the structure
    /// itself.
    fn wrapped(&mut self, wrapper: &str, shape: ShapeId, mask: &'a Mask) -> Result<Object<'a>, Flaw> {
        let plan = self.plans.of(self.service, shape);
        let mut partial = Partial::new(&plan);
        let mut result = None;
        while let Some(start) = self.reader.child()? {
            match start.local_name().into_inner() {
                name if name == wrapper && result.is_none() => {
                    result = Some(self.structure(shape, &start, mask)?);
                }
                _ => self.member(&mut partial, &plan, &start, mask)?,
            }
        }
        Ok(result.unwrap_or_else(|| partial.finish()))
    }

    /// Reads the content of a structure's element, up to its end.
    fn structure(
        &mut self,
        shape: ShapeId,
        start: &BytesStart<'a>,
        mask: &'a Mask,
    ) -> Result<Object<'a>, Flaw> {
        let plan = self.plans.of(self.service, shape);
        let mut partial = Partial::new(&plan);
        while let Some(child) = self.reader.child()? {
            self.member(&mut partial, &plan, &child, mask)?;
        }
        if plan.has_attributes {
            partial.add_attributes(&plan, start, mask)?;
        }
        Ok(partial.finish())
    }

    /// Reads an element that is a member, from behind its start to its end.
    fn member(
        &mut self,
        partial: &mut Partial<'a>,
        plan: &Plan<'a>,
        start: &BytesStart<'a>,
        mask: &'a Mask,
    ) -> Result<(), Flaw> {
        let name = start.local_name().into_inner();
        let Some((position, entry)) = plan.find(name, partial.next) else {
            if mask.member(name).is_none() {
                return self.reader.skip();
            }
            let value = generic::content(&mut self.reader)?;
            // A name that means another member cannot stand for an unknown one.
            if !plan.has_member(name) {
                partial.add_unknown(name, value);
            }
            return Ok(());
        };
        partial.next = position + 1;
        let Some(mask) = mask.member(&entry.member.name) else { return self.reader.skip() };
        let is_first = partial.is_first(position);
        match entry.kind {
            Kind::List(list) if entry.flattened => {
                let element = self.value(list.member, start, mask)?;
                partial.list(entry, is_first).push(element);
            }
            Kind::Map(map) if entry.flattened => self.map_entry(map, partial.map(entry, is_first), mask)?,
            Kind::List(list) if !is_first => {
                let elements = self.list(list, mask)?;
                partial.extend(entry, elements);
            }
            _ if !is_first => self.reader.skip()?,
            _ => {
                let value = self.value(entry.shape, start, mask)?;
                partial.push(entry, value);
            }
        }
        Ok(())
    }

    /// Reads an element's content as a value of a shape, up to its end.
    fn value(&mut self, shape: ShapeId, start: &BytesStart<'a>, mask: &'a Mask) -> Result<Value<'a>, Flaw> {
        self.reader.enter()?;
        let value = match &self.service.shape(shape).kind {
            Kind::Structure(structure) if structure.document => generic::content(&mut self.reader)?,
            Kind::Structure(_) => Value::Object(self.structure(shape, start, mask)?),
            Kind::List(list) => Value::List(self.list(list, mask)?),
            Kind::Map(map) => {
                let mut entries = Fields::default();
                while self.reader.child()?.is_some() {
                    self.map_entry(map, &mut entries, mask)?;
                }
                Value::Object(entries.into_vec())
            }
            kind => scalar::value(kind, self.reader.text()?),
        };
        self.reader.leave();
        Ok(value)
    }

    fn list(&mut self, list: &'a List, mask: &'a Mask) -> Result<Vec<Value<'a>>, Flaw> {
        let mut elements = Vec::new();
        while let Some(start) = self.reader.child()? {
            elements.push(self.value(list.member, &start, mask)?);
        }
        Ok(elements)
    }

    /// Reads a key and its value, up to the end of the element around them.
    fn map_entry(&mut self, map: &'a Map, entries: &mut Fields<'a>, mask: &'a Mask) -> Result<(), Flaw> {
        let key_name = map.key_name.as_deref().unwrap_or("key");
        let value_name = map.value_name.as_deref().unwrap_or("value");
        let (mut key, mut value) = (None, Value::Null);
        while let Some(start) = self.reader.child()? {
            match start.local_name().into_inner() {
                name if name == key_name => key = Some(self.reader.text()?),
                name if name == value_name => {
                    // Where the value comes first, it may turn out to be wanted whole.
                    let wanted = key.as_deref().map_or(Some(&Mask::Everything), |key| mask.member(key));
                    match wanted {
                        Some(mask) => value = self.value(map.value, &start, mask)?,
                        None => self.reader.skip()?,
                    }
                }
                _ => self.reader.skip()?,
            }
        }
        if let Some(key) = key.filter(|key| mask.member(key).is_some()) {
            entries.set(key, value);
        }
        Ok(())
    }
}
