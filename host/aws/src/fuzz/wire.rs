//! Answers on the wire, from values that fit the model.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ciborium::Value as Cbor;
use http::{HeaderMap, HeaderName, HeaderValue};
use quick_xml::escape::escape;
use serde_json::{Map, Value as Json};

use crate::model::{Kind, Location, Member, Operation, Protocol, Service, ShapeId, Structure};

/// The headers and the body that say `value`, the output of an operation.
pub(super) fn answer(service: &Service, operation: &Operation, value: &Json) -> (HeaderMap, Vec<u8>) {
    let mut headers = HeaderMap::new();
    let Some((shape, output)) = operation.output.and_then(|shape| Some((shape, service.structure(shape)?)))
    else {
        return (headers, Vec::new());
    };
    let mut in_body = value.clone();
    if let (Protocol::RestXml | Protocol::RestJson1, Json::Object(fields)) = (service.protocol, &mut in_body)
    {
        for member in &output.members {
            if matches!(member.location, Location::Header | Location::Headers)
                && let Some(value) = fields.shift_remove(&*member.name)
            {
                push_headers(&mut headers, member, &value);
            }
        }
        if let Some(payload) = output.payload.as_deref().and_then(|name| output.member(name)) {
            let value = fields.shift_remove(&*payload.name).unwrap_or(Json::Null);
            return (headers, body(service, operation, payload.shape, &value));
        }
    }
    (headers, body(service, operation, shape, &in_body))
}

fn push_headers(headers: &mut HeaderMap, member: &Member, value: &Json) {
    let mut push = |name: &str, value: &Json| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let name = HeaderName::try_from(name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-"));
        if let (Ok(name), Ok(value)) =
            (name, HeaderValue::from_bytes(text.replace(['\n', '\t'], " ").as_bytes()))
        {
            headers.append(name, value);
        }
    };
    match value {
        Json::Object(entries) => {
            entries.iter().for_each(|(name, value)| push(&format!("{}{name}", member.wire_name()), value));
        }
        Json::Array(values) => values.iter().for_each(|value| push(member.wire_name(), value)),
        value => push(member.wire_name(), value),
    }
}

fn body(service: &Service, operation: &Operation, shape: ShapeId, value: &Json) -> Vec<u8> {
    match (&service.shape(shape).kind, value) {
        (Kind::String(_), Json::String(text)) => return text.clone().into_bytes(),
        (Kind::Blob, Json::String(text)) => return STANDARD.decode(text).unwrap_or_default(),
        (_, Json::Null) => return Vec::new(),
        _ => {}
    }
    match service.protocol {
        Protocol::Ec2Query | Protocol::AwsQuery | Protocol::RestXml => {
            let mut text = String::new();
            let name = format!("{}Response", operation.name);
            let wrapper =
                operation.output_wrapper.as_deref().filter(|_| service.protocol == Protocol::AwsQuery);
            let _ = write!(text, "<?xml version=\"1.0\"?>\n<{name} xmlns=\"http://example.com/doc\">");
            let _ = wrapper.map(|wrapper| write!(text, "<{wrapper}>"));
            Xml { service, text: &mut text }.content(shape, value);
            let _ = wrapper.map(|wrapper| write!(text, "</{wrapper}>"));
            let _ = write!(text, "<requestId>r</requestId></{name}>");
            text.into_bytes()
        }
        Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RestJson1 => {
            json(service, shape, value).to_string().into_bytes()
        }
        Protocol::RpcV2Cbor => {
            let mut bytes = Vec::new();
            ciborium::into_writer(&cbor(service, shape, value), &mut bytes).expect("memory takes all");
            bytes
        }
    }
}

/// Values as XML. What the model leaves open is written in one of the forms that are read.
struct Xml<'a> {
    service: &'a Service,
    text: &'a mut String,
}

