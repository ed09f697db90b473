//! XML bodies, guided by shapes.

use std::borrow::Cow;

use serde_json::{Map, Value};
use tollgate_aws::model::{
    Kind, List, Location, Member, Service, ShapeId, Structure, TimestampFormat, XmlNamespace,
};

use super::misfit;
use super::path::Path;
use crate::problem::Problem;
use crate::timestamp;

/// Writes elements one after the other.
pub(super) struct Writer {
    out: String,
}

impl Writer {
    pub(super) fn new() -> Self {
        Self { out: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned() }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    pub(super) fn open_root(&mut self, name: &str, namespace: Option<&str>) {
        self.out.push('<');
        self.out.push_str(name);
        if let Some(namespace) = namespace {
            self.attribute("xmlns", namespace);
        }
        self.out.push('>');
    }

    pub(super) fn open(&mut self, name: &str) {
        self.out.push('<');
        self.out.push_str(name);
        self.out.push('>');
    }

    pub(super) fn close(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    pub(super) fn leaf(&mut self, name: &str, text: &str) {
        self.open(name);
        escape(&mut self.out, text);
        self.close(name);
    }

    /// Text within an element that is open.
    pub(super) fn text(&mut self, text: &str) {
        escape(&mut self.out, text);
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape(&mut self.out, value);
        self.out.push('"');
    }

    /// The body members of an output, within an element that is open.
    pub(super) fn members(
        &mut self,
        service: &Service,
        shape: Option<ShapeId>,
        object: &Map<String, Value>,
    ) -> Result<(), Problem> {
        match shape.and_then(|shape| service.structure(shape)) {
            Some(structure) => self.structure(service, structure, object, &Path::ROOT),
            None => Ok(()),
        }
    }

    /// One value as an element.
    pub(super) fn element(
        &mut self,
        service: &Service,
        name: &str,
        namespace: Option<&XmlNamespace>,
        shape: ShapeId,
        value: &Value,
        path: &Path<'_>,
    ) -> Result<(), Problem> {
        let kind = &service.shape(shape).kind;
        let structure = if let Kind::Structure(structure) = kind { Some(structure) } else { None };
        self.out.push('<');
        self.out.push_str(name);
        if let Some(XmlNamespace { uri, prefix }) =
            namespace.or_else(|| structure.and_then(|structure| structure.xml_namespace.as_ref()))
        {
            let attribute =
                prefix.as_ref().map_or(Cow::Borrowed("xmlns"), |prefix| format!("xmlns:{prefix}").into());
            self.attribute(&attribute, uri);
        }
        if let (Some(structure), Value::Object(object)) = (structure, value) {
            for member in structure.members.iter().filter(|member| member.xml_attribute) {
                if let Some(text) = object.get(&*member.name).and_then(Value::as_str) {
                    self.attribute(member.wire_name(), text);
                }
            }
        }
        self.out.push('>');
        match (kind, value) {
            (Kind::Structure(structure), Value::Object(object)) => {
                self.structure(service, structure, object, path)?
            }
            (Kind::List(list), Value::Array(items)) => {
                self.items(service, list, list.wire_name.as_deref().unwrap_or("member"), items, path)?;
            }
            (Kind::Map(_), Value::Object(object)) => self.entries(service, "entry", shape, object, path)?,
            _ => self.scalar(service, shape, None, value, path)?,
        }
        self.close(name);
        Ok(())
    }

    fn structure(
        &mut self,
        service: &Service,
        structure: &Structure,
        object: &Map<String, Value>,
        path: &Path<'_>,
    ) -> Result<(), Problem> {
        if let Some(name) = object.keys().find(|name| structure.member(name).is_none()) {
            return Err(Problem::Fixture(format!("{path}/{name} is no member")));
        }
        for member in structure
            .members
            .iter()
            .filter(|member| member.location == Location::Body && !member.xml_attribute)
        {
            match object.get(&*member.name) {
                None | Some(Value::Null) => {}
                Some(value) => self.member(service, member, value, &path.name(&member.name))?,
            }
        }
        Ok(())
    }

    fn member(
        &mut self,
        service: &Service,
        member: &Member,
        value: &Value,
        path: &Path<'_>,
    ) -> Result<(), Problem> {
        match (&service.shape(member.shape).kind, value) {
            (Kind::List(list), Value::Array(items)) if list.flattened || member.flattened => self.items(
                service,
                list,
                list.wire_name.as_deref().unwrap_or(member.wire_name()),
                items,
                path,
            ),
            (Kind::Map(map), Value::Object(object)) if map.flattened || member.flattened => {
                self.entries(service, member.wire_name(), member.shape, object, path)
            }
            (Kind::Timestamp(_), value) => {
                self.open(member.wire_name());
                self.scalar(service, member.shape, member.timestamp_format, value, path)?;
                self.close(member.wire_name());
                Ok(())
            }
            _ => self.element(
                service,
                member.wire_name(),
                member.xml_namespace.as_ref(),
                member.shape,
                value,
                path,
            ),
        }
    }

    fn items(
        &mut self,
        service: &Service,
        list: &List,
        name: &str,
        items: &[Value],
        path: &Path<'_>,
    ) -> Result<(), Problem> {
        for (index, item) in items.iter().enumerate() {
            self.element(service, name, None, list.member, item, &path.index(index))?;
        }
        Ok(())
    }

    fn entries(
        &mut self,
        service: &Service,
        name: &str,
        shape: ShapeId,
        object: &Map<String, Value>,
        path: &Path<'_>,
    ) -> Result<(), Problem> {
        let Kind::Map(map) = &service.shape(shape).kind else { return Ok(()) };
        for (key, value) in object {
            self.open(name);
            self.leaf(map.key_name.as_deref().unwrap_or("key"), key);
            let value_name = map.value_name.as_deref().unwrap_or("value");
            self.element(service, value_name, None, map.value, value, &path.name(key))?;
            self.close(name);
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        service: &Service,
        shape: ShapeId,
        format: Option<TimestampFormat>,
        value: &Value,
        path: &Path<'_>,
    ) -> Result<(), Problem> {
        let text = text(service, shape, format.unwrap_or(TimestampFormat::Iso8601), value, path)?;
        escape(&mut self.out, &text);
        Ok(())
    }
}

/// A scalar as text; timestamps in the given format where their shape names none.
pub(super) fn text<'v>(
    service: &Service,
    shape: ShapeId,
    format: TimestampFormat,
    value: &'v Value,
    path: &Path<'_>,
) -> Result<Cow<'v, str>, Problem> {
    let shape = service.shape(shape);
    let text = match (&shape.kind, value) {
        (Kind::String(_) | Kind::Blob, Value::String(text)) => Some(Cow::Borrowed(text.as_str())),
        (Kind::Boolean, Value::Bool(truth)) => Some(if *truth { "true" } else { "false" }.into()),
        (Kind::Integer(_) | Kind::Long(_) | Kind::Float(_) | Kind::Double(_), Value::Number(number)) => {
            Some(number.to_string().into())
        }
        (Kind::Timestamp(own), value) => match own.unwrap_or(format) {
            TimestampFormat::Iso8601 => timestamp::iso8601(value),
            TimestampFormat::Rfc822 => timestamp::rfc822(value),
            TimestampFormat::UnixTimestamp => timestamp::seconds(value).map(|seconds| seconds.to_string()),
        }
        .map(Cow::Owned),
        _ => None,
    };
    text.ok_or_else(|| misfit(path, &shape.name, value))
}

fn escape(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(position) = rest.find(['&', '<', '>', '"', '\r']) {
        out.push_str(&rest[..position]);
        out.push_str(match rest.as_bytes()[position] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#xD;",
        });
        rest = &rest[position + 1..];
    }
    out.push_str(rest);
}
