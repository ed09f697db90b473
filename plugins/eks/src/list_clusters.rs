//! `eks_list_clusters`.

use futures::future::join_all;
use schemars::JsonSchema;
use serde::Serialize;
use tollgate_sdk::{
    ListQuery, Row, Rows, Table, Tags, ToolError,
    aws::{self, Target},
    sweep, tool,
};

use crate::{
    cluster,
    support::{Calendar, Support},
};

#[cfg(test)]
mod tests;

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Cluster {
    name: String,
    state: Option<String>,
    version: Option<String>,
    /// `STANDARD_SUPPORT`, `EXTENDED_SUPPORT` or `UNSUPPORTED`.
    support: Option<String>,
    support_ends: Option<String>,
    extended_support_ends: Option<String>,
    /// What comes after standard support: `EXTENDED`, or an upgrade by AWS (`STANDARD`).
    upgrade_policy: Option<String>,
    platform_version: Option<String>,
    /// Whether its endpoint is on the internet, for `public_cidrs`.
    public: Option<bool>,
    private: Option<bool>,
    public_cidrs: Option<Vec<String>>,
    /// The kinds of logs of the control plane that are kept.
    logging: Option<Vec<String>>,
    /// The KMS key of the customer that secrets are encrypted with.
    kms_key: Option<String>,
    auth_mode: Option<String>,
    auto_mode: Option<bool>,
    deletion_protection: Option<bool>,
    vpc: Option<String>,
    /// The codes of what is wrong with it.
    health: Option<Vec<String>>,
    created: Option<String>,
    arn: Option<String>,
    tags: Tags,
}

impl Row for Cluster {
    const DEFAULT_FIELDS: &'static [&'static str] =
        &["name", "state", "version", "support", "support_ends", "public", "public_cidrs", "logging"];
}

impl Cluster {
    fn new(cluster: cluster::Cluster, calendar: &Calendar) -> Self {
        let Support { support, support_ends, extended_support_ends, .. } =
            calendar.support(cluster.version.as_deref());
        let issues = cluster.health.unwrap_or_default();
        Self {
            name: cluster.name,
            state: cluster.state,
            version: cluster.version,
            support,
            support_ends,
            extended_support_ends,
            upgrade_policy: cluster.upgrade_policy,
            platform_version: cluster.platform_version,
            public: cluster.public,
            private: cluster.private,
            public_cidrs: cluster.public_cidrs,
            logging: cluster.logging,
            kms_key: cluster.kms_key,
            auth_mode: cluster.auth_mode,
            auto_mode: cluster.auto_mode,
            deletion_protection: cluster.deletion_protection,
            vpc: cluster.vpc,
            health: Some(issues.into_iter().filter_map(|issue| issue.code).collect()),
            created: cluster.created,
            arn: cluster.arn,
            tags: cluster.tags,
        }
    }
}

/// Lists EKS clusters: version and when its support ends, exposure of the endpoint, logging, encryption.
#[tool(read_only, open_world, title = "EKS clusters")]
pub(crate) async fn eks_list_clusters(query: ListQuery) -> Result<Table<Cluster>, ToolError> {
    let dated = query.wants::<Cluster>(&["support", "support_ends", "extended_support_ends"]);
    sweep(&query, async |target| clusters(&target, dated).await).await
}

/// The clusters of a target, `dated` with the end of their support.
async fn clusters(target: &Target, dated: bool) -> Result<Rows<Cluster>, aws::Error> {
    let mut rows = Rows::default();
    let listed = cluster::list(target).await?;
    if listed.truncated {
        rows.truncate();
    }
    let names = listed.output;
    let calendar = async {
        match dated && !names.is_empty() {
            true => Calendar::of(target).await,
            false => Ok(Calendar::default()),
        }
    };
    let described = join_all(names.iter().map(|name| cluster::describe(target, name)));
    let (calendar, described) = futures::join!(calendar, described);
    let calendar = calendar.unwrap_or_else(|error| {
        rows.fail(error.context("end of support"));
        Calendar::default()
    });
    let mut failures = Vec::new();
    for (name, described) in names.iter().zip(described) {
        match described {
            Ok(cluster) => rows.push(Cluster::new(cluster, &calendar)),
            Err(error) => failures.push((name, error)),
        }
    }
    rows.fail_each("cluster", failures);
    Ok(rows)
}
