"""S3."""

import json

from botocore.exceptions import ClientError

from cells import tags, timestamp

CHECKS = {
    "s3_list_buckets": {},
    "unencrypted": {"tool": "s3_list_buckets", "arguments": {"filter": "encryption == 'none'"}},
    "public": {"tool": "s3_list_buckets", "arguments": {"filter": "public"}},
    "unversioned": {"tool": "s3_list_buckets", "arguments": {"filter": "versioning != 'Enabled'"}},
    "objects": {
        "tool": "s3_list_objects",
        "arguments": {"bucket": "data-444444444444-1", "max_objects": 5000},
        "on": ["moto"],
    },
    "folders": {
        "tool": "s3_list_objects",
        "arguments": {"bucket": "data-444444444444-1", "delimiter": "/", "prefix": "logs/"},
        "on": ["moto"],
    },
}
# S3 Control's action has this name in moto.
READS = ["s3:GetPublicAccessBlock"]
EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"
STRANGERS = (EVERYBODY, "http://acs.amazonaws.com/groups/global/AuthenticatedUsers")
# More than a page of ListObjectsV2 holds, in data-444444444444-1.
OBJECTS = 1210


def s3control(place):
    """A client that keeps to the endpoint's host: boto3 puts the account's id in front of it."""
    client = place.client("s3control")

    def to_endpoint(request, **_):
        request.url = request.url.replace(f"//{place.account.id}.", "//", 1)

    client.meta.events.register("before-sign.s3-control", to_endpoint)
    return client


def seed_account(place):
    """Buckets in every region, no two with the same settings."""
    account = place.account
    for number in range(6):
        region = account.regions[number % len(account.regions)]
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3, name = place.client("s3", region), f"{account.name}-{account.id}-{number}"
        s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=number == 5, **where)
        SEEDS[number](s3, name)
    if account.name == "staging":
        s3control(place).put_public_access_block(
            AccountId=account.id, PublicAccessBlockConfiguration=block(RestrictPublicBuckets=True)
        )


def block(**switches):
    off = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), False)
    return off | switches


def open_by_policy(s3, name):
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "team", "Value": "web"}]})


