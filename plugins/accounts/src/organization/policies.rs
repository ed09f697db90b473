//! The policies of an organisation, and what they are attached to.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde::Deserialize;
use serde_json::json;
use tollgate_sdk::Rows;
use tollgate_sdk::aws::{self, Response, Target};

pub(super) const POLICIES: &str = "Policies[].{id: Id, arn: Arn, name: Name, type: Type, description: Description, aws_managed: AwsManaged}";
const TARGETS: &str = "Targets[].{id: TargetId, name: Name}";

/// A policy.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Policy {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) r#type: String,
    pub(crate) description: Option<String>,
    pub(crate) aws_managed: bool,
    /// What it is attached to; none: nobody has asked, or it could not be read.
    #[serde(skip)]
    pub(crate) targets: Option<Vec<Attached>>,
}

/// A root, unit or account that a policy is attached to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Attached {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// The policies of an organisation, as far as they could be read.
#[derive(Debug, Default)]
pub(crate) struct Policies {
    pub(crate) all: Vec<Policy>,
    /// What could not be read.
    pub(crate) unread: Rows<()>,
}

impl Policies {
    /// Those of some types, and with `targets` what each is attached to.
    pub(crate) async fn of_types(target: &Target, types: BTreeSet<String>, targets: bool) -> Self {
        let mut policies = Self::default();
        let listed = types.iter().map(async |kind| {
            let input = json!({ "Filter": kind });
            aws::call::<Vec<Policy>>(target, "organizations", "ListPolicies", input).select(POLICIES).await
        });
        let mut failures = Vec::new();
        for (kind, listed) in types.iter().zip(join_all(listed).await) {
            match listed {
                Ok(listed) => policies.all.extend(policies.unread.unpack(Rows::from(listed))),
                Err(error) => failures.push((kind, error)),
            }
        }
        policies.unread.fail_each("policies of type", failures);
        if targets {
            policies.attach(target).await;
        }
        policies
    }

    /// Asks for each policy what it is attached to.
    async fn attach(&mut self, target: &Target) {
        let asked = self.all.iter().map(async |policy| {
            let input = json!({ "PolicyId": policy.id });
            aws::call(target, "organizations", "ListTargetsForPolicy", input).select(TARGETS).await
        });
        let mut failures = Vec::new();
        let answers: Vec<Result<Response<Vec<Attached>>, aws::Error>> = join_all(asked).await;
        for (policy, answer) in self.all.iter_mut().zip(answers) {
            match answer.and_then(Response::whole) {
                Ok(targets) => policy.targets = Some(targets),
                Err(error) => failures.push((policy.name.clone(), error)),
            }
        }
        self.unread.fail_each("targets of policy", failures);
    }

    /// The names of those attached to something, by its id; none where no policy says what it is attached to.
    pub(crate) fn attached_to(&self, id: &str) -> Option<Vec<String>> {
        let told = self.all.iter().any(|policy| policy.targets.is_some());
        let is_attached =
            |policy: &&Policy| policy.targets.iter().flatten().any(|attached| attached.id == id);
        told.then(|| self.all.iter().filter(is_attached).map(|policy| policy.name.clone()).collect())
    }
}
