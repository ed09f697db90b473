//! EC2: regions from the organisation, things by id and by the usual filters, and what follows from other fixtures.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Call, object};
use crate::fixture::Answer;
use crate::problem::Problem;

mod filter;

use filter::{Filter, texts};

/// What follows from the organisation and from other fixtures.
pub(super) fn answer(call: &Call<'_>) -> Option<Map<String, Value>> {
    match &*call.operation.name {
        "DescribeInstanceStatus" => Some(instance_status(call)),
        "DescribeRegions" => Some(regions(call)),
        _ => None,
    }
}

fn regions(call: &Call<'_>) -> Map<String, Value> {
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
    object(json!({ "Regions": regions }))
}

/// All is well with the instances that run; the others are listed only where they are asked for.
fn instance_status(call: &Call<'_>) -> Map<String, Value> {
    let all = call.input.get("IncludeAllInstances").and_then(Value::as_bool).unwrap_or_default();
    let answer = call.answer_of("DescribeInstances", &Map::new());
    let reservations = match &answer {
        Some(Answer::Output(output)) => list(output, "Reservations"),
        _ => &[],
    };
    let instances =
        reservations.iter().filter_map(|reservation| reservation.get("Instances")?.as_array()).flatten();
    let status = instances.filter_map(|instance| {
        let state = instance.pointer("/State/Name")?.as_str()?;
        let status = if state == "running" { "ok" } else { "not-applicable" };
        (all || state == "running").then(|| {
            json!({
                "InstanceId": instance.get("InstanceId"),
                "AvailabilityZone": instance.pointer("/Placement/AvailabilityZone"),
                "InstanceState": instance.get("State"),
                "InstanceStatus": { "Status": status, "Details": [] },
                "SystemStatus": { "Status": status, "Details": [] },
                "AttachedEbsStatus": { "Status": status, "Details": [] },
            })
        })
    });
    object(json!({ "InstanceStatuses": status.collect::<Vec<_>>() }))
}

/// An operation that lists things, all or some: by their ids, or by filters.
struct Listing {
    operation: &'static str,
    /// The list of the output; with a second name, a list in each element of the first.
    lists: &'static [&'static str],
    /// What names a thing.
    id: &'static str,
    /// Where the input names some.
    ids: &'static str,
    /// The code of the error for one that is not there.
    missing: &'static str,
    /// The filters that compare one member, and where it is.
    filters: &'static [(&'static str, &'static str)],
}

const LISTINGS: [Listing; 5] = [
    Listing {
        operation: "DescribeInstances",
        lists: &["Reservations", "Instances"],
        id: "InstanceId",
        ids: "InstanceIds",
        missing: "InvalidInstanceID.NotFound",
        filters: &[
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
        ],
    },
    Listing {
        operation: "DescribeInstanceStatus",
        lists: &["InstanceStatuses"],
        id: "InstanceId",
        ids: "InstanceIds",
        missing: "InvalidInstanceID.NotFound",
        filters: &[("instance-state-name", "/InstanceState/Name")],
    },
    Listing {
        operation: "DescribeSecurityGroups",
        lists: &["SecurityGroups"],
        id: "GroupId",
        ids: "GroupIds",
        missing: "InvalidGroup.NotFound",
        filters: &[("group-id", "/GroupId"), ("group-name", "/GroupName"), ("vpc-id", "/VpcId")],
    },
    Listing {
        operation: "DescribeSnapshots",
        lists: &["Snapshots"],
        id: "SnapshotId",
        ids: "SnapshotIds",
        missing: "InvalidSnapshot.NotFound",
        filters: &[("encrypted", "/Encrypted"), ("status", "/State"), ("volume-id", "/VolumeId")],
    },
    Listing {
        operation: "DescribeVolumes",
        lists: &["Volumes"],
        id: "VolumeId",
        ids: "VolumeIds",
        missing: "InvalidVolume.NotFound",
        filters: &[
            ("attachment.instance-id", "/Attachments/0/InstanceId"),
            ("status", "/State"),
            ("volume-type", "/VolumeType"),
        ],
    },
];

/// What is left of an output by the words of the input.
pub(super) fn pick(call: &Call<'_>, answer: Answer) -> Result<Answer, Problem> {
    let Some(listing) = LISTINGS.iter().find(|listing| *listing.operation == *call.operation.name) else {
        return Ok(answer);
    };
    let ids = texts(call.input.get(listing.ids));
    if listing.operation == "DescribeInstances" {
        check_limit(call.input, &ids)?;
    }
    let filters = call.input.get("Filters").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let restorable_by = texts(call.input.get("RestorableByUserIds"));
    if ids.is_empty() && filters.is_empty() && restorable_by.is_empty() {
        return Ok(answer);
    }
    let mut output = match answer {
        Answer::Output(output) => Arc::unwrap_or_clone(output),
        Answer::Items(items) => items.output(),
        error @ Answer::Error(_) => return Ok(error),
    };
    let filters =
        filters.iter().map(|filter| Filter::read(filter, listing.filters)).collect::<Result<Vec<_>, _>>()?;
    let mut missing = ids.clone();
    retain(&mut output, listing.lists, &mut |thing| {
        let id = thing.get(listing.id).and_then(Value::as_str).unwrap_or_default();
        missing.retain(|missing| *missing != id);
        (ids.is_empty() || ids.contains(&id))
            && filters.iter().all(|filter| filter.holds(thing))
            && (restorable_by.is_empty() || is_restorable(call, id, &restorable_by))
    });
    match missing.first() {
        Some(id) => Err(Problem::service(
            400,
            listing.missing,
            format!("The ID '{id}' in {} does not exist", listing.ids),
        )),
        None => Ok(Answer::Output(Arc::new(output))),
    }
}

/// Leaves in the lists what is wanted, and no list that is empty in another.
fn retain(output: &mut Map<String, Value>, lists: &[&str], wanted: &mut dyn FnMut(&Value) -> bool) {
    let Some((list, below)) = lists.split_first() else { return };
    let Some(Value::Array(things)) = output.get_mut(*list) else { return };
    match below.first() {
        None => things.retain(wanted),
        Some(inner) => things.retain_mut(|thing| {
            let Some(thing) = thing.as_object_mut() else { return false };
            retain(thing, below, wanted);
            !self::list(thing, inner).is_empty()
        }),
    }
}

/// The rules of `DescribeInstances` for `MaxResults`.
fn check_limit(input: &Map<String, Value>, ids: &[&str]) -> Result<(), Problem> {
    let Some(limit) = input.get("MaxResults").and_then(Value::as_i64) else { return Ok(()) };
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
    Ok(())
}

/// Whether one of the accounts, or `all`, can make a volume of a snapshot: its attribute says so.
fn is_restorable(call: &Call<'_>, snapshot: &str, accounts: &[&str]) -> bool {
    let input = object(json!({ "SnapshotId": snapshot, "Attribute": "createVolumePermission" }));
    let answer = call.answer_of("DescribeSnapshotAttribute", &input);
    let Some(Answer::Output(output)) = answer else { return false };
    list(&output, "CreateVolumePermissions").iter().any(|permission| {
        let who = permission.get("UserId").or(permission.get("Group")).and_then(Value::as_str);
        who.is_some_and(|who| accounts.contains(&who))
    })
}

fn list<'a>(object: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    object.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
