//! `ec2_list_storage`.

use std::collections::HashSet;

use futures::future::{join, join_all};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use tollgate_sdk::{
    ListQuery, Row, Rows, Table, Tags, ToolError,
    aws::{self, Target},
    sweep, tool,
};

use crate::age;

#[cfg(test)]
mod tests;

const VOLUMES: &str = "Volumes[].{
    kind: 'volume', id: VolumeId, name: Tags[?Key == 'Name'].Value | [0], state: State, type: VolumeType,
    size_gib: Size, encrypted: Encrypted, instance: Attachments[0].InstanceId,
    created: CreateTime, availability_zone: AvailabilityZone, snapshot: SnapshotId, iops: Iops,
    kms_key: KmsKeyId, tags: Tags
}";

const SNAPSHOTS: &str = "Snapshots[].{
    kind: 'snapshot', id: SnapshotId, name: Tags[?Key == 'Name'].Value | [0], state: State,
    type: StorageTier || 'standard', size_gib: VolumeSize, encrypted: Encrypted,
    created: StartTime, volume: VolumeId, kms_key: KmsKeyId, description: Description, tags: Tags
}";

// Without a docstring: it would stand in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Volume,
    Snapshot,
}

/// A volume or snapshot as the expressions leave it; the rest is filled in from other answers.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Storage {
    kind: Kind,
    id: String,
    /// The tag `Name`.
    name: Option<String>,
    /// `available` is a volume that nothing is attached to.
    state: Option<String>,
    /// Of a snapshot, its tier.
    r#type: Option<String>,
    size_gib: Option<u32>,
    encrypted: Option<bool>,
    /// Whether every AWS account can make a volume of the snapshot.
    public: Option<bool>,
    /// The accounts that can make a volume of the snapshot.
    shared_with: Option<Vec<String>>,
    /// Where the volume is attached.
    instance: Option<String>,
    created: Option<String>,
    age_days: Option<u32>,
    availability_zone: Option<String>,
    /// What the snapshot was made of.
    volume: Option<String>,
    /// What the volume was made of.
    snapshot: Option<String>,
    iops: Option<u32>,
    kms_key: Option<String>,
    description: Option<String>,
    tags: Tags,
}

impl Row for Storage {
    const DEFAULT_FIELDS: &'static [&'static str] =
        &["kind", "id", "name", "state", "type", "size_gib", "encrypted", "public", "instance"];
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Default: both
    #[serde(default)]
    kinds: Vec<Kind>,
    #[serde(flatten)]
    query: ListQuery,
}

/// Lists EBS volumes and the account's own snapshots; an unattached volume has the state `available`.
#[tool(read_only, open_world, title = "EBS volumes and snapshots")]
pub(crate) async fn ec2_list_storage(arguments: Arguments) -> Result<Table<Storage>, ToolError> {
    let Arguments { kinds, query } = &arguments;
    let wants = Wants {
        volumes: kinds.is_empty() || kinds.contains(&Kind::Volume),
        snapshots: kinds.is_empty() || kinds.contains(&Kind::Snapshot),
        public: query.wants::<Storage>(&["public"]),
        shared_with: query.wants::<Storage>(&["shared_with"]),
    };
    let now = OffsetDateTime::now_utc();
    sweep(query, async |target| storage(&target, wants, now).await).await
}

/// What a call asks for.
#[derive(Clone, Copy)]
struct Wants {
    volumes: bool,
    snapshots: bool,
    public: bool,
    shared_with: bool,
}

async fn storage(target: &Target, wants: Wants, now: OffsetDateTime) -> Result<Rows<Storage>, aws::Error> {
    let volumes = async {
        let input = json!({ "MaxResults": 500 });
        let listed =
            aws::call::<Vec<Storage>>(target, "ec2", "DescribeVolumes", input).select(VOLUMES).await?;
        Ok(Rows::from(listed.map_each(|volume| volume.aged(now))))
    };
    let snapshots = snapshots(target, wants, now);
    match (wants.volumes, wants.snapshots) {
        (true, false) => volumes.await,
        (false, true) => snapshots.await,
        _ => {
            let (volumes, snapshots) = join(volumes, snapshots).await;
            Rows::merge([volumes, snapshots])
        }
    }
}

/// The snapshots that belong to the account: not those that others have shared with it.
async fn snapshots(target: &Target, wants: Wants, now: OffsetDateTime) -> Result<Rows<Storage>, aws::Error> {
    let input = json!({ "OwnerIds": ["self"], "MaxResults": 1000 });
    let listed = aws::call::<Vec<Storage>>(target, "ec2", "DescribeSnapshots", input).select(SNAPSHOTS);
    let public = async {
        match wants.public {
            true => Some(public(target).await),
            false => None,
        }
    };
    let (listed, public) = join(listed.into_future(), public).await;
    let mut listed = listed?.map_each(|snapshot| snapshot.aged(now));
    let mut failure = None;
    match public {
        Some(Ok(public)) => {
            listed
                .output
                .iter_mut()
                .for_each(|snapshot| snapshot.public = Some(public.contains(&snapshot.id)));
        }
        Some(Err(error)) => failure = Some(error.context("which snapshots are public")),
        None => {}
    }
    let mut untold = Vec::new();
    if wants.shared_with {
        let asked = join_all(listed.output.iter().map(|snapshot| shared_with(target, &snapshot.id))).await;
        for (snapshot, accounts) in listed.output.iter_mut().zip(asked) {
            match accounts {
                Ok(accounts) => snapshot.shared_with = Some(accounts),
                Err(error) => untold.push((snapshot.id.clone(), error)),
            }
        }
    }
    let mut rows = Rows::from(listed);
    failure.into_iter().for_each(|error| rows.fail(error));
    rows.fail_each("sharing of", untold);
    Ok(rows)
}

/// The ids of the account's snapshots that every AWS account can use.
async fn public(target: &Target) -> Result<HashSet<String>, aws::Error> {
    let input = json!({ "OwnerIds": ["self"], "RestorableByUserIds": ["all"], "MaxResults": 1000 });
    let ids =
        aws::call::<Vec<String>>(target, "ec2", "DescribeSnapshots", input).select("Snapshots[].SnapshotId");
    Ok(ids.await?.whole()?.into_iter().collect())
}

async fn shared_with(target: &Target, snapshot: &str) -> Result<Vec<String>, aws::Error> {
    let input = json!({ "SnapshotId": snapshot, "Attribute": "createVolumePermission" });
    let accounts = aws::call::<Vec<String>>(target, "ec2", "DescribeSnapshotAttribute", input)
        .select("CreateVolumePermissions[].UserId");
    accounts.await?.whole()
}

impl Storage {
    fn aged(mut self, now: OffsetDateTime) -> Self {
        self.age_days = age::days(self.created.as_deref(), now);
        self
    }
}
