//! `ecs_list_tasks`.

use std::collections::BTreeSet;

use futures::future::try_join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
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
    operation: "DescribeTasks",
    ids: "tasks",
    batch: 100,
    what: "task",
    select: "{
        found: tasks[].{
            id: taskArn, cluster: clusterArn, service: group, state: lastStatus, desired_state: desiredStatus,
            health: healthStatus, launch_type: launchType, capacity_provider: capacityProviderName,
            cpu_units: to_number(cpu), memory_mib: to_number(memory), task_definition: taskDefinitionArn,
            created: createdAt, started: startedAt, stopped: stoppedAt, stop_code: stopCode,
            stopped_reason: stoppedReason,
            containers: containers[].{
                name: name, image: image, state: lastStatus, exit_code: exitCode, reason: reason
            },
            private_address: attachments[].details[] | [?name == 'privateIPv4Address'].value | [0],
            availability_zone: availabilityZone, container_instance: containerInstanceArn,
            arn: taskArn, tags: tags
        },
        failures: failures
    }",
};

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Container {
    name: String,
    image: Option<String>,
    state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_code: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Task {
    id: Name,
    cluster: Name,
    /// None for a task that no service started.
    #[serde(deserialize_with = "service")]
    service: Option<String>,
    state: Option<String>,
    desired_state: Option<String>,
    health: Option<String>,
    launch_type: Option<String>,
    capacity_provider: Option<String>,
    cpu_units: Option<u32>,
    memory_mib: Option<u32>,
    /// Family and revision.
    task_definition: Option<Name>,
    created: Option<String>,
    started: Option<String>,
    stopped: Option<String>,
    stop_code: Option<String>,
    stopped_reason: Option<String>,
    /// Each with image, state, exit code and reason.
    containers: Option<Vec<Container>>,
    private_address: Option<String>,
    availability_zone: Option<String>,
    container_instance: Option<Name>,
    arn: String,
    tags: Tags,
}

impl Row for Task {
    const DEFAULT_FIELDS: &'static [&'static str] =
        &["id", "cluster", "service", "state", "health", "task_definition", "started", "stopped_reason"];
}

/// The service in `service:web`; a group may be another one, `family:batch`.
fn service<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let group = Option::<String>::deserialize(deserializer)?;
    Ok(group.and_then(|group| group.strip_prefix("service:").map(str::to_owned)))
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Names or ARNs; default: all
    #[serde(default)]
    clusters: Vec<String>,
    /// Also those that stopped in the last hour, with why
    #[serde(default)]
    include_stopped: bool,
    #[serde(flatten)]
    query: ListQuery,
}

/// Lists ECS tasks: state, health, service, and why one stopped.
#[tool(read_only, open_world, title = "ECS tasks")]
pub(crate) async fn ecs_list_tasks(arguments: Arguments) -> Result<Table<Task>, ToolError> {
    let Arguments { clusters, include_stopped, query } = &arguments;
    let wanted: &[&str] = if *include_stopped { &["RUNNING", "STOPPED"] } else { &["RUNNING"] };
    // Tasks with an ARN of the old format have no tags, and are refused when they are asked for some.
    let tagged = query.wants::<Task>(&["tags"]);
    sweep_parts(query, "cluster", clusters, clusters::list, async |target, cluster| {
        tasks(target, cluster, wanted, tagged).await
    })
    .await
}

/// The tasks of a cluster that are wanted to be in one of these states.
async fn tasks(
    target: &Target,
    cluster: &str,
    wanted: &[&str],
    tagged: bool,
) -> Result<Rows<Task>, aws::Error> {
    let listed = try_join_all(wanted.iter().map(async |state| {
        let input = json!({ "cluster": cluster, "desiredStatus": state });
        aws::call::<Vec<String>>(target, "ecs", "ListTasks", input).select("taskArns").await
    }))
    .await?;
    let truncated = listed.iter().any(|listed| listed.truncated);
    // A task that stops between the two questions is in both answers.
    let ids: BTreeSet<String> = listed.into_iter().flat_map(|listed| listed.output).collect();
    let ids: Vec<String> = ids.into_iter().collect();
    let mut input = Map::from_iter([("cluster".to_owned(), cluster.into())]);
    if tagged {
        input.insert("include".to_owned(), json!(["TAGS"]));
    }
    let mut rows = DESCRIBE.all(target, &input, &ids).await;
    if truncated {
        rows.truncate();
    }
    Ok(rows)
}
