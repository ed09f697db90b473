"""EC2."""

import datetime
import itertools

from cells import tags, timestamp

ALL = ["vpc", "subnet", "security_group", "address", "nat_gateway", "internet_gateway", "flow_log"]
STORAGE = {"tool": "ec2_list_storage"}
NETWORK = {"tool": "ec2_list_network"}
# What moto makes more than a thousand of in every region.
OF_IMAGES = "Auto-created snapshot for AMI"
CHECKS = {
    "ec2_list_instances": {},
    "volumes": STORAGE | {"arguments": {"kinds": ["volume"]}},
    "snapshots": STORAGE | {"arguments": {"kinds": ["snapshot"], "filter": f"!contains(description, '{OF_IMAGES}')"}},
    # moto takes no notice of the words that ask for an account's own snapshots and the public ones.
    "sharing": STORAGE | {"arguments": {"kinds": ["snapshot"]}, "on": ["demo"]},
    "security_groups": NETWORK | {"arguments": {"kinds": ["security_group"]}},
    "open_to_ssh": NETWORK | {"arguments": {"open_port": 22}},
    "subnets": NETWORK | {"arguments": {"kinds": ["subnet"]}},
    "networks": NETWORK | {"arguments": {"kinds": [kind for kind in ALL if kind not in ("subnet", "security_group")]}},
}
# moto's name for CloudWatch.
READS = ["monitoring:GetMetricData"]
ANYWHERE = {"0.0.0.0/0", "::/0"}
DAY = 24 * 60 * 60


def seed(place):
    """More instances in one place than a page of DescribeInstances holds."""
    ec2, name = place.client("ec2"), place.account.name
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    ids = []
    for number in range(130 if (name, place.region) == ("production", "us-east-1") else 22):
        given = [{"Key": "Name", "Value": f"{name}-{number:03}"}]
        if number % 3 == 0:
            given.append({"Key": "note", "Value": 'quotes " & <angles>, ünïcode'})
        run = ec2.run_instances(
            ImageId=image,
            InstanceType=["t3.micro", "m7g.large", "c7i.xlarge"][number % 3],
            MinCount=1,
            MaxCount=1,
            MetadataOptions={"HttpTokens": "required" if number % 2 else "optional"},
            TagSpecifications=[{"ResourceType": "instance", "Tags": given}] if number % 7 else [],
            **({"KeyName": "ops"} if number % 5 == 0 else {}),
        )
        ids.append(run["Instances"][0]["InstanceId"])
    ec2.stop_instances(InstanceIds=ids[:2])
    ec2.terminate_instances(InstanceIds=ids[-1:])
    measure(place, ids[1:6])
    seed_storage(place)
    groups = seed_network(place, ids[3])
    ec2.modify_instance_attribute(InstanceId=ids[2], Groups=[groups["ssh"], groups["range"]])


def measure(place, instances):
    """An hour's CPU of some instances, one of which is not running."""
    cloudwatch, now = place.client("cloudwatch"), datetime.datetime.now(datetime.timezone.utc)
    for index, instance in enumerate(instances):
        metric = {"MetricName": "CPUUtilization", "Dimensions": [{"Name": "InstanceId", "Value": instance}]}
        points = [
            metric | {"Value": 2.5 * index + hours, "Timestamp": now - datetime.timedelta(hours=1 + hours)}
            for hours in range(3)
        ]
        cloudwatch.put_metric_data(Namespace="AWS/EC2", MetricData=points)


def seed_storage(place):
    ec2, zone = place.client("ec2"), f"{place.region}a"
    for number in range(3):
        volume = ec2.create_volume(
            AvailabilityZone=zone,
            Size=20 + number,
            VolumeType=["gp3", "gp2", "standard"][number],
            Encrypted=number == 0,
            TagSpecifications=[{"ResourceType": "volume", "Tags": [{"Key": "Name", "Value": f"spare-{number}"}]}],
        )
    ec2.create_snapshot(
        VolumeId=volume["VolumeId"],
        Description="before the migration",
        TagSpecifications=[{"ResourceType": "snapshot", "Tags": [{"Key": "Name", "Value": "before"}]}],
    )


