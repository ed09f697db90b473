//! What is told of a database, of what RDS says.

/// Of an instance. `address` and `port` become its `endpoint`.
pub(super) const INSTANCE: &str = "DBInstances[].{
    kind: 'instance', id: DBInstanceIdentifier, arn: DBInstanceArn, resource_id: DbiResourceId,
    engine: Engine, version: EngineVersion, class: DBInstanceClass, state: DBInstanceStatus,
    state_details: StatusInfos[].{type: StatusType, normal: Normal, state: Status, message: Message},
    address: Endpoint.Address, port: Endpoint.Port, database_name: DBName, master_user: MasterUsername,
    master_user_secret: MasterUserSecret.SecretArn, iam_authentication: IAMDatabaseAuthenticationEnabled,
    public: PubliclyAccessible, vpc: DBSubnetGroup.VpcId, subnet_group: DBSubnetGroup.DBSubnetGroupName,
    subnets: DBSubnetGroup.Subnets[].{id: SubnetIdentifier, availability_zone: SubnetAvailabilityZone.Name},
    security_groups: VpcSecurityGroups[].{id: VpcSecurityGroupId, state: Status}, network_type: NetworkType,
    availability_zone: AvailabilityZone, multi_az: MultiAZ,
    secondary_availability_zone: SecondaryAvailabilityZone,
    certificate_authority: CACertificateIdentifier, certificate_ends: CertificateDetails.ValidTill,
    encrypted: StorageEncrypted, kms_key: KmsKeyId, size_gib: AllocatedStorage,
    max_size_gib: MaxAllocatedStorage,
    storage_type: StorageType, iops: Iops, throughput_mib_per_second: StorageThroughput,
    parameter_groups: DBParameterGroups[].{name: DBParameterGroupName, state: ParameterApplyStatus},
    option_groups: OptionGroupMemberships[].{name: OptionGroupName, state: Status},
    backup_retention_days: BackupRetentionPeriod, backup_window: PreferredBackupWindow,
    latest_restorable: LatestRestorableTime, copy_tags_to_snapshots: CopyTagsToSnapshot,
    deletion_protection: DeletionProtection, maintenance_window: PreferredMaintenanceWindow,
    auto_minor_version_upgrade: AutoMinorVersionUpgrade, pending_changes: PendingModifiedValues,
    cluster: DBClusterIdentifier, promotion_tier: PromotionTier,
    replica_of: ReadReplicaSourceDBInstanceIdentifier || ReadReplicaSourceDBClusterIdentifier,
    replicas: ReadReplicaDBInstanceIdentifiers, replica_clusters: ReadReplicaDBClusterIdentifiers,
    roles: AssociatedRoles[].{arn: RoleArn, feature: FeatureName, state: Status},
    log_exports: EnabledCloudwatchLogsExports, monitoring_interval_seconds: MonitoringInterval,
    performance_insights: PerformanceInsightsEnabled, activity_stream: ActivityStreamStatus,
    lifecycle_support: EngineLifecycleSupport, created: InstanceCreateTime,
    automatic_restart: AutomaticRestartTime,
    tags: TagList
}";

/// Of a cluster.
pub(super) const CLUSTER: &str = "DBClusters[].{
    kind: 'cluster', id: DBClusterIdentifier, arn: DBClusterArn, resource_id: DbClusterResourceId,
    engine: Engine, version: EngineVersion, mode: EngineMode, class: DBClusterInstanceClass, state: Status,
    state_details: StatusInfos[].{type: StatusType, normal: Normal, state: Status, message: Message},
    address: Endpoint, port: Port, reader_endpoint: ReaderEndpoint, custom_endpoints: CustomEndpoints,
    members: DBClusterMembers[].{id: DBInstanceIdentifier, writer: IsClusterWriter,
    promotion_tier: PromotionTier,
        parameters: DBClusterParameterGroupStatus},
    database_name: DatabaseName, master_user: MasterUsername,
    master_user_secret: MasterUserSecret.SecretArn,
    iam_authentication: IAMDatabaseAuthenticationEnabled, data_api: HttpEndpointEnabled,
    public: PubliclyAccessible, subnet_group: DBSubnetGroup,
    security_groups: VpcSecurityGroups[].{id: VpcSecurityGroupId, state: Status}, network_type: NetworkType,
    availability_zones: AvailabilityZones, multi_az: MultiAZ,
    certificate_ends: CertificateDetails.ValidTill,
    encrypted: StorageEncrypted, kms_key: KmsKeyId, size_gib: AllocatedStorage,
    storage_type: StorageType, iops: Iops,
    serverless_capacity: ServerlessV2ScalingConfiguration.{min: MinCapacity, max: MaxCapacity,
        pauses_after_seconds: SecondsUntilAutoPause},
    parameter_group: DBClusterParameterGroup,
    option_groups: DBClusterOptionGroupMemberships[].{name: DBClusterOptionGroupName, state: Status},
    backup_retention_days: BackupRetentionPeriod, backup_window: PreferredBackupWindow,
    earliest_restorable: EarliestRestorableTime, latest_restorable: LatestRestorableTime,
    backtrack_seconds: BacktrackWindow, copy_tags_to_snapshots: CopyTagsToSnapshot,
    deletion_protection: DeletionProtection, maintenance_window: PreferredMaintenanceWindow,
    auto_minor_version_upgrade: AutoMinorVersionUpgrade, pending_changes: PendingModifiedValues,
    global_cluster: GlobalClusterIdentifier, replica_of: ReplicationSourceIdentifier,
    replicas: ReadReplicaIdentifiers,
    roles: AssociatedRoles[].{arn: RoleArn, feature: FeatureName, state: Status},
    log_exports: EnabledCloudwatchLogsExports, monitoring_interval_seconds: MonitoringInterval,
    performance_insights: PerformanceInsightsEnabled, activity_stream: ActivityStreamStatus,
    lifecycle_support: EngineLifecycleSupport, created: ClusterCreateTime,
    automatic_restart: AutomaticRestartTime,
    tags: TagList
}";

/// What RDS will do to it by itself.
pub(super) const MAINTENANCE: &str = "PendingMaintenanceActions[].PendingMaintenanceActionDetails[].{
    action: Action, description: Description, opted_in: OptInStatus, applies: CurrentApplyDate,
    applies_in_window_after: AutoAppliedAfterDate, forced: ForcedApplyDate
}";

/// What happened lately: RDS gives the oldest first.
pub(super) const EVENTS: &str = "Events[-20:].{time: Date, message: Message, categories: EventCategories}";
