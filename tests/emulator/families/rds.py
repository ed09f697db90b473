"""RDS."""

import datetime

from cells import tags, timestamp

CHECKS = {
    "rds_list_databases": {},
    "instances": {"tool": "rds_list_databases", "arguments": {"kinds": ["instance"], "filter": "state == 'available'"}},
    "rds_list_snapshots": {},
    "public": {"tool": "rds_list_snapshots", "arguments": {"filter": "public"}},
}
# The volumes of these engines grow by themselves: what is said of their size is none.
GROWING = ("aurora", "docdb", "neptune")


def seed(place):
    """More instances in one place than a page of DescribeInstances holds, and a cluster with a member."""
    rds, name = place.client("rds"), place.account.name
    many = (name, place.region) == ("production", "us-east-1")
    for number in range(103 if many else 4):
        rds.create_db_instance(
            DBInstanceIdentifier=f"{name}-{number:03}",
            DBInstanceClass=["db.t4g.micro", "db.m7g.large"][number % 2],
            Engine=["postgres", "mysql"][number % 2],
            EngineVersion=["17.6", "8.4.6"][number % 2],
            AllocatedStorage=20 + number,
            MasterUsername="app",
            MasterUserPassword="correct-horse",
            StorageEncrypted=number % 3 != 0,
            PubliclyAccessible=number % 4 == 0,
            MultiAZ=number % 5 == 0,
            DeletionProtection=number % 2 == 0,
            BackupRetentionPeriod=number % 8,
            Tags=[{"Key": "team", "Value": place.account.tags["team"]}] if number % 2 else [],
        )
    rds.stop_db_instance(DBInstanceIdentifier=f"{name}-003")
    cluster = f"{name}-ledger"
    rds.create_db_cluster(
        DBClusterIdentifier=cluster,
        Engine="aurora-postgresql",
        MasterUsername="app",
        MasterUserPassword="correct-horse",
        StorageEncrypted=True,
        Tags=[{"Key": "team", "Value": "ledger"}],
    )
    rds.create_db_instance(
        DBInstanceIdentifier=f"{cluster}-1",
        DBInstanceClass="db.r7g.large",
        Engine="aurora-postgresql",
        DBClusterIdentifier=cluster,
    )
    for number, restorers in enumerate([[], ["all"], ["111122223333", "444455556666"]]):
        shared = {"AttributeName": "restore", "ValuesToAdd": restorers}
        of_instance, of_cluster = f"{name}-snapshot-{number}", f"{cluster}-snapshot-{number}"
        rds.create_db_snapshot(DBSnapshotIdentifier=of_instance, DBInstanceIdentifier=f"{name}-{number:03}")
        rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=of_cluster, DBClusterIdentifier=cluster)
        if restorers:
            rds.modify_db_snapshot_attribute(DBSnapshotIdentifier=of_instance, **shared)
            rds.modify_db_cluster_snapshot_attribute(DBClusterSnapshotIdentifier=of_cluster, **shared)


def rows(place):
    for database in databases(place.client("rds")):
        yield "rds_list_databases", database
        if database["kind"] == "instance" and database["state"] == "available":
            yield "instances", database
    for snapshot in snapshots(place.client("rds")):
        yield "rds_list_snapshots", snapshot
        if snapshot["public"]:
            yield "public", snapshot


def details(place):
    """One instance and one cluster of an account, with what belongs to them."""
    if (place.account.name, place.region) != ("staging", "us-east-1"):
        return
    rds = place.client("rds")
    instance = rds.describe_db_instances()["DBInstances"][0]
    yield "rds_describe_database", {"database": instance["DBInstanceArn"]}, {
        "kind": "instance",
        "id": instance["DBInstanceIdentifier"],
        "size_gib": instance["AllocatedStorage"],
        "security_groups": [
            {"id": group["VpcSecurityGroupId"], "state": group["Status"]} for group in instance["VpcSecurityGroups"]
        ],
    }
    cluster = rds.describe_db_clusters()["DBClusters"][0]
    there = {"accounts": [place.account.id], "regions": [place.region]}
    yield "rds_describe_database", {"database": cluster["DBClusterIdentifier"], **there}, {
        "kind": "cluster",
        "endpoint": f"{cluster['Endpoint']}:{cluster['Port']}",
        "reader_endpoint": cluster["ReaderEndpoint"],
    }


