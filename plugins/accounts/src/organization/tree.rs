//! The roots, organisational units and accounts of an organisation.

use std::collections::BTreeSet;

use futures::future::{join, join_all};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tollgate_sdk::Rows;
use tollgate_sdk::aws::{self, Target};

pub(super) const ROOTS: &str =
    "Roots[].{id: Id, arn: Arn, name: Name, policy_types: PolicyTypes[?Status == 'ENABLED'].Type}";
pub(super) const UNITS: &str = "OrganizationalUnits[].{id: Id, arn: Arn, name: Name}";
/// `State` has replaced `Status`, which is older and not everywhere gone.
pub(super) const MEMBERS: &str = "Accounts[].{
    id: Id, arn: Arn, name: Name, email: Email, state: State || Status, joined_method: JoinedMethod,
    joined: JoinedTimestamp
}";

/// A root or an organisational unit.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Unit {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) name: String,
    /// The policy types that are enabled, of a root.
    #[serde(default)]
    pub(crate) policy_types: Vec<String>,
    /// What it is in; none: it is a root.
    #[serde(skip)]
    pub(crate) parent: Option<Parent>,
}

/// An account of an organisation.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) joined_method: Option<String>,
    pub(crate) joined: Option<String>,
    /// What it is in; none: nobody has looked.
    #[serde(skip)]
    pub(crate) parent: Option<Parent>,
}

/// What a unit or an account is in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parent {
    pub(crate) id: String,
    /// The names from the root on: `Root/Workloads`.
    pub(crate) path: String,
}

impl Unit {
    /// Its own name below those that it is in.
    pub(crate) fn path(&self) -> String {
        match &self.parent {
            Some(parent) => format!("{}/{}", parent.path, self.name),
            None => self.name.clone(),
        }
    }

    pub(crate) fn as_parent(&self) -> Parent {
        Parent { id: self.id.clone(), path: self.path() }
    }

    pub(crate) fn in_parent(self, parent: &Parent) -> Self {
        Self { parent: Some(parent.clone()), ..self }
    }
}

impl Member {
    pub(crate) fn in_parent(self, parent: &Parent) -> Self {
        Self { parent: Some(parent.clone()), ..self }
    }
}

/// What there is below the roots, as far as it could be read.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Roots and units, parents before what is in them.
    pub(crate) units: Vec<Unit>,
    pub(crate) members: Vec<Member>,
    /// What could not be read.
    pub(crate) unread: Rows<()>,
}

/// All accounts of an organisation, wherever they are in it.
pub(crate) async fn members(target: &Target) -> Result<aws::Response<Vec<Member>>, aws::Error> {
    aws::call(target, "organizations", "ListAccounts", ()).select(MEMBERS).await
}

/// The roots of an organisation.
pub(crate) async fn roots(target: &Target) -> Result<Vec<Unit>, aws::Error> {
    aws::call(target, "organizations", "ListRoots", ()).select(ROOTS).await?.whole()
}

impl Tree {
    /// Goes through the units below the roots, a level at a time, and with `accounts` looks which are in each.
    pub(crate) async fn below(target: &Target, roots: Vec<Unit>, accounts: bool) -> Self {
        let mut tree = Self::default();
        let (mut seen, mut failures) = (BTreeSet::new(), Vec::new());
        let mut level = roots;
        while !level.is_empty() {
            let units = level.iter().map(|unit| children::<Unit>(target, unit, UNITS_IN, UNITS));
            let members = level.iter().filter(|_| accounts);
            let members = members.map(|unit| children::<Member>(target, unit, MEMBERS_IN, MEMBERS));
            let (units, members) = join(join_all(units), join_all(members)).await;
            seen.extend(level.iter().map(|unit| unit.id.clone()));
            let mut next = Vec::new();
            for (parent, answer) in level.iter().zip(units) {
                match answer {
                    Ok(units) => {
                        let units = tree.unread.unpack(Rows::from(units)).into_iter();
                        // AWS has no unit in two places; an answer that has would lead in circles.
                        let units = units.filter(|unit| !seen.contains(&unit.id));
                        next.extend(units.map(|unit| unit.in_parent(&parent.as_parent())));
                    }
                    Err(error) => failures.push((parent.path(), error)),
                }
            }
            for (parent, answer) in level.iter().zip(members) {
                match answer {
                    Ok(members) => {
                        let members = tree.unread.unpack(Rows::from(members)).into_iter();
                        tree.members.extend(members.map(|member| member.in_parent(&parent.as_parent())));
                    }
                    Err(error) => failures.push((parent.path(), error)),
                }
            }
            tree.units.append(&mut level);
            level = next;
        }
        tree.unread.fail_each("what is in", failures);
        tree
    }
}

const UNITS_IN: &str = "ListOrganizationalUnitsForParent";
const MEMBERS_IN: &str = "ListAccountsForParent";

async fn children<T: DeserializeOwned + 'static>(
    target: &Target,
    unit: &Unit,
    operation: &str,
    select: &str,
) -> Result<aws::Response<Vec<T>>, aws::Error> {
    aws::call(target, "organizations", operation, json!({ "ParentId": unit.id })).select(select).await
}
