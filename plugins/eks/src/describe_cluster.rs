//! `eks_describe_cluster`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tollgate_sdk::{
    Arn, Details, Rows, Scope, ToolError,
    aws::{self, Target},
    find, tool,
};

use crate::{
    cluster::{self, Cluster},
    support::{Calendar, Support},
};

mod part;
#[cfg(test)]
mod tests;

use part::{ACCESS_ENTRIES, ADD_ONS, FARGATE_PROFILES, IDENTITY_PROVIDERS, NODE_GROUPS, POD_IDENTITIES};

/// A cluster with all that is in it.
#[derive(Serialize)]
struct Description {
    #[serde(flatten)]
    cluster: Cluster,
    #[serde(flatten)]
    support: Support,
    node_groups: Vec<Map<String, Value>>,
    fargate_profiles: Vec<Map<String, Value>>,
    add_ons: Vec<Map<String, Value>>,
    access_entries: Vec<Map<String, Value>>,
    pod_identities: Vec<Map<String, Value>>,
    identity_providers: Vec<Map<String, Value>>,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Name or ARN
    cluster: String,
    #[serde(flatten)]
    scope: Scope,
}

/// Describes an EKS cluster: node groups, Fargate profiles, add-ons, access entries, pod identities, OIDC,
/// network, support.
#[tool(read_only, open_world, title = "EKS cluster")]
pub(crate) async fn eks_describe_cluster(arguments: Arguments) -> Result<Details, ToolError> {
    let Arguments { cluster, scope } = &arguments;
    let name = cluster.rsplit('/').next().unwrap_or(cluster);
    let what = format_args!("EKS cluster {cluster}");
    let scope = Arn::parse(cluster).map_or_else(|| scope.clone(), |arn| scope.at(&arn));
    find(&scope, what, async |target| describe(&target, name).await).await
}

/// The cluster, and of what is in it as much as can be read.
async fn describe(target: &Target, name: &str) -> Result<Rows<Description>, aws::Error> {
    let cluster = cluster::describe(target, name).await?;
    let version = cluster.version.as_deref();
    let access_entries = async {
        match cluster.has_access_entries() {
            true => ACCESS_ENTRIES.all(target, name, version).await,
            false => Rows::default(),
        }
    };
    let (
        calendar,
        node_groups,
        fargate_profiles,
        add_ons,
        access_entries,
        pod_identities,
        identity_providers,
    ) = futures::join!(
        Calendar::of(target),
        NODE_GROUPS.all(target, name, version),
        FARGATE_PROFILES.all(target, name, version),
        ADD_ONS.all(target, name, version),
        access_entries,
        POD_IDENTITIES.all(target, name, version),
        IDENTITY_PROVIDERS.all(target, name, version),
    );
    let mut rows = Rows::default();
    let support = match calendar {
        Ok(calendar) => calendar.support(version),
        Err(error) => {
            rows.fail(error.context("end of support"));
            Support::default()
        }
    };
    let description = Description {
        support,
        node_groups: rows.unpack(node_groups),
        fargate_profiles: rows.unpack(fargate_profiles),
        add_ons: rows.unpack(add_ons),
        access_entries: rows.unpack(access_entries),
        pod_identities: rows.unpack(pod_identities),
        identity_providers: rows.unpack(identity_providers),
        cluster,
    };
    rows.push(description);
    Ok(rows)
}
