//! `ec2_describe_instance`.

use futures::future::{join_all, join4};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use tollgate_sdk::{
    Arn, Details, Rows, Scope, Tags, ToolError,
    aws::{self, Target},
    find, tool,
};

mod select;
#[cfg(test)]
mod tests;

use crate::{
    age, cpu,
    exposure::{Exposure, Rule},
    profile,
};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Id, ARN or tag Name
    instance: String,
    #[serde(flatten)]
    scope: Scope,
}

/// Describes an EC2 instance: volumes, network interfaces, security groups with open ports, status checks,
/// average CPU, last state change.
#[tool(read_only, open_world, title = "EC2 instance")]
pub(crate) async fn ec2_describe_instance(arguments: Arguments) -> Result<Details, ToolError> {
    let Arguments { instance, scope } = &arguments;
    let (wanted, scope) = match instance.starts_with("arn:") {
        true => {
            let (id, arn) = from_arn(instance)?;
            (Wanted::Id(id), scope.at(&arn))
        }
        false => (Wanted::of(instance), scope.clone()),
    };
    let now = OffsetDateTime::now_utc();
    find(&scope, format_args!("instance {instance}"), async |target| instances(&target, &wanted, now).await)
        .await
}

/// What names the instance.
#[derive(Debug, PartialEq)]
enum Wanted {
    Id(String),
    Name(String),
}

impl Wanted {
    /// An id has 8 or 17 hexadecimal digits; anything else is a name.
    fn of(text: &str) -> Self {
        let is_hex = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        match text.strip_prefix("i-") {
            Some(digits) if matches!(digits.len(), 8 | 17) && is_hex(digits) => Self::Id(text.to_owned()),
            _ => Self::Name(text.to_owned()),
        }
    }

    fn input(&self) -> Value {
        match self {
            Self::Id(id) => json!({ "InstanceIds": [id] }),
            Self::Name(name) => json!({ "Filters": [{ "Name": "tag:Name", "Values": [literal(name)] }] }),
        }
    }
}

/// A value of a filter that stands for itself: in filters of EC2, `*` and `?` stand for other text.
fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '*' | '?' | '\\') {
            literal.push('\\');
        }
        literal.push(character);
    }
    literal
}

fn from_arn(text: &str) -> Result<(String, Arn), ToolError> {
    let arn = Arn::parse(text).filter(|arn| arn.service == "ec2");
    let named = arn.and_then(|arn| Some((arn.resource.strip_prefix("instance/")?.to_owned(), arn)));
    named.ok_or_else(|| {
        let expected = format!("expected an id, a name or arn:aws:ec2:…:instance/…, got {text}");
        ToolError::invalid_argument("instance", expected)
    })
}

/// An instance as the expression leaves it: what is looked up by, and the rest as it is told.
#[derive(Debug, Deserialize, Serialize)]
struct Instance {
    id: String,
    state: String,
    launch_time: Option<String>,
    #[serde(skip_deserializing)]
    age_days: Option<u32>,
    #[serde(skip_deserializing)]
    cpu_percent: Option<f64>,
    #[serde(deserialize_with = "profile::name")]
    instance_profile: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
    tags: Tags,
    #[serde(skip_deserializing)]
    status: Option<Value>,
    #[serde(skip_deserializing)]
    volumes: Vec<Value>,
    #[serde(skip_serializing)]
    groups: Option<Vec<String>>,
    #[serde(skip_deserializing)]
    security_groups: Vec<SecurityGroup>,
}

/// A security group, and what it lets the internet reach.
#[derive(Debug, Deserialize, Serialize)]
struct SecurityGroup {
    id: String,
    name: Option<String>,
    #[serde(skip_serializing)]
    rules: Option<Vec<Rule>>,
    #[serde(skip_deserializing)]
    open_ports: Vec<String>,
}

async fn instances(
    target: &Target,
    wanted: &Wanted,
    now: OffsetDateTime,
) -> Result<Rows<Instance>, aws::Error> {
    let found = aws::call::<Vec<Instance>>(target, "ec2", "DescribeInstances", wanted.input())
        .select(select::INSTANCES)
        .await?;
    let described = join_all(found.output.into_iter().map(|instance| described(target, instance, now))).await;
    let mut instances = Rows::merge(described.into_iter().map(Ok::<_, aws::Error>))?;
    if found.truncated {
        instances.truncate();
    }
    Ok(instances)
}

/// The instance with what other operations say of it.
async fn described(target: &Target, mut instance: Instance, now: OffsetDateTime) -> Rows<Instance> {
    let id = instance.id.clone();
    let cpu = async {
        match instance.state.as_str() {
            "running" => cpu::averages(target, &[&id], now).await,
            _ => Default::default(),
        }
    };
    let mut groups = instance.groups.take().unwrap_or_default();
    groups.sort();
    groups.dedup();
    let (status, volumes, groups, (mut cpu, mut failures)) =
        join4(status(target, &id), volumes(target, &id), security_groups(target, &groups), cpu).await;
    instance.age_days = age::days(instance.launch_time.as_deref(), now);
    instance.cpu_percent = cpu.remove(&id);
    match status {
        Ok(status) => instance.status = status,
        Err(error) => failures.push(error.context("status")),
    }
    match volumes {
        Ok(volumes) => instance.volumes = volumes,
        Err(error) => failures.push(error.context("volumes")),
    }
    match groups {
        Ok(groups) => instance.security_groups = groups,
        Err(error) => failures.push(error.context("security_groups")),
    }
    let mut rows = Rows::from(vec![instance]);
    failures.into_iter().for_each(|error| rows.fail(error.context(&id)));
    rows
}

/// The status checks, and what AWS has planned.
async fn status(target: &Target, id: &str) -> Result<Option<Value>, aws::Error> {
    let input = json!({ "InstanceIds": [id], "IncludeAllInstances": true });
    let status = aws::call(target, "ec2", "DescribeInstanceStatus", input).select(select::STATUS);
    status.await?.whole()
}

async fn volumes(target: &Target, id: &str) -> Result<Vec<Value>, aws::Error> {
    let input = json!({ "Filters": [{ "Name": "attachment.instance-id", "Values": [id] }] });
    let volumes = aws::call(target, "ec2", "DescribeVolumes", input).select(select::VOLUMES);
    volumes.await?.whole()
}

async fn security_groups(target: &Target, ids: &[String]) -> Result<Vec<SecurityGroup>, aws::Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let input = json!({ "GroupIds": ids });
    let groups = aws::call::<Vec<SecurityGroup>>(target, "ec2", "DescribeSecurityGroups", input);
    let mut groups = groups.select(select::security_groups()).await?.whole()?;
    for group in &mut groups {
        group.open_ports = Exposure::of(group.rules.as_deref().unwrap_or_default()).words();
    }
    Ok(groups)
}
