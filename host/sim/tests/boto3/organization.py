"""Walks through the demo organisation with boto3: organization.py EXAMPLES_FOLDER

The simulator cuts pages of three; every account is reached by AssumeRole, and what comes is compared with the files.
"""

import json
import pathlib
import sys
import urllib.request

import boto3
import botocore.config
import botocore.exceptions

ONCE = botocore.config.Config(retries={"max_attempts": 0})


def main(folder):
    folder = pathlib.Path(folder)
    organization = json.loads((folder / "accounts.json").read_text())
    identity = boto3.client("sts").get_caller_identity()
    assert identity["Account"] == organization["management_account"], identity
    listed = boto3.client("organizations").get_paginator("list_accounts").paginate()
    names = [account["Name"] for page in listed for account in page["Accounts"]]
    assert names == [account["name"] for account in organization["accounts"]], names

    units_and_policies(boto3.client("organizations"), organization)
    security = next(account for account in organization["accounts"] if account.get("delegated_services"))
    units_and_policies(assume(security).client("organizations"), organization)

    for account in organization["accounts"]:
        if "role" in account:
            session = assume(account)
            instances(session, account, folder)
            buckets(session, account, folder)
            databases(session, account)
            functions(session, account)
    refusals(organization)
    print("the organisation is what its files say")