def seed_network(place, instance):
    """A VPC with a public and a private subnet, groups open in several ways, and what is around them."""
    ec2 = place.client("ec2")
    name = lambda kind, value: [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": value}]}]
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=name("vpc", "apps"))["Vpc"]["VpcId"]
    public = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24", TagSpecifications=name("subnet", "public"))
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24")
    public = public["Subnet"]["SubnetId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.create_internet_gateway(TagSpecifications=name("internet-gateway", "spare"))
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=public)
    addresses = [ec2.allocate_address(Domain="vpc")["AllocationId"] for _ in range(3)]
    ec2.associate_address(AllocationId=addresses[0], InstanceId=instance)
    ec2.create_nat_gateway(SubnetId=public, AllocationId=addresses[1], TagSpecifications=name("natgateway", "apps"))
    bucket = f"flow-{place.account.id}-{place.region}"
    where = {} if place.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": place.region}}
    place.client("s3").create_bucket(Bucket=bucket, **where)
    ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="REJECT",
        LogDestinationType="s3",
        LogDestination=f"arn:aws:s3:::{bucket}",
    )
    groups = {}
    for group, rules in GROUPS.items():
        groups[group] = ec2.create_security_group(GroupName=group, Description=group, VpcId=vpc)["GroupId"]
        if rules:
            ec2.authorize_security_group_ingress(GroupId=groups[group], IpPermissions=rules)
    return groups


def rule(protocol, first, last, *blocks):
    return {
        "IpProtocol": protocol,
        **({} if protocol == "-1" else {"FromPort": first, "ToPort": last}),
        "IpRanges": [{"CidrIp": block} for block in blocks if ":" not in block],
        "Ipv6Ranges": [{"CidrIpv6": block} for block in blocks if ":" in block],
    }


GROUPS = {
    "closed": [],
    "office": [rule("tcp", 22, 22, "198.51.100.0/24")],
    "ssh": [rule("tcp", 22, 22, "10.0.0.0/8", "0.0.0.0/0"), rule("tcp", 443, 443, "0.0.0.0/0")],
    "range": [rule("tcp", 20, 25, "::/0"), rule("tcp", 26, 30, "0.0.0.0/0"), rule("udp", 53, 53, "0.0.0.0/0")],
    "high": [rule("tcp", 1024, 65535, "0.0.0.0/0"), rule("icmp", -1, -1, "0.0.0.0/0")],
    "all": [rule("-1", 0, 0, "0.0.0.0/0")],
}


def pages(place, operation, key, **arguments):
    ec2 = place.client("ec2")
    if not ec2.can_paginate(operation):
        return getattr(ec2, operation)(**arguments)[key]
    return itertools.chain.from_iterable(page[key] for page in ec2.get_paginator(operation).paginate(**arguments))


def named(thing):
    given = tags(thing.get("Tags"))
    return {"name": given.get("Name"), "tags": given}


def instances(place):
    for reservation in pages(place, "describe_instances", "Reservations"):
        yield from reservation["Instances"]


def public_addresses(instance):
    for interface in instance.get("NetworkInterfaces", []):
        for address in interface.get("PrivateIpAddresses", []):
            yield address.get("Association", {}).get("PublicIp")
    yield instance.get("PublicIpAddress")


def averages(place, ids):
    """The mean of the daily averages of the last 14 days, by instance."""
    now = datetime.datetime.now(datetime.timezone.utc)
    begin = (now - datetime.timedelta(days=14)).replace(hour=0, minute=0, second=0, microsecond=0)
    found = {}
    for id in ids:
        metric = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization"}
        metric["Dimensions"] = [{"Name": "InstanceId", "Value": id}]
        query = {"Id": "cpu", "MetricStat": {"Metric": metric, "Period": DAY, "Stat": "Average"}}
        asked = place.client("cloudwatch").get_metric_data(
            MetricDataQueries=[query], StartTime=begin, EndTime=now + datetime.timedelta(hours=1)
        )
        values = [value for result in asked["MetricDataResults"] for value in result["Values"]]
        if values:
            found[id] = round(sum(values) / len(values), 1)
    return found


def instance_rows(place):
    found = list(instances(place))
    cpu = averages(place, [one["InstanceId"] for one in found if one["State"]["Name"] == "running"])
    for instance in found:
        tokens = instance.get("MetadataOptions", {}).get("HttpTokens")
        profile = instance.get("IamInstanceProfile", {}).get("Arn")
        yield named(instance) | {
            "id": instance["InstanceId"],
            "state": instance["State"]["Name"],
            "type": instance["InstanceType"],
            "availability_zone": instance["Placement"]["AvailabilityZone"],
            "private_address": instance.get("PrivateIpAddress"),
            "public_address": instance.get("PublicIpAddress") or None,
            "public": any(public_addresses(instance)),
            "vpc": instance.get("VpcId"),
            "subnet": instance.get("SubnetId"),
            "launch_time": timestamp(instance["LaunchTime"]),
            "cpu_percent": cpu.get(instance["InstanceId"]),
            "image": instance["ImageId"],
            "platform": instance.get("PlatformDetails") or instance.get("Platform"),
            "architecture": instance.get("Architecture"),
            "instance_profile": profile and profile.split("/")[-1],
            "imdsv2": tokens and tokens == "required",
            "key_name": instance.get("KeyName"),
        }


