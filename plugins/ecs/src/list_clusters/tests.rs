use serde_json::json;
use tollgate_sdk::describe;

use super::*;
use crate::{describe::Described, selected::selected};

#[test]
fn clusters_become_rows() {
    let output = json!({
        "clusters": [{
            "clusterArn": "arn:aws:ecs:eu-west-1:111111111111:cluster/web", "clusterName": "web",
            "status": "ACTIVE", "registeredContainerInstancesCount": 2, "runningTasksCount": 7,
            "pendingTasksCount": 1, "activeServicesCount": 3,
            "statistics": [
                { "name": "runningEC2TasksCount", "value": "4" },
                { "name": "runningFargateTasksCount", "value": "3" },
                { "name": "pendingEC2TasksCount", "value": "0" },
            ],
            "tags": [{ "key": "team", "value": "web" }],
            "settings": [{ "name": "containerInsights", "value": "enhanced" }],
            "capacityProviders": ["FARGATE", "FARGATE_SPOT"], "defaultCapacityProviderStrategy": [],
        }, {
            "clusterArn": "arn:aws:ecs:eu-west-1:111111111111:cluster/old", "clusterName": "old",
            "status": "DEPROVISIONING",
        }],
        "failures": [],
    });
    let described: Described<Cluster> = selected(DESCRIBE.select, &output);
    let rows = described.found.expect("clusters");
    assert_eq!(
        serde_json::to_value(&rows[0]).expect("a row is JSON"),
        json!({
            "name": "web", "state": "ACTIVE", "services": 3, "running": 7, "pending": 1,
            "container_instances": 2, "insights": "enhanced", "capacity_providers": ["FARGATE", "FARGATE_SPOT"],
            "statistics": { "runningEC2TasksCount": 4, "runningFargateTasksCount": 3 },
            "arn": "arn:aws:ecs:eu-west-1:111111111111:cluster/web", "tags": { "team": "web" },
        })
    );
    assert_eq!((rows[1].name.as_str(), rows[1].services, &rows[1].insights), ("old", None, &None));
    assert!(rows[1].statistics.is_empty());
}

#[test]
fn clients_see_a_small_tool() {
    let tool = describe::<ecs_list_clusters>();
    insta::assert_snapshot!(tool.description, @"Lists ECS clusters and counts what runs in each.");
    assert!(tool.hints.read_only && tool.hints.open_world && !tool.hints.destructive);
}
