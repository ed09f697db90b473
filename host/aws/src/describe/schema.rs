//! JSON Schema, draft 2020-12, of inputs and outputs.
//!
//! An input's schema is what AWS documents: all that it lets pass, the engine lets pass. It can be stricter than the
//! engine, which leaves the greatest lengths and numbers to AWS. An output's schema says which members there can
//! be, and no more: AWS adds members and values over time.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map as Object, Value, json};

use super::pattern::is_portable;
use crate::model::{
    Bounds, Kind, List, Location, Map, Member, Operation, Service, Shape, ShapeId, Structure, Text,
};

/// So many known values are written out again rather than referred to.
const FEW_VALUES: usize = 6;

/// The schema of an operation's input: of the object that a call takes.
#[must_use]
pub fn input_schema(service: &Service, operation: &Operation) -> Value {
    Builder::new(service, Direction::Input).whole(operation.input)
}

/// The schema of an operation's output, before a selection.
#[must_use]
pub fn output_schema(service: &Service, operation: &Operation) -> Value {
    Builder::new(service, Direction::Output).whole(operation.output)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Input,
    Output,
}

struct Builder<'a> {
    service: &'a Service,
    direction: Direction,
    /// The shapes that are defined once and referred to, with the names of their definitions.
    shared: BTreeMap<u32, String>,
    definitions: BTreeMap<String, Value>,
}

impl<'a> Builder<'a> {
    fn new(service: &'a Service, direction: Direction) -> Self {
        Self { service, direction, shared: BTreeMap::new(), definitions: BTreeMap::new() }
    }

    fn whole(mut self, shape: Option<ShapeId>) -> Value {
        let mut schema = Object::new();
        schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
        match shape.and_then(|id| Some((id, self.service.structure(id)?))) {
            Some((id, structure)) => {
                self.share(id);
                schema.extend(self.structure(structure, true));
            }
            None => schema.extend(self.structure(&Structure::default(), true)),
        }
        if !self.definitions.is_empty() {
            schema.insert("$defs".into(), self.definitions.into_iter().collect());
        }
        Value::Object(schema)
    }

    /// Finds the shapes to define once: those within themselves, and larger ones that are met again.
    fn share(&mut self, root: ShapeId) {
        let mut walk =
            Walk { service: self.service, above: Vec::new(), met: BTreeSet::new(), shared: BTreeSet::new() };
        walk.visit(root);
        let mut taken = BTreeSet::new();
        for id in walk.shared {
            let mut name = self.service.shape(ShapeId(id)).name.to_string();
            while !taken.insert(name.clone()) {
                name.push('_');
            }
            self.shared.insert(id, name);
        }
    }

