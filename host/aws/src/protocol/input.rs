//! From the caller's JSON to a tree that fits the model, before anything is encoded.
//!
//! All checks are made here, so encoding cannot fail. They are botocore's (unknown and missing members,
//! types, smallest values and lengths, unions), and they find every problem, not the first alone. Enumerations
//! and patterns are looked at where that is asked for. Maximum values are left to AWS, which widens them
//! without notice.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Number, Value as Json};

use super::error::{Fault, Problem, SHOWN};
use super::timestamp::Timestamp;
use super::values::{self, MAX_MATCHED, UnknownValues};
use crate::model::{
    Bounds, Kind, List, Location, Map, Member, Service, Shape, ShapeId, Structure, Text, TimestampFormat,
};

/// A checked input.
#[derive(Debug)]
pub(super) enum Input<'a> {
    Structure(Fields<'a>),
    List {
        list: &'a List,
        flattened: bool,
        elements: Vec<Input<'a>>,
    },
    Map {
        map: &'a Map,
        flattened: bool,
        entries: Vec<(&'a str, Input<'a>)>,
    },
    Text(std::borrow::Cow<'a, str>),
    Blob(Vec<u8>),
    Boolean(bool),
    Number(&'a Number),
    /// `NaN`, `Infinity` or `-Infinity`.
    NotFinite(&'static str),
    Timestamp(Timestamp, Option<TimestampFormat>),
    /// JSON that the model says nothing about.
    Document(&'a Json),
}

/// The members of a structure that are given, in the order of the input.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    pub(super) structure: &'a Structure,
    pub(super) members: Vec<(&'a Member, Input<'a>)>,
}

/// No input of AWS is nested deeper.
const MAX_DEPTH: usize = 100;

/// How much text of one input is matched with patterns, in bytes: it takes time that nobody can interrupt.
const MAX_MATCHED_IN_ALL: usize = 64 << 10;

/// Base64 as people write it, with or without its padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Checks an input against the structure of an operation's input.
///
/// Absent idempotency tokens are filled in with what `token` gives, after all other members.
pub(super) fn check<'a>(
    service: &'a Service,
    shape: ShapeId,
    json: &'a Json,
    values: UnknownValues,
    token: &mut dyn FnMut() -> String,
) -> Result<Fields<'a>, Vec<Problem>> {
    let mut checker = Checker {
        service,
        values,
        matchable: MAX_MATCHED_IN_ALL,
        path: String::new(),
        depth: 0,
        problems: Vec::new(),
    };
    let fields = match &service.shape(shape).kind {
        Kind::Structure(structure) => {
            checker.fields(service.shape(shape), structure, json).map(|mut fields| {
                for member in structure.members.iter().filter(|member| member.idempotency_token) {
                    if !fields.members.iter().any(|(given, _)| given.name == member.name) {
                        fields.members.push((member, Input::Text(token().into())));
                    }
                }
                fields
            })
        }
        _ => None,
    };
    match fields {
        Some(fields) if checker.problems.is_empty() => Ok(fields),
        _ => Err(checker.problems),
    }
}

struct Checker<'a> {
    service: &'a Service,
    values: UnknownValues,
    /// How many bytes may still be matched with patterns.
    matchable: usize,
    path: String,
    depth: usize,
    problems: Vec<Problem>,
}

/// What a member or a list says about its value's type.
#[derive(Clone, Copy, Default)]
struct Traits<'a> {
    member: Option<&'a Member>,
    timestamp_format: Option<TimestampFormat>,
}

