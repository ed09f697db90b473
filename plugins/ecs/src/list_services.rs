//! `ecs_list_services`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};
use tollgate_sdk::{
    ListQuery, Row, Rows, Table, Tags, ToolError,
    aws::{self, Target},
    sweep_parts, tool,
};

use crate::{clusters, describe::Describe, name::short};

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
            launch_type: launchType, capacity_providers: capacityProviderStrategy[].capacityProvider,
            scheduling: schedulingStrategy, task_definition: taskDefinition,
            deployments: length(deployments || `[]`),
            primary: deployments[?status == 'PRIMARY'] | [0].{
                rollout: rolloutState, reason: rolloutStateReason, failed: failedTasks
            },
            last_event: events[0].message,
            assign_public_ip: networkConfiguration.awsvpcConfiguration.assignPublicIp,
            exec: enableExecuteCommand, created: createdAt, arn: serviceArn, tags: tags
        },
        failures: failures
    }",
};

/// A service as `DESCRIBE` leaves it.
#[derive(Deserialize)]
struct Selected {
    name: String,
    cluster: String,
    state: Option<String>,
    desired: u32,
    running: u32,
    pending: u32,
    launch_type: Option<String>,
    capacity_providers: Option<Vec<String>>,
    scheduling: Option<String>,
    task_definition: Option<String>,
    deployments: u32,
    primary: Option<Deployment>,
    last_event: Option<String>,
    assign_public_ip: Option<String>,
    exec: Option<bool>,
    created: Option<String>,
    arn: String,
    tags: Tags,
}

/// The deployment that is to replace all others.
#[derive(Deserialize)]
struct Deployment {
    rollout: Option<String>,
    reason: Option<String>,
    failed: Option<u32>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Service {
    name: String,
    cluster: String,
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
    task_definition: Option<String>,
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

impl From<Selected> for Service {
    fn from(service: Selected) -> Self {
        let (rollout, rollout_reason, failed_tasks) = match service.primary {
            Some(Deployment { rollout, reason, failed }) => (rollout, reason, failed),
            None => (None, None, None),
        };
        Self {
            name: service.name,
            cluster: short(&service.cluster).to_owned(),
            state: service.state,
            desired: service.desired,
            running: service.running,
            pending: service.pending,
            below_desired: service.running < service.desired,
            launch_type: service.launch_type,
            capacity_providers: service.capacity_providers,
            scheduling: service.scheduling,
            task_definition: service.task_definition.as_deref().map(|arn| short(arn).to_owned()),
            rollout,
            rollout_reason,
            failed_tasks,
            deployments: service.deployments,
            last_event: service.last_event,
            public: service.assign_public_ip.map(|assign| assign == "ENABLED"),
            exec: service.exec,
            created: service.created,
            arn: service.arn,
            tags: service.tags,
        }
    }
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
    let mut rows = DESCRIBE.all::<Selected>(target, &input, &listed.output).await.map_each(Service::from);
    if listed.truncated {
        rows.truncate();
    }
    Ok(rows)
}
