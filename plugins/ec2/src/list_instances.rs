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

#[cfg(test)]
mod tests {
    use tollgate_sdk::describe;

    use super::*;

    /// What the host makes of an answer of EC2 before it crosses.
    fn selected(output: &serde_json::Value) -> Vec<Instance> {
        let selected =
            jmespath::compile(SELECT).and_then(|select| select.search(output)).expect("the expression fits");
        let selected = serde_json::to_string(&selected).expect("JSON");
        let selected: Vec<Selected> = serde_json::from_str(&selected).expect("what the expression makes");
        selected.into_iter().map(Instance::from).collect()
    }

    #[test]
    fn instances_of_all_reservations_become_rows() {
        let output = json!({ "Reservations": [
            { "Instances": [{
                "InstanceId": "i-1", "State": { "Code": 16, "Name": "running" }, "InstanceType": "m7g.large",
                "Placement": { "AvailabilityZone": "eu-west-1a", "Tenancy": "default" },
                "PrivateIpAddress": "10.0.0.1", "PublicIpAddress": "192.0.2.1", "VpcId": "vpc-1",
                "LaunchTime": "2026-03-01T00:00:00Z", "ImageId": "ami-1",
                "Tags": [{ "Key": "Name", "Value": "web-1" }, { "Key": "team", "Value": "web" }],
            }, {
                "InstanceId": "i-2", "State": { "Name": "terminated" }, "InstanceType": "t4g.nano",
            }] },
            { "Instances": [{ "InstanceId": "i-3", "State": { "Name": "stopped" }, "InstanceType": "t4g.nano" }] },
        ] });
        let rows = selected(&output);
        assert_eq!(
            serde_json::to_value(&rows[0]).expect("a row is JSON"),
            json!({
                "id": "i-1", "name": "web-1", "state": "running", "type": "m7g.large",
                "availability_zone": "eu-west-1a", "private_address": "10.0.0.1", "public_address": "192.0.2.1",
                "vpc": "vpc-1", "launch_time": "2026-03-01T00:00:00Z", "image": "ami-1",
                "tags": { "Name": "web-1", "team": "web" },
            })
        );
        assert_eq!((rows[1].id.as_str(), &rows[1].name, &rows[1].vpc), ("i-2", &None, &None));
        assert_eq!(rows[2].id, "i-3");
    }

    #[test]
    fn clients_see_a_small_tool() {
        let tool = describe::<ec2_list_instances>();
        insta::assert_snapshot!(tool.description, @"Lists EC2 instances in whatever state they are, across accounts and regions.");
        insta::assert_snapshot!(tool.input_schema, @r#"{"type":"object","properties":{"accounts":{"type":"array","items":{"type":"string"},"description":"Names, ids, env:prod, tag:team=payments; default: all"},"regions":{"type":"array","items":{"type":"string"},"description":"Default: as configured; all: every enabled one"},"filter":{"type":"string","description":"JMESPath on a row, e.g. contains(name, 'prod')"},"fields":{"type":"array","items":{"type":"string"},"description":"Default: account, region, id, name, state, type, private_address, public_address; more: account_id, availability_zone, vpc, launch_time, image, tags[.<key>]"},"group_by":{"type":"array","items":{"type":"string"},"description":"Count rows by these columns"},"limit":{"type":"integer","description":"At most so many rows; default: what a short answer holds"},"cursor":{"type":"string","description":"Of an earlier answer: goes on there"}},"additionalProperties":false}"#);
        assert!(tool.hints.read_only && tool.hints.open_world && !tool.hints.destructive);
    }
}
