//! Tollgate tools for ECS.

mod clusters;
mod describe;
mod describe_task_definition;
mod list_clusters;
mod list_services;
mod list_tasks;
mod name;
#[cfg(test)]
mod selected;

use describe_task_definition::ecs_describe_task_definition;
use list_clusters::ecs_list_clusters;
use list_services::ecs_list_services;
use list_tasks::ecs_list_tasks;

tollgate_sdk::export!(tools: [
    ecs_list_clusters,
    ecs_list_services,
    ecs_list_tasks,
    ecs_describe_task_definition,
]);
