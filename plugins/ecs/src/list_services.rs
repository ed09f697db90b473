//! `ecs_list_services`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};
use tollgate_sdk::{
    ListQuery, Row, Rows, Table, Tags, ToolError,
    aws::{self, Target},
    sweep_parts, tool,
};

use crate::{clusters, describe::Describe, name::Name};

#[cfg(test)]
mod tests;

const DESCRIBE: Describe = Describe {
    operation: "DescribeServices",
    ids: "services",
    batch: 10,
    what: "service",
    select: "{
        found: services[].{
            name: serviceName, cluster: clusterArn, state: status,
            desired: desiredCount, running: runningCount, pending: pendingCount,
            below_desired: runningCount < desiredCount,
            launch_type: launchType, capacity_providers: capacityProviderStrategy[].capacityProvider,
            scheduling: schedulingStrategy, task_definition: taskDefinition,
            deployments: length(deployments || `[]`),
            rollout: deployments[?status == 'PRIMARY'] | [0].rolloutState,
            rollout_reason: deployments[?status == 'PRIMARY'] | [0].rolloutStateReason,
            failed_tasks: deployments[?status == 'PRIMARY'] | [0].failedTasks,
            last_event: events[0].message,
            public: networkConfiguration.awsvpcConfiguration.assignPublicIp
                && networkConfiguration.awsvpcConfiguration.assignPublicIp == 'ENABLED',
            exec: enableExecuteCommand, created: createdAt, arn: serviceArn, tags: tags
        },
        failures: failures
    }",
};

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Service {
    name: String,
    cluster: Name,
    state: Option<String>,
    desired: u32,
    running: u32,
    pending: u32,
    below_desired: bool,
    launch_type: Option<String>,
    capacity_providers: Option<Vec<String>>,
    /// `REPLICA` or `DAEMON`.
    scheduling: Option<String>,
    /// Family and revision.
    task_definition: Option<Name>,
    /// How far the primary deployment is: `COMPLETED`, `IN_PROGRESS` or `FAILED`.
    rollout: Option<String>,
    rollout_reason: Option<String>,
    /// Tasks of the primary deployment that failed to start.
    failed_tasks: Option<u32>,
    /// How many are going on: more than one while tasks are being replaced.
    deployments: u32,
    last_event: Option<String>,
    /// Whether its tasks get public addresses.
    public: Option<bool>,
    /// Whether ECS Exec is on.
    exec: Option<bool>,
    created: Option<String>,
    arn: String,
    tags: Tags,
}

impl Row for Service {
    const DEFAULT_FIELDS: &'static [&'static str] =
        &["name", "cluster", "state", "desired", "running", "pending", "task_definition", "rollout"];
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Names or ARNs; default: all
    #[serde(default)]
    clusters: Vec<String>,
    #[serde(flatten)]
    query: ListQuery,
}

/// Lists ECS services: how many tasks each should run and does, and how its deployment goes.
#[tool(read_only, open_world, title = "ECS services")]
pub(crate) async fn ecs_list_services(arguments: Arguments) -> Result<Table<Service>, ToolError> {
    let Arguments { clusters, query } = &arguments;
    // Services with an ARN of the old format have no tags, and are refused when they are asked for some.
    let tagged = query.wants::<Service>(&["tags"]);
    sweep_parts(query, "cluster", clusters, clusters::list, async |target, cluster| {
        services(target, cluster, tagged).await
    })
    .await
}

async fn services(target: &Target, cluster: &str, tagged: bool) -> Result<Rows<Service>, aws::Error> {
    // ECS gives ten to a page unless it is asked for more.
    let input = json!({ "cluster": cluster, "maxResults": 100 });
    let listed = aws::call::<Vec<String>>(target, "ecs", "ListServices", input).select("serviceArns").await?;
    let mut input = Map::from_iter([("cluster".to_owned(), cluster.into())]);
    if tagged {
        input.insert("include".to_owned(), json!(["TAGS"]));
    }
    let mut rows = DESCRIBE.all(target, &input, &listed.output).await;
    if listed.truncated {
        rows.truncate();
    }
    Ok(rows)
}
