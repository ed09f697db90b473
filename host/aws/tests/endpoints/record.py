"""Records where botocore sends whole calls, and with which scope it signs them: writes calls.json.

Run with the botocore of the model pack: python3 record.py > calls.json
"""

import json

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


def send(service, operation, inputs, region, settings):
    session = botocore.session.Session()
    session.set_credentials("AKIDEXAMPLE", "secret")
    config = Config(
        use_fips_endpoint=settings.get("fips", False),
        use_dualstack_endpoint=settings.get("dual_stack", False),
        # Where we differ on purpose: the regional endpoint of us-east-1, no host prefixes for emulators, no
        # endpoints by account.
        s3={"us_east_1_regional_endpoint": "regional"},
        inject_host_prefix="endpoint_url" not in settings,
        account_id_endpoint_mode="disabled",
    )
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


def main():
    calls = [(*call, region, {}) for call in GLOBAL for region in REGIONS]
    calls += [(*call, "eu-west-1", settings) for *call, settings in VARIANTS]
    lines = []
    for service, operation, inputs, region, settings in calls:
        expect = send(service, operation, inputs, region, settings)
        case = dict(service=service, operation=operation, input=inputs, region=region, settings=settings)
        lines.append(json.dumps({**case, "expect": expect}))
    print("[\n" + ",\n".join(lines) + "\n]")


main()