impl Xml<'_> {
    fn content(&mut self, shape: ShapeId, value: &Json) {
        let service = self.service;
        match (&service.shape(shape).kind, value) {
            (Kind::Structure(structure), Json::Object(fields)) => self.fields(structure, fields),
            (Kind::List(list), Json::Array(values)) => {
                let name = list.wire_name.as_deref().unwrap_or("member");
                values.iter().for_each(|value| self.element(name, list.member, value));
            }
            (Kind::Map(map), Json::Object(entries)) => {
                for (key, value) in entries {
                    let _ = write!(self.text, "<entry>");
                    self.element(
                        map.key_name.as_deref().unwrap_or("key"),
                        map.key,
                        &Json::from(key.as_str()),
                    );
                    self.element(map.value_name.as_deref().unwrap_or("value"), map.value, value);
                    let _ = write!(self.text, "</entry>");
                }
            }
            (_, Json::String(text)) => self.text.push_str(&escape(text)),
            (_, value) => self.text.push_str(&value.to_string()),
        }
    }

    fn fields(&mut self, structure: &Structure, fields: &Map<String, Json>) {
        for (name, value) in fields {
            let Some(member) = structure.member(name) else {
                self.unknown(name, value);
                continue;
            };
            let name = member.wire_name();
            match (&self.service.shape(member.shape).kind, value) {
                _ if member.xml_attribute => {}
                (Kind::List(list), Json::Array(values)) if member.flattened || list.flattened => {
                    values.iter().for_each(|value| self.element(name, list.member, value));
                }
                _ => self.element(name, member.shape, value),
            }
        }
    }

    fn unknown(&mut self, name: &str, value: &Json) {
        let _ = write!(self.text, "<{name}>");
        match value {
            Json::Object(fields) => fields.iter().for_each(|(name, value)| self.unknown(name, value)),
            Json::Array(values) => values.iter().for_each(|value| self.unknown("item", value)),
            Json::String(text) => self.text.push_str(&escape(text)),
            value => self.text.push_str(&value.to_string()),
        }
        let _ = write!(self.text, "</{name}>");
    }

    fn element(&mut self, name: &str, shape: ShapeId, value: &Json) {
        let _ = write!(self.text, "<{name}>");
        self.content(shape, value);
        let _ = write!(self.text, "</{name}>");
    }
}

/// Members by their names on the wire, times as numbers.
fn json(service: &Service, shape: ShapeId, value: &Json) -> Json {
    match (&service.shape(shape).kind, value) {
        (Kind::Structure(structure), Json::Object(fields)) if !structure.document => fields
            .iter()
            .map(|(name, value)| match structure.member(name) {
                Some(member) => (member.wire_name().to_owned(), json(service, member.shape, value)),
                None => (name.clone(), value.clone()),
            })
            .collect(),
        (Kind::List(list), Json::Array(values)) => {
            values.iter().map(|value| json(service, list.member, value)).collect()
        }
        (Kind::Map(map), Json::Object(entries)) => {
            entries.iter().map(|(key, value)| (key.clone(), json(service, map.value, value))).collect()
        }
        (Kind::Timestamp(_), Json::String(_)) => Json::from(1795326878.25),
        (_, value) => value.clone(),
    }
}

/// The same in CBOR, where bytes are bytes, and times have a tag.
fn cbor(service: &Service, shape: ShapeId, value: &Json) -> Cbor {
    let plain = |value: &Json| Cbor::serialized(value).expect("JSON fits into CBOR");
    match (&service.shape(shape).kind, value) {
        (Kind::Structure(structure), Json::Object(fields)) if !structure.document => {
            let field = |(name, value): (&String, &Json)| match structure.member(name) {
                Some(member) => (name.as_str().into(), cbor(service, member.shape, value)),
                None => (name.as_str().into(), plain(value)),
            };
            Cbor::Map(fields.iter().map(field).collect())
        }
        (Kind::List(list), Json::Array(values)) => {
            Cbor::Array(values.iter().map(|value| cbor(service, list.member, value)).collect())
        }
        (Kind::Map(map), Json::Object(entries)) => {
            let entry =
                |(key, value): (&String, &Json)| (key.as_str().into(), cbor(service, map.value, value));
            Cbor::Map(entries.iter().map(entry).collect())
        }
        (Kind::Timestamp(_), Json::String(_)) => Cbor::Tag(1, Box::new(1795326878.25.into())),
        (Kind::Blob, Json::String(text)) => Cbor::Bytes(STANDARD.decode(text).unwrap_or_default()),
        (_, value) => plain(value),
    }
}
