//! `eks_insights`.

use futures::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use tollgate_sdk::{
    ListQuery, Row, Rows, Table, ToolError,
    aws::{self, Target},
    sweep_parts, tool,
};

use crate::cluster;

#[cfg(test)]
mod tests;

const SELECT: &str = "insights[].{
    id: id, name: name, category: category, state: insightStatus.status, reason: insightStatus.reason,
    version: kubernetesVersion, description: description, refreshed: lastRefreshTime, changed: lastTransitionTime
}";

/// What only the description of an insight has.
const SELECT_MORE: &str = "insight.{
    recommendation: recommendation, resources: resources[].[kubernetesResourceUri, arn][] | [?@ != null],
    deprecations: categorySpecificSummary.deprecationDetails[].{
        usage: usage, replaced_with: replacedWith, stops_in: stopServingVersion,
        requests: clientStats[].numberOfRequestsLast30Days
    },
    add_ons: categorySpecificSummary.addonCompatibilityDetails[].{name: name, versions: compatibleVersions}
}";

/// An insight as `SELECT` leaves it.
#[derive(Deserialize)]
struct Selected {
    id: String,
    name: Option<String>,
    category: Option<String>,
    state: Option<String>,
    reason: Option<String>,
    version: Option<String>,
    description: Option<String>,
    refreshed: Option<String>,
    changed: Option<String>,
}

/// The rest of it, as `SELECT_MORE` leaves it.
#[derive(Default, Deserialize)]
struct More {
    recommendation: Option<String>,
    resources: Option<Vec<String>>,
    deprecations: Option<Vec<Deprecation>>,
    add_ons: Option<Vec<AddOn>>,
}

/// An API that a later version of Kubernetes does not serve.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Deprecation {
    usage: Option<String>,
    replaced_with: Option<String>,
    stops_in: Option<String>,
    /// In the last 30 days, of all clients.
    #[serde(deserialize_with = "sum")]
    requests: u64,
}

fn sum<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let requests = Option::<Vec<u64>>::deserialize(deserializer)?;
    Ok(requests.unwrap_or_default().into_iter().fold(0, u64::saturating_add))
}

/// The versions of an add-on that fit the next version of Kubernetes.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct AddOn {
    name: Option<String>,
    versions: Option<Vec<String>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Insight {
    cluster: String,
    name: Option<String>,
    /// `UPGRADE_READINESS`, `MISCONFIGURATION` or `ROLLBACK_READINESS`.
    category: Option<String>,
    /// `PASSING`, `WARNING`, `ERROR` or `UNKNOWN`.
    state: Option<String>,
    reason: Option<String>,
    /// Of Kubernetes, the one that it is about.
    version: Option<String>,
    description: Option<String>,
    recommendation: Option<String>,
    /// What in the cluster it is about.
    resources: Option<Vec<String>>,
    deprecations: Option<Vec<Deprecation>>,
    add_ons: Option<Vec<AddOn>>,
    refreshed: Option<String>,
    changed: Option<String>,
    id: String,
}

/// The columns that cost a call for each insight.
const DESCRIBED: &[&str] = &["recommendation", "resources", "deprecations", "add_ons"];

impl Row for Insight {
    const DEFAULT_FIELDS: &'static [&'static str] =
        &["cluster", "name", "category", "state", "version", "reason"];
}

impl Insight {
    fn new(cluster: &str, insight: Selected, more: More) -> Self {
        Self {
            cluster: cluster.to_owned(),
            name: insight.name,
            category: insight.category,
            state: insight.state,
            reason: insight.reason,
            version: insight.version,
            description: insight.description,
            recommendation: more.recommendation,
            resources: more.resources,
            deprecations: more.deprecations,
            add_ons: more.add_ons,
            refreshed: insight.refreshed,
            changed: insight.changed,
            id: insight.id,
        }
    }
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Names; default: all
    #[serde(default)]
    clusters: Vec<String>,
    #[serde(flatten)]
    query: ListQuery,
}

/// Lists what EKS found in checking clusters: whether they are ready for an upgrade, what is deprecated or
/// misconfigured, and what to do.
#[tool(read_only, open_world, title = "EKS insights")]
pub(crate) async fn eks_insights(arguments: Arguments) -> Result<Table<Insight>, ToolError> {
    let Arguments { clusters, query } = &arguments;
    let described = query.wants::<Insight>(DESCRIBED);
    sweep_parts(query, "cluster", clusters, cluster::list, async |target, name| {
        of_cluster(target, name, described).await
    })
    .await
}

/// The insights of a cluster, each `described` where the query wants what only that tells.
async fn of_cluster(target: &Target, cluster: &str, described: bool) -> Result<Rows<Insight>, aws::Error> {
    let listed = aws::call::<Vec<Selected>>(target, "eks", "ListInsights", json!({ "clusterName": cluster }));
    let listed = listed.select(SELECT).await?;
    let mut rows = Rows::default();
    if listed.truncated {
        rows.truncate();
    }
    let more = join_all(listed.output.iter().map(async |insight| match described {
        true => describe(target, cluster, &insight.id).await,
        false => Ok(More::default()),
    }))
    .await;
    let mut failures = Vec::new();
    for (insight, more) in listed.output.into_iter().zip(more) {
        let more = more.unwrap_or_else(|error| {
            failures.push((insight.name.clone().unwrap_or_else(|| insight.id.clone()), error));
            More::default()
        });
        rows.push(Insight::new(cluster, insight, more));
    }
    rows.fail_each(&format!("cluster {cluster}, insight"), failures);
    Ok(rows)
}

async fn describe(target: &Target, cluster: &str, id: &str) -> Result<More, aws::Error> {
    let input = json!({ "clusterName": cluster, "id": id });
    Ok(aws::call(target, "eks", "DescribeInsight", input).select(SELECT_MORE).await?.output)
}
