//! JSON input to an HTTP request.

mod cbor;
mod form;
mod json;
mod rest;
mod xml;

use bytes::Bytes;
use http::Method;
use serde_json::Value as Json;

use super::HttpRequest;
use super::error::{Fault, InvalidInput, Problem};
use super::input::{self, Fields, Input};
use super::values::UnknownValues;
use crate::model::{
    Kind, Location, Member, Operation, Protocol, Service, ShapeId, Structure, TimestampFormat,
};

pub(super) fn encode(
    service: &Service,
    operation: &Operation,
    json: &Json,
    values: UnknownValues,
    token: &mut dyn FnMut() -> String,
) -> Result<HttpRequest, InvalidInput> {
    let members = |problems| InvalidInput::Members {
        service: service.name.to_string(),
        operation: operation.name.to_string(),
        problems,
    };
    if let Some(member) = stream(service, operation, json) {
        return Err(InvalidInput::Streaming {
            service: service.name.to_string(),
            operation: operation.name.to_string(),
            member: member.name.to_string(),
        });
    }
    let nothing = Json::Object(serde_json::Map::new());
    let json = if json.is_null() { &nothing } else { json };
    let mut fields = match operation.input {
        Some(shape) => input::check(service, shape, json, values, token).map_err(members)?,
        None => without_input(operation, json).map_err(members)?,
    };

    if &*service.name == "route53" {
        shorten_ids(service, &mut fields);
    }

    let mut request = HttpRequest {
        method: Method::from_bytes(operation.method.as_bytes()).unwrap_or(Method::POST),
        host_prefix: host_prefix(service, operation, &fields).map_err(members)?,
        path: "/".to_owned(),
        query: Vec::new(),
        headers: Vec::new(),
        body: Bytes::new(),
    };
    match service.protocol {
        Protocol::Ec2Query => form::encode(&mut request, service, operation, form::Dialect::Ec2, &fields),
        Protocol::AwsQuery => form::encode(&mut request, service, operation, form::Dialect::Query, &fields),
        Protocol::AwsJson10 => json::encode(&mut request, service, operation, "1.0", &fields),
        Protocol::AwsJson11 => json::encode(&mut request, service, operation, "1.1", &fields),
        Protocol::RestXml => {
            rest::encode(&mut request, service, operation, rest::Format::Xml, &fields).map_err(members)?;
        }
        Protocol::RestJson1 => {
            rest::encode(&mut request, service, operation, rest::Format::Json, &fields).map_err(members)?;
        }
        Protocol::RpcV2Cbor => cbor::encode(&mut request, service, operation, &fields),
    }
    Ok(request)
}

/// The stream that this call would need, if it needs one: event streams both ways, and a body of unknown
/// length on the way out.
fn stream<'a>(service: &'a Service, operation: &'a Operation, json: &Json) -> Option<&'a Member> {
    let is_event_stream =
        |member: &&Member| service.structure(member.shape).is_some_and(|structure| structure.event_stream);
    let members = |shape: Option<ShapeId>| {
        shape
            .and_then(|shape| service.structure(shape))
            .map(|structure| structure.members.as_slice())
            .unwrap_or_default()
    };
    let given = |member: &&Member| json.get(member.name.as_ref()).is_some_and(|value| !value.is_null());
    let input = members(operation.input).iter();
    (members(operation.output).iter().find(is_event_stream))
        .or_else(|| input.clone().find(is_event_stream))
        .or_else(|| input.clone().find(|member| member.streaming && (member.required || given(member))))
}

/// An operation without an input takes nothing.
fn without_input<'a>(operation: &Operation, json: &Json) -> Result<Fields<'a>, Vec<Problem>> {
    static EMPTY: std::sync::LazyLock<Structure> = std::sync::LazyLock::new(Structure::default);
    let unknown = |name: &String| Problem {
        path: name.clone(),
        fault: Fault::Unknown {
            structure: format!("the input of {}, which takes none", operation.name),
            nearest: None,
        },
    };
    match json {
        Json::Object(given) if given.is_empty() => Ok(Fields { structure: &EMPTY, members: Vec::new() }),
        Json::Object(given) => Err(given.keys().map(unknown).collect()),
        _ => Err(vec![Problem {
            path: String::new(),
            fault: Fault::Type { expected: "an object", found: "something else".to_owned() },
        }]),
    }
}

/// Route 53's ids: `Z1` of `/hostedzone/Z1`, the form that answers have.
fn shorten_ids(service: &Service, fields: &mut Fields<'_>) {
    for (member, input) in &mut fields.members {
        if let Input::Text(text) = input
            && matches!(&*service.shape(member.shape).name, "ResourceId" | "DelegationSetId" | "ChangeId")
            && let Some((_, id)) = text.rsplit_once('/')
        {
            *text = id.to_owned().into();
        }
    }
}

/// The operation's host prefix with the labels filled in.
fn host_prefix(
    service: &Service,
    operation: &Operation,
    fields: &Fields<'_>,
) -> Result<Option<String>, Vec<Problem>> {
    let Some(template) = &operation.host_prefix else { return Ok(None) };
    if &*service.name == "s3control" && &**template == "{AccountId}." {
        return Ok(None);
    }
    let mut prefix = template.to_string();
    for (member, value) in fields.members.iter().filter(|(member, _)| member.host_label) {
        let Input::Text(text) = value else { continue };
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')) {
            let fault =
                Fault::Text { reason: "becomes part of a host name: only letters, digits, `-` and `.`" };
            return Err(vec![Problem { path: member.name.to_string(), fault }]);
        }
        prefix = prefix.replace(&format!("{{{}}}", member.name), text);
    }
    Ok(Some(prefix))
}

/// The name of a member on the wire: its own, else that of its type, else the API name.
fn wire_name<'a>(service: &'a Service, member: &'a Member) -> &'a str {
    (member.wire_name.as_deref()).or_else(|| shape_name(service, member.shape)).unwrap_or(&member.name)
}

/// The name that a type brings along for its elements.
fn shape_name(service: &Service, shape: ShapeId) -> Option<&str> {
    match &service.shape(shape).kind {
        Kind::Structure(structure) => structure.xml_name.as_deref(),
        _ => None,
    }
}

/// A value without members or elements, as text; nothing for the others.
fn scalar(input: &Input<'_>, timestamp_format: TimestampFormat) -> Option<String> {
    use base64::Engine as _;
    match input {
        Input::Structure(_) | Input::List { .. } | Input::Map { .. } => None,
        Input::Text(text) => Some(text.to_string()),
        Input::Blob(bytes) => Some(base64::engine::general_purpose::STANDARD.encode(bytes)),
        Input::Boolean(value) => Some(value.to_string()),
        Input::Number(number) => Some(match number.as_f64().filter(|_| number.is_f64()) {
            Some(value) => super::number::float(value),
            None => number.to_string(),
        }),
        Input::NotFinite(name) => Some((*name).to_owned()),
        Input::Timestamp(time, format) => Some(time.format(format.unwrap_or(timestamp_format))),
        Input::Document(json) => Some(json.to_string()),
    }
}

/// Whether a member is part of the body.
fn in_body(member: &Member) -> bool {
    member.location == Location::Body
}
