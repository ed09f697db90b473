//! restXml and restJson1: status, headers, and the body or payload.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use tollgate_aws::model::{Kind, Location, Member, Operation, Protocol, Service, TimestampFormat};

use super::path::Path;
use super::{Encoded, json, misfit, xml};
use crate::problem::Problem;
use crate::wire::Routed;

pub(super) fn output(
    routed: &Routed,
    operation: &Operation,
    output: &Map<String, Value>,
) -> Result<Encoded, Problem> {
    let service = &*routed.service;
    let structure = operation.output.and_then(|shape| service.structure(shape));
    let members = structure.map(|structure| &structure.members[..]).unwrap_or_default();
    let payload = structure.and_then(|structure| structure.member(structure.payload.as_deref()?));
    let mut encoded = match payload {
        Some(member) => payload_body(routed, member, output.get(&*member.name))?,
        None => plain_body(routed, operation, members, output)?,
    };
    encoded.status = operation.status;
    for member in members {
        let Some(value) = output.get(&*member.name).filter(|value| !value.is_null()) else { continue };
        let path = Path::ROOT.name(&member.name);
        match (member.location, value) {
            (Location::StatusCode, value) => {
                let status = value.as_u64().and_then(|status| u16::try_from(status).ok());
                encoded.status = status.ok_or_else(|| misfit(&path, "status code", value))?;
            }
            (Location::Header, value) => {
                let text = header(service, member, value, &path)?;
                encoded.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(member.wire_name()));
                encoded.headers.push((member.wire_name().to_owned(), text));
            }
            (Location::Headers, Value::Object(object)) => {
                for (key, value) in object {
                    let text = value.as_str().ok_or_else(|| misfit(&path, "string", value))?;
                    encoded.headers.push((format!("{}{key}", member.wire_name()), text.to_owned()));
                }
            }
            _ => {}
        }
    }
    Ok(encoded)
}

/// A body that is one member alone.
fn payload_body(routed: &Routed, member: &Member, value: Option<&Value>) -> Result<Encoded, Problem> {
    let service = &*routed.service;
    let path = Path::ROOT.name(&member.name);
    let shape = service.shape(member.shape);
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Ok(Encoded { status: 200, ..Encoded::default() });
    };
    Ok(match (&shape.kind, value) {
        (Kind::Blob, Value::String(text)) => {
            let bytes = STANDARD.decode(text).map_err(|_| misfit(&path, "blob in base64", value))?;
            Encoded::new(200, "application/octet-stream", bytes)
        }
        (Kind::String(_), Value::String(text)) => Encoded::new(200, "text/plain", text.as_str()),
        (Kind::Structure(structure), _) if structure.event_stream => {
            return Err(Problem::Unsupported(format!("event streams, here {}", shape.name)));
        }
        _ if routed.protocol == Protocol::RestXml => {
            let mut xml = xml::Writer::new();
            let name = match &shape.kind {
                Kind::Structure(structure) => structure.xml_name.as_deref(),
                _ => None,
            };
            let name = name.or(member.wire_name.as_deref()).unwrap_or(&shape.name);
            let namespace = member.xml_namespace.as_ref().or(service.xml_namespace.as_ref());
            xml.element(service, name, namespace, member.shape, value, &path)?;
            Encoded::new(200, "application/xml", xml.finish())
        }
        _ => {
            let mut body = Vec::new();
            json::value(service, member.shape, member.timestamp_format, value, &path, &mut body)?;
            Encoded::new(200, "application/json", body)
        }
    })
}

/// A body of all members that travel in it.
fn plain_body(
    routed: &Routed,
    operation: &Operation,
    members: &[Member],
    output: &Map<String, Value>,
) -> Result<Encoded, Problem> {
    let service = &*routed.service;
    let in_body = members.iter().any(|member| member.location == Location::Body);
    if routed.protocol == Protocol::RestJson1 {
        let mut body = Vec::new();
        if in_body {
            json::members(service, operation.output, output, &mut body)?;
        }
        return Ok(Encoded::new(200, "application/json", body));
    }
    if !in_body || *operation.method == *"HEAD" {
        return Ok(Encoded { status: 200, ..Encoded::default() });
    }
    let mut xml = xml::Writer::new();
    let namespace = service.xml_namespace.as_ref().map_or(S3_NAMESPACE, |namespace| &*namespace.uri);
    if (&*service.name, &*operation.name) == ("s3", "GetBucketLocation") {
        // The one answer of S3 whose root is the value itself.
        xml.open_root("LocationConstraint", Some(namespace));
        let region = output.get("LocationConstraint").and_then(Value::as_str).unwrap_or_default();
        xml.text(region);
        xml.close("LocationConstraint");
        return Ok(Encoded::new(200, "application/xml", xml.finish()));
    }
    let shape = operation.output.map(|shape| service.shape(shape));
    let root = match (&*service.name, &*operation.name) {
        ("s3", "ListBuckets") => "ListAllMyBucketsResult",
        ("s3", "ListObjects" | "ListObjectsV2") => "ListBucketResult",
        _ => shape.map_or(&*operation.name, |shape| &*shape.name),
    };
    xml.open_root(root, Some(namespace));
    xml.members(service, operation.output, output)?;
    xml.close(root);
    Ok(Encoded::new(200, "application/xml", xml.finish()))
}

const S3_NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

fn header(service: &Service, member: &Member, value: &Value, path: &Path<'_>) -> Result<String, Problem> {
    let format = member.timestamp_format.unwrap_or(TimestampFormat::Rfc822);
    match (&service.shape(member.shape).kind, value) {
        (Kind::List(list), Value::Array(items)) => {
            let items = items
                .iter()
                .map(|item| xml::text(service, list.member, format, item, path))
                .collect::<Result<Vec<_>, _>>()?;
            Ok(items.join(","))
        }
        (Kind::String(text), Value::String(json)) if text.json_value || member.json_value => {
            Ok(STANDARD.encode(json))
        }
        _ => xml::text(service, member.shape, format, value, path).map(std::borrow::Cow::into_owned),
    }
}
