//! awsQuery and ec2Query: one flat form, named by paths into the input.

use super::super::input::{Fields, Input};
use super::super::{ENCODED, HttpRequest, push_encoded};
use super::{scalar, shape_name, wire_name};
use crate::model::{List, Map, Member, Operation, Service, TimestampFormat};

/// The two rules of naming.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Lists count below `member`, maps below `entry`, and both may be flattened.
    Query,
    /// Names begin with a capital letter, and every list is flattened.
    Ec2,
}

pub(super) fn encode(
    request: &mut HttpRequest,
    service: &Service,
    operation: &Operation,
    dialect: Dialect,
    fields: &Fields<'_>,
) {
    let mut form = Form { service, dialect, name: String::new(), body: String::new() };
    form.pair("Action", &operation.name);
    form.pair("Version", &service.api_version);
    form.structure(fields);
    request
        .headers
        .push(("Content-Type".to_owned(), "application/x-www-form-urlencoded; charset=utf-8".to_owned()));
    request.body = form.body.into();
}

struct Form<'a> {
    service: &'a Service,
    dialect: Dialect,
    /// The path to where we are.
    name: String,
    body: String,
}

impl Form<'_> {
    fn value(&mut self, input: &Input<'_>) {
        match input {
            Input::Structure(fields) => self.structure(fields),
            Input::List { list, flattened, elements } => self.list(list, *flattened, elements),
            Input::Map { map, flattened, entries } => self.map(map, *flattened, entries),
            scalar_input => {
                if let Some(text) = scalar(scalar_input, TimestampFormat::Iso8601) {
                    let name = std::mem::take(&mut self.name);
                    self.pair(&name, &text);
                    self.name = name;
                }
            }
        }
    }

    fn structure(&mut self, fields: &Fields<'_>) {
        for (member, input) in &fields.members {
            let name = self.member_name(member);
            self.within(&name, |form| form.value(input));
        }
    }

    fn list(&mut self, list: &List, flattened: bool, elements: &[Input<'_>]) {
        let length = self.name.len();
        let element_name = list.wire_name.as_deref().or_else(|| shape_name(self.service, list.member));
        match self.dialect {
            Dialect::Ec2 => {}
            Dialect::Query if elements.is_empty() => {
                let name = self.name.clone();
                return self.pair(&name, "");
            }
            Dialect::Query if flattened => {
                // The elements' name takes the place of the list's.
                if let Some(element_name) = element_name {
                    let kept = self.name.clone();
                    self.name.truncate(kept.rfind('.').map_or(0, |dot| dot + 1));
                    self.name.push_str(element_name);
                    self.count(elements);
                    self.name = kept;
                    return;
                }
            }
            Dialect::Query => {
                self.name.push('.');
                self.name.push_str(element_name.unwrap_or("member"));
            }
        }
        self.count(elements);
        self.name.truncate(length);
    }

    fn count(&mut self, elements: &[Input<'_>]) {
        for (number, element) in (1..).zip(elements) {
            self.within(&u32::to_string(&number), |form| form.value(element));
        }
    }

    fn map(&mut self, map: &Map, flattened: bool, entries: &[(&str, Input<'_>)]) {
        let length = self.name.len();
        if !flattened {
            self.name.push_str(".entry");
        }
        let key_name = map.key_name.as_deref().unwrap_or("key");
        let value_name =
            map.value_name.as_deref().or_else(|| shape_name(self.service, map.value)).unwrap_or("value");
        for (number, (key, value)) in (1..).zip(entries) {
            self.within(&u32::to_string(&number), |form| {
                let name = format!("{}.{key_name}", form.name);
                form.pair(&name, key);
                form.within(value_name, |form| form.value(value));
            });
        }
        self.name.truncate(length);
    }

    fn member_name(&self, member: &Member) -> String {
        if self.dialect == Dialect::Query {
            return wire_name(self.service, member).to_owned();
        }
        if let Some(name) = &member.query_name {
            return name.to_string();
        }
        let name = wire_name(self.service, member);
        let mut letters = name.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }

    fn within(&mut self, name: &str, write: impl FnOnce(&mut Self)) {
        let length = self.name.len();
        if length > 0 {
            self.name.push('.');
        }
        self.name.push_str(name);
        write(self);
        self.name.truncate(length);
    }

    fn pair(&mut self, name: &str, value: &str) {
        if !self.body.is_empty() {
            self.body.push('&');
        }
        push_encoded(&mut self.body, name, ENCODED);
        self.body.push('=');
        push_encoded(&mut self.body, value, ENCODED);
    }
}
