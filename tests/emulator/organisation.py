"""Serves an organisation on moto until standard input ends.

Prints one line of JSON, what a test needs to know of it, once all is there.

Five accounts, three regions, one target with more instances than a page of DescribeInstances
holds, buckets in every region. Afterwards moto checks signatures and evaluates IAM policies:
the base user may assume the roles of four accounts and not that of `locked`.
"""

import concurrent.futures
import json
import logging
import sys
import threading
import urllib.request

import boto3
from botocore.config import Config
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
SERVER = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
SERVER.start()
ENDPOINT = "http://{}:{}".format(*SERVER.get_host_and_port())
REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-2"]
ACCOUNTS = [
    ("222222222222", "production", "prod", "payments"),
    ("333333333333", "staging", "staging", "payments"),
    ("444444444444", "data", "prod", "analytics"),
    ("555555555555", "sandbox", "dev", "platform"),
    ("666666666666", "locked", "prod", "security"),
]
ROLE = "TollgateReadOnly"
ANYBODY = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "secret"}
CONFIG = Config(retries={"max_attempts": 1}, read_timeout=120, s3={"addressing_style": "path"})
SESSION, LOCK = boto3.Session(), threading.Lock()


def client(service, region, credentials):
    with LOCK:  # making a client is not thread-safe, using it is
        return SESSION.client(service, region_name=region, endpoint_url=ENDPOINT, config=CONFIG, **credentials)


def assume(account, role):
    sts = client("sts", "us-east-1", ANYBODY)
    answer = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/{role}", RoleSessionName="seed")["Credentials"]
    return {
        "aws_access_key_id": answer["AccessKeyId"],
        "aws_secret_access_key": answer["SecretAccessKey"],
        "aws_session_token": answer["SessionToken"],
    }


def policy(*statements):
    allow = [{"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": allow})


def role(credentials):
    iam = client("iam", "us-east-1", credentials)
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    iam.create_role(
        RoleName=ROLE, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    reads = ["ec2:Describe*", "s3:ListAllMyBuckets", "s3:GetBucketLocation", "sts:GetCallerIdentity"]
    iam.put_role_policy(RoleName=ROLE, PolicyName="read", PolicyDocument=policy((reads, "*")))


def instances(name, region, credentials, count):
    ec2 = client("ec2", region, credentials)
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    ids = []
    for number in range(count):
        tags = [{"Key": "Name", "Value": f"{name}-{number:03}"}]
        if number % 3 == 0:
            tags.append({"Key": "note", "Value": 'quotes " & <angles>, ünïcode'})
        run = ec2.run_instances(
            ImageId=image,
            InstanceType=["t3.micro", "m7g.large", "c7i.xlarge"][number % 3],
            MinCount=1,
            MaxCount=1,
            TagSpecifications=[{"ResourceType": "instance", "Tags": tags}] if number % 7 else [],
        )
        ids.append(run["Instances"][0]["InstanceId"])
    ec2.stop_instances(InstanceIds=ids[:2])
    ec2.terminate_instances(InstanceIds=ids[-1:])


def buckets(name, account, credentials):
    for number in range(6):
        region = REGIONS[number % len(REGIONS)]
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        client("s3", region, credentials).create_bucket(Bucket=f"{name}-{account}-{number}", **where)


def base_user():
    iam = client("iam", "us-east-1", ANYBODY)
    iam.create_user(UserName="tollgate")
    roles = [f"arn:aws:iam::{account}:role/{ROLE}" for account, name, _, _ in ACCOUNTS if name != "locked"]
    document = policy(("sts:AssumeRole", roles), ("sts:GetCallerIdentity", "*"))
    iam.put_user_policy(UserName="tollgate", PolicyName="assume", PolicyDocument=document)
    key = iam.create_access_key(UserName="tollgate")["AccessKey"]
    return {"access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"]}


def main():
    jobs = []
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for account, name, _, _ in ACCOUNTS:
            credentials = assume(account, "OrganizationAccountAccessRole")
            role(credentials)
            jobs.append(pool.submit(buckets, name, account, credentials))
            for region in REGIONS:
                count = 130 if (name, region) == ("production", "us-east-1") else 22
                jobs.append(pool.submit(instances, name, region, credentials, count))
    for job in jobs:
        job.result()
    base = base_user()
    enforce = urllib.request.Request(
        f"{ENDPOINT}/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"}, method="POST"
    )
    urllib.request.urlopen(enforce).read()
    keys = ["id", "name", "environment", "team"]
    accounts = [dict(zip(keys, account)) for account in ACCOUNTS]
    organisation = {"endpoint": ENDPOINT, "base": base, "role": ROLE, "regions": REGIONS, "accounts": accounts}
    print(json.dumps(organisation), flush=True)
    sys.stdin.read()


main()