def assume(account, **changes):
    request = {"RoleArn": account["role"], "RoleSessionName": "judge", "ExternalId": account["external_id"]} | changes
    given = boto3.client("sts", config=ONCE).assume_role(**request)
    credentials = given["Credentials"]
    session = boto3.Session(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"], region_name="us-east-1"
    )
    arn = session.client("sts").get_caller_identity()["Arn"]
    assert arn == given["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{account['id']}:assumed-role/TollgateReadOnly/judge"
    return session


def units_and_policies(client, organization):
    """The tree from its root on, the policies and the delegated administrators, as accounts.json has them."""
    (root,) = client.list_roots()["Roots"]
    enabled = {kind["Type"] for kind in root["PolicyTypes"] if kind["Status"] == "ENABLED"}
    assert enabled == {policy["type"] for policy in organization["policies"]}, root

    parents, waiting = {}, [root["Id"]]
    while waiting:
        parent = waiting.pop()
        for operation, key in [
            ("list_organizational_units_for_parent", "OrganizationalUnits"),
            ("list_accounts_for_parent", "Accounts"),
        ]:
            for page in client.get_paginator(operation).paginate(ParentId=parent):
                for child in page[key]:
                    parents[child["Id"]] = parent
                    (told,) = client.list_parents(ChildId=child["Id"])["Parents"]
                    assert told["Id"] == parent, (child, told)
                    waiting += [child["Id"]] if key == "OrganizationalUnits" else []
    expected = organization["organizational_units"] + organization["accounts"]
    assert parents == {child["id"]: child.get("parent", root["Id"]) for child in expected}, parents

    found = {}
    for kind in enabled:
        for page in client.get_paginator("list_policies").paginate(Filter=kind):
            for policy in page["Policies"]:
                targets = client.get_paginator("list_targets_for_policy").paginate(PolicyId=policy["Id"])
                found[policy["Id"]] = [target["TargetId"] for page in targets for target in page["Targets"]]
                for target in found[policy["Id"]]:
                    attached = client.list_policies_for_target(TargetId=target, Filter=kind)["Policies"]
                    assert policy["Id"] in [policy["Id"] for policy in attached], (target, attached)
    assert found == {policy["id"]: policy.get("targets", []) for policy in organization["policies"]}, found

    administrators = {}
    for page in client.get_paginator("list_delegated_administrators").paginate():
        for account in page["DelegatedAdministrators"]:
            services = client.list_delegated_services_for_account(AccountId=account["Id"])["DelegatedServices"]
            administrators[account["Id"]] = [service["ServicePrincipal"] for service in services]
    delegated = {a["id"]: a["delegated_services"] for a in organization["accounts"] if "delegated_services" in a}
    assert administrators == delegated, administrators
    for account in organization["accounts"]:
        tags = client.list_tags_for_resource(ResourceId=account["id"])["Tags"]
        assert {tag["Key"]: tag["Value"] for tag in tags} == account.get("tags", {}), tags
    refused("ParentNotFoundException", lambda: client.list_accounts_for_parent(ParentId="ou-exam-99999999"))
    refused("PolicyNotFoundException", lambda: client.list_targets_for_policy(PolicyId="p-exam9999"))
    member = next(account["id"] for account in organization["accounts"] if "delegated_services" not in account)
    refused("AccountNotRegisteredException", lambda: client.list_delegated_services_for_account(AccountId=member))


def instances(session, account, folder):
    for region in account["regions"]:
        file = folder / account["name"] / region / "ec2.json"
        expected = json.loads(file.read_text())["DescribeInstances"]["Reservations"] if file.exists() else []
        ec2 = session.client("ec2", region_name=region)
        pages = list(ec2.get_paginator("describe_instances").paginate())
        assert all(len(page["Reservations"]) <= 3 for page in pages)
        assert len(pages) == max(1, -(-len(expected) // 3)), (account["name"], region, len(pages))
        found = [reservation for page in pages for reservation in page["Reservations"]]
        assert plain(found) == expected, (account["name"], region)
        running = {"Name": "instance-state-name", "Values": ["running"]}
        found = ec2.get_paginator("describe_instances").paginate(Filters=[running])
        ids = [i["InstanceId"] for page in found for r in page["Reservations"] for i in r["Instances"]]
        wanted = [i["InstanceId"] for r in expected for i in r["Instances"] if i["State"]["Name"] == "running"]
        assert ids == wanted, (account["name"], region)


def buckets(session, account, folder):
    file = folder / account["name"] / "any" / "s3.json"
    fixtures = json.loads(file.read_text()) if file.exists() else {"ListBuckets": {"Buckets": []}}
    expected = fixtures["ListBuckets"]["Buckets"]
    versioning = {case["input"]["Bucket"]: case["output"] for case in fixtures.get("GetBucketVersioning", [])}
    s3 = session.client("s3")
    pages = s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 2})
    assert [bucket for page in pages for bucket in plain(page["Buckets"])] == expected, account["name"]
    for bucket in expected:
        constraint = s3.get_bucket_location(Bucket=bucket["Name"])["LocationConstraint"]
        assert (constraint or "us-east-1") == bucket["BucketRegion"]
        # boto3 follows the redirect to the bucket's own region.
        told = s3.get_bucket_versioning(Bucket=bucket["Name"])
        assert told.get("Status") == versioning.get(bucket["Name"], {}).get("Status"), (bucket, told)
    url = s3.generate_presigned_url("list_buckets", HttpMethod="GET") if expected else None
    if url and "X-Amz-Signature" in url:
        assert expected[0]["Name"] in urllib.request.urlopen(url).read().decode()


def databases(session, account):
    """Each is found by its identifier and by its ARN."""
    for region in account["regions"]:
        rds = session.client("rds", region_name=region)
        for page in rds.get_paginator("describe_db_instances").paginate(PaginationConfig={"PageSize": 20}):
            for instance in page["DBInstances"]:
                for name in (instance["DBInstanceIdentifier"].upper(), instance["DBInstanceArn"]):
                    assert rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"] == [instance]


def functions(session, account):
    """The configuration of each is what the list says, also by its ARN and by an alias."""
    for region in account["regions"]:
        client = session.client("lambda", region_name=region)
        for page in client.get_paginator("list_functions").paginate():
            for function in page["Functions"]:
                for name in (function["FunctionName"], function["FunctionArn"]):
                    found = client.get_function_configuration(FunctionName=name)
                    assert function.items() <= found.items() and found["State"] == "Active", found
                for alias in client.list_aliases(FunctionName=function["FunctionName"])["Aliases"]:
                    found = client.get_function_configuration(FunctionName=name, Qualifier=alias["Name"])
                    assert found["Version"] == alias["FunctionVersion"], found
                named = client.list_event_source_mappings(FunctionName=function["FunctionName"])
                for mapping in named["EventSourceMappings"]:
                    assert mapping["FunctionArn"] == function["FunctionArn"], mapping


def refusals(organization):
    production = next(account for account in organization["accounts"] if account["name"] == "production")
    refused("AccessDenied", lambda: assume(production, ExternalId="another"))
    refused("AccessDenied", lambda: assume(production, RoleArn=production["role"] + "Missing"))
    refused("ValidationError", lambda: assume(production, RoleSessionName="with space"))
    refused("ValidationError", lambda: assume(production, DurationSeconds=7200))

    session = assume(production)
    given = session.get_credentials()
    key, secret, token = given.access_key, given.secret_key, given.token
    calls = [
        # service, call, wrong secret, unknown key, region that is not enabled
        ("ec2", "describe_instances", "SignatureDoesNotMatch", "AuthFailure", "AuthFailure"),
        ("sts", "get_caller_identity", "SignatureDoesNotMatch", "InvalidClientTokenId", "InvalidClientTokenId"),
        ("s3", "list_buckets", "SignatureDoesNotMatch", "InvalidAccessKeyId", "InvalidAccessKeyId"),
        ("dynamodb", "list_tables", "InvalidSignatureException") + ("UnrecognizedClientException",) * 2,
        ("lambda", "list_functions", "InvalidSignatureException") + ("UnrecognizedClientException",) * 2,
        ("cloudwatch", "describe_alarms", "InvalidSignatureException") + ("UnrecognizedClientException",) * 2,
    ]
    for service, call, wrong_secret, unknown_key, not_enabled in calls:

        def ask(key=key, secret=secret, token=token, region="us-east-1"):
            client = boto3.client(
                service, region, config=ONCE, aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token
            )
            return getattr(client, call)()

        ask()
        refused(wrong_secret, lambda: ask(secret="x" * 40))
        refused(unknown_key, lambda: ask(key="AKIAUNKNOWN"))
        refused(not_enabled, lambda: ask(region="ap-south-1"))
    refused("SignatureDoesNotMatch", lambda: session.client("ec2", "xx-nowhere-1").describe_instances())
    refused("AccessDeniedException", lambda: session.client("organizations").list_accounts())
    described = session.client("organizations").describe_organization()["Organization"]
    assert described["MasterAccountId"] == organization["management_account"], described
    refused("InvalidInstanceID.NotFound", lambda: session.client("ec2").describe_instances(InstanceIds=["i-123"]))
    refused("NoSuchBucket", lambda: session.client("s3").get_bucket_versioning(Bucket="of-somebody-else"))
    rds, functions = session.client("rds"), session.client("lambda")
    refused("DBInstanceNotFound", lambda: rds.describe_db_instances(DBInstanceIdentifier="nowhere"))
    refused("DBClusterNotFoundFault", lambda: rds.describe_db_clusters(DBClusterIdentifier="nowhere"))
    refused("ResourceNotFoundException", lambda: functions.get_function_configuration(FunctionName="nowhere"))
    refused("ResourceNotFoundException", lambda: functions.get_policy(FunctionName="receipts-renderer"))
    refused("SimulatorUnsupported", lambda: session.client("ec2").terminate_instances(InstanceIds=["i-123"]))

    policy = {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}
    narrow = assume(production, Policy=json.dumps({"Version": "2012-10-17", "Statement": [policy]}))
    narrow.client("ec2").describe_instances()
    refused("AccessDenied", lambda: narrow.client("s3").list_buckets())


def refused(code, call):
    try:
        answer = call()
    except botocore.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == code, (code, error.response)
        return
    raise AssertionError(f"expected {code}, got {answer}")


def plain(value):
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if hasattr(value, "isoformat"):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


if __name__ == "__main__":
    main(sys.argv[1])
