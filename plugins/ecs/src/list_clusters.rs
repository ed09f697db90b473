//! `ecs_list_clusters`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, json};
use tollgate_sdk::{ListQuery, Row, Table, Tags, ToolError, sweep, tool};

use crate::{clusters, describe::Describe};

#[cfg(test)]
mod tests;

const DESCRIBE: Describe = Describe {
    operation: "DescribeClusters",
    ids: "clusters",
    batch: 100,
    what: "cluster",
    select: "{
        found: clusters[].{
            name: clusterName, state: status, services: activeServicesCount,
            running: runningTasksCount, pending: pendingTasksCount,
            container_instances: registeredContainerInstancesCount,
            insights: settings[?name == 'containerInsights'].value | [0],
            capacity_providers: capacityProviders, statistics: statistics,
            arn: clusterArn, tags: tags
        },
        failures: failures
    }",
};

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Cluster {
    name: String,
    state: Option<String>,
    /// Active ones.
    services: Option<u32>,
    /// Tasks.
    running: Option<u32>,
    pending: Option<u32>,
    container_instances: Option<u32>,
    /// Container Insights: `enabled`, `enhanced` or `disabled`.
    insights: Option<String>,
    capacity_providers: Option<Vec<String>>,
    /// Tasks and services by launch type, as far as there are any.
    #[serde(deserialize_with = "counts")]
    statistics: BTreeMap<String, u64>,
    arn: String,
    tags: Tags,
}

impl Row for Cluster {
    const DEFAULT_FIELDS: &'static [&'static str] =
        &["name", "state", "services", "running", "pending", "container_instances"];
}

/// Reads a list of `{name, value}`, where the values are numbers as text.
fn counts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, u64>, D::Error> {
    #[derive(Deserialize)]
    struct Statistic {
        name: String,
        value: String,
    }
    let statistics = Option::<Vec<Statistic>>::deserialize(deserializer)?.unwrap_or_default();
    let count = |Statistic { name, value }| Some((name, value.parse().ok()?));
    Ok(statistics.into_iter().filter_map(count).filter(|(_, count)| *count > 0).collect())
}

/// Lists ECS clusters and counts what runs in each.
#[tool(read_only, open_world, title = "ECS clusters")]
pub(crate) async fn ecs_list_clusters(query: ListQuery) -> Result<Table<Cluster>, ToolError> {
    sweep(&query, async |target| {
        let listed = clusters::list(&target).await?;
        let include = json!(["SETTINGS", "STATISTICS", "TAGS"]);
        let input = Map::from_iter([("include".to_owned(), include)]);
        let mut rows = DESCRIBE.all(&target, &input, &listed.output).await;
        if listed.truncated {
            rows.truncate();
        }
        Ok(rows)
    })
    .await
}
