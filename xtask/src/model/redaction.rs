//! `redaction.toml`: values that answers are given without.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::types::name::member_sounds_secret;
use super::types::redaction::{Condition, Redaction, Redactions};
use super::types::service::{Operation, Service};
use super::types::shape::{Kind, Member, Shape, ShapeId, Structure};

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    redact: Vec<Entry>,
    harmless: Vec<Harmless>,
}

/// Members with a reason in common.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    reason: String,
    members: Vec<String>,
    #[serde(default)]
    keep: Vec<Box<str>>,
    unless: Option<Unless>,
    named: Option<Box<str>>,
    #[serde(default)]
    keys: bool,
    #[serde(default)]
    json: bool,
}

/// A member beside, and what marks a value that may be shown.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unless {
    member: Box<str>,
    values: Vec<Box<str>>,
}

/// Members that sound like secrets and are none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Harmless {
    reason: String,
    members: Vec<String>,
}

impl Entry {
    fn condition(&self) -> Result<Condition> {
        let conditions = [
            self.unless.clone().map(|Unless { member, values }| Condition::Unless { member, values }),
            self.named.clone().map(Condition::Named),
            self.keys.then_some(Condition::Keys),
            self.json.then_some(Condition::Json),
        ];
        let mut given = conditions.into_iter().flatten();
        let condition = given.next().unwrap_or_default();
        ensure!(given.next().is_none(), "redaction.toml: {:?} have two conditions", self.members);
        Ok(condition)
    }
}

type Rules = BTreeMap<ShapeId, Vec<Redaction>>;

/// Fills in the redactions of all services.
pub(crate) fn fill(services: &mut [Service], path: &Path) -> Result<()> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let file: File = toml::from_str(&text).with_context(|| path.display().to_string())?;
    let mut harmless: BTreeSet<&str> = BTreeSet::new();
    for entry in &file.harmless {
        ensure!(!entry.reason.is_empty(), "redaction.toml: no reason for {:?}", entry.members);
        harmless.extend(entry.members.iter().map(String::as_str));
    }
    let mut rules: BTreeMap<Box<str>, Rules> = BTreeMap::new();
    for entry in &file.redact {
        ensure!(!entry.reason.is_empty(), "redaction.toml: no reason for {:?}", entry.members);
        let condition = entry.condition()?;
        for name in &entry.members {
            let (service, shape, structure, member) = find(services, name)
                .with_context(|| format!("redaction.toml: there is no member `{name}`"))?;
            if let Condition::Unless { member, .. } | Condition::Named(member) = &condition {
                let beside = structure.members.iter().any(|other| other.name == *member);
                ensure!(beside, "redaction.toml: there is no `{member}` beside `{name}`");
            }
            let rule =
                Redaction { member: member.name.clone(), when: condition.clone(), keep: entry.keep.clone() };
            rules.entry(service.name.clone()).or_default().entry(shape).or_default().push(rule);
        }
    }
    for service in services.iter_mut() {
        let mut rules = rules.remove(&service.name).unwrap_or_default();
        for (shape, structure) in structures(service) {
            let known = rules.get(&shape).cloned().unwrap_or_default();
            let by_rule = structure
                .members
                .iter()
                .filter_map(|member| of_any_service(service, shape, structure, member));
            let new: Vec<Redaction> =
                by_rule.filter(|rule| !known.iter().any(|known| known.member == rule.member)).collect();
            if !new.is_empty() {
                rules.entry(shape).or_default().extend(new);
            }
        }
        service.redactions = Redactions::new(rules);
    }
    undecided(services, &mut harmless)?;
    ensure!(
        harmless.is_empty(),
        "redaction.toml: not answered by anything harmless, or covered: {harmless:?}"
    );
    Ok(())
}

/// `service.Shape.member`.
fn find<'a>(
    services: &'a [Service],
    name: &str,
) -> Option<(&'a Service, ShapeId, &'a Structure, &'a Member)> {
    let [service, shape, member] = name.split('.').collect::<Vec<_>>()[..] else { return None };
    let service = services.iter().find(|candidate| *candidate.name == *service)?;
    let (id, structure) = structures(service).find(|(id, _)| *shape_of(service, *id).name == *shape)?;
    let member = structure.members.iter().find(|candidate| *candidate.name == *member)?;
    Some((service, id, structure, member))
}

