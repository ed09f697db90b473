use serde_json::{Value, json};
use tollgate_sdk::describe;

use super::*;
use crate::{describe::Described, selected::selected};

fn rows(services: Value) -> Vec<Service> {
    let described: Described<Service> =
        selected(DESCRIBE.select, &json!({ "services": services, "failures": [] }));
    described.found.expect("services")
}

fn counts(desired: u32, running: u32) -> Value {
    json!({
        "serviceName": "web", "clusterArn": "arn:aws:ecs:eu-west-1:111111111111:cluster/main",
        "serviceArn": "arn:aws:ecs:eu-west-1:111111111111:service/main/web", "status": "ACTIVE",
        "desiredCount": desired, "runningCount": running, "pendingCount": 0,
    })
}

#[test]
fn a_service_becomes_a_row() {
    let mut service = counts(4, 2);
    let more = json!({
        "launchType": "FARGATE", "schedulingStrategy": "REPLICA", "enableExecuteCommand": true,
        "taskDefinition": "arn:aws:ecs:eu-west-1:111111111111:task-definition/web:42",
        "deployments": [
            { "id": "ecs-svc/2", "status": "PRIMARY", "failedTasks": 3, "rolloutState": "IN_PROGRESS",
              "rolloutStateReason": "ECS deployment ecs-svc/2 in progress." },
            { "id": "ecs-svc/1", "status": "ACTIVE", "failedTasks": 0, "rolloutState": "COMPLETED" },
        ],
        "events": [
            { "id": "2", "message": "(service web) is unable to place a task." },
            { "id": "1", "message": "(service web) has reached a steady state." },
        ],
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"], "assignPublicIp": "ENABLED" } },
        "createdAt": "2026-03-01T00:00:00Z", "tags": [{ "key": "team", "value": "web" }],
    });
    service.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    assert_eq!(
        serde_json::to_value(&rows(json!([service]))[0]).expect("a row is JSON"),
        json!({
            "name": "web", "cluster": "main", "state": "ACTIVE", "desired": 4, "running": 2, "pending": 0,
            "below_desired": true, "launch_type": "FARGATE", "capacity_providers": null,
            "scheduling": "REPLICA", "task_definition": "web:42", "rollout": "IN_PROGRESS",
            "rollout_reason": "ECS deployment ecs-svc/2 in progress.", "failed_tasks": 3, "deployments": 2,
            "last_event": "(service web) is unable to place a task.", "public": true, "exec": true,
            "created": "2026-03-01T00:00:00Z",
            "arn": "arn:aws:ecs:eu-west-1:111111111111:service/main/web", "tags": { "team": "web" },
        })
    );
}

#[test]
fn a_service_is_below_its_desired_count_where_fewer_tasks_run() {
    for (desired, running, below) in [(2, 1, true), (1, 0, true), (2, 2, false), (2, 3, false), (0, 0, false)]
    {
        assert_eq!(rows(json!([counts(desired, running)]))[0].below_desired, below, "{running} of {desired}");
    }
}

#[test]
fn a_service_of_another_controller_has_no_deployment() {
    let mut service = counts(1, 1);
    service["capacityProviderStrategy"] = json!([{ "capacityProvider": "FARGATE_SPOT", "weight": 1 }]);
    let row = &rows(json!([service]))[0];
    assert_eq!((row.deployments, &row.rollout, &row.failed_tasks, row.public), (0, &None, &None, None));
    assert_eq!(row.capacity_providers.as_deref(), Some(&["FARGATE_SPOT".to_owned()][..]));
}

#[test]
fn clients_see_which_clusters_can_be_named() {
    let tool = describe::<ecs_list_services>();
    insta::assert_snapshot!(tool.description, @"Lists ECS services: how many tasks each should run and does, and how its deployment goes.");
    insta::assert_snapshot!(tool.input_schema["properties"]["clusters"], @r#"{"type":"array","items":{"type":"string"},"description":"Names or ARNs; default: all"}"#);
    assert!(tool.hints.read_only && tool.hints.open_world && !tool.hints.destructive);
}
