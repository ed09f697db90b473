use serde::de::DeserializeOwned;
use serde_json::Value;
use tollgate_sdk::describe;

use super::*;

fn selected<T: DeserializeOwned>(select: &str, output: &Value) -> T {
    let selected = jmespath::compile(select).and_then(|select| select.search(output)).expect("it fits");
    serde_json::from_str(&selected.to_string()).expect("what the expression makes")
}

/// The members of a row that say something.
fn said(row: &Part) -> Value {
    let row = serde_json::to_value(row).expect("a row is JSON");
    let members = row.as_object().expect("an object").iter().filter(|(_, value)| !value.is_null());
    members.map(|(name, value)| (name.clone(), value.clone())).collect::<serde_json::Map<_, _>>().into()
}

fn one(select: &str, list: &str, thing: &Value) -> Value {
    let rows: Vec<Part> = selected(select, &json!({ list: [thing] }));
    said(&rows[0])
}

#[test]
fn every_kind_becomes_a_row() {
    let tags = json!([{ "Key": "Name", "Value": "main" }]);
    let named = json!({ "Name": "main" });
    assert_eq!(
        one(
            select::VPCS,
            "Vpcs",
            &json!({ "VpcId": "vpc-1", "State": "available", "CidrBlock": "10.0.0.0/16", "IsDefault": false, "Tags": tags })
        ),
        json!({
            "kind": "vpc", "id": "vpc-1", "name": "main", "state": "available", "cidr": "10.0.0.0/16",
            "default": false, "tags": named,
        })
    );
    assert_eq!(
        one(
            select::SUBNETS,
            "Subnets",
            &json!({
                "SubnetId": "subnet-1", "VpcId": "vpc-1", "State": "available", "CidrBlock": "10.0.0.0/24",
                "AvailabilityZone": "eu-west-1a", "DefaultForAz": false, "AvailableIpAddressCount": 250,
            })
        ),
        json!({
            "kind": "subnet", "id": "subnet-1", "state": "available", "vpc": "vpc-1", "cidr": "10.0.0.0/24",
            "availability_zone": "eu-west-1a", "default": false, "free_addresses": 250, "tags": {},
        })
    );
    assert_eq!(
        one(
            select::NAT_GATEWAYS,
            "NatGateways",
            &json!({
                "NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-1", "State": "available",
                "ConnectivityType": "public", "CreateTime": "2026-01-01T00:00:00Z", "Tags": tags,
                "NatGatewayAddresses": [{ "PublicIp": "192.0.2.1", "PrivateIp": "10.0.0.5" }],
            })
        ),
        json!({
            "kind": "nat_gateway", "id": "nat-1", "name": "main", "state": "available", "type": "public",
            "vpc": "vpc-1", "subnet": "subnet-1", "address": "192.0.2.1", "created": "2026-01-01T00:00:00Z",
            "tags": named,
        })
    );
    assert_eq!(
        one(
            select::FLOW_LOGS,
            "FlowLogs",
            &json!({
                "FlowLogId": "fl-1", "FlowLogStatus": "ACTIVE", "TrafficType": "REJECT", "ResourceId": "vpc-1",
                "LogGroupName": "flow", "CreationTime": "2026-01-01T00:00:00Z",
                "DeliverLogsStatus": "FAILED", "DeliverLogsErrorMessage": "Access error",
            })
        ),
        json!({
            "kind": "flow_log", "id": "fl-1", "state": "ACTIVE", "type": "REJECT", "attached_to": "vpc-1",
            "destination": "flow", "description": "Access error", "created": "2026-01-01T00:00:00Z", "tags": {},
        })
    );
}

