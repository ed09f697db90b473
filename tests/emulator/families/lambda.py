"""Lambda."""

import datetime
import io
import json
import zipfile

from botocore.exceptions import ClientError

CHECKS = {
    "lambda_list_functions": {},
    "public": {"tool": "lambda_list_functions", "arguments": {"filter": "public"}},
    # moto has no ListFunctionUrlConfigs.
    "urls": {"tool": "lambda_list_functions", "on": ["demo"]},
}
# What AWS says of the runtimes that are seeded here and of those in the demo organisation.
ENDS = {
    "go1.x": "2024-01-08",
    "java21": "2029-06-30",
    "nodejs16.x": "2024-06-12",
    "nodejs20.x": "2026-04-30",
    "nodejs22.x": "2027-04-30",
    "provided.al2023": "2029-06-30",
    "python3.8": "2024-10-14",
    "python3.9": "2025-12-15",
    "python3.12": "2028-10-31",
    "python3.13": "2029-06-30",
}
RUNTIMES = ["python3.13", "python3.8", "nodejs22.x", "nodejs16.x", "java21"]
# Conditions on how a function is called, which say nothing of who calls.
HOW = {"lambda:functionurlauthtype", "lambda:invokedviafunctionurl"}


def code():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("app.py", "def handler(event, context): return event")
    return {"ZipFile": archive.getvalue()}


def seed(place):
    """Functions on several runtimes, as archives and as an image, open and closed."""
    lambda_, account = place.client("lambda"), place.account
    role = f"arn:aws:iam::{account.id}:role/TollgateReadOnly"
    for number, runtime in enumerate(RUNTIMES):
        lambda_.create_function(
            FunctionName=f"{account.name}-{number}",
            Runtime=runtime,
            Handler="app.handler",
            Role=role,
            Code=code(),
            MemorySize=128 << number,
            Timeout=3 + number,
            Architectures=[["x86_64", "arm64"][number % 2]],
            Environment={"Variables": {"DB_PASSWORD": "correct-horse"}},
            Tags={"team": account.tags["team"]} if number % 2 else {},
        )
    allow = lambda number, **given: lambda_.add_permission(
        FunctionName=f"{account.name}-{number}", StatementId="s", Action="lambda:InvokeFunction", **given
    )
    allow(0, Principal="*")
    allow(1, Principal="s3.amazonaws.com", SourceArn="arn:aws:s3:::uploads", SourceAccount=account.id)
    allow(2, Principal="arn:aws:iam::111122223333:root")
    allow(3, Principal="*", PrincipalOrgID="o-exampleorg1")


def rows(place):
    lambda_ = place.client("lambda")
    for page in lambda_.get_paginator("list_functions").paginate():
        for one in page["Functions"]:
            row = function(one)
            public = is_public(lambda_, one["FunctionName"])
            tags = lambda_.list_tags(Resource=one["FunctionArn"]).get("Tags", {})
            yield "lambda_list_functions", row | {"public": public, "tags": tags}
            if public:
                yield "public", {"name": row["name"], "public": True}
            if place.organisation.name == "demo":
                yield "urls", {"name": row["name"]} | url(lambda_, row["name"])


def details(place):
    """A function with all that belongs to it; of its environment only the names."""
    if (place.account.name, place.region) != ("production", "us-east-1"):
        return
    lambda_ = place.client("lambda")
    name = lambda_.list_functions()["Functions"][1]["FunctionName"]
    one = lambda_.get_function_configuration(FunctionName=name)
    yield "lambda_describe_function", {"function": one["FunctionArn"]}, {
        "name": name,
        "handler": one["Handler"],
        "code_sha256": one["CodeSha256"],
        "environment": {name: "[redacted]" for name in one["Environment"]["Variables"] if "PASSWORD" in name},
    }


def function(one):
    ends = ENDS.get(one.get("Runtime"))
    return {
        "name": one["FunctionName"],
        "runtime": one.get("Runtime"),
        "runtime_deprecated": ends <= datetime.date.today().isoformat() if ends else None,
        "runtime_ends": ends,
        "package_type": one["PackageType"],
        "architecture": one["Architectures"][0],
        "memory_mib": one["MemorySize"],
        "timeout_seconds": one["Timeout"],
        "code_bytes": one["CodeSize"],
        "last_modified": one["LastModified"].replace("+0000", "Z"),
        "role": one["Role"],
        "vpc": (one.get("VpcConfig") or {}).get("VpcId") or None,
        "layers": [layer["Arn"] for layer in one.get("Layers") or []],
        "arn": one["FunctionArn"],
    }


def is_public(lambda_, name):
    try:
        policy = json.loads(lambda_.get_policy(FunctionName=name)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return False
        raise
    keys = lambda statement: {key.lower() for keys in statement.get("Condition", {}).values() for key in keys}
    return any(one["Principal"] in ("*", {"AWS": "*"}) and keys(one) <= HOW for one in policy["Statement"])


def url(lambda_, name):
    found = lambda_.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]
    first = found[0] if found else {}
    return {"url": first.get("FunctionUrl"), "url_auth": first.get("AuthType")}
