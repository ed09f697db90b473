use serde_json::Value;
use time::macros::datetime;
use tollgate_sdk::describe;

use super::*;

/// What the host makes of an answer of EC2 before it crosses, and what becomes of it.
fn rows(output: &Value) -> Vec<Value> {
    let selected = jmespath::compile(SELECT).and_then(|select| select.search(output)).expect("it fits");
    let selected: Vec<Instance> = serde_json::from_str(&selected.to_string()).expect("what it makes");
    let now = datetime!(2026-11-22 12:00 UTC);
    let row = |instance: Instance| serde_json::to_value(instance.complete(now)).expect("a row is JSON");
    selected.into_iter().map(row).collect()
}

#[test]
fn instances_of_all_reservations_become_rows() {
    let output = json!({ "Reservations": [
        { "Instances": [{
            "InstanceId": "i-1", "State": { "Code": 16, "Name": "running" }, "InstanceType": "m7g.large",
            "Placement": { "AvailabilityZone": "eu-west-1a", "Tenancy": "default" },
            "PrivateIpAddress": "10.0.0.1", "PublicIpAddress": "192.0.2.1", "VpcId": "vpc-1",
            "SubnetId": "subnet-1", "LaunchTime": "2026-11-01T00:00:00Z", "ImageId": "ami-1",
            "PlatformDetails": "Linux/UNIX", "Architecture": "arm64", "KeyName": "ops",
            "IamInstanceProfile": { "Arn": "arn:aws:iam::111111111111:instance-profile/apps/web", "Id": "AIPA1" },
            "MetadataOptions": { "HttpTokens": "required", "HttpEndpoint": "enabled" },
            "Tags": [{ "Key": "Name", "Value": "web-1" }, { "Key": "team", "Value": "web" }],
        }, {
            "InstanceId": "i-2", "State": { "Name": "terminated" }, "InstanceType": "t4g.nano",
        }] },
        { "Instances": [{ "InstanceId": "i-3", "State": { "Name": "stopped" }, "InstanceType": "t4g.nano",
            "MetadataOptions": { "HttpTokens": "optional" } }] },
    ] });
    let rows = rows(&output);
    assert_eq!(
        rows[0],
        json!({
            "id": "i-1", "name": "web-1", "state": "running", "type": "m7g.large",
            "availability_zone": "eu-west-1a", "private_address": "10.0.0.1", "public_address": "192.0.2.1",
            "public": true, "vpc": "vpc-1", "subnet": "subnet-1", "launch_time": "2026-11-01T00:00:00Z",
            "age_days": 21, "cpu_percent": null, "image": "ami-1", "platform": "Linux/UNIX",
            "architecture": "arm64", "instance_profile": "web", "imdsv2": true, "key_name": "ops",
            "tags": { "Name": "web-1", "team": "web" },
        })
    );
    let nothing = ["name", "vpc", "age_days", "instance_profile", "imdsv2"];
    assert_eq!(nothing.map(|column| &rows[1][column]), [&Value::Null; 5]);
    assert_eq!((&rows[1]["id"], &rows[1]["tags"]), (&json!("i-2"), &json!({})));
    assert_eq!((&rows[2]["id"], &rows[2]["imdsv2"]), (&json!("i-3"), &json!(false)));
}

#[test]
fn an_address_of_any_interface_makes_an_instance_public() {
    let public = |members: Value| {
        let mut instance =
            json!({ "InstanceId": "i-1", "State": { "Name": "running" }, "InstanceType": "t4g.nano" });
        instance.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
        rows(&json!({ "Reservations": [{ "Instances": [instance] }] }))[0]["public"].clone()
    };
    let interface = |association: Value| {
        let addresses = json!([{ "PrivateIpAddress": "10.0.0.1" }, association]);
        json!({ "NetworkInterfaces": [{ "PrivateIpAddresses": [] }, { "PrivateIpAddresses": addresses }] })
    };
    assert_eq!(public(json!({})), false);
    assert_eq!(public(json!({ "PublicIpAddress": "192.0.2.1" })), true);
    assert_eq!(public(interface(json!({ "PrivateIpAddress": "10.0.0.2" }))), false);
    assert_eq!(public(interface(json!({ "Association": { "PublicIp": "192.0.2.2" } }))), true);
}

#[test]
fn clients_see_a_small_tool() {
    let tool = describe::<ec2_list_instances>();
    insta::assert_snapshot!(tool.description, @"Lists EC2 instances in any state; tells which are idle (`cpu_percent`, over 14 days), public or old.");
    insta::assert_snapshot!(tool.input_schema["properties"]["fields"]["description"], @r#""Default: account, region, id, name, state, type, private_address, public_address; more: account_id, availability_zone, public, vpc, subnet, launch_time, age_days, cpu_percent, image, platform, architecture, instance_profile, imdsv2, key_name, tags[.<key>]""#);
    assert!(tool.hints.read_only && tool.hints.open_world && !tool.hints.destructive);
}
