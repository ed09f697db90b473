"""Records where botocore sends whole calls, and with which scope it signs them.

Run with the botocore of the model pack, in this folder: python3 record.py. It writes calls.json, and profiles.json: the
same with the settings of environments and of the profiles in the file `config` beside this one.
"""

import json
import os
import pathlib

import botocore.awsrequest
import botocore.session
from botocore.config import Config

REGIONS = ["us-east-1", "eu-west-1", "cn-north-1", "us-gov-east-1"]
EMULATOR = "http://127.0.0.1:5000"
POINT = "arn:aws:s3:eu-west-1:123456789012:accesspoint/finance"
OUTPOST = "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01234567890123456/accesspoint/reports"
ROLE = {"RoleArn": "arn:aws:iam::123456789012:role/reader", "RoleSessionName": "session"}
ACCOUNT = {"AccountId": "123456789012"}
GRAPH = {"graphIdentifier": "g-0123456789"}

# service, operation, input
GLOBAL = [
    ("iam", "ListRoles", {}),
    ("organizations", "ListAccounts", {}),
    ("ce", "ListCostAllocationTags", {}),
    ("budgets", "DescribeBudgets", ACCOUNT),
    ("account", "ListRegions", {}),
    ("support", "DescribeServices", {}),
    ("route53", "ListHostedZones", {}),
    ("cloudfront", "ListDistributions", {}),
    ("savingsplans", "DescribeSavingsPlans", {}),
    ("sts", "GetCallerIdentity", {}),
    ("sts", "AssumeRole", ROLE),
    ("ec2", "DescribeInstances", {}),
    ("rds", "DescribeDBInstances", {}),
    ("lambda", "ListFunctions", {}),
    ("dynamodb", "ListTables", {}),
    ("s3", "ListBuckets", {}),
    ("s3", "ListObjectsV2", {"Bucket": "plain-bucket", "EncodingType": "url"}),
    ("s3", "ListObjectsV2", {"Bucket": "dotted.bucket", "EncodingType": "url"}),
    ("s3", "GetBucketLocation", {"Bucket": "plain-bucket"}),
    ("s3", "HeadObject", {"Bucket": "plain-bucket", "Key": "/a//b c"}),
    ("s3control", "ListAccessPoints", ACCOUNT),
]
VARIANTS = [
    ("ec2", "DescribeInstances", {}, {"fips": True}),
    ("ec2", "DescribeInstances", {}, {"dual_stack": True}),
    ("sts", "GetCallerIdentity", {}, {"fips": True}),
    ("iam", "ListRoles", {}, {"fips": True}),
    ("s3", "HeadObject", {"Bucket": "plain-bucket", "Key": "k"}, {"dual_stack": True}),
    ("s3", "HeadObject", {"Bucket": "plain-bucket", "Key": "k"}, {"fips": True, "dual_stack": True}),
    ("s3", "HeadObject", {"Bucket": POINT, "Key": "k"}, {}),
    ("s3", "HeadObject", {"Bucket": OUTPOST, "Key": "k"}, {}),
    ("s3", "ListBuckets", {}, {"endpoint_url": EMULATOR}),
    ("s3", "HeadObject", {"Bucket": "plain-bucket", "Key": "k"}, {"endpoint_url": EMULATOR}),
    ("s3", "HeadObject", {"Bucket": "plain-bucket", "Key": "k"}, {"endpoint_url": "http://localhost:4566/"}),
    ("s3", "HeadObject", {"Bucket": "plain-bucket", "Key": "k"}, {"endpoint_url": "https://store.example/base"}),
    ("ec2", "DescribeInstances", {}, {"endpoint_url": EMULATOR, "fips": True}),
    ("iam", "ListRoles", {}, {"endpoint_url": EMULATOR}),
    ("lambda", "ListFunctions", {}, {"endpoint_url": EMULATOR + "/"}),
    ("s3control", "ListAccessPoints", ACCOUNT, {"endpoint_url": "https://vpce-1.example"}),
    ("mwaa", "ListEnvironments", {}, {}),
    ("mwaa", "ListEnvironments", {}, {"endpoint_url": EMULATOR}),
    ("neptune-graph", "GetGraphSummary", GRAPH, {}),
    ("neptune-graph", "ListGraphs", {}, {}),
]


