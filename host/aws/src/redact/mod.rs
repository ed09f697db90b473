//! Redaction: answers without the secrets in them.
//!
//! Many lists and descriptions are harmless but for some of their values: the environment variables of a
//! function, the user data of a launch template, a SecureString. Which ones is data of the model pack
//! (`host/aws/model/redaction.toml`). They are replaced as soon as an answer is decoded, before anything else
//! sees it: pages, selections, caches and cursors hold what is left.

mod json;
mod name;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::model::{Condition, Kind, Operation, Redaction, Service, ShapeId};
use crate::protocol::{Mask, Value};
pub(crate) use name::sounds_secret;

/// What stands in the place of a value.
const MARKER: &str = "[redacted]";

/// Replaces the values of an output that its service's redactions name. Keys stay. It costs nothing for an
/// operation whose output none of them is about.
pub(crate) fn redact(service: &Service, operation: &Operation, output: &mut Value<'_>) {
    if let Some(shape) = operation.output.filter(|shape| service.guards(*shape)) {
        walk(service, shape, output);
    }
}

/// Adds to what is wanted of an output what decides about it: the key of a tag whose value is wanted.
pub(crate) fn widen(service: &Service, operation: &Operation, wanted: &mut Mask) {
    if let Some(shape) = operation.output {
        widen_at(service, shape, wanted);
    }
}

fn widen_at(service: &Service, shape: ShapeId, wanted: &mut Mask) {
    let Mask::Members(members) = wanted else { return };
    if !service.guards(shape) {
        return;
    }
    match &service.shape(shape).kind {
        Kind::Structure(structure) => {
            for rule in service.redactions.of(shape) {
                let (Condition::Unless { member: beside, .. } | Condition::Named(beside)) = &rule.when else {
                    continue;
                };
                if members.contains_key(&rule.member) {
                    members.insert(beside.clone(), Mask::Everything);
                }
            }
            for (name, wanted) in members {
                if let Some(member) = structure.member(name) {
                    widen_at(service, member.shape, wanted);
                }
            }
        }
        // Masks see through lists.
        Kind::List(list) => widen_at(service, list.member, wanted),
        Kind::Map(map) => members.values_mut().for_each(|wanted| widen_at(service, map.value, wanted)),
        _ => {}
    }
}

fn walk(service: &Service, shape: ShapeId, value: &mut Value<'_>) {
    match (&service.shape(shape).kind, value) {
        (Kind::Structure(structure), Value::Object(fields)) => {
            for rule in service.redactions.of(shape) {
                apply(rule, fields);
            }
            for member in structure.members.iter().filter(|member| service.guards(member.shape)) {
                if let Some((_, value)) = fields.iter_mut().find(|(name, _)| *name == *member.name) {
                    walk(service, member.shape, value);
                }
            }
        }
        (Kind::List(list), Value::List(values)) => {
            values.iter_mut().for_each(|value| walk(service, list.member, value));
        }
        (Kind::Map(map), Value::Object(fields)) => {
            fields.iter_mut().for_each(|(_, value)| walk(service, map.value, value));
        }
        _ => {}
    }
}

/// Applies a rule to the structure that it is about.
fn apply(rule: &Redaction, fields: &mut [(Cow<'_, str>, Value<'_>)]) {
    let beside = |member: &str| fields.iter().find(|(name, _)| name == member)?.1.as_str();
    let applies = match &rule.when {
        Condition::Always | Condition::Keys | Condition::Json => true,
        // Without the member that would tell, the value is withheld.
        Condition::Unless { member, values } => {
            beside(member).is_none_or(|known| !values.iter().any(|value| **value == *known))
        }
        Condition::Named(member) => beside(member).is_none_or(sounds_secret),
    };
    let member = fields.iter_mut().find(|(name, _)| *name == *rule.member);
    let Some((_, value)) = member.filter(|_| applies) else { return };
    match &rule.when {
        Condition::Keys => conceal_by_key(value),
        Condition::Json => json::conceal(value),
        _ => conceal(value, &rule.keep),
    }
}

/// Replaces everything below, but for members to be kept.
fn conceal(value: &mut Value<'_>, keep: &[Box<str>]) {
    match value {
        Value::Null => {}
        // An empty text says that nothing is set, and no more.
        Value::String(text) if text.is_empty() => {}
        Value::Boolean(_) | Value::Number(_) | Value::String(_) => {
            *value = Value::String(Cow::Borrowed(MARKER));
        }
        Value::List(values) => values.iter_mut().for_each(|value| conceal(value, keep)),
        Value::Object(fields) => {
            for (name, value) in fields {
                let kept = matches!(value, Value::String(_)) && keep.iter().any(|keep| **keep == **name);
                if !kept {
                    conceal(value, keep);
                }
            }
        }
    }
}

/// Replaces the values of a map whose key sounds like a secret; whatever else comes in its place, as a whole.
fn conceal_by_key(value: &mut Value<'_>) {
    let Value::Object(fields) = value else { return conceal(value, &[]) };
    for (_, value) in fields.iter_mut().filter(|(key, _)| sounds_secret(key)) {
        conceal(value, &[]);
    }
}