def pages(rds, operation, list):
    for page in rds.get_paginator(operation).paginate():
        yield from page[list]


def databases(rds):
    for one in pages(rds, "describe_db_instances", "DBInstances"):
        endpoint = one.get("Endpoint") or {}
        yield common(one, one["Engine"]) | {
            "kind": "instance",
            "id": one["DBInstanceIdentifier"],
            "class": one["DBInstanceClass"],
            "state": one["DBInstanceStatus"],
            "endpoint": f"{endpoint['Address']}:{endpoint['Port']}" if endpoint else None,
            "cluster": one.get("DBClusterIdentifier"),
            "availability_zone": one.get("AvailabilityZone"),
            "vpc": (one.get("DBSubnetGroup") or {}).get("VpcId"),
            "created": timestamp(one.get("InstanceCreateTime")),
            "arn": one["DBInstanceArn"],
        }
    for one in pages(rds, "describe_db_clusters", "DBClusters"):
        yield common(one, one["Engine"]) | {
            "kind": "cluster",
            "id": one["DBClusterIdentifier"],
            "class": one.get("DBClusterInstanceClass"),
            "state": one["Status"],
            "endpoint": f"{one['Endpoint']}:{one['Port']}",
            "cluster": None,
            "availability_zone": None,
            "vpc": None,
            "created": timestamp(one.get("ClusterCreateTime")),
            "arn": one["DBClusterArn"],
        }


def common(one, engine):
    return {
        "engine": engine,
        "version": one.get("EngineVersion"),
        "public": one.get("PubliclyAccessible"),
        "encrypted": one.get("StorageEncrypted"),
        "multi_az": one.get("MultiAZ"),
        "size_gib": None if engine.startswith(GROWING) else one.get("AllocatedStorage"),
        "storage_type": one.get("StorageType"),
        "backup_retention_days": one.get("BackupRetentionPeriod"),
        "deletion_protection": one.get("DeletionProtection"),
        "tags": tags(one.get("TagList")),
    }


def snapshots(rds):
    for one in pages(rds, "describe_db_snapshots", "DBSnapshots"):
        given = {"DBSnapshotIdentifier": one["DBSnapshotIdentifier"]}
        asked = lambda: rds.describe_db_snapshot_attributes(**given)["DBSnapshotAttributesResult"]
        yield snapshot(one, "instance", lambda: asked()["DBSnapshotAttributes"]) | {
            "id": one["DBSnapshotIdentifier"],
            "database": one["DBInstanceIdentifier"],
            "encrypted": one.get("Encrypted"),
            "arn": one["DBSnapshotArn"],
        }
    for one in pages(rds, "describe_db_cluster_snapshots", "DBClusterSnapshots"):
        given = {"DBClusterSnapshotIdentifier": one["DBClusterSnapshotIdentifier"]}
        asked = lambda: rds.describe_db_cluster_snapshot_attributes(**given)["DBClusterSnapshotAttributesResult"]
        yield snapshot(one, "cluster", lambda: asked()["DBClusterSnapshotAttributes"]) | {
            "id": one["DBClusterSnapshotIdentifier"],
            "database": one["DBClusterIdentifier"],
            "encrypted": one.get("StorageEncrypted"),
            "arn": one["DBClusterSnapshotArn"],
        }


def snapshot(one, kind, attributes):
    """What snapshots of both kinds have. `attributes` asks who may restore it, if anybody else can."""
    created = one["SnapshotCreateTime"]
    given = attributes() if one["SnapshotType"] == "manual" else []
    restorers = [each for each in given if each["AttributeName"] == "restore"]
    restorers = [account for each in restorers for account in each["AttributeValues"]]
    return {
        "kind": kind,
        "type": one["SnapshotType"],
        "state": one["Status"],
        "engine": one["Engine"],
        "version": one.get("EngineVersion"),
        "created": timestamp(created),
        "age_days": (datetime.datetime.now(datetime.timezone.utc) - created).days,
        "size_gib": None if one["Engine"].startswith(GROWING) else one.get("AllocatedStorage"),
        "public": "all" in restorers,
        "shared_with": [account for account in restorers if account != "all"],
        "vpc": one.get("VpcId"),
        "tags": tags(one.get("TagList")),
    }
