//! The roots, organisational units and accounts of an organisation.

use std::collections::BTreeSet;

use futures::future::{join, join_all};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
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
    pub(crate) truncated: bool,
    pub(crate) errors: Vec<aws::Error>,
}

/// All accounts of an organisation, wherever they are in it.
pub(crate) async fn members(target: &Target) -> Result<aws::Response<Vec<Member>>, aws::Error> {
    aws::call(target, "organizations", "ListAccounts", ()).select(MEMBERS).await
}

/// The roots of an organisation.
pub(crate) async fn roots(target: &Target) -> Result<aws::Response<Vec<Unit>>, aws::Error> {
    aws::call(target, "organizations", "ListRoots", ()).select(ROOTS).await
}

impl Tree {
    /// Goes through the units below the roots, a level at a time, and with `accounts` looks which are in each.
    pub(crate) async fn below(target: &Target, roots: Vec<Unit>, accounts: bool) -> Self {
        let mut tree = Self::default();
        let mut seen = BTreeSet::new();
        let mut level = roots;
        while !level.is_empty() {
            let asked = level.iter().map(|unit| Level::of(target, unit, accounts));
            let answers = join_all(asked).await;
            seen.extend(level.iter().map(|unit| unit.id.clone()));
            tree.units.append(&mut level);
            for answer in answers {
                // AWS has no unit in two places; an answer that has would lead in circles.
                level.extend(answer.units.into_iter().filter(|unit| !seen.contains(&unit.id)));
                tree.members.extend(answer.members);
                tree.truncated |= answer.truncated;
                tree.errors.extend(answer.errors);
            }
        }
        tree
    }
}

/// What is right below a unit.
#[derive(Debug, Default)]
struct Level {
    units: Vec<Unit>,
    members: Vec<Member>,
    truncated: bool,
    errors: Vec<aws::Error>,
}

impl Level {
    async fn of(target: &Target, unit: &Unit, accounts: bool) -> Self {
        let units = children::<Unit>(target, unit, "ListOrganizationalUnitsForParent", UNITS);
        let members = async {
            match accounts {
                true => Some(children::<Member>(target, unit, "ListAccountsForParent", MEMBERS).await),
                false => None,
            }
        };
        let (units, members) = join(units, members).await;
        let parent = unit.as_parent();
        let mut level = Self::default();
        let units = level.take(units);
        let members = members.map(|members| level.take(members)).unwrap_or_default();
        level.units = units.into_iter().map(|unit| unit.in_parent(&parent)).collect();
        level.members = members.into_iter().map(|member| member.in_parent(&parent)).collect();
        level
    }

    /// What was answered, or nothing and why.
    fn take<T>(&mut self, answer: Result<aws::Response<Vec<T>>, aws::Error>) -> Vec<T> {
        match answer {
            Ok(response) => {
                self.truncated |= response.truncated;
                response.output
            }
            Err(error) => {
                self.errors.push(error);
                Vec::new()
            }
        }
    }
}

async fn children<T: DeserializeOwned + 'static>(
    target: &Target,
    unit: &Unit,
    operation: &str,
    select: &str,
) -> Result<aws::Response<Vec<T>>, aws::Error> {
    let answer = aws::call(target, "organizations", operation, json!({ "ParentId": unit.id })).select(select);
    answer.await.map_err(|error| error.context(format_args!("below {}", unit.path())))
}
