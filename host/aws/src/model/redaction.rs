//! Which values of a service's answers are withheld, as the pack holds it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::shape::{Kind, Shape, ShapeId};

/// The redactions of a service, by the structure whose members they are about.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Redactions {
    rules: BTreeMap<ShapeId, Vec<Redaction>>,
    /// For every shape: whether a rule is about it or about what it refers to. Found at first use.
    #[serde(skip)]
    guarded: OnceLock<Box<[bool]>>,
}

/// One member whose value is withheld.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redaction {
    /// The member's API name.
    pub member: Box<str>,
    /// In which case.
    #[serde(default, skip_serializing_if = "Condition::is_always")]
    pub when: Condition,
    /// Members below it that stay: the names of variables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keep: Vec<Box<str>>,
}

/// In which case a value is withheld.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// In any.
    #[default]
    Always,
    /// Unless the member beside it has one of these values.
    Unless {
        /// The member beside it.
        member: Box<str>,
        /// What marks a value that may be shown.
        values: Vec<Box<str>>,
    },
    /// Where the text of the member beside it sounds like a secret.
    Named(Box<str>),
    /// Of a map, the values whose key sounds like a secret.
    Keys,
    /// The text is JSON, of which some parts are withheld.
    Json,
}

impl Condition {
    fn is_always(&self) -> bool {
        *self == Self::Always
    }
}

impl Redactions {
    /// The rules, by structure.
    #[must_use]
    pub fn new(rules: BTreeMap<ShapeId, Vec<Redaction>>) -> Self {
        Self { rules, guarded: OnceLock::new() }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// All of them, with the structures that they are about.
    pub fn iter(&self) -> impl Iterator<Item = (ShapeId, &[Redaction])> {
        self.rules.iter().map(|(shape, rules)| (*shape, rules.as_slice()))
    }

    /// Those about a structure.
    #[must_use]
    pub fn of(&self, shape: ShapeId) -> &[Redaction] {
        self.rules.get(&shape).map_or(&[], Vec::as_slice)
    }

    /// Whether any is about a shape or about what it refers to.
    #[must_use]
    pub fn guard(&self, shapes: &[Shape], shape: ShapeId) -> bool {
        !self.rules.is_empty() && at(self.guarded.get_or_init(|| self.guarded(shapes)), shape)
    }

    /// Most shapes come after those that refer to them: a few rounds from the end are enough.
    fn guarded(&self, shapes: &[Shape]) -> Box<[bool]> {
        let mut guarded: Box<[bool]> =
            (0..).map(ShapeId).take(shapes.len()).map(|shape| self.rules.contains_key(&shape)).collect();
        loop {
            let mut changed = false;
            for (index, shape) in shapes.iter().enumerate().rev() {
                if !guarded[index] && refers(&shape.kind, |id| at(&guarded, id)) {
                    guarded[index] = true;
                    changed = true;
                }
            }
            if !changed {
                return guarded;
            }
        }
    }
}

fn at(guarded: &[bool], shape: ShapeId) -> bool {
    usize::try_from(shape.0).ok().and_then(|index| guarded.get(index)).is_some_and(|guarded| *guarded)
}

/// Whether a shape refers to any that has a property.
fn refers(kind: &Kind, any: impl Fn(ShapeId) -> bool) -> bool {
    match kind {
        Kind::Structure(structure) => structure.members.iter().any(|member| any(member.shape)),
        Kind::List(list) => any(list.member),
        Kind::Map(map) => any(map.value),
        _ => false,
    }
}
