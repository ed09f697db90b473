//! `accounts_relationships`.

use std::collections::BTreeSet;

use futures::future::join;
use schemars::JsonSchema;
use serde::Deserialize;
use tollgate_sdk::{ListQuery, Rows, Table, ToolError, tool};

use crate::organization::{self, Answer, Policies, Tree};
use entity::{Entity, Kind, entities};

mod entity;
#[cfg(test)]
mod tests;

#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Default: all
    #[serde(default)]
    kinds: Vec<Kind>,
    #[serde(flatten)]
    query: ListQuery,
}

/// Lists the OU tree of the AWS organisation, its policies (SCPs, tag policies, …) and what they are attached to.
#[tool(read_only, open_world, title = "OU tree and policies")]
pub(crate) async fn accounts_relationships(arguments: Arguments) -> Result<Table<Entity>, ToolError> {
    let Arguments { kinds, query } = &arguments;
    let wanted = Wanted::new(kinds, query);
    organization::survey(query, async |asked| {
        let (target, roots) = asked.ask(async |target| organization::roots(&target).await).await?;
        let types: BTreeSet<String> =
            roots.iter().flat_map(|root| root.policy_types.iter().cloned()).collect();
        let tree = async {
            match wanted.tree {
                true => Tree::below(&target, roots, wanted.accounts).await,
                false => Tree::default(),
            }
        };
        let policies = async {
            match wanted.policies {
                true => Policies::of_types(&target, types, wanted.targets).await,
                false => Policies::default(),
            }
        };
        let (tree, policies) = join(tree, policies).await;
        let mut rows = Rows::from(entities(kinds, asked.organization, &tree, &policies));
        rows.unpack(tree.unread);
        rows.unpack(policies.unread);
        let accounts = tree.members.into_iter().map(|member| member.id).collect();
        Ok(Answer { rows, accounts })
    })
    .await
}

/// What a call asks AWS for.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    /// The units.
    tree: bool,
    /// The accounts in the units.
    accounts: bool,
    /// The policies.
    policies: bool,
    /// What each policy is attached to.
    targets: bool,
}

impl Wanted {
    fn new(kinds: &[Kind], query: &ListQuery) -> Self {
        let wanted = |kind: Kind| kind.is_wanted(kinds);
        let nodes = [Kind::Root, Kind::Ou, Kind::Account].into_iter().any(wanted);
        let of_policies = wanted(Kind::Policy) && query.wants::<Entity>(&["targets"]);
        let of_nodes = nodes && query.wants::<Entity>(&["policies", "inherited_policies"]);
        Self {
            // What a policy is attached to is told by its path.
            tree: nodes || of_policies,
            accounts: wanted(Kind::Account),
            policies: wanted(Kind::Policy) || of_nodes,
            targets: of_policies || of_nodes,
        }
    }
}