# environment and profile
PLACES = [
    ({}, "plain"),
    ({}, "url"),
    ({}, "url-and-services"),
    ({}, "services"),
    ({}, "quiet"),
    ({}, "fips"),
    ({}, "dual-stack"),
    ({}, "fips-and-url"),
    ({}, "s3-path"),
    ({}, "s3-virtual"),
    ({}, "s3-virtual-url"),
    ({}, "s3-dual-stack"),
    ({}, "s3-no-dual-stack"),
    ({}, "s3-own-region"),
    ({}, "s3-arn-region"),
    ({}, "legacy"),
    ({"AWS_ENDPOINT_URL": "http://env.example"}, "url-and-services"),
    ({"AWS_ENDPOINT_URL_S3": "http://env-s3.example"}, "url-and-services"),
    ({"AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2": "http://env-elb.example"}, "plain"),
    ({"AWS_ENDPOINT_URL": "http://env.example", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, "url"),
    ({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"}, "quiet"),
    ({"AWS_USE_FIPS_ENDPOINT": "false"}, "fips"),
    ({"AWS_USE_FIPS_ENDPOINT": "true"}, "plain"),
    ({"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "s3-no-dual-stack"),
    ({"AWS_S3_USE_ARN_REGION": "false"}, "plain"),
    ({"AWS_S3_USE_ARN_REGION": "true"}, "s3-own-region"),
    ({"AWS_STS_REGIONAL_ENDPOINTS": "legacy"}, "plain"),
    ({"AWS_STS_REGIONAL_ENDPOINTS": "regional"}, "legacy"),
    ({"AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "legacy"}, "plain"),
    ({"AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "regional"}, "legacy"),
]
# service, operation, input, region
PLACED = [
    ("ec2", "DescribeInstances", {}, "eu-west-1"),
    ("iam", "ListRoles", {}, "eu-west-1"),
    ("elbv2", "DescribeLoadBalancers", {}, "eu-west-1"),
    ("elasticbeanstalk", "DescribeEnvironments", {}, "eu-west-1"),
    ("sts", "GetCallerIdentity", {}, "us-east-1"),
    ("sts", "GetCallerIdentity", {}, "eu-south-1"),
    ("s3", "ListBuckets", {}, "us-east-1"),
    ("s3", "HeadObject", {"Bucket": "plain-bucket", "Key": "k"}, "us-east-1"),
    ("s3", "HeadObject", {"Bucket": "plain-bucket", "Key": "k"}, "eu-west-1"),
    ("s3", "HeadObject", {"Bucket": "dotted.bucket", "Key": "k"}, "eu-west-1"),
    ("s3", "HeadObject", {"Bucket": POINT, "Key": "k"}, "us-west-2"),
    ("s3control", "ListAccessPoints", ACCOUNT, "eu-west-1"),
]


def send(service, operation, inputs, region, settings, profile=None, s3=None, **config):
    session = botocore.session.Session(profile=profile)
    session.set_credentials("AKIDEXAMPLE", "secret")
    # Where we differ on purpose: no endpoints by account.
    config = Config(account_id_endpoint_mode="disabled", s3=s3, **config)
    client = session.create_client(
        service, region_name=region, endpoint_url=settings.get("endpoint_url"), config=config
    )
    sent = []

    def stop(request, **_):
        sent.append(request)
        return botocore.awsrequest.AWSResponse(request.url, 418, {}, None)

    client.meta.events.register("before-send", stop)
    try:
        client._make_api_call(operation, inputs)
    except Exception:
        if not sent:
            raise
    header = sent[0].headers["Authorization"]
    header = header if isinstance(header, str) else header.decode()
    scope = header.split("Credential=")[1].split(",")[0].split("/")
    # A parameter without a value is the same with an equals sign, which is how signatures have it.
    url = sent[0].url.replace("?location", "?location=")
    return {"url": url, "signing_region": scope[2], "signing_name": scope[3]}


def call(service, operation, inputs, region, settings):
    # Where we differ on purpose: the regional endpoint of us-east-1, no host prefixes for emulators.
    return send(
        service,
        operation,
        inputs,
        region,
        settings,
        use_fips_endpoint=settings.get("fips", False),
        use_dualstack_endpoint=settings.get("dual_stack", False),
        s3={"us_east_1_regional_endpoint": "regional"},
        inject_host_prefix="endpoint_url" not in settings,
    )


def placed(service, operation, inputs, region, environment, profile):
    # Without a word about it botocore asks S3's one endpoint for us-east-1, and we the region's.
    regional = {"AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "regional"} if profile != "legacy" else {}
    os.environ.update({**regional, **environment})
    try:
        return send(service, operation, inputs, region, {}, profile, inject_host_prefix=True)
    except Exception as error:
        return {"error": type(error).__name__}
    finally:
        for name in {**regional, **environment}:
            del os.environ[name]


def write(name, cases):
    lines = ",\n".join(json.dumps(case) for case in cases)
    pathlib.Path(__file__).with_name(name).write_text(f"[\n{lines}\n]\n")


def main():
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = str(pathlib.Path(__file__).with_name("config"))
    os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    calls = [(*it, region, {}) for it in GLOBAL for region in REGIONS]
    calls += [(*it, "eu-west-1", settings) for *it, settings in VARIANTS]
    names = ("service", "operation", "input", "region", "settings")
    write("calls.json", [dict(zip(names, it)) | {"expect": call(*it)} for it in calls])
    calls = [(*it, *place) for it in PLACED for place in PLACES]
    names = ("service", "operation", "input", "region", "environment", "profile")
    write("profiles.json", [dict(zip(names, it)) | {"expect": placed(*it)} for it in calls])


main()
