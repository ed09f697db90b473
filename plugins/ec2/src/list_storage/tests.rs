use serde_json::Value;
use time::macros::datetime;
use tollgate_sdk::describe;

use super::*;

fn rows(select: &str, output: &Value) -> Vec<Value> {
    let selected = jmespath::compile(select).and_then(|select| select.search(output)).expect("it fits");
    let selected: Vec<Storage> = serde_json::from_str(&selected.to_string()).expect("what it makes");
    let now = datetime!(2026-11-22 12:00 UTC);
    selected.into_iter().map(|row| serde_json::to_value(row.aged(now)).expect("a row is JSON")).collect()
}

/// The members of a row that say something.
fn said(row: &Value) -> Value {
    let members = row.as_object().expect("an object").iter().filter(|(_, value)| !value.is_null());
    members.map(|(name, value)| (name.clone(), value.clone())).collect::<serde_json::Map<_, _>>().into()
}

#[test]
fn volumes_say_where_they_are_attached() {
    let output = json!({ "Volumes": [{
        "VolumeId": "vol-1", "Size": 100, "State": "in-use", "VolumeType": "gp3", "Iops": 3000,
        "Encrypted": true, "KmsKeyId": "arn:aws:kms:eu-west-1:111111111111:key/1", "SnapshotId": "snap-1",
        "AvailabilityZone": "eu-west-1a", "CreateTime": "2026-11-20T12:00:00.5Z",
        "Attachments": [{ "InstanceId": "i-1", "Device": "/dev/xvda", "State": "attached" }],
        "Tags": [{ "Key": "Name", "Value": "data" }],
    }, {
        "VolumeId": "vol-2", "Size": 8, "State": "available", "VolumeType": "standard", "Encrypted": false,
        "SnapshotId": null, "Attachments": [],
    }] });
    let rows = rows(VOLUMES, &output);
    assert_eq!(
        said(&rows[0]),
        json!({
            "kind": "volume", "id": "vol-1", "name": "data", "state": "in-use", "type": "gp3", "size_gib": 100,
            "encrypted": true, "instance": "i-1", "created": "2026-11-20T12:00:00.5Z", "age_days": 1,
            "availability_zone": "eu-west-1a", "snapshot": "snap-1", "iops": 3000,
            "kms_key": "arn:aws:kms:eu-west-1:111111111111:key/1", "tags": { "Name": "data" },
        })
    );
    assert_eq!(
        said(&rows[1]),
        json!({
            "kind": "volume", "id": "vol-2", "state": "available", "type": "standard", "size_gib": 8,
            "encrypted": false, "tags": {},
        })
    );
}

#[test]
fn snapshots_say_what_they_were_made_of() {
    let output = json!({ "Snapshots": [{
        "SnapshotId": "snap-1", "VolumeId": "vol-1", "VolumeSize": 100, "State": "completed", "Encrypted": false,
        "StartTime": "2025-11-22T12:00:00Z", "Description": "before the migration", "OwnerId": "111111111111",
        "Progress": "100%", "StorageTier": "archive",
    }, {
        "SnapshotId": "snap-2", "VolumeSize": 8, "State": "pending", "Encrypted": true,
    }] });
    let rows = rows(SNAPSHOTS, &output);
    assert_eq!(
        said(&rows[0]),
        json!({
            "kind": "snapshot", "id": "snap-1", "state": "completed", "type": "archive", "size_gib": 100,
            "encrypted": false, "created": "2025-11-22T12:00:00Z", "age_days": 365, "volume": "vol-1",
            "description": "before the migration", "tags": {},
        })
    );
    assert_eq!(rows[1]["type"], "standard");
}

#[test]
fn clients_see_a_small_tool() {
    let tool = describe::<ec2_list_storage>();
    insta::assert_snapshot!(tool.description, @"Lists EBS volumes and the account's own snapshots; an unattached volume has the state `available`.");
    insta::assert_snapshot!(tool.input_schema["properties"]["kinds"], @r#"{"type":"array","items":{"type":"string","enum":["volume","snapshot"]},"description":"Default: both"}"#);
    insta::assert_snapshot!(tool.input_schema["properties"]["fields"]["description"], @r#""Default: account, region, kind, id, name, state, type, size_gib, encrypted, public, instance; more: account_id, shared_with, created, age_days, availability_zone, volume, snapshot, iops, kms_key, description, tags[.<key>]""#);
}
