//! `rds_list_snapshots`.

use futures::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tollgate_sdk::{
    ListQuery, Row, Rows, Table, Tags, ToolError,
    aws::{self, Target},
    sweep, tool,
};

use crate::{database, kind::Kind};

#[cfg(test)]
mod tests;

const OF_INSTANCES: &str = "DBSnapshots[].{
    kind: 'instance', id: DBSnapshotIdentifier, database: DBInstanceIdentifier, type: SnapshotType,
    state: Status,
    engine: Engine, version: EngineVersion, created: SnapshotCreateTime, size_gib: AllocatedStorage,
    encrypted: Encrypted, vpc: VpcId, arn: DBSnapshotArn, tags: TagList
}";

const OF_CLUSTERS: &str = "DBClusterSnapshots[].{
    kind: 'cluster', id: DBClusterSnapshotIdentifier, database: DBClusterIdentifier, type: SnapshotType,
    state: Status,
    engine: Engine, version: EngineVersion, created: SnapshotCreateTime, size_gib: AllocatedStorage,
    encrypted: StorageEncrypted, vpc: VpcId, arn: DBClusterSnapshotArn, tags: TagList
}";

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Snapshot {
    /// What it is a snapshot of.
    kind: Kind,
    id: String,
    /// The id of that instance or cluster, which may be gone.
    database: String,
    /// `automated`, `manual` or `awsbackup`.
    r#type: Option<String>,
    state: Option<String>,
    engine: Option<String>,
    version: Option<String>,
    created: Option<String>,
    #[serde(skip_deserializing)]
    age_days: Option<i64>,
    size_gib: Option<u32>,
    encrypted: Option<bool>,
    /// Whether every AWS account may restore it.
    #[serde(skip_deserializing)]
    public: Option<bool>,
    /// The accounts that may restore it.
    #[serde(skip_deserializing)]
    shared_with: Option<Vec<String>>,
    vpc: Option<String>,
    arn: Option<String>,
    tags: Tags,
}

impl Row for Snapshot {
    const DEFAULT_FIELDS: &'static [&'static str] =
        &["kind", "id", "database", "type", "state", "age_days", "size_gib", "encrypted"];
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Of what; default: both
    #[serde(default)]
    kinds: Vec<Kind>,
    #[serde(flatten)]
    query: ListQuery,
}

/// Lists the accounts' own RDS snapshots, of instances and clusters: `type` is automated or manual.
/// `public` and `shared_with` tell who else may restore them.
#[tool(read_only, open_world, title = "RDS snapshots")]
pub(crate) async fn rds_list_snapshots(arguments: Arguments) -> Result<Table<Snapshot>, ToolError> {
    let Arguments { kinds, query } = &arguments;
    let exposure = query.wants::<Snapshot>(&["public", "shared_with"]);
    sweep(query, async |target| {
        let listed = Kind::wanted(kinds).map(|kind| snapshots(&target, kind, exposure));
        Rows::merge(join_all(listed).await)
    })
    .await
}

/// All snapshots of a kind, and where it is wanted, who may restore them.
async fn snapshots(target: &Target, kind: Kind, exposure: bool) -> Result<Rows<Snapshot>, aws::Error> {
    let (operation, select) = match kind {
        Kind::Instance => ("DescribeDBSnapshots", OF_INSTANCES),
        Kind::Cluster => ("DescribeDBClusterSnapshots", OF_CLUSTERS),
    };
    let listed = aws::call::<Vec<Snapshot>>(target, "rds", operation, json!({})).select(select).await?;
    let now = OffsetDateTime::now_utc();
    let mut rows = Rows::default();
    if listed.truncated {
        rows.truncate();
    }
    let with_exposure = listed.output.into_iter().map(async |mut snapshot| {
        snapshot.size_gib =
            database::allocated(snapshot.engine.as_deref().unwrap_or_default(), snapshot.size_gib);
        snapshot.age_days = snapshot.created.as_deref().and_then(|created| age_days(created, now));
        let failure = if exposure { expose(&mut snapshot, target).await.err() } else { None };
        (snapshot, failure)
    });
    let mut failures = Vec::new();
    for (snapshot, failure) in join_all(with_exposure).await {
        failures.extend(failure.map(|error| (snapshot.id.clone(), error)));
        rows.push(snapshot);
    }
    rows.fail_each("exposure of snapshot", failures);
    Ok(rows)
}

/// Finds out who may restore a snapshot. Only manual ones can be shared; automated ones are nobody else's.
async fn expose(snapshot: &mut Snapshot, target: &Target) -> Result<(), aws::Error> {
    let restorers = match snapshot.r#type.as_deref() {
        Some("manual") => {
            let (operation, member, select) = match snapshot.kind {
                Kind::Instance => {
                    ("DescribeDBSnapshotAttributes", "DBSnapshotIdentifier", RESTORERS_OF_INSTANCE)
                }
                Kind::Cluster => (
                    "DescribeDBClusterSnapshotAttributes",
                    "DBClusterSnapshotIdentifier",
                    RESTORERS_OF_CLUSTER,
                ),
            };
            let input = json!({ member: snapshot.id });
            aws::call::<Vec<String>>(target, "rds", operation, input).select(select).await?.whole()?
        }
        Some("automated") => Vec::new(),
        _ => return Ok(()),
    };
    let (public, shared_with) = exposure(restorers);
    snapshot.public = Some(public);
    snapshot.shared_with = Some(shared_with);
    Ok(())
}

const RESTORERS_OF_INSTANCE: &str =
    "DBSnapshotAttributesResult.DBSnapshotAttributes[?AttributeName == 'restore']
    .AttributeValues[]";

const RESTORERS_OF_CLUSTER: &str = "DBClusterSnapshotAttributesResult
    .DBClusterSnapshotAttributes[?AttributeName == 'restore'].AttributeValues[]";

/// Whether everybody may restore, and which accounts are named besides.
fn exposure(mut restorers: Vec<String>) -> (bool, Vec<String>) {
    let named = restorers.len();
    restorers.retain(|account| account != "all");
    (restorers.len() < named, restorers)
}

/// Whole days since a timestamp of AWS.
fn age_days(created: &str, now: OffsetDateTime) -> Option<i64> {
    let created = OffsetDateTime::parse(created, &Rfc3339).ok()?;
    Some((now - created).whole_days())
}
