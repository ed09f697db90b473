//! restJson1 and restXml: labels, query string, headers, and the body or payload.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::map::Entry;
use serde_json::{Map, Value};
use tollgate_aws::model::{Kind, Location, Member, Protocol, Service, ShapeId, Structure};

use super::{json, scalar, xml};
use crate::problem::Problem;
use crate::wire::{Incoming, Routed};

pub(super) fn decode(
    incoming: &Incoming,
    routed: &Routed,
    shape: ShapeId,
) -> Result<Map<String, Value>, Problem> {
    let service = &*routed.service;
    let Some(structure) = service.structure(shape) else { return Ok(Map::new()) };
    let query = incoming.query_pairs();
    let mut input = body(incoming, routed, shape, structure)?;
    for member in &structure.members {
        let name = member.wire_name();
        let value = match member.location {
            Location::Body | Location::StatusCode => None,
            Location::Uri => {
                let label = routed.labels.iter().find(|(label, _)| label == name);
                label.map(|(_, text)| scalar(service, member.shape, text, name)).transpose()?
            }
            Location::QueryString => from_query(service, member, &query)?,
            Location::Header => {
                incoming.header(name).map(|text| from_header(service, member, text)).transpose()?
            }
            Location::Headers => prefixed(incoming, name),
        };
        if let Some(value) = value {
            input.insert(member.name.to_string(), value);
        }
    }
    // A map in the query string takes what no other member names.
    let in_query = |member: &&Member| member.location == Location::QueryString;
    let named = |key: &str| structure.members.iter().filter(in_query).any(|member| member.wire_name() == key);
    for member in structure.members.iter().filter(in_query) {
        let Kind::Map(map) = &service.shape(member.shape).kind else { continue };
        let lists = matches!(service.shape(map.value).kind, Kind::List(_));
        let mut object = Map::new();
        for (key, value) in query.iter().filter(|(key, _)| !named(key)) {
            match object.entry(key) {
                Entry::Occupied(mut entry) => {
                    if let Value::Array(list) = entry.get_mut() {
                        list.push(value.as_str().into());
                    }
                }
                Entry::Vacant(entry) => {
                    let value = Value::from(value.as_str());
                    entry.insert(if lists { Value::Array(vec![value]) } else { value });
                }
            }
        }
        if !object.is_empty() {
            input.insert(member.name.to_string(), Value::Object(object));
        }
    }
    Ok(input)
}

/// The members that travel in the body.
fn body(
    incoming: &Incoming,
    routed: &Routed,
    shape: ShapeId,
    structure: &Structure,
) -> Result<Map<String, Value>, Problem> {
    let service = &*routed.service;
    if incoming.body.is_empty() {
        return Ok(Map::new());
    }
    let text = || {
        std::str::from_utf8(&incoming.body).map_err(|_| Problem::Malformed("the body is not UTF-8".into()))
    };
    let payload = structure.payload.as_deref().and_then(|name| structure.member(name));
    match (payload, routed.protocol) {
        (Some(member), protocol) => {
            let value = match (&service.shape(member.shape).kind, protocol) {
                (Kind::Blob, _) => Value::from(STANDARD.encode(&incoming.body)),
                (Kind::String(_), _) => Value::from(text()?),
                (_, Protocol::RestXml) => xml::decode(service, member.shape, text()?)?,
                _ => {
                    let value = serde_json::from_slice(&incoming.body)
                        .map_err(|error| Problem::Malformed(format!("the body: {error}")))?;
                    json::value(service, member.shape, value, "")?
                }
            };
            Ok(Map::from_iter([(member.name.to_string(), value)]))
        }
        (None, Protocol::RestXml) => match xml::decode(service, shape, text()?)? {
            Value::Object(object) => Ok(object),
            _ => Ok(Map::new()),
        },
        (None, _) => json::decode(service, shape, &incoming.body),
    }
}

fn from_query(
    service: &Service,
    member: &Member,
    query: &[(String, String)],
) -> Result<Option<Value>, Problem> {
    let name = member.wire_name();
    let mut given = query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
    match &service.shape(member.shape).kind {
        Kind::List(list) => {
            let values =
                given.map(|text| scalar(service, list.member, text, name)).collect::<Result<Vec<_>, _>>()?;
            Ok((!values.is_empty()).then_some(Value::Array(values)))
        }
        Kind::Map(_) => Ok(None),
        _ => given.next().map(|text| scalar(service, member.shape, text, name)).transpose(),
    }
}

fn from_header(service: &Service, member: &Member, text: &str) -> Result<Value, Problem> {
    let name = member.wire_name();
    match &service.shape(member.shape).kind {
        Kind::List(list) => text
            .split(',')
            .map(|part| scalar(service, list.member, part.trim(), name))
            .collect::<Result<_, _>>(),
        Kind::String(kind) if kind.json_value || member.json_value => {
            let decoded = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            decoded
                .map(Value::from)
                .ok_or_else(|| Problem::Malformed(format!("{name}: expected JSON in base64")))
        }
        _ => scalar(service, member.shape, text, name),
    }
}

/// All headers that begin with a prefix, as a map.
fn prefixed(incoming: &Incoming, prefix: &str) -> Option<Value> {
    let prefix = prefix.to_ascii_lowercase();
    let map: Map<String, Value> = incoming
        .headers
        .iter()
        .filter_map(|(name, value)| {
            let name = name.as_str().strip_prefix(&prefix)?;
            Some((name.to_owned(), Value::from(value.to_str().ok()?)))
        })
        .collect();
    (!map.is_empty()).then_some(Value::Object(map))
}
