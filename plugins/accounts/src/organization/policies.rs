//! The policies of an organisation, and what they are attached to.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde::Deserialize;
use serde_json::json;
use tollgate_sdk::aws::{self, Target};

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
    pub(crate) truncated: bool,
    pub(crate) errors: Vec<aws::Error>,
}

impl Policies {
    /// Those of some types, and with `targets` what each is attached to.
    pub(crate) async fn of_types(target: &Target, types: BTreeSet<String>, targets: bool) -> Self {
        let mut policies = Self::default();
        let listed = types.into_iter().map(async |kind| {
            let input = json!({ "Filter": kind });
            let listed = aws::call::<Vec<Policy>>(target, "organizations", "ListPolicies", input);
            listed
                .select(POLICIES)
                .await
                .map_err(|error| error.context(format_args!("policies of type {kind}")))
        });
        for listed in join_all(listed).await {
            match listed {
                Ok(response) => {
                    policies.truncated |= response.truncated;
                    policies.all.extend(response.output);
                }
                Err(error) => policies.errors.push(error),
            }
        }
        if targets {
            policies.attach(target).await;
        }
        policies
    }

    /// Asks for each policy what it is attached to.
    async fn attach(&mut self, target: &Target) {
        let asked = self.all.iter().map(|policy| {
            let input = json!({ "PolicyId": policy.id });
            aws::call::<Vec<Attached>>(target, "organizations", "ListTargetsForPolicy", input).select(TARGETS)
        });
        let answers = join_all(asked.map(IntoFuture::into_future)).await;
        for (policy, answer) in self.all.iter_mut().zip(answers) {
            match answer {
                Ok(response) => {
                    self.truncated |= response.truncated;
                    policy.targets = Some(response.output);
                }
                Err(error) => {
                    let error = error.context(format_args!("targets of policy {}", policy.name));
                    self.errors.push(error);
                }
            }
        }
    }

    /// The names of those attached to something, by its id; none where no policy says what it is attached to.
    pub(crate) fn attached_to(&self, id: &str) -> Option<Vec<String>> {
        let told = self.all.iter().any(|policy| policy.targets.is_some());
        let is_attached =
            |policy: &&Policy| policy.targets.iter().flatten().any(|attached| attached.id == id);
        told.then(|| self.all.iter().filter(is_attached).map(|policy| policy.name.clone()).collect())
    }
}