#[test]
fn what_is_attached_to_nothing_says_so() {
    let address = |address: Value| one(select::ADDRESSES, "Addresses", &address);
    let row = address(json!({ "AllocationId": "eipalloc-1", "PublicIp": "192.0.2.1", "AssociationId": "a-1",
        "InstanceId": "i-1", "NetworkInterfaceId": "eni-1" }));
    assert_eq!((&row["state"], &row["attached_to"]), (&json!("associated"), &json!("i-1")));
    let row = address(json!({ "AllocationId": "eipalloc-1", "PublicIp": "192.0.2.1", "AssociationId": "a-1",
        "NetworkInterfaceId": "eni-1" }));
    assert_eq!((&row["state"], &row["attached_to"]), (&json!("associated"), &json!("eni-1")));
    let row = address(json!({ "AllocationId": "eipalloc-1", "PublicIp": "192.0.2.1", "InstanceId": "" }));
    assert_eq!(
        row,
        json!({ "kind": "address", "id": "eipalloc-1", "state": "unassociated", "address": "192.0.2.1",
            "tags": {}, })
    );

    let gateway = |attachments: Value| {
        let gateway = json!({ "InternetGatewayId": "igw-1", "Attachments": attachments });
        one(select::INTERNET_GATEWAYS, "InternetGateways", &gateway)
    };
    let row = gateway(json!([{ "VpcId": "vpc-1", "State": "available" }]));
    assert_eq!((&row["state"], &row["vpc"]), (&json!("attached"), &json!("vpc-1")));
    assert_eq!(gateway(json!([]))["state"], "detached");
}

#[test]
fn security_groups_say_what_the_internet_reaches() {
    let group = |id: &str, name: &str, range: &str| {
        json!({
            "GroupId": id, "GroupName": name, "VpcId": "vpc-1", "Description": "…",
            "IpPermissions": [{
                "IpProtocol": "tcp", "FromPort": 20, "ToPort": 25, "IpRanges": [{ "CidrIp": range }],
            }],
        })
    };
    let output = json!({ "SecurityGroups": [
        group("sg-1", "bastion", "0.0.0.0/0"),
        group("sg-2", "office", "198.51.100.0/24"),
        { "GroupId": "sg-3", "GroupName": "default" },
    ] });
    let rows = |port| {
        let groups: Vec<SecurityGroup> = selected(&select::security_groups(), &output);
        groups
            .into_iter()
            .filter_map(|group| open_group(group, port))
            .map(|part| said(&part))
            .collect::<Vec<_>>()
    };
    let all = rows(None);
    assert_eq!(
        all[0],
        json!({
            "kind": "security_group", "id": "sg-1", "name": "bastion", "vpc": "vpc-1", "description": "…",
            "default": false, "public": true, "open_ports": ["tcp/20-25"], "tags": {},
        })
    );
    assert_eq!((&all[1]["public"], &all[1]["open_ports"]), (&json!(false), &json!([])));
    assert_eq!((&all[2]["default"], &all[2]["public"]), (&json!(true), &json!(false)));
    assert_eq!(rows(Some(22)), all[..1]);
    assert!(rows(Some(443)).is_empty());
}

#[test]
fn a_flow_log_watches_a_vpc_and_its_subnets() {
    let part = |kind: &str, id: &str, vpc: Option<&str>| -> Part {
        serde_json::from_value(json!({ "kind": kind, "id": id, "vpc": vpc, "tags": {} })).expect("a row")
    };
    let watched = ["vpc-1", "subnet-3", "eni-1"].map(str::to_owned);
    let known = Known { watched: Some(watched.into()), ..Known::default() };
    for (part, expected) in [
        (part("vpc", "vpc-1", None), Some(true)),
        (part("vpc", "vpc-2", None), Some(false)),
        (part("subnet", "subnet-1", Some("vpc-1")), Some(true)),
        (part("subnet", "subnet-2", Some("vpc-2")), Some(false)),
        (part("subnet", "subnet-3", Some("vpc-2")), Some(true)),
        (part("security_group", "sg-1", Some("vpc-1")), None),
    ] {
        let text = format!("{part:?}");
        assert_eq!(part.completed(&known).flow_logs, expected, "{text}");
    }
    assert_eq!(part("vpc", "vpc-1", None).completed(&Known::default()).flow_logs, None);
}

