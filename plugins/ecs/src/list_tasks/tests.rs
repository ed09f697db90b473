use serde_json::json;
use tollgate_sdk::describe;

use super::*;
use crate::{describe::Described, selected::selected};

fn rows(tasks: serde_json::Value) -> Vec<Task> {
    let described: Described<Task> = selected(DESCRIBE.select, &json!({ "tasks": tasks, "failures": [] }));
    described.found.expect("tasks")
}

#[test]
fn a_task_that_stopped_says_why() {
    let rows = rows(json!([{
        "taskArn": "arn:aws:ecs:eu-west-1:111111111111:task/main/0f1e2d3c",
        "clusterArn": "arn:aws:ecs:eu-west-1:111111111111:cluster/main", "group": "service:web",
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:111111111111:task-definition/web:42",
        "lastStatus": "STOPPED", "desiredStatus": "STOPPED", "healthStatus": "UNHEALTHY",
        "launchType": "FARGATE", "capacityProviderName": "FARGATE", "cpu": "256", "memory": "512",
        "createdAt": "2026-03-01T00:00:00Z", "startedAt": "2026-03-01T00:01:00Z",
        "stoppedAt": "2026-03-01T00:02:00Z", "stopCode": "EssentialContainerExited",
        "stoppedReason": "Essential container in task exited",
        "containers": [{
            "name": "app", "image": "web:1", "lastStatus": "STOPPED", "exitCode": 137,
            "reason": "OutOfMemoryError: Container killed due to memory usage",
        }, { "name": "proxy", "image": "envoy:1", "lastStatus": "STOPPED", "exitCode": 0 }],
        "attachments": [
            { "type": "AmazonElasticBlockStorage", "details": [{ "name": "roleArn", "value": "x" }] },
            { "type": "ElasticNetworkInterface", "details": [
                { "name": "subnetId", "value": "subnet-1" }, { "name": "privateIPv4Address", "value": "10.0.0.7" },
            ] },
        ],
        "availabilityZone": "eu-west-1a", "tags": [],
    }]));
    assert_eq!(
        serde_json::to_value(&rows[0]).expect("a row is JSON"),
        json!({
            "id": "0f1e2d3c", "cluster": "main", "service": "web", "state": "STOPPED", "desired_state": "STOPPED",
            "health": "UNHEALTHY", "launch_type": "FARGATE", "capacity_provider": "FARGATE",
            "cpu_units": 256, "memory_mib": 512, "task_definition": "web:42",
            "created": "2026-03-01T00:00:00Z", "started": "2026-03-01T00:01:00Z",
            "stopped": "2026-03-01T00:02:00Z", "stop_code": "EssentialContainerExited",
            "stopped_reason": "Essential container in task exited",
            "containers": [
                { "name": "app", "image": "web:1", "state": "STOPPED", "exit_code": 137,
                  "reason": "OutOfMemoryError: Container killed due to memory usage" },
                { "name": "proxy", "image": "envoy:1", "state": "STOPPED", "exit_code": 0 },
            ],
            "private_address": "10.0.0.7", "availability_zone": "eu-west-1a", "container_instance": null,
            "arn": "arn:aws:ecs:eu-west-1:111111111111:task/main/0f1e2d3c", "tags": {},
        })
    );
}

#[test]
fn a_task_of_its_own_on_an_instance_has_no_service() {
    let rows = rows(json!([{
        "taskArn": "arn:aws:ecs:eu-west-1:111111111111:task/0f1e2d3c",
        "clusterArn": "arn:aws:ecs:eu-west-1:111111111111:cluster/main", "group": "family:batch",
        "containerInstanceArn": "arn:aws:ecs:eu-west-1:111111111111:container-instance/main/9a8b",
        "lastStatus": "RUNNING", "desiredStatus": "RUNNING", "launchType": "EC2",
    }]));
    let row = &rows[0];
    assert_eq!((row.id.as_ref(), &row.service, &row.private_address), ("0f1e2d3c", &None, &None));
    assert_eq!((row.container_instance.as_ref().map(AsRef::as_ref), row.cpu_units), (Some("9a8b"), None));
}

#[test]
fn clients_see_how_to_ask_for_stopped_tasks() {
    let tool = describe::<ecs_list_tasks>();
    insta::assert_snapshot!(tool.description, @"Lists ECS tasks: state, health, service, and why one stopped.");
    insta::assert_snapshot!(tool.input_schema["properties"]["include_stopped"], @r#"{"type":"boolean","description":"Also those that stopped in the last hour, with why"}"#);
    assert!(tool.hints.read_only && tool.hints.open_world && !tool.hints.destructive);
}
