//! The shape table of a service: all shapes that its operations reach, in the order in which they do.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::convert::namespace;
use super::types::shape::{
    Bounds, ErrorTraits, Kind, List, Location, Map, Member, Shape, ShapeId, Structure, Text, TimestampFormat,
    XmlNamespace,
};

/// The table while it grows.
pub(crate) struct Shapes<'a> {
    model: &'a Value,
    ids: HashMap<String, ShapeId>,
    order: Vec<String>,
}

/// The shape of an operation's input or output.
pub(crate) struct Root {
    /// The shape itself.
    pub(crate) shape: ShapeId,
    /// Its element's name.
    pub(crate) name: Option<Box<str>>,
    /// Its element's namespace.
    pub(crate) namespace: Option<XmlNamespace>,
}

/// A reference to a shape. Its traits are those of the shape, overridden by its own, as in botocore.
struct Reference<'a> {
    own: &'a Value,
    shape: &'a Value,
}

impl<'a> Reference<'a> {
    fn get(&self, key: &str) -> Option<&'a Value> {
        self.own.get(key).or_else(|| self.shape.get(key))
    }

    fn text(&self, key: &str) -> Option<Box<str>> {
        self.get(key)?.as_str().map(Box::from)
    }

    fn flag(&self, key: &str) -> bool {
        self.get(key).and_then(Value::as_bool) == Some(true)
    }

    fn namespace(&self) -> Result<Option<XmlNamespace>> {
        self.get("xmlNamespace").map(namespace).transpose()
    }

    fn timestamp_format(&self) -> Result<Option<TimestampFormat>> {
        let format = self.get("timestampFormat").and_then(Value::as_str);
        format.map(timestamp_format).transpose()
    }
}

impl<'a> Shapes<'a> {
    /// An empty table over a model's `shapes`.
    pub(crate) fn new(model: &'a Value) -> Self {
        Self { model, ids: HashMap::new(), order: Vec::new() }
    }

    /// The shape of an operation's input, output or error.
    pub(crate) fn root(&mut self, reference: &'a Value) -> Result<Root> {
        let (shape, traits) = self.resolve(reference)?;
        Ok(Root { shape, name: traits.text("locationName"), namespace: traits.namespace()? })
    }

    /// All shapes that were referred to, directly or not.
    pub(crate) fn finish(mut self) -> Result<Vec<Shape>> {
        let mut shapes = Vec::new();
        while let Some(name) = self.order.get(shapes.len()).cloned() {
            let description = &self.model[name.as_str()];
            let kind = self.kind(&name, description).with_context(|| name.clone())?;
            let sensitive = description["sensitive"].as_bool() == Some(true);
            shapes.push(Shape { name: name.into(), kind, sensitive });
        }
        Ok(shapes)
    }

    fn resolve(&mut self, own: &'a Value) -> Result<(ShapeId, Reference<'a>)> {
        let name = own["shape"].as_str().context("a reference without a shape")?;
        let shape = self.model.get(name).with_context(|| format!("no shape {name}"))?;
        let next = ShapeId(u32::try_from(self.order.len())?);
        let id = *self.ids.entry(name.to_owned()).or_insert_with(|| {
            self.order.push(name.to_owned());
            next
        });
        Ok((id, Reference { own, shape }))
    }

    fn kind(&mut self, name: &str, description: &'a Value) -> Result<Kind> {
        let flag = |key: &str| description[key].as_bool() == Some(true);
        let bounds = || bounds(description);
        Ok(match description["type"].as_str().context("no type")? {
            "structure" => Kind::Structure(self.structure(name, description)?),
            "list" => {
                let (member, traits) = self.resolve(&description["member"])?;
                Kind::List(List {
                    member,
                    wire_name: traits.text("locationName"),
                    flattened: flag("flattened"),
                    timestamp_format: traits.timestamp_format()?,
                    json_value: traits.flag("jsonvalue"),
                    bounds: bounds(),
                })
            }
            "map" => {
                let (key, key_traits) = self.resolve(&description["key"])?;
                let (value, value_traits) = self.resolve(&description["value"])?;
                Kind::Map(Map {
                    key,
                    value,
                    key_name: key_traits.text("locationName"),
                    value_name: value_traits.text("locationName"),
                    flattened: flag("flattened"),
                    bounds: bounds(),
                })
            }
            "string" | "character" => Kind::String(Text {
                enum_values: texts(&description["enum"])?,
                bounds: bounds(),
                pattern: description["pattern"].as_str().map(Box::from),
                json_value: flag("jsonvalue"),
            }),
            "blob" => Kind::Blob,
            "boolean" => Kind::Boolean,
            "integer" => Kind::Integer(bounds()),
            "long" => Kind::Long(bounds()),
            "float" => Kind::Float(bounds()),
            "double" => Kind::Double(bounds()),
            "timestamp" => {
                let format = description["timestampFormat"].as_str();
                Kind::Timestamp(format.map(timestamp_format).transpose()?)
            }
            other => bail!("the type {other} is not one that we know"),
        })
    }

