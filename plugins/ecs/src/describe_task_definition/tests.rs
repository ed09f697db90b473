use tollgate_sdk::{aws::ServiceError, describe as describe_tool};

use super::*;
use crate::selected::selected;

#[test]
fn environment_variables_and_secrets_are_named() {
    let definition: TaskDefinition = selected(
        SELECT,
        &json!({
            "taskDefinition": {
                "taskDefinitionArn": "arn:aws:ecs:eu-west-1:111111111111:task-definition/web:42",
                "family": "web", "revision": 42, "status": "ACTIVE", "cpu": "256", "memory": "512",
                "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"],
                "runtimePlatform": { "cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX" },
                "taskRoleArn": "arn:aws:iam::111111111111:role/web",
                "containerDefinitions": [{
                    "name": "app", "image": "web:1", "essential": true, "cpu": 0,
                    "portMappings": [{ "containerPort": 8080, "hostPort": 8080, "protocol": "tcp" }],
                    "environment": [{ "name": "DB_HOST", "value": "[redacted]" }, { "name": "MODE", "value": "" }],
                    "secrets": [{ "name": "DB_PASSWORD", "valueFrom": "arn:aws:secretsmanager:x" }],
                    "logConfiguration": { "logDriver": "awslogs", "options": { "awslogs-group": "/ecs/web" } },
                }],
                "volumes": [{ "name": "data", "efsVolumeConfiguration": { "fileSystemId": "fs-1" } }],
                "registeredAt": "2026-03-01T00:00:00Z",
            },
            "tags": [{ "key": "team", "value": "web" }],
        }),
    );
    let definition = serde_json::to_value(&definition).expect("JSON");
    let container = &definition["containers"][0];
    assert_eq!((&definition["cpu_units"], &definition["memory_mib"]), (&json!(256), &json!(512)));
    assert_eq!(definition["platform"], json!(["LINUX", "ARM64"]));
    assert_eq!(definition["tags"], json!({ "team": "web" }));
    assert_eq!(container["environment"], json!(["DB_HOST", "MODE"]));
    assert_eq!(container["secrets"], json!([{ "name": "DB_PASSWORD", "from": "arn:aws:secretsmanager:x" }]));
    assert_eq!(container["ports"][0]["container"], json!(8080));
    assert_eq!(container["log"]["options"], json!({ "awslogs-group": "/ecs/web" }));
    assert_eq!(definition["volumes"][0]["efs"]["id"], json!("fs-1"));
}

#[test]
fn only_the_text_says_that_nothing_is_there() {
    let error = |code: &str, message: &str| aws::Error::Service(ServiceError::new(code, message, 400));
    assert!(is_not_there(&error("ClientException", "Unable to describe task definition.")));
    assert!(!is_not_there(&error("ClientException", "The family is invalid.")));
    assert!(!is_not_there(&error("AccessDeniedException", "You may not.")));
    assert!(!is_not_there(&aws::Error::Timeout("Unable to describe task definition.".into())));
}

#[test]
fn clients_see_how_one_is_named() {
    let tool = describe_tool::<ecs_describe_task_definition>();
    insta::assert_snapshot!(tool.description, @"Describes an ECS task definition: containers, ports, roles, logs, names of environment variables and secrets.");
    insta::assert_snapshot!(tool.input_schema["properties"]["task_definition"], @r#"{"type":"string","description":"Family (its latest), family:revision or ARN"}"#);
    assert!(tool.hints.read_only && tool.hints.open_world && !tool.hints.destructive);
}
