//! Inputs and outputs as a tree of lines, for people.

use std::collections::HashSet;
use std::fmt::Write as _;

use serde::Serialize;

use crate::model::{Bounds, Kind, Member, Service, ShapeId, Structure, Text};

/// So many known values are told of a text.
const VALUES: usize = 12;

/// One member of an input or output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// How deep it is: 0 for the members of the input or output itself.
    pub depth: usize,
    /// Its name in the way that JMESPath reaches into it: `Filters[]` is a list, `Tags.*` a map.
    pub name: String,
    /// What it is, or what the elements are: `string`, or the name of an object's type.
    pub kind: String,
    /// Must be given.
    pub required: bool,
    /// What else there is to know: known values, lengths, a pattern, or that the members stand above.
    pub note: String,
}

/// The members of an input or output, each followed by its own members, down to a depth.
///
/// The members of a type are told where it is met first; after that the note refers to them.
#[must_use]
pub fn outline(service: &Service, shape: Option<ShapeId>, depth: usize) -> Vec<Line> {
    let mut outline = Outline { service, depth, told: HashSet::new(), lines: Vec::new() };
    if let Some(shape) = shape
        && let Some(structure) = service.structure(shape)
    {
        outline.told.insert(shape);
        outline.members(structure, 0);
    }
    outline.lines
}

struct Outline<'a> {
    service: &'a Service,
    depth: usize,
    told: HashSet<ShapeId>,
    lines: Vec<Line>,
}

impl Outline<'_> {
    fn members(&mut self, structure: &Structure, depth: usize) {
        for member in &structure.members {
            self.member(member, depth);
        }
    }

    fn member(&mut self, member: &Member, depth: usize) {
        let mut line = Line {
            depth,
            name: member.name.to_string(),
            kind: String::new(),
            required: member.required,
            note: String::new(),
        };
        let mut notes = Vec::new();
        let mut inner = member.shape;
        // No type of AWS nests as many lists; one that is made of nothing but itself would never end.
        for _ in 0..8 {
            match &self.service.shape(inner).kind {
                Kind::List(list) => {
                    line.name.push_str("[]");
                    notes.extend(span(list.bounds, "elements"));
                    inner = list.member;
                }
                Kind::Map(map) => {
                    line.name.push_str(".*");
                    notes.extend(span(map.bounds, "entries"));
                    if let Kind::String(text) = &self.service.shape(map.key).kind
                        && !text.enum_values.is_empty()
                    {
                        notes.push(format!("keys: {}", values(text)));
                    }
                    inner = map.value;
                }
                _ => break,
            }
        }
        let shape = self.service.shape(inner);
        line.kind = kind(&shape.name, &shape.kind);
        notes.extend(constraints(&shape.kind));
        if shape.sensitive {
            notes.push("secret".to_owned());
        }
        if member.idempotency_token {
            notes.push("filled in where it is left out".to_owned());
        }
        if member.streaming {
            notes.push("a stream: refused in an input, read whole from an answer".to_owned());
        }
        let structure = match &shape.kind {
            Kind::Structure(structure) if !structure.members.is_empty() => Some(structure),
            _ => None,
        };
        let first = structure.is_some() && self.told.insert(inner);
        let deeper = depth + 1 < self.depth;
        match structure {
            Some(_) if !first => notes.push("members as above".to_owned()),
            Some(structure) if !deeper => {
                // It may come again where there is room for it.
                self.told.remove(&inner);
                notes.push(format!("{} members", structure.members.len()));
            }
            _ => {}
        }
        line.note = notes.join("; ");
        self.lines.push(line);
        if let Some(structure) = structure.filter(|_| first && deeper) {
            self.members(structure, depth + 1);
        }
    }
}

fn kind(name: &str, kind: &Kind) -> String {
    let plain = match kind {
        Kind::Structure(structure) if structure.document => "any JSON",
        Kind::Structure(_) | Kind::List(_) | Kind::Map(_) => name,
        Kind::String(_) => "string",
        Kind::Blob => "bytes in base64",
        Kind::Boolean => "boolean",
        Kind::Integer(_) => "integer",
        Kind::Long(_) => "long integer",
        Kind::Float(_) | Kind::Double(_) => "number",
        Kind::Timestamp(_) => "time",
    };
    plain.to_owned()
}

fn constraints(kind: &Kind) -> Vec<String> {
    match kind {
        Kind::Structure(structure) if structure.union => vec!["exactly one member".to_owned()],
        Kind::Structure(structure) if structure.event_stream => {
            vec!["an event stream, which is not supported".to_owned()]
        }
        Kind::String(text) if !text.enum_values.is_empty() => vec![values(text)],
        Kind::String(text) => {
            let pattern = text.pattern.as_ref().map(|pattern| format!("pattern {pattern}"));
            span(text.bounds, "characters").into_iter().chain(pattern).collect()
        }
        Kind::Integer(bounds) | Kind::Long(bounds) | Kind::Float(bounds) | Kind::Double(bounds) => {
            span(*bounds, "").into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Known values: `pending | running | …`.
fn values(text: &Text) -> String {
    let mut told = text.enum_values.iter().take(VALUES).map(AsRef::as_ref).collect::<Vec<&str>>().join(" | ");
    if let Some(more) = text.enum_values.len().checked_sub(VALUES).filter(|more| *more > 0) {
        let _ = write!(told, " | … {more} more");
    }
    told
}

/// `1 to 64 characters`, `5 or more`; nothing where every length is allowed.
fn span(bounds: Bounds, units: &str) -> Option<String> {
    let min = bounds.min.filter(|min| *min > 0.0 || units.is_empty());
    let one = bounds.max.is_some_and(|max| (max - 1.0).abs() < f64::EPSILON);
    let units = if one { units.trim_end_matches('s') } else { units };
    let span = match (min, bounds.max) {
        (Some(min), Some(max)) if (min - max).abs() < f64::EPSILON => format!("exactly {min} {units}"),
        (Some(min), Some(max)) => format!("{min} to {max} {units}"),
        (Some(min), None) => format!("{min} or more {units}"),
        (None, Some(max)) => format!("at most {max} {units}"),
        (None, None) => return None,
    };
    Some(span.trim_end().to_owned())
}
