//! `ec2_list_instances`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tollgate_sdk::{ListQuery, Row, Table, Tags, ToolError, aws, sweep, tool};

/// Takes of each instance only what a row needs: an answer of 1,000 instances shrinks to a tenth.
const SELECT: &str = "Reservations[].Instances[].{
    id: InstanceId, state: State.Name, type: InstanceType, availability_zone: Placement.AvailabilityZone,
    private_address: PrivateIpAddress, public_address: PublicIpAddress, vpc: VpcId,
    launch_time: LaunchTime, image: ImageId, tags: Tags
}";

/// An instance as `SELECT` leaves it.
#[derive(Deserialize)]
struct Selected {
    id: String,
    state: String,
    r#type: String,
    availability_zone: Option<String>,
    private_address: Option<String>,
    public_address: Option<String>,
    vpc: Option<String>,
    launch_time: Option<String>,
    image: Option<String>,
    tags: Tags,
}

#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Instance {
    id: String,
    /// The tag `Name`.
    name: Option<String>,
    state: String,
    r#type: String,
    availability_zone: Option<String>,
    private_address: Option<String>,
    public_address: Option<String>,
    vpc: Option<String>,
    launch_time: Option<String>,
    image: Option<String>,
    tags: Tags,
}

impl Row for Instance {
    const DEFAULT_FIELDS: &'static [&'static str] =
        &["id", "name", "state", "type", "private_address", "public_address"];
}

impl From<Selected> for Instance {
    fn from(instance: Selected) -> Self {
        Self {
            name: instance.tags.get("Name").map(str::to_owned),
            id: instance.id,
            state: instance.state,
            r#type: instance.r#type,
            availability_zone: instance.availability_zone,
            private_address: instance.private_address,
            public_address: instance.public_address,
            vpc: instance.vpc,
            launch_time: instance.launch_time,
            image: instance.image,
            tags: instance.tags,
        }
    }
}

/// Lists EC2 instances in whatever state they are, across accounts and regions.
#[tool(read_only, open_world, title = "EC2 instances")]
pub(crate) async fn ec2_list_instances(query: ListQuery) -> Result<Table<Instance>, ToolError> {
    sweep(&query, async |target| {
        let instances =
            aws::call::<Vec<Selected>>(&target, "ec2", "DescribeInstances", json!({})).select(SELECT);
        Ok(instances.await?.map_each(Instance::from))
    })
    .await
}
