//! `ec2_list_instances`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use tollgate_sdk::{
    ListQuery, Row, Rows, Table, Tags, ToolError,
    aws::{self, Target},
    sweep, tool,
};

use crate::{age, cpu, profile};

#[cfg(test)]
mod tests;

/// Takes of each instance only what a row needs: an answer of 1,000 instances shrinks to a tenth.
const SELECT: &str = "Reservations[].Instances[].{
    id: InstanceId, name: Tags[?Key == 'Name'].Value | [0], state: State.Name, type: InstanceType,
    availability_zone: Placement.AvailabilityZone,
    private_address: PrivateIpAddress, public_address: PublicIpAddress,
    public: (PublicIpAddress || (NetworkInterfaces[].PrivateIpAddresses[].Association.PublicIp | [0])) != `null`,
    vpc: VpcId, subnet: SubnetId, launch_time: LaunchTime, image: ImageId,
    platform: PlatformDetails || Platform, architecture: Architecture,
    instance_profile: IamInstanceProfile.Arn,
    imdsv2: MetadataOptions.HttpTokens && MetadataOptions.HttpTokens == 'required',
    key_name: KeyName, tags: Tags
}";

/// An instance; what EC2 does not tell is filled in by [`Instance::complete`] and from CloudWatch.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Instance {
    id: String,
    /// The tag `Name`.
    name: Option<String>,
    state: String,
    r#type: String,
    availability_zone: Option<String>,
    private_address: Option<String>,
    public_address: Option<String>,
    /// Whether any of its interfaces has a public IPv4 address.
    public: bool,
    vpc: Option<String>,
    subnet: Option<String>,
    launch_time: Option<String>,
    /// Since it was last started.
    age_days: Option<u32>,
    /// The average of 14 days, of a running instance.
    cpu_percent: Option<f64>,
    image: Option<String>,
    platform: Option<String>,
    architecture: Option<String>,
    /// The name of the instance profile, without which it acts for no role.
    #[serde(deserialize_with = "profile::name")]
    instance_profile: Option<String>,
    /// Whether its metadata is given out for a token only.
    imdsv2: Option<bool>,
    key_name: Option<String>,
    tags: Tags,
}

impl Row for Instance {
    const DEFAULT_FIELDS: &'static [&'static str] =
        &["id", "name", "state", "type", "private_address", "public_address"];
}

impl Instance {
    fn complete(mut self, now: OffsetDateTime) -> Self {
        self.age_days = age::days(self.launch_time.as_deref(), now);
        self
    }

    fn is_running(&self) -> bool {
        self.state == "running"
    }
}

/// Lists EC2 instances in any state; tells which are idle (`cpu_percent`, over 14 days), public or old.
#[tool(read_only, open_world, title = "EC2 instances")]
pub(crate) async fn ec2_list_instances(query: ListQuery) -> Result<Table<Instance>, ToolError> {
    let now = OffsetDateTime::now_utc();
    let wants_cpu = query.wants::<Instance>(&["cpu_percent"]);
    sweep(&query, async |target| instances(&target, now, wants_cpu).await).await
}

async fn instances(
    target: &Target,
    now: OffsetDateTime,
    wants_cpu: bool,
) -> Result<Rows<Instance>, aws::Error> {
    let input = json!({});
    let listed = aws::call::<Vec<Instance>>(target, "ec2", "DescribeInstances", input).select(SELECT).await?;
    let mut listed = listed.map_each(|instance| instance.complete(now));
    let mut failures = Vec::new();
    if wants_cpu {
        let running = listed.output.iter().filter(|instance| instance.is_running());
        let running: Vec<&str> = running.map(|instance| instance.id.as_str()).collect();
        let (mut averages, errors) = cpu::averages(target, &running, now).await;
        for instance in &mut listed.output {
            instance.cpu_percent = averages.remove(&instance.id);
        }
        failures = errors;
    }
    let mut rows = Rows::from(listed);
    failures.into_iter().for_each(|error| rows.fail(error));
    Ok(rows)
}