#[test]
fn a_subnet_is_public_by_its_own_routes_or_those_of_its_vpc() {
    let tables: Vec<RouteTable> = selected(
        routes::SELECT,
        &json!({ "RouteTables": [
            { "VpcId": "vpc-1", "Associations": [{ "Main": true }],
              "Routes": [{ "GatewayId": "local", "State": "active" }, { "NatGatewayId": "nat-1", "State": "active" }] },
            { "VpcId": "vpc-1", "Associations": [{ "Main": false, "SubnetId": "subnet-1" }],
              "Routes": [{ "GatewayId": "local", "State": "active" }, { "GatewayId": "igw-1", "State": "active" }] },
            { "VpcId": "vpc-2", "Associations": [{ "Main": true }, { "Main": false, "SubnetId": "subnet-3" }],
              "Routes": [{ "GatewayId": "igw-2", "State": "active" }] },
            { "VpcId": "vpc-3", "Associations": [{ "Main": true }],
              "Routes": [{ "GatewayId": "igw-3", "State": "blackhole" }] },
            { "VpcId": "vpc-4" },
        ] }),
    );
    for (subnet, vpc, expected) in [
        ("subnet-1", "vpc-1", Some(true)),
        ("subnet-2", "vpc-1", Some(false)),
        ("subnet-3", "vpc-2", Some(true)),
        ("subnet-4", "vpc-2", Some(true)),
        ("subnet-5", "vpc-3", Some(false)),
        ("subnet-6", "vpc-4", None),
        ("subnet-7", "vpc-9", None),
    ] {
        assert_eq!(routes::to_internet(&tables, subnet, vpc), expected, "{subnet}");
    }
}

#[test]
fn only_what_the_answer_depends_on_is_asked() {
    let wants = |kinds: &[Kind], open_port, fields: &[&str]| {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        let query = ListQuery { fields, ..ListQuery::default() };
        Wants::of(&Arguments { kinds: kinds.to_vec(), open_port, query })
    };
    let asked = |wants: Result<Wants, ToolError>| {
        let wants = wants.expect("the words fit");
        (wants.kinds.len(), wants.routes, wants.flow_logs)
    };
    assert_eq!(asked(wants(&[], None, &[])), (7, true, false));
    assert_eq!(asked(wants(&[Kind::Vpc], None, &["flow_logs", "public"])), (1, false, true));
    assert_eq!(asked(wants(&[Kind::Subnet], None, &["cidr"])), (1, false, false));
    assert_eq!(asked(wants(&[Kind::Address], None, &["flow_logs", "public"])), (1, false, false));
    assert_eq!(asked(wants(&[], Some(22), &["flow_logs", "public"])), (1, false, false));
    let error = wants(&[Kind::Vpc], Some(22), &[]).expect_err("VPCs have no ports");
    insta::assert_snapshot!(error, @"`open_port`: only security groups have open ports: ask for this kind, or leave `kinds` out");
}

#[test]
fn clients_see_a_small_tool() {
    let tool = describe::<ec2_list_network>();
    insta::assert_snapshot!(tool.description, @"Lists VPCs and what is in them; tells security groups open to the internet, unassociated addresses and VPCs without flow logs.");
    insta::assert_snapshot!(tool.input_schema["properties"]["kinds"], @r#"{"type":"array","items":{"type":"string","enum":["vpc","subnet","security_group","address","nat_gateway","internet_gateway","flow_log"]},"description":"Default: all"}"#);
    insta::assert_snapshot!(tool.input_schema["properties"]["open_port"], @r#"{"type":"integer","maximum":65535,"description":"Only security groups that let the internet reach this port"}"#);
    insta::assert_snapshot!(tool.input_schema["properties"]["fields"]["description"], @r#""Default: account, region, kind, id, name, state, vpc, cidr, address, attached_to, public, open_ports; more: account_id, type, subnet, availability_zone, flow_logs, default, free_addresses, destination, description, created, tags[.<key>]""#);
}