def volume_rows(place):
    for volume in pages(place, "describe_volumes", "Volumes"):
        attachments = volume.get("Attachments") or [{}]
        yield named(volume) | {
            "kind": "volume",
            "id": volume["VolumeId"],
            "state": volume["State"],
            "type": volume["VolumeType"],
            "size_gib": volume["Size"],
            "encrypted": volume["Encrypted"],
            "instance": attachments[0].get("InstanceId"),
            "created": timestamp(volume["CreateTime"]),
            "availability_zone": volume["AvailabilityZone"],
            "snapshot": volume.get("SnapshotId"),
            "iops": volume.get("Iops"),
            "kms_key": volume.get("KmsKeyId"),
        }


def snapshot_rows(place):
    for snapshot in pages(place, "describe_snapshots", "Snapshots", OwnerIds=["self"]):
        if OF_IMAGES in snapshot["Description"]:
            continue
        yield named(snapshot) | {
            "kind": "snapshot",
            "id": snapshot["SnapshotId"],
            "state": snapshot["State"],
            "type": snapshot.get("StorageTier", "standard"),
            "size_gib": snapshot["VolumeSize"],
            "encrypted": snapshot["Encrypted"],
            "created": timestamp(snapshot["StartTime"]),
            "volume": snapshot.get("VolumeId"),
            "kms_key": snapshot.get("KmsKeyId"),
            "description": snapshot["Description"],
        }


def sharing_rows(place):
    for snapshot in pages(place, "describe_snapshots", "Snapshots", OwnerIds=["self"]):
        asked = place.client("ec2").describe_snapshot_attribute(
            SnapshotId=snapshot["SnapshotId"], Attribute="createVolumePermission"
        )
        permissions = asked["CreateVolumePermissions"]
        yield {
            "id": snapshot["SnapshotId"],
            "public": any(permission.get("Group") == "all" for permission in permissions),
            "shared_with": [permission["UserId"] for permission in permissions if "UserId" in permission],
        }


def reachable(group):
    """What a group lets anybody reach: the ports by protocol, and the other protocols."""
    ports, others = {"tcp": set(), "udp": set()}, set()
    for given in group["IpPermissions"]:
        blocks = [block["CidrIp"] for block in given.get("IpRanges", [])]
        blocks += [block["CidrIpv6"] for block in given.get("Ipv6Ranges", [])]
        if ANYWHERE.isdisjoint(blocks):
            continue
        if given["IpProtocol"] in ports:
            ports[given["IpProtocol"]] |= set(range(given["FromPort"], given["ToPort"] + 1))
        else:
            others.add(given["IpProtocol"])
    return ports, others


def in_words(ports, others):
    if "-1" in others:
        return ["all"]
    words = []
    for protocol, open_ports in ports.items():
        for port in sorted(open_ports):
            if port - 1 not in open_ports:
                first = port
            if port + 1 not in open_ports:
                words.append(f"{protocol}/{first}" + (f"-{port}" if port > first else ""))
    return words + sorted(others)


def security_group_rows(place):
    for group in pages(place, "describe_security_groups", "SecurityGroups"):
        ports, others = reachable(group)
        row = {
            "kind": "security_group",
            "id": group["GroupId"],
            "name": group["GroupName"],
            "vpc": group.get("VpcId"),
            "public": bool(in_words(ports, others)),
            "open_ports": in_words(ports, others),
            "default": group["GroupName"] == "default",
            "description": group["Description"],
            "tags": tags(group.get("Tags")),
        }
        yield "security_groups", row
        if "-1" in others or 22 in ports["tcp"]:
            yield "open_to_ssh", {column: row[column] for column in ("id", "name", "open_ports")}


def watched(place):
    return {log["ResourceId"] for log in pages(place, "describe_flow_logs", "FlowLogs")}


def subnet_rows(place):
    logs, own, main = watched(place), {}, {}
    for table in pages(place, "describe_route_tables", "RouteTables"):
        gateways = [route.get("GatewayId") or "" for route in table["Routes"] if route["State"] == "active"]
        internet = any(gateway.startswith("igw-") for gateway in gateways)
        for association in table["Associations"]:
            if association.get("SubnetId"):
                own[association["SubnetId"]] = internet
            if association["Main"]:
                main[table["VpcId"]] = internet
    for subnet in pages(place, "describe_subnets", "Subnets"):
        id, vpc = subnet["SubnetId"], subnet["VpcId"]
        yield named(subnet) | {
            "kind": "subnet",
            "id": id,
            "state": subnet["State"],
            "vpc": vpc,
            "cidr": subnet["CidrBlock"],
            "availability_zone": subnet["AvailabilityZone"],
            "public": own.get(id, main.get(vpc)),
            "flow_logs": id in logs or vpc in logs,
            "default": subnet["DefaultForAz"],
            "free_addresses": subnet["AvailableIpAddressCount"],
        }