impl<'a> Checker<'a> {
    fn value(&mut self, shape: &'a Shape, traits: Traits<'a>, json: &'a Json) -> Option<Input<'a>> {
        if traits.member.is_some_and(|member| member.json_value && member.location == Location::Header) {
            return Some(Input::Document(json));
        }
        let flattened = |own: bool| own || traits.member.is_some_and(|member| member.flattened);
        match (&shape.kind, json) {
            (Kind::Structure(structure), _) if structure.document => Some(Input::Document(json)),
            (Kind::Structure(structure), _) => self.fields(shape, structure, json).map(Input::Structure),
            (Kind::List(list), Json::Array(values)) => {
                self.at_least(list.bounds, values.len() as f64, || format!("{} elements", values.len()));
                let flattened = flattened(list.flattened);
                self.deeper(|this| this.elements(list, values)).map(|elements| Input::List {
                    list,
                    flattened,
                    elements,
                })
            }
            (Kind::Map(map), Json::Object(values)) => {
                let flattened = flattened(map.flattened);
                self.deeper(|this| this.entries(map, values)).map(|entries| Input::Map {
                    map,
                    flattened,
                    entries,
                })
            }
            (Kind::String(text), Json::String(value)) => {
                let length = value.chars().count();
                let bounds = match traits.member {
                    // What becomes part of a host name or a path cannot be empty, whatever the model says.
                    Some(member) if member.host_label || member.location == Location::Uri => Bounds {
                        min: text.bounds.min.map_or(Some(1.0), |min| Some(min.max(1.0))),
                        ..text.bounds
                    },
                    _ => text.bounds,
                };
                if self.at_least(bounds, length as f64, || format!("{length} characters")) {
                    self.known(text, value, || describe(json, shape.sensitive));
                }
                Some(Input::Text(value.into()))
            }
            (Kind::Blob, Json::String(value)) => match BASE64.decode(value) {
                Ok(bytes) => Some(Input::Blob(bytes)),
                Err(_) => self.wrong_type("bytes in base64", shape, json),
            },
            (Kind::Boolean, Json::Bool(value)) => Some(Input::Boolean(*value)),
            (Kind::Integer(bounds) | Kind::Long(bounds), Json::Number(number)) if !number.is_f64() => {
                let value = number.as_f64().unwrap_or_default();
                let fits = match shape.kind {
                    Kind::Integer(_) => number.as_i64().is_some_and(|value| i32::try_from(value).is_ok()),
                    _ => number.is_i64(),
                };
                if !fits {
                    return self.wrong_type(kind_name(&shape.kind), shape, json);
                }
                self.at_least(*bounds, value, || number.to_string());
                Some(Input::Number(number))
            }
            (Kind::Float(bounds) | Kind::Double(bounds), Json::Number(number)) => {
                self.at_least(*bounds, number.as_f64().unwrap_or_default(), || number.to_string());
                Some(Input::Number(number))
            }
            (Kind::Float(_) | Kind::Double(_), Json::String(text)) => {
                match ["NaN", "Infinity", "-Infinity"].into_iter().find(|name| name == text) {
                    Some(name) => Some(Input::NotFinite(name)),
                    None => self.wrong_type(kind_name(&shape.kind), shape, json),
                }
            }
            (Kind::Timestamp(own), Json::String(_) | Json::Number(_)) => {
                let format = traits
                    .member
                    .and_then(|member| member.timestamp_format)
                    .or(traits.timestamp_format)
                    .or(*own);
                match timestamp(json) {
                    Some(time) => Some(Input::Timestamp(time, format)),
                    None => self.wrong_type(kind_name(&shape.kind), shape, json),
                }
            }
            (kind, _) => self.wrong_type(kind_name(kind), shape, json),
        }
    }

    fn fields(&mut self, shape: &'a Shape, structure: &'a Structure, json: &'a Json) -> Option<Fields<'a>> {
        let Json::Object(given) = json else {
            return self.wrong_type("an object", shape, json);
        };
        let mut members = Vec::with_capacity(given.len());
        let mut whole = true;
        for (name, value) in given {
            let Some(member) = structure.member(name) else {
                let names = structure.members.iter().map(|member| member.name.as_ref());
                let nearest = self.is_shown().then(|| nearest(name, names)).flatten();
                let fault = Fault::Unknown { structure: shape.name.to_string(), nearest };
                self.within(name, |this| this.problem(fault));
                continue;
            };
            // `null` is how many languages leave a member out.
            if value.is_null() && !is_document(self.service, member) {
                continue;
            }
            let traits = Traits { member: Some(member), timestamp_format: None };
            let shape = self.service.shape(member.shape);
            match self.within(name, |this| this.deeper(|this| this.value(shape, traits, value))) {
                Some(input) => members.push((member, input)),
                None => whole = false,
            }
        }
        for member in structure.members.iter().filter(|member| member.required) {
            // Tokens of the input itself are filled in, see `check`.
            if member.idempotency_token && self.depth == 0 {
                continue;
            }
            if given
                .get(member.name.as_ref())
                .is_none_or(|value| value.is_null() && !is_document(self.service, member))
            {
                self.within(&member.name, |this| this.problem(Fault::Missing));
            }
        }
        // A problem within the one member is told already.
        if structure.union && members.len() != 1 && whole {
            let names = structure.members.iter().map(|member| member.name.to_string()).collect();
            self.problem(Fault::Union { found: members.len(), members: names });
        }
        Some(Fields { structure, members })
    }

    fn elements(&mut self, list: &'a List, values: &'a [Json]) -> Option<Vec<Input<'a>>> {
        let shape = self.service.shape(list.member);
        let traits = Traits { member: None, timestamp_format: list.timestamp_format };
        let length = self.path.len();
        let mut elements = Vec::with_capacity(values.len());
        for (position, value) in values.iter().enumerate() {
            self.path.push_str(&format!("[{position}]"));
            elements.extend(self.value(shape, traits, value));
            self.path.truncate(length);
        }
        (elements.len() == values.len()).then_some(elements)
    }

    fn entries(
        &mut self,
        map: &'a Map,
        values: &'a serde_json::Map<String, Json>,
    ) -> Option<Vec<(&'a str, Input<'a>)>> {
        let shape = self.service.shape(map.value);
        let key_shape = self.service.shape(map.key);
        let mut entries = Vec::with_capacity(values.len());
        for (key, value) in values {
            let input = self.within(key, |this| {
                if let Kind::String(text) = &key_shape.kind {
                    this.known(text, key, || match key_shape.sensitive {
                        true => "this key".to_owned(),
                        false => format!("the key {}", excerpt(key)),
                    });
                }
                this.value(shape, Traits::default(), value)
            });
            entries.extend(input.map(|input| (key.as_str(), input)));
        }
        (entries.len() == values.len()).then_some(entries)
    }

    /// Runs a check one level deeper, unless that is too deep.
    fn deeper<T>(&mut self, check: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            self.problem(Fault::TooDeep);
            return None;
        }
        self.depth += 1;
        let checked = check(self);
        self.depth -= 1;
        checked
    }

