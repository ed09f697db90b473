//! What is told of a function, of what Lambda says.

/// The configuration. Of the environment the host leaves the names.
pub(super) const CONFIGURATION: &str = "{
    name: FunctionName, arn: FunctionArn, version: Version, description: Description, runtime: Runtime,
    last_modified: LastModified, handler: Handler, package_type: PackageType,
    architecture: Architectures[0],
    memory_mib: MemorySize, timeout_seconds: Timeout, ephemeral_storage_mib: EphemeralStorage.Size,
    code_bytes: CodeSize, code_sha256: CodeSha256, image: ImageConfigResponse.ImageConfig,
    state: State, state_reason: StateReason, update_state: LastUpdateStatus,
    update_reason: LastUpdateStatusReason,
    runtime_version: RuntimeVersionConfig.RuntimeVersionArn, role: Role,
    vpc: VpcConfig.VpcId, subnets: VpcConfig.SubnetIds, security_groups: VpcConfig.SecurityGroupIds,
    environment: Environment.Variables, environment_error: Environment.Error.Message, kms_key: KMSKeyArn,
    layers: Layers[].{arn: Arn, bytes: CodeSize}, file_systems: FileSystemConfigs[].{arn: Arn,
    path: LocalMountPath},
    dead_letter: DeadLetterConfig.TargetArn, tracing: TracingConfig.Mode, log_group: LoggingConfig.LogGroup,
    log_format: LoggingConfig.LogFormat, snap_start: SnapStart.ApplyOn, edge_master: MasterArn,
    signing_profile: SigningProfileVersionArn
}";

pub(super) const ALIASES: &str = "Aliases[].{
    name: Name, version: FunctionVersion, description: Description,
    weights: RoutingConfig.AdditionalVersionWeights
}";

/// The published versions.
pub(super) const VERSIONS: &str = "Versions[?Version != '$LATEST'].{
    version: Version, runtime: Runtime, last_modified: LastModified, description: Description
}";

pub(super) const EVENT_SOURCES: &str = "EventSourceMappings[].{
    id: UUID, source: EventSourceArn, queues: Queues, topics: Topics, function: FunctionArn, state: State,
    state_reason: StateTransitionReason, last_result: LastProcessingResult, batch_size: BatchSize,
    filters: FilterCriteria.Filters[].Pattern, on_failure: DestinationConfig.OnFailure.Destination
}";

pub(super) const PROVISIONED_CONCURRENCY: &str = "ProvisionedConcurrencyConfigs[].{
    function: FunctionArn, requested: RequestedProvisionedConcurrentExecutions,
    available: AvailableProvisionedConcurrentExecutions, state: Status, state_reason: StatusReason
}";

/// How it is called without waiting for an answer.
pub(super) const ASYNCHRONOUS: &str = "FunctionEventInvokeConfigs[].{
    function: FunctionArn, retries: MaximumRetryAttempts, max_age_seconds: MaximumEventAgeInSeconds,
    on_success: DestinationConfig.OnSuccess.Destination, on_failure: DestinationConfig.OnFailure.Destination
}";