    fn structure(&mut self, name: &str, description: &'a Value) -> Result<Structure> {
        let flag = |key: &str| description[key].as_bool() == Some(true);
        let event_stream = flag("eventstream");
        let required = texts(&description["required"])?;
        let mut members = Vec::new();
        // The engine refuses event streams: their events would be dead weight.
        if !event_stream && let Some(all) = description["members"].as_object() {
            for (name, reference) in all {
                let must = required.iter().any(|required| **required == **name);
                members.push(self.member(name, reference, must).with_context(|| name.clone())?);
            }
        }
        let error = flag("exception").then(|| error_traits(description)).transpose()?;
        Ok(Structure {
            members,
            payload: description["payload"].as_str().map(Box::from),
            union: flag("union"),
            document: flag("document"),
            event_stream,
            error_code: error.is_some().then(|| description["error"]["code"].as_str().unwrap_or(name).into()),
            error: error.filter(|traits| *traits != ErrorTraits::default()),
            xml_name: description["locationName"].as_str().map(Box::from),
            xml_namespace: description.get("xmlNamespace").map(namespace).transpose()?,
            order: Default::default(),
        })
    }

    fn member(&mut self, name: &str, reference: &'a Value, required: bool) -> Result<Member> {
        let (shape, traits) = self.resolve(reference)?;
        Ok(Member {
            name: name.into(),
            shape,
            required,
            location: location(traits.get("location"))?,
            wire_name: traits.text("locationName").filter(|wire_name| **wire_name != *name),
            query_name: traits.text("queryName"),
            flattened: traits.flag("flattened"),
            xml_attribute: traits.flag("xmlAttribute"),
            xml_namespace: traits.namespace()?,
            timestamp_format: traits.timestamp_format()?,
            idempotency_token: traits.flag("idempotencyToken"),
            host_label: traits.flag("hostLabel"),
            streaming: traits.flag("streaming"),
            json_value: traits.flag("jsonvalue"),
            context_param: traits.get("contextParam").and_then(|param| param["name"].as_str()).map(Box::from),
        })
    }
}

fn error_traits(description: &Value) -> Result<ErrorTraits> {
    let retryable = description.get("retryable");
    Ok(ErrorTraits {
        status: description["error"]["httpStatusCode"].as_u64().map(u16::try_from).transpose()?,
        fault: description["fault"].as_bool() == Some(true),
        retryable: retryable.is_some(),
        throttling: retryable.is_some_and(|traits| traits["throttling"].as_bool() == Some(true)),
    })
}

fn location(value: Option<&Value>) -> Result<Location> {
    Ok(match value.and_then(Value::as_str) {
        None => Location::Body,
        Some("header") => Location::Header,
        Some("headers") => Location::Headers,
        Some("querystring") => Location::QueryString,
        Some("uri") => Location::Uri,
        Some("statusCode") => Location::StatusCode,
        Some(other) => bail!("the location {other} is not one that we know"),
    })
}

fn timestamp_format(format: &str) -> Result<TimestampFormat> {
    Ok(match format {
        "iso8601" => TimestampFormat::Iso8601,
        "rfc822" => TimestampFormat::Rfc822,
        "unixTimestamp" => TimestampFormat::UnixTimestamp,
        other => bail!("the timestamp format {other} is not one that we know"),
    })
}

fn bounds(description: &Value) -> Bounds {
    Bounds { min: description["min"].as_f64(), max: description["max"].as_f64() }
}

fn texts(value: &Value) -> Result<Vec<Box<str>>> {
    let all = value.as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().map(|one| one.as_str().map(Box::from).with_context(|| format!("{one} is no text"))).collect()
}