    /// Runs a check on the member of that name.
    fn within<T>(&mut self, name: &str, check: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.extend(name.chars().take(80));
        let checked = check(self);
        self.path.truncate(length);
        checked
    }

    fn problem(&mut self, fault: Fault) {
        self.problems.push(Problem { path: self.path.clone(), fault });
    }

    fn wrong_type<T>(&mut self, expected: &'static str, shape: &Shape, found: &Json) -> Option<T> {
        self.problem(Fault::Type { expected, found: describe(found, shape.sensitive) });
        None
    }

    fn at_least(&mut self, bounds: Bounds, value: f64, found: impl FnOnce() -> String) -> bool {
        let missed = bounds.min.filter(|minimum| value < *minimum);
        if let Some(minimum) = missed {
            self.problem(Fault::TooSmall { minimum, found: found() });
        }
        missed.is_none()
    }

    /// Looks a text up in its enumeration, and matches it with its pattern.
    fn known(&mut self, text: &Text, value: &str, found: impl Fn() -> String) {
        if self.values == UnknownValues::Send {
            return;
        }
        let mut fault = values::unknown(text, value, self.is_shown(), &found);
        if fault.is_none() && text.pattern.is_some() && value.len() <= MAX_MATCHED.min(self.matchable) {
            self.matchable -= value.len();
            fault = values::mismatch(text, value, &found);
        }
        if let Some(fault) = fault {
            self.problem(fault);
        }
    }

    /// Whether the next problem is shown in full. To look for what was meant takes time.
    fn is_shown(&self) -> bool {
        self.problems.len() < SHOWN
    }
}

fn is_document(service: &Service, member: &Member) -> bool {
    service.structure(member.shape).is_some_and(|structure| structure.document)
}

/// ISO 8601, RFC 822 or seconds since 1970.
fn timestamp(json: &Json) -> Option<Timestamp> {
    match json {
        Json::String(text) => Timestamp::parse(text),
        Json::Number(number) => match number.as_i64() {
            Some(seconds) => Timestamp::from_whole_seconds(seconds),
            None => number.as_f64().and_then(Timestamp::from_seconds),
        },
        _ => None,
    }
}

fn kind_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Structure(_) | Kind::Map(_) => "an object",
        Kind::List(_) => "an array",
        Kind::String(_) => "a string",
        Kind::Blob => "bytes in base64",
        Kind::Boolean => "a boolean",
        Kind::Integer(_) => "a 32-bit integer",
        Kind::Long(_) => "a 64-bit integer",
        Kind::Float(_) | Kind::Double(_) => "a number",
        Kind::Timestamp(_) => "a timestamp (ISO 8601, or seconds since 1970)",
    }
}

/// A value in an error text: its type, and what it is if that is short and no secret.
fn describe(json: &Json, sensitive: bool) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(_) if sensitive => "a boolean".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(_) if sensitive => "a number".to_owned(),
        Json::Number(number) => format!("the number {number}"),
        Json::String(_) if sensitive => "a string".to_owned(),
        Json::String(text) => format!("the string {}", excerpt(text)),
        Json::Array(_) => "an array".to_owned(),
        Json::Object(_) => "an object".to_owned(),
    }
}

/// The beginning of a text, in quotes.
fn excerpt(text: &str) -> String {
    let shown: String = text.chars().take(40).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    format!("{shown:?}{more}")
}

/// The name that was perhaps meant, upper and lower case and separators aside.
pub(super) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    let plain = |text: &str| text.replace(['-', '_', ' ', '.'], "").to_lowercase();
    // Nobody's typing error is longer; and the comparison takes time by the product of the lengths.
    let name = plain(&name.chars().take(128).collect::<String>());
    candidates
        .map(|candidate| (strsim::jaro_winkler(&name, &plain(candidate)), candidate))
        .filter(|(score, _)| *score >= 0.7)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate.to_owned())
}