    /// A value of a shape: in place, or a reference to its definition.
    fn value(&mut self, id: ShapeId) -> Value {
        let Some(name) = self.shared.get(&id.0).cloned() else { return self.in_place(id) };
        if !self.definitions.contains_key(&name) {
            // Before it is made, for the references within itself.
            self.definitions.insert(name.clone(), Value::Null);
            let definition = self.in_place(id);
            self.definitions.insert(name.clone(), definition);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    fn in_place(&mut self, id: ShapeId) -> Value {
        let shape = self.service.shape(id);
        match &shape.kind {
            Kind::Structure(structure) if structure.document => json!({}),
            Kind::Structure(structure) => Value::Object(self.structure(structure, false)),
            Kind::List(list) => self.list(list),
            Kind::Map(map) => self.map(map),
            Kind::String(text) => self.text(text),
            Kind::Blob => json!({ "type": "string", "contentEncoding": "base64" }),
            Kind::Boolean => json!({ "type": "boolean" }),
            Kind::Integer(bounds) => self.number("integer", Some("int32"), *bounds),
            Kind::Long(bounds) => self.number("integer", Some("int64"), *bounds),
            Kind::Float(bounds) | Kind::Double(bounds) => self.number("number", None, *bounds),
            Kind::Timestamp(_) if self.direction == Direction::Input => {
                json!({ "type": ["string", "number"], "format": "date-time" })
            }
            Kind::Timestamp(_) => json!({ "type": "string", "format": "date-time" }),
        }
    }

    fn structure(&mut self, structure: &Structure, root: bool) -> Object<String, Value> {
        let mut schema = Object::new();
        schema.insert("type".into(), "object".into());
        let mut properties = Object::new();
        for member in &structure.members {
            properties.insert(member.name.to_string(), self.member(member));
        }
        schema.insert("properties".into(), Value::Object(properties));
        if self.direction == Direction::Output {
            return schema;
        }
        // The engine fills in the tokens of the input itself.
        let required = |member: &&Member| member.required && !(root && member.idempotency_token);
        let required: Vec<Value> =
            structure.members.iter().filter(required).map(|member| member.name.as_ref().into()).collect();
        if !required.is_empty() {
            schema.insert("required".into(), required.into());
        }
        schema.insert("additionalProperties".into(), false.into());
        if structure.union {
            schema.insert("minProperties".into(), 1.into());
            schema.insert("maxProperties".into(), 1.into());
        }
        schema
    }

    fn member(&mut self, member: &Member) -> Value {
        if member.json_value && member.location == Location::Header {
            return json!({});
        }
        if member.streaming && self.direction == Direction::Input {
            // The engine sends no streams.
            return Value::Bool(false);
        }
        let mut schema = self.value(member.shape);
        // What becomes part of a host name or a path cannot be empty, whatever the model says.
        let labelled = member.host_label || member.location == Location::Uri;
        if labelled && self.direction == Direction::Input && is_text(self.service.shape(member.shape)) {
            let least = schema.get("minLength").and_then(Value::as_u64).unwrap_or_default().max(1);
            if let Value::Object(schema) = &mut schema {
                schema.insert("minLength".into(), least.into());
            }
        }
        schema
    }

    fn list(&mut self, list: &List) -> Value {
        let mut schema = Object::new();
        schema.insert("type".into(), "array".into());
        schema.insert("items".into(), self.value(list.member));
        self.bound(&mut schema, list.bounds, ["minItems", "maxItems"]);
        Value::Object(schema)
    }

    fn map(&mut self, map: &Map) -> Value {
        let mut schema = Object::new();
        schema.insert("type".into(), "object".into());
        let keys = self.value(map.key);
        if self.direction == Direction::Input && keys != json!({ "type": "string" }) {
            schema.insert("propertyNames".into(), keys);
        }
        schema.insert("additionalProperties".into(), self.value(map.value));
        self.bound(&mut schema, map.bounds, ["minProperties", "maxProperties"]);
        Value::Object(schema)
    }

    fn text(&self, text: &Text) -> Value {
        let mut schema = Object::new();
        schema.insert("type".into(), "string".into());
        if !text.enum_values.is_empty() {
            let values = text.enum_values.iter().map(|value| Value::from(&**value)).collect();
            let keyword = if self.direction == Direction::Input { "enum" } else { "examples" };
            schema.insert(keyword.into(), values);
            return Value::Object(schema);
        }
        self.bound(&mut schema, text.bounds, ["minLength", "maxLength"]);
        if let Some(pattern) = text.pattern.as_ref().filter(|pattern| is_portable(pattern))
            && self.direction == Direction::Input
        {
            schema.insert("pattern".into(), (&**pattern).into());
        }
        Value::Object(schema)
    }

    fn number(&self, name: &str, format: Option<&str>, bounds: Bounds) -> Value {
        let mut schema = Object::new();
        schema.insert("type".into(), name.into());
        schema.extend(format.map(|format| ("format".to_owned(), format.into())));
        self.bound(&mut schema, bounds, ["minimum", "maximum"]);
        Value::Object(schema)
    }

    fn bound(&self, schema: &mut Object<String, Value>, bounds: Bounds, [min, max]: [&str; 2]) {
        if self.direction == Direction::Output {
            return;
        }
        for (keyword, bound) in [(min, bounds.min), (max, bounds.max)] {
            // Lengths are never below zero, whatever the model says.
            let bound = if keyword.ends_with("imum") { bound } else { bound.map(|bound| bound.max(0.0)) };
            schema.extend(bound.map(|bound| (keyword.to_owned(), number(bound))));
        }
    }
}

/// A bound without a fraction where it has none: lengths must be integers.
fn number(bound: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "integers in this range are exact")]
    if bound.fract() == 0.0 && bound.abs() <= EXACT { Value::from(bound as i64) } else { Value::from(bound) }
}

fn is_text(shape: &Shape) -> bool {
    matches!(&shape.kind, Kind::String(text) if text.enum_values.is_empty())
}

/// A walk through all shapes below one.
struct Walk<'a> {
    service: &'a Service,
    above: Vec<ShapeId>,
    met: BTreeSet<u32>,
    shared: BTreeSet<u32>,
}

impl Walk<'_> {
    fn visit(&mut self, id: ShapeId) {
        let shape = self.service.shape(id);
        let again = !self.met.insert(id.0);
        if self.above.contains(&id) || (again && is_large(shape)) {
            self.shared.insert(id.0);
        }
        if again {
            return;
        }
        self.above.push(id);
        match &shape.kind {
            Kind::Structure(structure) => {
                structure.members.iter().for_each(|member| self.visit(member.shape))
            }
            Kind::List(list) => self.visit(list.member),
            Kind::Map(map) => {
                self.visit(map.key);
                self.visit(map.value);
            }
            _ => {}
        }
        self.above.pop();
    }
}

/// Worth a definition of its own if it is met twice.
fn is_large(shape: &Shape) -> bool {
    match &shape.kind {
        Kind::Structure(structure) => !structure.members.is_empty(),
        Kind::String(text) => text.enum_values.len() > FEW_VALUES,
        _ => false,
    }
}
