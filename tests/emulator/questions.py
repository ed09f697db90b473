"""What boto3 answers to the questions of tests/it/product/questions.toml.

Reads the line that organisation.py printed from standard input, and prints a JSON object: the name of a
question to its answer. A function here is the answer to the question of its name.
"""

import collections
import datetime
import json
import sys

from botocore.exceptions import ClientError

from places import Organisation, Place

ANYWHERE = {"0.0.0.0/0", "::/0"}
# The days from which AWS patches its runtimes no more, of those that the organisations have.
ENDS = {
    "nodejs14.x": "2023-12-04",
    "nodejs16.x": "2024-06-12",
    "nodejs18.x": "2025-09-01",
    "nodejs20.x": "2026-04-30",
    "python3.7": "2023-12-04",
    "python3.8": "2024-10-14",
    "python3.9": "2025-12-15",
    "java8": "2024-01-08",
    "go1.x": "2024-01-08",
    "dotnet6": "2024-12-20",
    "dotnet8": "2026-11-10",
    "provided.al2": "2026-07-31",
    "python3.10": "2026-10-31",
    "ruby2.7": "2023-12-07",
    "ruby3.2": "2026-03-31",
}


def regions(organisation, environment=None, name=None):
    for account in organisation.accounts:
        if environment in (None, account.environment) and name in (None, account.name):
            for region in account.regions:
                yield Place(organisation, account, region)


def accounts(organisation):
    for account in organisation.accounts:
        yield Place(organisation, account, account.regions[0])


def pages(place, service, operation, key, **arguments):
    for page in place.client(service).get_paginator(operation).paginate(**arguments):
        yield from page[key]


def instances_in_production(organisation):
    places = regions(organisation, environment="prod")
    found = (pages(place, "ec2", "describe_instances", "Reservations") for place in places)
    return sum(len(reservation["Instances"]) for reservations in found for reservation in reservations)


def buckets(organisation):
    return sum(len(place.client("s3").list_buckets()["Buckets"]) for place in accounts(organisation))


def functions_in_staging(organisation):
    places = regions(organisation, environment="staging")
    return sorted(found["FunctionName"] for place in places for found in functions(place))


def functions(place):
    return pages(place, "lambda", "list_functions", "Functions")


def clusters_of_an_account(organisation):
    clusters = []
    for place in regions(organisation, name="production"):
        for name in pages(place, "eks", "list_clusters", "clusters"):
            version = place.client("eks").describe_cluster(name=name)["cluster"]["version"]
            clusters.append(f"{name} {version}")
    return sorted(clusters)


def running_databases_by_account(organisation):
    running = collections.Counter()
    for place in regions(organisation):
        for instance in pages(place, "rds", "describe_db_instances", "DBInstances"):
            running[place.account.name] += instance["DBInstanceStatus"] == "available"
    return sorted([account, count] for account, count in running.items() if count)


def security_groups_open_to_ssh(organisation):
    found = []
    for place in regions(organisation):
        for group in pages(place, "ec2", "describe_security_groups", "SecurityGroups"):
            if any(lets_ssh_in(rule) for rule in group["IpPermissions"]):
                found.append(group["GroupId"])
    return sorted(found)


def lets_ssh_in(rule):
    blocks = [block["CidrIp"] for block in rule.get("IpRanges", [])]
    blocks += [block["CidrIpv6"] for block in rule.get("Ipv6Ranges", [])]
    ports = rule["IpProtocol"] == "-1" or (
        rule["IpProtocol"] in ("tcp", "6") and rule["FromPort"] <= 22 <= rule["ToPort"]
    )
    return ports and not ANYWHERE.isdisjoint(blocks)


def unattached_volumes_by_account(organisation):
    volumes, size = collections.Counter(), collections.Counter()
    for place in regions(organisation):
        for volume in pages(place, "ec2", "describe_volumes", "Volumes"):
            if volume["State"] == "available":
                volumes[place.account.name] += 1
                size[place.account.name] += volume["Size"]
    return sorted([account, count, size[account]] for account, count in volumes.items())


def unencrypted_buckets(organisation):
    found = []
    for place in accounts(organisation):
        s3 = place.client("s3")
        for bucket in s3.list_buckets()["Buckets"]:
            try:
                s3.get_bucket_encryption(Bucket=bucket["Name"])
            except ClientError as error:
                if error.response["Error"]["Code"] != "ServerSideEncryptionConfigurationNotFoundError":
                    raise
                found.append(bucket["Name"])
    return sorted(found)


def functions_on_deprecated_runtimes(organisation):
    today = datetime.date.today().isoformat()
    found = (function for place in regions(organisation) for function in functions(place))
    return sorted(one["FunctionName"] for one in found if ENDS.get(one.get("Runtime"), today) < today)


def services_below_desired(organisation):
    found = []
    for place in regions(organisation):
        ecs = place.client("ecs")
        for cluster in pages(place, "ecs", "list_clusters", "clusterArns"):
            arns = list(pages(place, "ecs", "list_services", "serviceArns", cluster=cluster))
            for start in range(0, len(arns), 10):
                described = ecs.describe_services(cluster=cluster, services=arns[start : start + 10])["services"]
                found += [one["serviceName"] for one in described if one["runningCount"] < one["desiredCount"]]
    return sorted(found)


def unreachable_accounts(organisation):
    found = []
    for account in organisation.accounts + organisation.locked:
        try:
            organisation.credentials(account)
        except ClientError:
            found.append(account.name)
    return sorted(found)


def tagged_with_a_team(organisation):
    team = [{"Key": "team", "Values": ["payments"]}]
    places = regions(organisation)
    resources = ("resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList")
    found = (pages(place, *resources, TagFilters=team) for place in places)
    return len({resource["ResourceARN"] for resources in found for resource in resources})


QUESTIONS = [
    instances_in_production,
    buckets,
    functions_in_staging,
    clusters_of_an_account,
    running_databases_by_account,
    security_groups_open_to_ssh,
    unattached_volumes_by_account,
    unencrypted_buckets,
    functions_on_deprecated_runtimes,
    services_below_desired,
    unreachable_accounts,
    tagged_with_a_team,
]

if __name__ == "__main__":
    organisation = Organisation.read(json.load(sys.stdin))
    print(json.dumps({question.__name__: question(organisation) for question in QUESTIONS}))
