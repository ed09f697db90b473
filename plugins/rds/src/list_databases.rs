//! `rds_list_databases`.

use futures::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tollgate_sdk::{ListQuery, Row, Rows, Table, Tags, ToolError, aws, sweep, tool};

use crate::{database, kind::Kind};

#[cfg(test)]
mod tests;

const INSTANCES: &str = "DBInstances[].{
    kind: 'instance', id: DBInstanceIdentifier, engine: Engine, version: EngineVersion,
    class: DBInstanceClass,
    state: DBInstanceStatus, address: Endpoint.Address, port: Endpoint.Port, public: PubliclyAccessible,
    encrypted: StorageEncrypted, multi_az: MultiAZ, size_gib: AllocatedStorage, storage_type: StorageType,
    cluster: DBClusterIdentifier, availability_zone: AvailabilityZone, vpc: DBSubnetGroup.VpcId,
    backup_retention_days: BackupRetentionPeriod, deletion_protection: DeletionProtection,
    created: InstanceCreateTime, arn: DBInstanceArn, tags: TagList
}";

const CLUSTERS: &str = "DBClusters[].{
    kind: 'cluster', id: DBClusterIdentifier, engine: Engine, version: EngineVersion,
    class: DBClusterInstanceClass,
    state: Status, address: Endpoint, port: Port, public: PubliclyAccessible,
    encrypted: StorageEncrypted, multi_az: MultiAZ, size_gib: AllocatedStorage, storage_type: StorageType,
    backup_retention_days: BackupRetentionPeriod, deletion_protection: DeletionProtection,
    created: ClusterCreateTime, arn: DBClusterArn, tags: TagList
}";

/// A database as `INSTANCES` and `CLUSTERS` leave it.
#[derive(Deserialize)]
struct Selected {
    address: Option<String>,
    port: Option<u16>,
    #[serde(flatten)]
    database: Database,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Database {
    kind: Kind,
    id: String,
    engine: String,
    version: Option<String>,
    class: Option<String>,
    state: Option<String>,
    /// `host:port`; of a cluster, where it is written.
    #[serde(skip_deserializing)]
    endpoint: Option<String>,
    /// Whether it has an address outside of its VPC. RDS does not say so of Aurora's clusters, whose
    /// instances have addresses of their own.
    public: Option<bool>,
    encrypted: Option<bool>,
    multi_az: Option<bool>,
    size_gib: Option<u32>,
    storage_type: Option<String>,
    /// The cluster that an instance belongs to.
    cluster: Option<String>,
    availability_zone: Option<String>,
    vpc: Option<String>,
    backup_retention_days: Option<u32>,
    deletion_protection: Option<bool>,
    created: Option<String>,
    arn: Option<String>,
    tags: Tags,
}

impl Row for Database {
    const DEFAULT_FIELDS: &'static [&'static str] = &["kind", "id", "engine", "version", "class", "state"];
}

impl From<Selected> for Database {
    fn from(Selected { address, port, database }: Selected) -> Self {
        Self {
            endpoint: database::endpoint(address, port),
            size_gib: database::allocated(&database.engine, database.size_gib),
            ..database
        }
    }
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Default: both
    #[serde(default)]
    kinds: Vec<Kind>,
    #[serde(flatten)]
    query: ListQuery,
}

/// Lists databases of RDS: instances and clusters, also those of Aurora, Neptune and DocumentDB (see
/// `engine`). One that runs has the state `available`.
#[tool(read_only, open_world, title = "RDS databases")]
pub(crate) async fn rds_list_databases(arguments: Arguments) -> Result<Table<Database>, ToolError> {
    let Arguments { kinds, query } = &arguments;
    sweep(query, async |target| {
        Rows::merge(join_all(Kind::wanted(kinds).map(|kind| databases(&target, kind))).await)
    })
    .await
}

/// All databases of a kind.
async fn databases(target: &aws::Target, kind: Kind) -> Result<Rows<Database>, aws::Error> {
    let (operation, select) = match kind {
        Kind::Instance => ("DescribeDBInstances", INSTANCES),
        Kind::Cluster => ("DescribeDBClusters", CLUSTERS),
    };
    let found = aws::call::<Vec<Selected>>(target, "rds", operation, json!({})).select(select).await?;
    Ok(found.map_each(Database::from).into())
}
