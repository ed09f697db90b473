//! Roots, units, accounts and policies as rows.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tollgate_sdk::Row;

use crate::organization::{Attached, Member, Organization, Parent, Policies, Policy, Tree, Unit};

// Without a docstring: it would stand in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Root,
    Ou,
    Account,
    Policy,
}

impl Kind {
    /// Whether a call that names these kinds wants it; one that names none wants all.
    pub(super) fn is_wanted(self, kinds: &[Self]) -> bool {
        kinds.is_empty() || kinds.contains(&self)
    }
}

#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Entity {
    pub(super) kind: Kind,
    pub(super) id: String,
    pub(super) name: String,
    /// The units that it is in, from the root on: `Root/Workloads`.
    pub(super) path: Option<String>,
    /// The id of the unit that it is in.
    pub(super) parent: Option<String>,
    /// Of an account.
    pub(super) state: Option<String>,
    /// Of a policy.
    pub(super) r#type: Option<String>,
    /// The policies that are attached to it.
    pub(super) policies: Option<Vec<String>>,
    /// The policies that are attached to what it is in.
    pub(super) inherited_policies: Option<Vec<String>>,
    /// What a policy is attached to: accounts by name, all else by path.
    pub(super) targets: Option<Vec<String>>,
    pub(super) description: Option<String>,
    pub(super) aws_managed: Option<bool>,
    pub(super) arn: String,
    pub(super) organization: String,
}

impl Row for Entity {
    const DEFAULT_FIELDS: &'static [&'static str] = &["kind", "id", "name", "path", "policies", "targets"];
    const FROM_TARGETS: bool = false;
}

/// The rows of these kinds: the tree by its paths, then the policies.
pub(super) fn entities(
    kinds: &[Kind],
    organization: &Organization,
    tree: &Tree,
    policies: &Policies,
) -> Vec<Entity> {
    let units = tree.units.iter().map(|unit| (&*unit.id, unit)).collect();
    let whole = Whole { organization: &organization.id, units, policies };
    let mut rows: Vec<Entity> = tree.units.iter().map(|unit| whole.unit(unit)).collect();
    rows.extend(tree.members.iter().map(|member| whole.account(member)));
    rows.sort_by_cached_key(|row| (row.kind, row.path.clone(), row.name.clone()));
    rows.extend(policies.all.iter().map(|policy| whole.policy(policy)));
    rows.retain(|row| row.kind.is_wanted(kinds));
    rows
}

/// All that a row may speak of.
struct Whole<'a> {
    organization: &'a str,
    units: HashMap<&'a str, &'a Unit>,
    policies: &'a Policies,
}

impl Whole<'_> {
    fn unit(&self, unit: &Unit) -> Entity {
        let kind = if unit.parent.is_some() { Kind::Ou } else { Kind::Root };
        self.node(kind, &unit.id, &unit.name, &unit.arn, unit.parent.as_ref())
    }

    fn account(&self, member: &Member) -> Entity {
        let node = self.node(Kind::Account, &member.id, &member.name, &member.arn, member.parent.as_ref());
        Entity { state: member.state.clone(), ..node }
    }

    fn policy(&self, policy: &Policy) -> Entity {
        let targets = policy.targets.as_ref();
        Entity {
            r#type: Some(policy.r#type.clone()),
            targets: targets.map(|targets| targets.iter().map(|target| self.target(target)).collect()),
            description: policy.description.clone(),
            aws_managed: Some(policy.aws_managed),
            ..self.entity(Kind::Policy, &policy.id, &policy.name, &policy.arn)
        }
    }

    fn node(&self, kind: Kind, id: &str, name: &str, arn: &str, parent: Option<&Parent>) -> Entity {
        Entity {
            path: parent.map(|parent| parent.path.clone()),
            parent: parent.map(|parent| parent.id.clone()),
            policies: self.policies.attached_to(id),
            inherited_policies: self.inherited(parent),
            ..self.entity(kind, id, name, arn)
        }
    }

    fn entity(&self, kind: Kind, id: &str, name: &str, arn: &str) -> Entity {
        Entity {
            kind,
            id: id.to_owned(),
            name: name.to_owned(),
            path: None,
            parent: None,
            state: None,
            r#type: None,
            policies: None,
            inherited_policies: None,
            targets: None,
            description: None,
            aws_managed: None,
            arn: arn.to_owned(),
            organization: self.organization.to_owned(),
        }
    }

    /// The names of what is attached to a parent and to whatever that is in, each once, the nearest first.
    fn inherited(&self, parent: Option<&Parent>) -> Option<Vec<String>> {
        let mut names = Vec::new();
        let mut next = parent;
        while let Some(parent) = next {
            for name in self.policies.attached_to(&parent.id)? {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            next = self.units.get(&*parent.id).and_then(|unit| unit.parent.as_ref());
        }
        Some(names)
    }

    fn target(&self, target: &Attached) -> String {
        self.units.get(&*target.id).map_or_else(|| target.name.clone(), |unit| unit.path())
    }
}
