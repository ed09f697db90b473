//! Values that fit the model, in our JSON.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fastrand::Rng;
use serde_json::{Map, Value as Json, json};

use crate::model::{Bounds, Kind, Member, Operation, Pack, Service, ShapeId, Structure};

const TEXTS: [&str; 8] =
    ["", "plain", " edges ", "a < b && c > \"d\" 'e'", "ünï ☃ 𝄞", "line\nbreak\ttab", "]]>", "{\"a\": [1]}"];

/// The services that fit.
pub(super) fn services(fits: impl Fn(&Service) -> bool) -> Vec<Arc<Service>> {
    let pack = Pack::bundled();
    pack.service_names().map(|name| pack.service(name).unwrap()).filter(|service| fits(service)).collect()
}

/// Any operation of any of the services.
pub(super) fn operation<'s>(chance: &mut Rng, services: &'s [Arc<Service>]) -> (&'s Service, &'s Operation) {
    let service = &services[chance.usize(..services.len())];
    let count = service.operations().count();
    (service, service.operations().nth(chance.usize(..count)).unwrap())
}

/// Whether a member's value is nothing that fits into JSON.
pub(super) fn is_stream(service: &Service, member: &Member) -> bool {
    member.streaming || service.structure(member.shape).is_some_and(|structure| structure.event_stream)
}

/// Makes values of one service's shapes.
pub(super) struct Maker<'a> {
    pub(super) service: &'a Service,
    pub(super) chance: &'a mut Rng,
}

impl Maker<'_> {
    /// A value of a shape; below some levels only what has to be there.
    pub(super) fn value(&mut self, shape: ShapeId, level: usize) -> Json {
        let service = self.service;
        match &service.shape(shape).kind {
            Kind::Structure(structure) if structure.document => json!({"any": ["thing", 1, null]}),
            Kind::Structure(structure) => Json::Object(self.structure(structure, level)),
            Kind::List(list) => {
                let count = self.count(list.bounds, level);
                (0..count).map(|_| self.value(list.member, level + 1)).collect()
            }
            Kind::Map(map) => {
                let count = self.count(map.bounds, level);
                let entry = |this: &mut Self, number: usize| {
                    let key = this.value(map.key, level + 1).as_str().unwrap_or_default().to_owned();
                    (format!("{key}{number}"), this.value(map.value, level + 1))
                };
                (0..count).map(|number| entry(self, number)).collect()
            }
            Kind::String(text) if !text.enum_values.is_empty() => {
                json!(text.enum_values[self.chance.usize(..text.enum_values.len())])
            }
            Kind::String(text) => {
                let least = text.bounds.min.unwrap_or_default() as usize;
                let made = TEXTS[self.chance.usize(..TEXTS.len())];
                json!(format!("{made}{}", "x".repeat(least.saturating_sub(made.chars().count()))))
            }
            Kind::Blob => {
                let bytes: Vec<u8> = (0..self.chance.usize(..40)).map(|_| self.chance.u8(..)).collect();
                json!(STANDARD.encode(bytes))
            }
            Kind::Boolean => json!(self.chance.bool()),
            Kind::Integer(bounds) | Kind::Long(bounds) => {
                json!(bounds.min.unwrap_or_default() as i64 + i64::from(self.chance.u8(..2)))
            }
            Kind::Float(bounds) | Kind::Double(bounds) => json!(bounds.min.unwrap_or_default() + 0.5),
            Kind::Timestamp(_) => json!("2026-11-22T05:54:38Z"),
        }
    }

    pub(super) fn structure(&mut self, structure: &Structure, level: usize) -> Map<String, Json> {
        let mut members: Vec<&Member> = structure.members.iter().collect();
        if structure.union && !members.is_empty() {
            members = vec![members[self.chance.usize(..members.len())]];
        }
        let mut fields = Map::new();
        for member in members {
            let must = member.required || structure.union;
            let may = level < 6 && self.chance.usize(..level + 2) == 0 && !is_stream(self.service, member);
            // A union of unions may be without end.
            if (must && level < 20) || may {
                fields.insert(member.name.to_string(), self.value(member.shape, level + 1));
            }
        }
        fields
    }

    fn count(&mut self, bounds: Bounds, level: usize) -> usize {
        let least = bounds.min.unwrap_or_default().min(50.0) as usize;
        if level > 6 { least } else { least + self.chance.usize(..3) }
    }
}
