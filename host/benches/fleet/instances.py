"""boto3's side of the comparison: instances.py THREADS ACCOUNTS REGION…

Prints the instances of all accounts in all regions, as `tollgate call ec2_list_instances` does.
"""

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

THREADS, ACCOUNTS, REGIONS = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
CONFIG = Config(max_pool_connections=THREADS, retries={"mode": "standard", "max_attempts": 5})
SESSION, LOCK = boto3.Session(), threading.Lock()


def client(service, region, **credentials):
    with LOCK:  # making a client is not thread-safe, using it is
        return SESSION.client(service, region_name=region, config=CONFIG, **credentials)


STS = client("sts", REGIONS[0])


def assume(number):
    role = f"arn:aws:iam::1{number:011}:role/TollgateReadOnly"
    answer = STS.assume_role(RoleArn=role, RoleSessionName="fleet", ExternalId=f"external-{number}")["Credentials"]
    return {
        "aws_access_key_id": answer["AccessKeyId"],
        "aws_secret_access_key": answer["SecretAccessKey"],
        "aws_session_token": answer["SessionToken"],
    }


def instances(number, region, credentials):
    rows = []
    for page in client("ec2", region, **credentials).get_paginator("describe_instances").paginate():
        for instance in (found for reservation in page["Reservations"] for found in reservation["Instances"]):
            name = next((tag["Value"] for tag in instance.get("Tags", []) if tag["Key"] == "Name"), None)
            rows.append(
                [
                    f"account-{number}",
                    region,
                    instance["InstanceId"],
                    name,
                    instance["State"]["Name"],
                    instance["InstanceType"],
                    instance.get("PrivateIpAddress"),
                ]
            )
    return rows


def main():
    numbers = range(1, ACCOUNTS + 1)
    with ThreadPoolExecutor(THREADS) as pool:
        credentials = list(pool.map(assume, numbers))
        targets = [(number, region, credentials[number - 1]) for number in numbers for region in REGIONS]
        found = pool.map(lambda target: instances(*target), targets)
        rows = [row for rows in found for row in rows]
    columns = ["account", "region", "id", "name", "state", "type", "private_address"]
    json.dump({"columns": columns, "rows": rows}, sys.stdout)


main()
