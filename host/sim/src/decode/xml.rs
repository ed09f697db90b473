//! restXml bodies.

use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};
use serde_json::{Map, Value};
use tollgate_aws::model::{Kind, Location, Service, ShapeId};

use super::scalar;
use crate::problem::Problem;

/// An element, without its namespaces' meaning: AWS tells members by their local names.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
}

/// No request of AWS nests deeper.
const MAX_DEPTH: usize = 64;

/// A value of a shape, from a document whose root is that value.
pub(super) fn decode(service: &Service, shape: ShapeId, text: &str) -> Result<Value, Problem> {
    let root = parse(text).map_err(|reason| {
        Problem::Malformed(format!("the XML you provided was not well-formed: {reason}"))
    })?;
    value(service, shape, &root, &root.name)
}

fn parse(text: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        let top = open.last_mut().ok_or("it closes more than it opens")?;
        match event {
            Event::Start(start) => open.push(element(&start)?),
            Event::Empty(start) => top.children.push(element(&start)?),
            Event::End(_) => {
                let done = open.pop().unwrap_or_default();
                open.last_mut().ok_or("it closes more than it opens")?.children.push(done);
            }
            Event::Text(text) => top.text.push_str(&text.xml10_content()),
            Event::CData(text) => top.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                match reference.resolve_char_ref().map_err(|error| error.to_string())? {
                    Some(character) => top.text.push(character),
                    None => top.text.push_str(
                        quick_xml::escape::resolve_xml_entity(&reference.xml10_content())
                            .ok_or("an unknown entity")?,
                    ),
                }
            }
            Event::Eof => break,
            Event::DocType(_) => return Err("a document type".to_owned()),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
        }
        if open.len() > MAX_DEPTH {
            return Err("it nests too deeply".to_owned());
        }
    }
    let mut document = open.pop().filter(|_| open.is_empty()).ok_or("it ends within an element")?;
    document.children.pop().ok_or_else(|| "there is no element".to_owned())
}

fn element(start: &quick_xml::events::BytesStart<'_>) -> Result<Element, String> {
    let attributes = start
        .attributes()
        .map(|attribute| {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
            Ok((attribute.key.into_inner().to_owned(), value.into_owned()))
        })
        .collect::<Result<_, String>>()?;
    Ok(Element { name: start.local_name().into_inner().to_owned(), attributes, ..Element::default() })
}

fn value(service: &Service, shape: ShapeId, element: &Element, path: &str) -> Result<Value, Problem> {
    match &service.shape(shape).kind {
        Kind::Structure(_) => structure(service, shape, element, path).map(Value::Object),
        Kind::List(list) => element
            .children
            .iter()
            .map(|child| value(service, list.member, child, &join(path, child)))
            .collect(),
        Kind::Map(map) => {
            let mut object = Map::new();
            for entry in &element.children {
                let child = |name: &str| entry.children.iter().find(|child| child.name == name);
                let key = child(map.key_name.as_deref().unwrap_or("key"));
                let item = child(map.value_name.as_deref().unwrap_or("value"));
                let (Some(key), Some(item)) = (key, item) else {
                    return Err(Problem::Malformed(format!("{path}: an entry without key or value")));
                };
                object.insert(key.text.clone(), value(service, map.value, item, &join(path, item))?);
            }
            Ok(Value::Object(object))
        }
        _ => scalar(service, shape, &element.text, path),
    }
}

fn structure(
    service: &Service,
    shape: ShapeId,
    element: &Element,
    path: &str,
) -> Result<Map<String, Value>, Problem> {
    let members = service.structure(shape).map(|structure| &structure.members[..]).unwrap_or_default();
    let mut object = Map::new();
    for (name, text) in &element.attributes {
        let member = members.iter().find(|member| member.xml_attribute && member.wire_name() == name);
        if let Some(member) = member {
            object.insert(member.name.to_string(), scalar(service, member.shape, text, path)?);
        }
    }
    for child in &element.children {
        let path = join(path, child);
        let member = members
            .iter()
            .find(|member| member.location == Location::Body && local(member.wire_name()) == child.name)
            .ok_or_else(|| {
                Problem::Malformed(format!("{path} is not a member of {}", service.shape(shape).name))
            })?;
        match &service.shape(member.shape).kind {
            Kind::List(list) if list.flattened || member.flattened => {
                let item = value(service, list.member, child, &path)?;
                match object.entry(&*member.name).or_insert_with(|| Value::Array(Vec::new())) {
                    Value::Array(items) => items.push(item),
                    other => *other = item,
                }
            }
            _ => {
                object.insert(member.name.to_string(), value(service, member.shape, child, &path)?);
            }
        }
    }
    Ok(object)
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

fn join(path: &str, child: &Element) -> String {
    format!("{path}/{}", child.name)
}
