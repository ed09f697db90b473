//! EC2: regions from the organisation; instances by id and by the usual filters.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Call, object};
use crate::fixture::Answer;
use crate::problem::Problem;

/// What follows from the organisation.
pub(super) fn answer(call: &Call<'_>) -> Option<Map<String, Value>> {
    if *call.operation.name != *"DescribeRegions" {
        return None;
    }
    let organization = call.world.fixtures.organization();
    let disabled = organization.account(&call.place.account).map(|account| &account.disabled_regions[..]);
    let all = call.input.get("AllRegions").and_then(Value::as_bool).unwrap_or_default();
    let names = call.input.get("RegionNames").and_then(Value::as_array);
    let regions: Vec<Value> = organization
        .regions
        .iter()
        .map(|region| (region, disabled.unwrap_or_default().contains(region)))
        .filter(|(region, disabled)| {
            (all || !disabled) && names.is_none_or(|names| names.iter().any(|name| name == region.as_str()))
        })
        .map(|(region, disabled)| {
            json!({
                "RegionName": region,
                "Endpoint": format!("ec2.{region}.amazonaws.com"),
                "OptInStatus": if disabled { "not-opted-in" } else { "opt-in-not-required" },
            })
        })
        .collect();
    Some(object(json!({ "Regions": regions })))
}

/// `InstanceIds` and `Filters`, and the rules for `MaxResults`.
pub(super) fn describe_instances(input: &Map<String, Value>, answer: Answer) -> Result<Answer, Problem> {
    let ids = texts(input.get("InstanceIds"));
    if let Some(limit) = input.get("MaxResults").and_then(Value::as_i64) {
        if !ids.is_empty() {
            return Err(Problem::service(
                400,
                "InvalidParameterCombination",
                "The parameter instancesSet cannot be used with the parameter maxResults",
            ));
        }
        if !(5..=1000).contains(&limit) {
            let text = format!(
                "Value ( {limit} ) for parameter maxResults is invalid. Expecting a value between 5 and 1000."
            );
            return Err(Problem::service(400, "InvalidParameterValue", text));
        }
    }
    let filters = input.get("Filters").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if ids.is_empty() && filters.is_empty() {
        return Ok(answer);
    }
    let output = match answer {
        Answer::Output(output) => Arc::unwrap_or_clone(output),
        Answer::Items(items) => items.output(),
        error @ Answer::Error(_) => return Ok(error),
    };
    let filters = filters.iter().map(Filter::read).collect::<Result<Vec<_>, _>>()?;
    let mut missing = ids.clone();
    let mut reservations = Vec::new();
    for mut reservation in output.get("Reservations").and_then(Value::as_array).cloned().unwrap_or_default() {
        let Some(Value::Array(instances)) = reservation.get_mut("Instances") else { continue };
        instances.retain(|instance| {
            let id = instance.get("InstanceId").and_then(Value::as_str).unwrap_or_default();
            missing.retain(|missing| *missing != id);
            (ids.is_empty() || ids.contains(&id)) && filters.iter().all(|filter| filter.holds(instance))
        });
        if !instances.is_empty() {
            reservations.push(reservation);
        }
    }
    match missing.first() {
        Some(id) => Err(Problem::service(
            400,
            "InvalidInstanceID.NotFound",
            format!("The instance ID '{id}' does not exist"),
        )),
        None => Ok(Answer::Output(Arc::new(object(json!({ "Reservations": reservations }))))),
    }
}

/// One filter: the values are alternatives.
struct Filter<'a> {
    name: &'a str,
    values: Vec<&'a str>,
}

/// The filters that compare one member of an instance, and where it is.
const MEMBERS: [(&str, &str); 17] = [
    ("architecture", "/Architecture"),
    ("availability-zone", "/Placement/AvailabilityZone"),
    ("hypervisor", "/Hypervisor"),
    ("image-id", "/ImageId"),
    ("instance-id", "/InstanceId"),
    ("instance-lifecycle", "/InstanceLifecycle"),
    ("instance-state-name", "/State/Name"),
    ("instance-type", "/InstanceType"),
    ("ip-address", "/PublicIpAddress"),
    ("key-name", "/KeyName"),
    ("platform-details", "/PlatformDetails"),
    ("private-ip-address", "/PrivateIpAddress"),
    ("root-device-type", "/RootDeviceType"),
    ("subnet-id", "/SubnetId"),
    ("tenancy", "/Placement/Tenancy"),
    ("virtualization-type", "/VirtualizationType"),
    ("vpc-id", "/VpcId"),
];

impl<'a> Filter<'a> {
    fn read(filter: &'a Value) -> Result<Self, Problem> {
        let name = filter.get("Name").and_then(Value::as_str).unwrap_or_default();
        let known = MEMBERS.iter().any(|(known, _)| *known == name);
        if known || name == "tag-key" || name.starts_with("tag:") {
            return Ok(Self { name, values: texts(filter.get("Values")) });
        }
        Err(Problem::Unsupported(format!("the filter '{name}'")))
    }

    fn holds(&self, instance: &Value) -> bool {
        let any = |given: &str| self.values.iter().any(|pattern| wildcard(pattern, given));
        let tags = instance.get("Tags").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut tags =
            tags.iter().filter_map(|tag| Some((tag.get("Key")?.as_str()?, tag.get("Value")?.as_str()?)));
        if self.name == "tag-key" {
            return tags.any(|(key, _)| any(key));
        }
        if let Some(wanted) = self.name.strip_prefix("tag:") {
            return tags.any(|(key, value)| key == wanted && any(value));
        }
        let pointer = MEMBERS.iter().find(|(known, _)| *known == self.name).map(|(_, pointer)| *pointer);
        pointer.and_then(|pointer| instance.pointer(pointer)).and_then(Value::as_str).is_some_and(any)
    }
}

fn texts(list: Option<&Value>) -> Vec<&str> {
    list.and_then(Value::as_array)
        .map(|list| list.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}

/// EC2's wildcards: `*` for any text, `?` for one character.
fn wildcard(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => same(pattern, text),
        Some((head, rest)) => {
            let Some((start, text)) = text.split_at_checked(head.len()) else { return false };
            same(head, start)
                && (0..=text.len())
                    .any(|at| text.split_at_checked(at).is_some_and(|(_, text)| wildcard(rest, text)))
        }
    }
}

fn same(pattern: &str, text: &str) -> bool {
    pattern.chars().count() == text.chars().count()
        && pattern.chars().zip(text.chars()).all(|(pattern, given)| pattern == '?' || pattern == given)
}
