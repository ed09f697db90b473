//! awsQuery and ec2Query: `Filter.1.Name=…` and the like.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tollgate_aws::model::{Kind, List, Member, Protocol, Service, ShapeId};

use super::scalar;
use crate::problem::Problem;

/// The parameters as a tree of the parts of their names.
#[derive(Debug, Default)]
struct Node {
    value: Option<String>,
    children: BTreeMap<String, Node>,
}

/// What is in every form, and in the query string of a presigned one.
fn is_envelope(name: &str) -> bool {
    matches!(name, "Action" | "Version") || name.starts_with("X-Amz-")
}

pub(super) fn decode(
    service: &Service,
    shape: ShapeId,
    protocol: Protocol,
    form: Vec<(String, String)>,
) -> Result<Map<String, Value>, Problem> {
    let mut root = Node::default();
    for (name, value) in form.into_iter().filter(|(name, _)| !is_envelope(name)) {
        let leaf =
            name.split('.').fold(&mut root, |node, part| node.children.entry(part.to_owned()).or_default());
        if leaf.value.replace(value).is_some() {
            return Err(Problem::Malformed(format!("the parameter {name} is there twice")));
        }
    }
    Form { service, ec2: protocol == Protocol::Ec2Query }.structure(shape, &root, "")
}

struct Form<'a> {
    service: &'a Service,
    ec2: bool,
}

impl Form<'_> {
    fn structure(&self, shape: ShapeId, node: &Node, path: &str) -> Result<Map<String, Value>, Problem> {
        let members =
            self.service.structure(shape).map(|structure| &structure.members[..]).unwrap_or_default();
        node.children
            .iter()
            .map(|(part, child)| {
                let path = join(path, part);
                let member = members
                    .iter()
                    .find(|member| self.name_of(member) == *part)
                    .ok_or_else(|| Problem::Malformed(format!("the parameter {path} is not recognized")))?;
                Ok((member.name.to_string(), self.value(member.shape, member.flattened, child, &path)?))
            })
            .collect()
    }

    /// A member's part of the parameter name.
    fn name_of(&self, member: &Member) -> String {
        if self.ec2 {
            return match (&member.query_name, &member.wire_name) {
                (Some(name), _) => name.to_string(),
                (None, Some(name)) => capitalized(name),
                (None, None) => member.name.to_string(),
            };
        }
        // The elements' own name stands in for that of a flattened list.
        match &self.service.shape(member.shape).kind {
            Kind::List(List { wire_name: Some(name), flattened, .. }) if *flattened || member.flattened => {
                name.to_string()
            }
            _ => member.wire_name().to_owned(),
        }
    }

    fn value(&self, shape: ShapeId, flattened: bool, node: &Node, path: &str) -> Result<Value, Problem> {
        match &self.service.shape(shape).kind {
            Kind::Structure(_) => Ok(Value::Object(self.structure(shape, node, path)?)),
            Kind::List(list) => {
                if node.children.is_empty() && node.value.as_deref() == Some("") {
                    return Ok(Value::Array(Vec::new()));
                }
                let element = list.wire_name.as_deref().unwrap_or("member");
                let flat = self.ec2 || flattened || list.flattened;
                let elements = if flat { node } else { only_child(node, element, path)? };
                self.numbered(elements, path)?
                    .into_iter()
                    .map(|(path, node)| self.value(list.member, false, node, &path))
                    .collect()
            }
            Kind::Map(map) => {
                let entries =
                    if flattened || map.flattened { node } else { only_child(node, "entry", path)? };
                let key_name = map.key_name.as_deref().unwrap_or("key");
                let value_name = map.value_name.as_deref().unwrap_or("value");
                let mut object = Map::new();
                for (path, entry) in self.numbered(entries, path)? {
                    let key = entry.children.get(key_name).and_then(|key| key.value.clone());
                    let key =
                        key.ok_or_else(|| Problem::Malformed(format!("{path}.{key_name} is not there")))?;
                    if let Some(value) = entry.children.get(value_name) {
                        object.insert(key, self.value(map.value, false, value, &join(&path, value_name))?);
                    }
                }
                Ok(Value::Object(object))
            }
            _ => match &node.value {
                Some(text) if node.children.is_empty() => scalar(self.service, shape, text, path),
                _ => Err(Problem::Malformed(format!("{path}: expected one value"))),
            },
        }
    }

    /// The children `1`, `2`, … in order.
    fn numbered<'n>(&self, node: &'n Node, path: &str) -> Result<Vec<(String, &'n Node)>, Problem> {
        let mut numbered = node
            .children
            .iter()
            .map(|(part, child)| match part.parse::<usize>() {
                Ok(number) if number > 0 => Ok((number, join(path, part), child)),
                _ => Err(Problem::Malformed(format!("{path}.{part}: expected a number from 1 on"))),
            })
            .collect::<Result<Vec<_>, _>>()?;
        numbered.sort_by_key(|(number, ..)| *number);
        Ok(numbered.into_iter().map(|(_, path, child)| (path, child)).collect())
    }
}

/// The child of that name, which must be the only one.
fn only_child<'n>(node: &'n Node, name: &str, path: &str) -> Result<&'n Node, Problem> {
    match node.children.iter().next() {
        Some((part, child)) if part == name && node.children.len() == 1 => Ok(child),
        _ => Err(Problem::Malformed(format!("{path}: expected {path}.{name}.1 and so on"))),
    }
}

fn join(path: &str, part: &str) -> String {
    if path.is_empty() { part.to_owned() } else { format!("{path}.{part}") }
}

fn capitalized(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}
