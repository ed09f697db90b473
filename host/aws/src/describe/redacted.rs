//! Which values of an answer are redacted.

use std::collections::HashSet;

use crate::model::{Condition, Kind, Operation, Redaction, Service, ShapeId};

/// No more places are told of one operation: shapes refer to each other in many ways.
const MOST: usize = 100;

/// The places of an operation's output whose values are redacted unless a grant reveals them, with the case in which
/// they are: `Functions[].Environment.Variables.*`. Types within themselves are told once.
pub(super) fn redacted(service: &Service, operation: &Operation) -> Vec<String> {
    let mut search = Search { service, above: HashSet::new(), found: Vec::new() };
    // What a sensitive operation answers was granted by its name.
    if let Some(shape) = operation.output.filter(|_| operation.sensitive.is_none()) {
        search.visit(shape, "");
    }
    search.found
}

struct Search<'a> {
    service: &'a Service,
    above: HashSet<ShapeId>,
    found: Vec<String>,
}

impl Search<'_> {
    fn visit(&mut self, shape: ShapeId, path: &str) {
        if self.found.len() >= MOST || !self.service.guards(shape) || !self.above.insert(shape) {
            return;
        }
        match &self.service.shape(shape).kind {
            Kind::Structure(structure) => {
                let within =
                    |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                for rule in self.service.redactions.of(shape) {
                    let member = structure.member(&rule.member);
                    let suffix = member.map_or("", |member| self.suffix(member.shape));
                    self.found.push(place(rule, &within(&rule.member), suffix));
                }
                for member in &structure.members {
                    self.visit(member.shape, &within(&member.name));
                }
            }
            Kind::List(list) => self.visit(list.member, &format!("{path}[]")),
            Kind::Map(map) => self.visit(map.value, &format!("{path}.*")),
            _ => {}
        }
        self.above.remove(&shape);
    }

    /// How JMESPath reaches the values of a list or a map.
    fn suffix(&self, shape: ShapeId) -> &'static str {
        match self.service.shape(shape).kind {
            Kind::List(_) => "[]",
            Kind::Map(_) => ".*",
            _ => "",
        }
    }
}

fn place(rule: &Redaction, path: &str, suffix: &str) -> String {
    match &rule.when {
        Condition::Always => format!("{path}{suffix}"),
        Condition::Unless { member, values } => {
            format!("{path}{suffix} unless {member} is {}", values.join(" or "))
        }
        Condition::Named(member) => format!("{path}{suffix} where {member} sounds like a secret"),
        Condition::Keys => format!("{path}{suffix} of keys that sound like a secret"),
        Condition::Json => format!("{path} in part"),
    }
}
