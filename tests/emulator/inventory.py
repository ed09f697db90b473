"""What boto3 says that an organisation holds: the judge of the tools' answers.

Reads the line that organisation.py printed from standard input, and prints a JSON object: the
name of a tool to its rows, each an object, sorted as JSON text.
"""

import datetime
import json
import sys

import boto3
from botocore.config import Config

ORGANISATION = json.load(sys.stdin)
CONFIG = Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"})


def client(service, region, credentials):
    endpoint = ORGANISATION["endpoint"]
    return boto3.client(service, region_name=region, endpoint_url=endpoint, config=CONFIG, **credentials)


def assume(account):
    base = {f"aws_{key}": value for key, value in ORGANISATION["base"].items()}
    role = f"arn:aws:iam::{account}:role/{ORGANISATION['role']}"
    answer = client("sts", "us-east-1", base).assume_role(RoleArn=role, RoleSessionName="judge")["Credentials"]
    return {
        "aws_access_key_id": answer["AccessKeyId"],
        "aws_secret_access_key": answer["SecretAccessKey"],
        "aws_session_token": answer["SessionToken"],
    }


def timestamp(value):
    return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def instances(account, region, credentials):
    pages = client("ec2", region, credentials).get_paginator("describe_instances").paginate()
    for page in pages:
        for instance in (found for reservation in page["Reservations"] for found in reservation["Instances"]):
            yield {
                "account": account,
                "region": region,
                "id": instance["InstanceId"],
                "name": {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])}.get("Name"),
                "state": instance["State"]["Name"],
                "type": instance["InstanceType"],
                "availability_zone": instance["Placement"]["AvailabilityZone"],
                "private_address": instance.get("PrivateIpAddress"),
                "public_address": instance.get("PublicIpAddress") or None,
                "vpc": instance.get("VpcId"),
                "launch_time": timestamp(instance["LaunchTime"]),
                "image": instance["ImageId"],
                "tags": {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])},
            }


def buckets(account, credentials):
    s3 = client("s3", "us-east-1", credentials)
    for bucket in s3.list_buckets()["Buckets"]:
        location = s3.get_bucket_location(Bucket=bucket["Name"])["LocationConstraint"]
        yield {
            "account": account,
            "region": location or "us-east-1",
            "name": bucket["Name"],
            "creation_date": timestamp(bucket["CreationDate"]),
        }


def main():
    rows = {"ec2_list_instances": [], "s3_list_buckets": []}
    for account in ORGANISATION["accounts"]:
        if account["name"] == "locked":
            continue
        credentials = assume(account["id"])
        rows["s3_list_buckets"].extend(buckets(account["name"], credentials))
        for region in ORGANISATION["regions"]:
            rows["ec2_list_instances"].extend(instances(account["name"], region, credentials))
    order = lambda row: json.dumps(row, sort_keys=True)
    print(json.dumps({tool: sorted(found, key=order) for tool, found in rows.items()}))


main()
