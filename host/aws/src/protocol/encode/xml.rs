//! restXml's bodies.

use super::super::input::{Fields, Input};
use super::{in_body, scalar, shape_name, wire_name};
use crate::model::{Member, Operation, Service, ShapeId, TimestampFormat, XmlNamespace};

/// A payload member as the whole document.
pub(super) fn payload(service: &Service, member: &Member, input: &Input<'_>) -> String {
    let mut writer = Writer { service, text: String::new() };
    writer.element(wire_name(service, member), writer.namespace(Some(member), member.shape), input);
    writer.text
}

/// The members without another place, in the operation's root element.
pub(super) fn body(service: &Service, operation: &Operation, fields: &Fields<'_>) -> String {
    let mut writer = Writer { service, text: String::new() };
    let shape = operation.input.map(|shape| &*service.shape(shape).name);
    let name = operation.input_name.as_deref().or(fields.structure.xml_name.as_deref()).or(shape);
    let namespace = operation.input_namespace.as_ref().or(fields.structure.xml_namespace.as_ref());
    writer.structure(name.unwrap_or(&operation.name), namespace, fields);
    writer.text
}

struct Writer<'a> {
    service: &'a Service,
    text: String,
}

impl<'a> Writer<'a> {
    fn element(&mut self, name: &str, namespace: Option<&XmlNamespace>, input: &Input<'_>) {
        match input {
            Input::Structure(fields) => self.structure(name, namespace, fields),
            Input::List { list, flattened, elements } => {
                let inner = if *flattened {
                    None
                } else {
                    list.wire_name.as_deref().or_else(|| shape_name(self.service, list.member))
                };
                let own = self.namespace(None, list.member);
                if *flattened {
                    elements.iter().for_each(|element| self.element(name, own, element));
                    return;
                }
                let inner = inner.unwrap_or("member");
                self.node(name, namespace, "", elements.is_empty(), |this| {
                    elements.iter().for_each(|element| this.element(inner, own, element));
                });
            }
            Input::Map { map, flattened, entries } => {
                let key_name = map.key_name.as_deref().unwrap_or("key");
                let value_name = map
                    .value_name
                    .as_deref()
                    .or_else(|| shape_name(self.service, map.value))
                    .unwrap_or("value");
                let own = self.namespace(None, map.value);
                let write = |this: &mut Self, entry_name: &str| {
                    for (key, value) in entries {
                        this.node(entry_name, None, "", false, |this| {
                            this.leaf(key_name, None, key);
                            this.element(value_name, own, value);
                        });
                    }
                };
                if *flattened {
                    write(self, name);
                } else {
                    self.node(name, namespace, "", entries.is_empty(), |this| write(this, "entry"));
                }
            }
            input => {
                let text = scalar(input, TimestampFormat::Iso8601).unwrap_or_default();
                self.leaf(name, namespace, &text);
            }
        }
    }

    fn structure(&mut self, name: &str, namespace: Option<&XmlNamespace>, fields: &Fields<'_>) {
        let (attributes, children): (Vec<_>, Vec<_>) = fields
            .members
            .iter()
            .filter(|(member, _)| in_body(member))
            .partition(|(member, _)| member.xml_attribute);
        let mut text = String::new();
        for (member, input) in attributes {
            let value = scalar(input, TimestampFormat::Iso8601).unwrap_or_default();
            push_attribute(&mut text, wire_name(self.service, member), &value);
        }
        // Flattened lists and maps may have no elements, and then nothing stands there.
        let empty = children.iter().all(|(_, input)| match input {
            Input::List { flattened: true, elements, .. } => elements.is_empty(),
            Input::Map { flattened: true, entries, .. } => entries.is_empty(),
            _ => false,
        });
        self.node(name, namespace, &text, empty, |this| {
            for (member, input) in children {
                let namespace = this.namespace(Some(member), member.shape);
                this.element(wire_name(this.service, member), namespace, input);
            }
        });
    }

    fn leaf(&mut self, name: &str, namespace: Option<&XmlNamespace>, text: &str) {
        self.node(name, namespace, "", text.is_empty(), |this| push_text(&mut this.text, text));
    }

    /// An element; an empty one the way botocore writes it.
    fn node(
        &mut self,
        name: &str,
        namespace: Option<&XmlNamespace>,
        attributes: &str,
        empty: bool,
        content: impl FnOnce(&mut Self),
    ) {
        self.text.push('<');
        self.text.push_str(name);
        if let Some(namespace) = namespace {
            match &namespace.prefix {
                Some(prefix) => push_attribute(&mut self.text, &format!("xmlns:{prefix}"), &namespace.uri),
                None => push_attribute(&mut self.text, "xmlns", &namespace.uri),
            }
        }
        self.text.push_str(attributes);
        if empty {
            self.text.push_str(" />");
            return;
        }
        self.text.push('>');
        content(self);
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    fn namespace(&self, member: Option<&'a Member>, shape: ShapeId) -> Option<&'a XmlNamespace> {
        member
            .and_then(|member| member.xml_namespace.as_ref())
            .or_else(|| self.service.structure(shape)?.xml_namespace.as_ref())
    }
}

fn push_attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    for letter in value.chars() {
        match letter {
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#09;"),
            letter => push_escaped(out, letter),
        }
    }
    out.push('"');
}

fn push_text(out: &mut String, text: &str) {
    text.chars().for_each(|letter| push_escaped(out, letter));
}

fn push_escaped(out: &mut String, letter: char) {
    match letter {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        // A bare one would arrive as a line feed.
        '\r' => out.push_str("&#13;"),
        letter => out.push(letter),
    }
}