def open_by_acl(s3, name):
    s3.put_bucket_acl(Bucket=name, ACL="public-read")
    encrypt(s3, name, {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/data"})
    if name.startswith("data-"):
        for number in range(OBJECTS):
            s3.put_object(Bucket=name, Key=f"logs/{number % 40:02}/ä +&{number:04}.txt", Body=b"x" * (number % 7))
        s3.put_object(Bucket=name, Key="logs/readme", Body=b"", StorageClass="STANDARD_IA")
        s3.put_object(Bucket=name, Key="other", Body=b"")


def blocked(s3, name):
    open_by_policy(s3, name)
    s3.put_bucket_acl(Bucket=name, ACL="public-read-write")
    switches = block(IgnorePublicAcls=True, RestrictPublicBuckets=True)
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=switches)


def logged(s3, name):
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
    s3.put_bucket_acl(Bucket=name, ACL="log-delivery-write")
    s3.put_bucket_logging(
        Bucket=name, BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": name, "TargetPrefix": "access/"}}
    )
    s3.put_public_access_block(
        Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(block(), True)
    )


def closed(s3, name):
    encrypt(s3, name, {"SSEAlgorithm": "AES256"})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    private = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{name}/*"}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [private]}))


def encrypt(s3, name, rule):
    configuration = {"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=configuration)


SEEDS = [open_by_policy, open_by_acl, blocked, logged, closed, lambda s3, name: None]


def told(ask, *path, **arguments):
    """What is at a path of an answer; None where the setting is not there."""
    try:
        answer = ask(**arguments)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "NoSuchBucket" or not (code.startswith("NoSuch") or "NotFound" in code):
            raise
        return None
    for name in path:
        answer = (answer or {}).get(name)
    return answer


def account_block(place):
    get = s3control(place).get_public_access_block
    return told(get, "PublicAccessBlockConfiguration", AccountId=place.account.id) or {}


def account_rows(place):
    home = place.client("s3")
    of_account = account_block(place)
    for bucket in home.list_buckets()["Buckets"]:
        name = bucket["Name"]
        region = home.get_bucket_location(Bucket=name)["LocationConstraint"] or "us-east-1"
        row = {"region": region, "name": name, "created": timestamp(bucket["CreationDate"])}
        row |= settings(place.client("s3", region), name, of_account)
        yield "s3_list_buckets", row
        if row["encryption"] == "none":
            yield "unencrypted", row
        if row["public"]:
            yield "public", row
        if row["versioning"] != "Enabled":
            yield "unversioned", row
        if name == CHECKS["objects"]["arguments"]["bucket"]:
            yield from objects(place.client("s3", region), name, region)


def settings(s3, name, of_account):
    encryption = told(s3.get_bucket_encryption, "ServerSideEncryptionConfiguration", Bucket=name)
    rule = encryption["Rules"][0]["ApplyServerSideEncryptionByDefault"] if encryption else {}
    of_bucket = told(s3.get_public_access_block, "PublicAccessBlockConfiguration", Bucket=name) or {}
    on = {switch: bool(of_account.get(switch) or of_bucket.get(switch)) for switch in block()}
    status = told(s3.get_bucket_policy_status, "PolicyStatus", Bucket=name)
    by_policy = bool(status and status["IsPublic"]) and not on["RestrictPublicBuckets"]
    grants = s3.get_bucket_acl(Bucket=name)["Grants"]
    by_acl = any(grant["Grantee"].get("URI") in STRANGERS for grant in grants) and not on["IgnorePublicAcls"]
    logging = told(s3.get_bucket_logging, "LoggingEnabled", Bucket=name)
    lock = told(s3.get_object_lock_configuration, "ObjectLockConfiguration", "ObjectLockEnabled", Bucket=name)
    return {
        "encrypted": encryption is not None,
        "encryption": rule.get("SSEAlgorithm", "none"),
        "kms_key": rule.get("KMSMasterKeyID"),
        "public": by_policy or by_acl,
        "public_access_block": all(on.values()),
        "policy": status is not None,
        "versioning": told(s3.get_bucket_versioning, "Status", Bucket=name) or "Disabled",
        "logging": f"{logging['TargetBucket']}/{logging['TargetPrefix']}" if logging else "none",
        "object_lock": lock == "Enabled",
        "tags": tags(told(s3.get_bucket_tagging, "TagSet", Bucket=name)),
    }


def objects(s3, name, region):
    pages = s3.get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=name):
        for found in page["Contents"]:
            yield "objects", {"region": region} | stored(found)
    for page in pages.paginate(Bucket=name, Prefix="logs/", Delimiter="/"):
        for found in page.get("Contents", []):
            yield "folders", {"region": region} | stored(found)
        for found in page.get("CommonPrefixes", []):
            nothing = dict.fromkeys(("size_bytes", "storage_class", "last_modified"))
            yield "folders", {"region": region, "kind": "prefix", "key": found["Prefix"]} | nothing


def stored(found):
    return {
        "kind": "object",
        "key": found["Key"],
        "size_bytes": found["Size"],
        "storage_class": found["StorageClass"],
        "last_modified": timestamp(found["LastModified"]),
    }


def account_details(place):
    """Some buckets with all that is set up."""
    home = place.client("s3")
    of_account = account_block(place)
    for name in sorted(bucket["Name"] for bucket in home.list_buckets()["Buckets"])[:4]:
        region = home.get_bucket_location(Bucket=name)["LocationConstraint"] or "us-east-1"
        s3 = place.client("s3", region)
        row = settings(s3, name, of_account)
        policy = told(s3.get_bucket_policy, "Policy", Bucket=name)
        encryption = told(s3.get_bucket_encryption, "ServerSideEncryptionConfiguration", "Rules", Bucket=name)
        members = {
            "policy": json.loads(policy) if policy else None,
            "encryption": encryption or "none",
            "lifecycle": told(s3.get_bucket_lifecycle_configuration, "Rules", Bucket=name),
            "cors": told(s3.get_bucket_cors, "CORSRules", Bucket=name),
            "replication": told(s3.get_bucket_replication, "ReplicationConfiguration", Bucket=name),
            "object_lock": told(s3.get_object_lock_configuration, "ObjectLockConfiguration", Bucket=name),
            "tags": row["tags"] or None,
        }
        members = {member: value for member, value in members.items() if value is not None}
        members |= {"region": region, "name": name, "public": row["public"], "logging": row["logging"]}
        yield "s3_describe_bucket", {"bucket": name}, members | {"versioning": {"status": row["versioning"]}}
