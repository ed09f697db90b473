//! `ecs_describe_task_definition`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tollgate_sdk::{
    Arn, Details, Scope, Tags, ToolError,
    aws::{self, Target},
    find, tool,
};

#[cfg(test)]
mod tests;

/// Of environment variables the names: the host redacts the values anyhow.
const SELECT: &str = "merge({tags: tags}, taskDefinition.{
    family: family, revision: revision, state: status, created: registeredAt, created_by: registeredBy,
    cpu_units: to_number(cpu), memory_mib: to_number(memory), network_mode: networkMode,
    compatibilities: requiresCompatibilities, platform: runtimePlatform.[operatingSystemFamily, cpuArchitecture],
    task_role: taskRoleArn, execution_role: executionRoleArn, pid_mode: pidMode, ipc_mode: ipcMode,
    ephemeral_storage_gib: ephemeralStorage.sizeInGiB,
    containers: containerDefinitions[].{
        name: name, image: image, essential: essential,
        cpu_units: cpu, memory_mib: memory, memory_reservation_mib: memoryReservation,
        ports: portMappings[].{container: containerPort, host: hostPort, protocol: protocol, name: name},
        entry_point: entryPoint, command: command, user: user,
        privileged: privileged, read_only_root: readonlyRootFilesystem,
        added_capabilities: linuxParameters.capabilities.add,
        environment: environment[].name, environment_files: environmentFiles[].value,
        secrets: secrets[].{name: name, from: valueFrom},
        repository_credentials: repositoryCredentials.credentialsParameter,
        log: logConfiguration.{
            driver: logDriver, options: options, secrets: secretOptions[].{name: name, from: valueFrom}
        },
        health_check: healthCheck.command, depends_on: dependsOn[].{name: containerName, until: condition},
        mounts: mountPoints[].{volume: sourceVolume, path: containerPath, read_only: readOnly}
    },
    volumes: volumes[].{
        name: name, host_path: host.sourcePath, at_launch: configuredAtLaunch, driver: dockerVolumeConfiguration.driver,
        efs: efsVolumeConfiguration.{
            id: fileSystemId, root: rootDirectory, transit_encryption: transitEncryption,
            access_point: authorizationConfig.accessPointId, iam: authorizationConfig.iam
        },
        fsx: fsxWindowsFileServerVolumeConfiguration.{id: fileSystemId, root: rootDirectory}
    },
    placement: placementConstraints[].expression, arn: taskDefinitionArn
})";

#[derive(Deserialize, Serialize)]
struct TaskDefinition {
    tags: Tags,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Family (its latest), family:revision or ARN
    task_definition: String,
    #[serde(flatten)]
    scope: Scope,
}

/// Describes an ECS task definition: containers, ports, roles, logs, names of environment variables and
/// secrets.
#[tool(read_only, open_world, title = "ECS task definition")]
pub(crate) async fn ecs_describe_task_definition(arguments: Arguments) -> Result<Details, ToolError> {
    let Arguments { task_definition, scope } = &arguments;
    let what = format_args!("task definition {task_definition}");
    let scope = Arn::parse(task_definition).map_or_else(|| scope.clone(), |arn| scope.at(&arn));
    find(&scope, what, async |target| describe(&target, task_definition).await).await
}

async fn describe(target: &Target, name: &str) -> Result<Option<TaskDefinition>, aws::Error> {
    let input = json!({ "taskDefinition": name, "include": ["TAGS"] });
    match aws::call(target, "ecs", "DescribeTaskDefinition", input).select(SELECT).await {
        Ok(response) => Ok(Some(response.output)),
        Err(error) if is_not_there(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// ECS has no error code for a task definition that is not there: only this text of a general one.
fn is_not_there(error: &aws::Error) -> bool {
    matches!(error, aws::Error::Service(error)
        if error.code == "ClientException" && error.message.starts_with("Unable to describe task definition"))
}
