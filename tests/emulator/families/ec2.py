"""EC2."""

from cells import tags, timestamp

CHECKS = {"ec2_list_instances": {}}


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
            TagSpecifications=[{"ResourceType": "instance", "Tags": given}] if number % 7 else [],
        )
        ids.append(run["Instances"][0]["InstanceId"])
    ec2.stop_instances(InstanceIds=ids[:2])
    ec2.terminate_instances(InstanceIds=ids[-1:])


def rows(place):
    for page in place.client("ec2").get_paginator("describe_instances").paginate():
        for instance in (found for reservation in page["Reservations"] for found in reservation["Instances"]):
            given = tags(instance.get("Tags"))
            yield "ec2_list_instances", {
                "id": instance["InstanceId"],
                "name": given.get("Name"),
                "state": instance["State"]["Name"],
                "type": instance["InstanceType"],
                "availability_zone": instance["Placement"]["AvailabilityZone"],
                "private_address": instance.get("PrivateIpAddress"),
                "public_address": instance.get("PublicIpAddress") or None,
                "vpc": instance.get("VpcId"),
                "launch_time": timestamp(instance["LaunchTime"]),
                "image": instance["ImageId"],
                "tags": given,
            }