fn structures(service: &Service) -> impl Iterator<Item = (ShapeId, &Structure)> {
    (0..).map(ShapeId).zip(&service.shapes).filter_map(|(id, shape)| match &shape.kind {
        Kind::Structure(structure) => Some((id, structure)),
        _ => None,
    })
}

fn shape_of(service: &Service, id: ShapeId) -> &Shape {
    &service.shapes[usize::try_from(id.0).unwrap_or(usize::MAX)]
}

/// The redactions that need no entry: tags, and what the model calls sensitive under a telling name.
fn of_any_service(
    service: &Service,
    shape: ShapeId,
    structure: &Structure,
    member: &Member,
) -> Option<Redaction> {
    let target = shape_of(service, member.shape);
    let rule = |when| Some(Redaction { member: member.name.clone(), when, keep: Vec::new() });
    let is_text = matches!(target.kind, Kind::String(_) | Kind::Blob);
    if is_text && target.sensitive && member_sounds_secret(&member.name) {
        return rule(Condition::Always);
    }
    let name = member.name.to_lowercase();
    if is_text && shape_of(service, shape).name.to_lowercase().contains("tag") {
        let key = match &*name {
            "value" => "key",
            "tagvalue" => "tagkey",
            _ => return None,
        };
        let key = structure.members.iter().find(|other| other.name.eq_ignore_ascii_case(key))?;
        return rule(Condition::Named(key.name.clone()));
    }
    let tags = name.ends_with("tags") || name.ends_with("tagset") || name == "tagmap";
    match &target.kind {
        Kind::Map(map) if tags && matches!(shape_of(service, map.value).kind, Kind::String(_)) => {
            rule(Condition::Keys)
        }
        _ => None,
    }
}

/// Fails if something that a wildcard can read answers a member that sounds like a secret, and nobody decided
/// about it.
fn undecided(services: &[Service], harmless: &mut BTreeSet<&str>) -> Result<()> {
    let mut undecided = Vec::new();
    for service in services {
        let answered = answered(service);
        for (shape, structure) in structures(service).filter(|(shape, _)| answered.contains(shape)) {
            for member in &structure.members {
                let label = format!("{}.{}.{}", service.name, shape_of(service, shape).name, member.name);
                let covered = service.redactions.of(shape).iter().any(|rule| rule.member == member.name);
                if !covered
                    && holds_text(service, member.shape)
                    && member_sounds_secret(&member.name)
                    && !harmless.remove(&*label)
                {
                    undecided.push(label);
                }
            }
        }
    }
    ensure!(
        undecided.is_empty(),
        "these members sound like secrets: list them in redaction.toml, under [[redact]] or [[harmless]]: {undecided:#?}"
    );
    Ok(())
}

/// Text that may be anything, or a list or map of such.
fn holds_text(service: &Service, shape: ShapeId) -> bool {
    let text = |kind: &Kind| match kind {
        Kind::String(text) => text.enum_values.is_empty(),
        Kind::Blob => true,
        _ => false,
    };
    match &shape_of(service, shape).kind {
        Kind::List(list) => text(&shape_of(service, list.member).kind),
        Kind::Map(map) => text(&shape_of(service, map.value).kind),
        kind => text(kind),
    }
}

/// The shapes in answers of operations that read and are not sensitive.
fn answered(service: &Service) -> BTreeSet<ShapeId> {
    let readable = |operation: &&Operation| operation.access.is_read_only() && operation.sensitive.is_none();
    let mut open: Vec<ShapeId> =
        service.operations.values().filter(readable).filter_map(|operation| operation.output).collect();
    let mut answered = BTreeSet::new();
    while let Some(shape) = open.pop() {
        if answered.insert(shape) {
            match &shape_of(service, shape).kind {
                Kind::Structure(structure) => {
                    open.extend(structure.members.iter().map(|member| member.shape))
                }
                Kind::List(list) => open.push(list.member),
                Kind::Map(map) => open.push(map.value),
                _ => {}
            }
        }
    }
    answered
}
