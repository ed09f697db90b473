"""Resources of all services. moto has the Resource Groups Tagging API, and no Resource Explorer."""

from cells import tags

QUEUES_AND_VOLUMES = {"types": ["sqs:queue", "ec2:volume"], "tags": ["team"]}
CHECKS = {
    "resources_search": {"on": ["demo"]},
    "text": {"tool": "resources_search", "arguments": {"text": "checkout", "accounts": ["production"]}, "on": ["demo"]},
    "tagged": {"tool": "resources_search", "arguments": {"tags": ["team"]}},
    "team": {"tool": "resources_search", "arguments": {"tags": ["team=payments"]}},
    "teams": {"tool": "resources_search", "arguments": {"tags": ["team=payments", "team=web", "env"]}},
    "queues": {"tool": "resources_search", "arguments": QUEUES_AND_VOLUMES, "on": ["moto"]},
    "of-a-region": {"tool": "resources_search", "arguments": {"tags": ["team"], "regions": ["eu-west-1"]}},
}
# moto has another word for the service.
READS = ["tagging:GetResources"]
# What a name alone is the name of.
TYPES = {"sqs": "queue", "sns": "topic", "s3": "bucket"}
# More than a page of GetResources holds, in production/eu-west-1.
QUEUES = 130


def seed_account(place):
    """What has no region in its ARN."""
    account = place.account
    bucket = f"tagged-{account.name}-{account.id}"
    s3 = place.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "team", "Value": account.tags["team"]}]})


def seed(place):
    """Resources whose ARNs are written in different ways, with tags, and one without."""
    team = place.account.tags["team"]
    many = (place.account.name, place.region) == ("production", "eu-west-1")
    sqs = place.client("sqs")
    for number in range(QUEUES if many else 3):
        given = [{"team": team, "env": "prod"}, {"team": "web"}, {"team": "Payments", "env": ""}][number % 3]
        sqs.create_queue(QueueName=f"jobs-{number:03}", tags=given)
    sqs.create_queue(QueueName="untagged")
    place.client("sns").create_topic(Name="alarms", Tags=[{"Key": "team", "Value": team}])
    given = [{"Key": "Name", "Value": "scratch ünïcode"}, {"Key": "team", "Value": team}, {"Key": "env", "Value": "dev"}]
    place.client("ec2").create_volume(
        AvailabilityZone=f"{place.region}a",
        Size=8,
        TagSpecifications=[{"ResourceType": "volume", "Tags": given}],
    )
    place.client("kms").create_key(Tags=[{"TagKey": "team", "TagValue": "web"}])
    place.client("secretsmanager").create_secret(
        Name="db/main", SecretString="x", Tags=[{"Key": "team", "Value": team}, {"Key": "env", "Value": "prod"}]
    )
    place.client("logs").create_log_group(logGroupName="/app/web", tags={"team": team})


def account_rows(place):
    """What both sources tell, each resource once. moto tells of a bucket in all regions."""
    rows = {}
    for region in sorted(place.account.regions):
        for row in tagged(place, region):
            rows.setdefault(row["arn"], row)
    for row in rows.values():
        given = row["tags"]
        if "team" in given:
            yield "tagged", row
        if given.get("team") == "payments":
            yield "team", row
        if given.get("team") in ("payments", "web") and "env" in given:
            yield "teams", row
        if row["type"] in QUEUES_AND_VOLUMES["types"] and "team" in given:
            yield "queues", row
    yield from (("of-a-region", row) for row in tagged(place, "eu-west-1", TagFilters=[{"Key": "team"}]))
    if place.organisation.name == "demo":
        for row in explored(place, "list_resources"):
            rows.setdefault(row["arn"], row)
        yield from (("resources_search", row) for row in rows.values())
        if place.account.name == CHECKS["text"]["arguments"]["accounts"][0]:
            yield from (("text", row) for row in explored(place, "search", QueryString="checkout"))


def tagged(place, region, **filters):
    pages = place.client("resourcegroupstaggingapi", region).get_paginator("get_resources").paginate(**filters)
    for found in (found for page in pages for found in page["ResourceTagMappingList"]):
        yield resource(found["ResourceARN"], region, tags(found["Tags"]), "tagging")


def explored(place, operation, **query):
    """What the aggregator tells, or each index of its own region."""
    indexes = place.client("resource-explorer-2").list_indexes()["Indexes"]
    indexes = [index for index in indexes if index["Type"] == "AGGREGATOR"] or indexes
    for region in (index["Region"] for index in indexes):
        pages = place.client("resource-explorer-2", region).get_paginator(operation).paginate(**query)
        for found in (found for page in pages for found in page["Resources"]):
            given = [tag for property in found["Properties"] if property["Name"] == "tags" for tag in property["Data"]]
            yield resource(found["Arn"], found["Region"], tags(given), "explorer")


def resource(arn, region, given, source):
    _, _, service, own_region, _, name = arn.split(":", 5)
    name = name.removesuffix(":*")
    separator = min((name.index(mark) for mark in "/:" if mark in name), default=-1)
    kind, id = (name[:separator], name[separator + 1 :]) if separator >= 0 else (TYPES[service], name)
    return {
        "region": own_region or (region if service == "s3" else "global"),
        "type": f"{service}:{kind}",
        "id": id,
        "name": given.get("Name"),
        "service": service,
        "arn": arn,
        "tags": given,
        "source": source,
    }