def network_rows(place):
    """The kinds that are few, each with the columns that it has."""
    logs = watched(place)
    for vpc in pages(place, "describe_vpcs", "Vpcs"):
        yield named(vpc) | {
            "kind": "vpc",
            "id": vpc["VpcId"],
            "state": vpc["State"],
            "cidr": vpc["CidrBlock"],
            "default": vpc["IsDefault"],
            "flow_logs": vpc["VpcId"] in logs,
        }
    for address in pages(place, "describe_addresses", "Addresses"):
        attached_to = address.get("InstanceId") or address.get("NetworkInterfaceId")
        yield named(address) | {
            "kind": "address",
            "id": address["AllocationId"],
            "state": "associated" if address.get("AssociationId") else "unassociated",
            "address": address["PublicIp"],
            "attached_to": attached_to,
        }
    for gateway in pages(place, "describe_nat_gateways", "NatGateways"):
        yield named(gateway) | {
            "kind": "nat_gateway",
            "id": gateway["NatGatewayId"],
            "state": gateway["State"],
            "type": gateway.get("ConnectivityType"),
            "vpc": gateway["VpcId"],
            "subnet": gateway["SubnetId"],
            "address": gateway["NatGatewayAddresses"][0]["PublicIp"],
            "created": timestamp(gateway["CreateTime"]),
        }
    for gateway in pages(place, "describe_internet_gateways", "InternetGateways"):
        vpcs = [attachment["VpcId"] for attachment in gateway["Attachments"]]
        yield named(gateway) | {
            "kind": "internet_gateway",
            "id": gateway["InternetGatewayId"],
            "state": "attached" if vpcs else "detached",
            "vpc": vpcs[0] if vpcs else None,
        }
    for log in pages(place, "describe_flow_logs", "FlowLogs"):
        yield named(log) | {
            "kind": "flow_log",
            "id": log["FlowLogId"],
            "state": log["FlowLogStatus"],
            "type": log["TrafficType"],
            "attached_to": log["ResourceId"],
            "destination": log.get("LogDestination") or log.get("LogGroupName"),
            "created": timestamp(log["CreationTime"]),
        }


NETWORK_COLUMNS = [
    *("kind", "id", "name", "state", "type", "vpc", "subnet", "cidr", "address", "attached_to", "flow_logs"),
    *("default", "destination", "created", "tags"),
]


def rows(place):
    yield from (("ec2_list_instances", row) for row in instance_rows(place))
    yield from (("volumes", row) for row in volume_rows(place))
    yield from (("snapshots", row) for row in snapshot_rows(place))
    if place.organisation.name == "demo":
        yield from (("sharing", row) for row in sharing_rows(place))
    yield from security_group_rows(place)
    yield from (("subnets", row) for row in subnet_rows(place))
    yield from (("networks", dict.fromkeys(NETWORK_COLUMNS) | row) for row in network_rows(place))


def volume_of(volume):
    attachment = volume["Attachments"][0]
    told = {
        "id": volume["VolumeId"],
        "device": attachment.get("Device"),
        "state": volume["State"],
        "type": volume["VolumeType"],
        "size_gib": volume["Size"],
        "iops": volume.get("Iops"),
        "throughput_mib_per_second": volume.get("Throughput"),
        "encrypted": volume["Encrypted"],
        "delete_on_termination": attachment.get("DeleteOnTermination"),
    }
    return {name: value for name, value in told.items() if value is not None}


def details(place):
    """One instance of each account, by its id."""
    if place.region != place.account.regions[0]:
        return
    running = [instance for instance in instances(place) if instance["State"]["Name"] == "running"]
    for instance in running[:1]:
        id = instance["InstanceId"]
        volumes = pages(
            place, "describe_volumes", "Volumes", Filters=[{"Name": "attachment.instance-id", "Values": [id]}]
        )
        interfaces = instance.get("NetworkInterfaces", [])
        listed = [instance["SecurityGroups"], *(interface["Groups"] for interface in interfaces)]
        groups = {group["GroupId"] for group in itertools.chain.from_iterable(listed)}
        found = pages(place, "describe_security_groups", "SecurityGroups", GroupIds=sorted(groups))
        status = place.client("ec2").describe_instance_status(InstanceIds=[id])["InstanceStatuses"][0]
        security_groups = []
        for group in found:
            words = in_words(*reachable(group))
            security_groups.append(
                {"id": group["GroupId"], "name": group["GroupName"]} | ({"open_ports": words} if words else {})
            )
        members = {
            "id": id,
            "state": "running",
            "type": instance["InstanceType"],
            "launch_time": timestamp(instance["LaunchTime"]),
            "volumes": [volume_of(volume) for volume in volumes],
            "security_groups": security_groups,
            "status": {"system": status["SystemStatus"]["Status"], "instance": status["InstanceStatus"]["Status"]},
        }
        yield "ec2_describe_instance", {"instance": id}, members
