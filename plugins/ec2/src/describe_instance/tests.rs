use serde::de::DeserializeOwned;
use tollgate_sdk::describe;

use super::*;

fn selected<T: DeserializeOwned>(select: &str, output: &Value) -> T {
    let selected = jmespath::compile(select).and_then(|select| select.search(output)).expect("it fits");
    serde_json::from_str(&selected.to_string()).expect("what the expression makes")
}

#[test]
fn ids_arns_and_names_are_told_apart() {
    let id = |text: &str| assert_eq!(Wanted::of(text), Wanted::Id(text.to_owned()));
    id("i-0a355bf135095f95a");
    id("i-1234abcd");
    let name = |text: &str| assert_eq!(Wanted::of(text), Wanted::Name(text.to_owned()));
    name("i-1234abc");
    name("i-1234abcz");
    name("bastion");
    let (id, arn) = from_arn("arn:aws:ec2:eu-west-1:111111111111:instance/i-1234abcd").expect("an ARN");
    assert_eq!((id.as_str(), arn.region.as_str()), ("i-1234abcd", "eu-west-1"));
    let error = from_arn("arn:aws:ec2:eu-west-1:111111111111:volume/vol-1").expect_err("a volume");
    insta::assert_snapshot!(error, @"`instance`: expected an id, a name or arn:aws:ec2:…:instance/…, got arn:aws:ec2:eu-west-1:111111111111:volume/vol-1");
}

#[test]
fn a_name_stands_for_itself() {
    let input = |text: &str| Wanted::of(text).input().to_string();
    assert_eq!(input("i-1234abcd"), r#"{"InstanceIds":["i-1234abcd"]}"#);
    assert_eq!(input("web-1"), r#"{"Filters":[{"Name":"tag:Name","Values":["web-1"]}]}"#);
    assert_eq!(literal(r"a*b?c\d"), r"a\*b\?c\\d");
}

#[test]
fn what_ec2_tells_becomes_the_details() {
    let output = json!({ "Reservations": [{ "Instances": [{
        "InstanceId": "i-1", "State": { "Name": "stopped" }, "InstanceType": "m7g.large",
        "LaunchTime": "2026-11-01T00:00:00Z", "StateTransitionReason": "User initiated (2026-11-13 18:21:07 GMT)",
        "StateReason": { "Code": "Client.UserInitiatedShutdown", "Message": "User initiated shutdown" },
        "Placement": { "AvailabilityZone": "eu-west-1a", "Tenancy": "default" }, "ImageId": "ami-1",
        "SecurityGroups": [{ "GroupId": "sg-1", "GroupName": "web" }],
        "IamInstanceProfile": { "Arn": "arn:aws:iam::111111111111:instance-profile/teams/web" },
        "MetadataOptions": { "HttpTokens": "optional", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 2 },
        "Monitoring": { "State": "disabled" },
        "NetworkInterfaces": [{
            "NetworkInterfaceId": "eni-1", "SubnetId": "subnet-1", "Groups": [{ "GroupId": "sg-1" }, { "GroupId": "sg-2" }],
            "PrivateIpAddresses": [
                { "PrivateIpAddress": "10.0.0.1", "Association": { "PublicIp": "192.0.2.1" } },
                { "PrivateIpAddress": "10.0.0.2" },
            ],
            "Ipv6Addresses": [{ "Ipv6Address": "2001:db8::1" }],
        }],
        "Tags": [{ "Key": "Name", "Value": "web-1" }],
    }] }] });
    let instances: Vec<Instance> = selected(select::INSTANCES, &output);
    assert_eq!(instances[0].groups, Some(vec!["sg-1".to_owned(), "sg-1".to_owned(), "sg-2".to_owned()]));
    let told = serde_json::to_value(&instances[0]).expect("JSON");
    assert_eq!(told["last_state_change"], "User initiated (2026-11-13 18:21:07 GMT)");
    assert_eq!(told["instance_profile"], "web");
    assert_eq!(told["metadata"], json!({ "endpoint": "enabled", "tokens": "optional", "hop_limit": 2 }));
    assert_eq!(
        told["interfaces"],
        json!([{
            "id": "eni-1", "subnet": "subnet-1", "private_addresses": ["10.0.0.1", "10.0.0.2"],
            "public_addresses": ["192.0.2.1"], "ipv6_addresses": ["2001:db8::1"],
            "security_groups": ["sg-1", "sg-2"],
        }])
    );
    assert_eq!((&told["lifecycle"], &told["detailed_monitoring"]), (&json!("on-demand"), &json!(false)));
    assert!(told.get("groups").is_none(), "told as security_groups");
}

#[test]
fn volumes_and_status_are_told_in_short() {
    let volumes: Value = selected(
        select::VOLUMES,
        &json!({ "Volumes": [{ "VolumeId": "vol-1", "Size": 8, "State": "in-use", "VolumeType": "gp3", "Encrypted": true,
            "Iops": 3000, "Throughput": 125,
            "Attachments": [{ "Device": "/dev/xvda", "DeleteOnTermination": true, "InstanceId": "i-1" }] }] }),
    );
    assert_eq!(
        volumes,
        json!([{ "id": "vol-1", "device": "/dev/xvda", "state": "in-use", "type": "gp3", "size_gib": 8,
            "iops": 3000, "throughput_mib_per_second": 125, "encrypted": true, "delete_on_termination": true }])
    );
    let status: Value = selected(
        select::STATUS,
        &json!({ "InstanceStatuses": [{
            "SystemStatus": { "Status": "ok" }, "InstanceStatus": { "Status": "impaired" },
            "Events": [{ "Code": "system-reboot", "Description": "reboot", "NotBefore": "2026-12-01T00:00:00Z" }],
        }] }),
    );
    assert_eq!((&status["system"], &status["instance"]), (&json!("ok"), &json!("impaired")));
    assert_eq!(status["events"][0]["code"], "system-reboot");
    let none: Option<Value> = selected(select::STATUS, &json!({ "InstanceStatuses": [] }));
    assert_eq!(none, None);
}

#[test]
fn clients_see_a_small_tool() {
    let tool = describe::<ec2_describe_instance>();
    insta::assert_snapshot!(tool.description, @"Describes an EC2 instance: volumes, network interfaces, security groups with open ports, status checks, average CPU, last state change.");
    insta::assert_snapshot!(tool.input_schema["properties"]["instance"], @r#"{"type":"string","description":"Id, ARN or tag Name"}"#);
}
