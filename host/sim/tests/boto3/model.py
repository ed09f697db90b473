"""Inputs and outputs made up from botocore's model, and the operations that they can be made up for."""

import base64
import collections
import datetime
import json
import random
import re

import botocore.exceptions
import botocore.session

ACCOUNT = "123456789012"
TIME = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
TIME_TEXT = "2026-01-02T03:04:05Z"
DEPTH = 4
COMPOUND = ("structure", "list", "map")

# What boto3 itself changes on the way, so that it is no judge there.
SKIPPED = {
    "autoscaling.CreateLaunchConfiguration": "boto3 encodes the user data",
    "cloudfront-keyvaluestore": "signature version 4a",
    "signin": "boto3 knows no other endpoint for it",
    "cloudsearchdomain": "wants an endpoint of one domain",
    "ec2.CopySnapshot": "boto3 adds a presigned URL",
    "cloudwatch.GetMetricData": "its queries are answered one by one",
    "ec2.DescribeInstances": "its filters are evaluated",
    "ec2.DescribeInstanceStatus": "its filters are evaluated",
    "ec2.DescribeSecurityGroups": "its filters are evaluated",
    "ec2.DescribeSnapshots": "its filters are evaluated",
    "ec2.DescribeVolumes": "its filters are evaluated",
    "ec2.RunInstances": "boto3 encodes the user data",
    "ec2.GetConsoleOutput": "boto3 decodes the output",
    "codeartifact.PublishPackageVersion": "the digest of the body is in the input",
    "dataexchange.SendApiAsset": "its output is all headers that came",
    "glacier.UploadArchive": "boto3 adds a tree hash of the body",
    "glacier.UploadMultipartPart": "boto3 adds a tree hash of the body",
    "importexport": "signature version 2",
    "lex-runtime.PutSession": "boto3 leaves headers as JSON",
    "machinelearning.Predict": "boto3 sends it to the endpoint in its input",
    "lambda.ListEventSourceMappings": "those of the function that is asked for",
    "rds.DescribeDBClusterSnapshots": "the one that is asked for",
    "rds.DescribeDBClusters": "the one that is asked for",
    "rds.DescribeDBInstances": "the one that is asked for",
    "rds.DescribeDBSnapshots": "the one that is asked for",
    "rds.DescribeEvents": "those of the source that is asked for",
    "rds.DescribePendingMaintenanceActions": "those of the resource that is asked for",
    "s3.CreateSession": "credentials of directory buckets",
    "s3.GetBucketNotification": "two members with one name on the wire",
    "s3.ListDirectoryBuckets": "the same request as ListBuckets, at another endpoint",
    "s3.ListBuckets": "answered by the region that is asked",
    "s3.SelectObjectContent": "an event stream",
    "s3.WriteGetObjectResponse": "its own host and an unsigned body",
    "sdb": "signature version 2",
    "timestream-query": "asks for its endpoint first",
    "timestream-write": "asks for its endpoint first",
    "sts.AssumeRole": "answered by the organisation",
    "sts.GetCallerIdentity": "answered by the organisation",
}


def services(session):
    return [name for name in session.get_available_services() if name not in SKIPPED]


def operations(model):
    """The operations of a service that can be judged: signed in version 4, without event streams."""
    for name in model.operation_names:
        operation = model.operation_model(name)
        if f"{model.service_name}.{name}" in SKIPPED or operation.has_event_stream_input:
            continue
        if operation.http.get("responseCode") == 204 and operation.output_shape:
            # A body that HTTP does not allow.
            continue
        if operation.has_event_stream_output or operation.deprecated or operation.auth_type in ("none", "bearer"):
            continue
        yield operation


def sample(session, seed, per_service, only=None):
    """(service name, [(operation, input, output)]) for every service, the same for the same seed."""
    chance = random.Random(seed)
    same = ambiguous(session)
    for service in only or services(session):
        model = session.get_service_model(service)
        if model.signature_version not in ("v4", "s3", "s3v4"):
            continue
        found = [operation for operation in operations(model) if request_key(operation) not in same]
        pages = paginators(session, service)
        chosen = chance.sample(found, min(per_service, len(found)))
        yield service, [made for made in (make(operation, pages) for operation in chosen) if made]


def request_key(operation):
    """What tells an operation from all others by its request."""
    model, http = operation.service_model, operation.http
    if model.metadata["protocol"] in ("query", "ec2"):
        how = (model.api_version, operation.name)
    elif model.metadata.get("targetPrefix"):
        how = (model.metadata["targetPrefix"], operation.name)
    else:
        how = (http["method"], re.sub(r"{[^}]*}", "{}", http["requestUri"]))
    return (model.signing_name, *how)


def ambiguous(session):
    """The requests that are those of several services: who is meant shows in the host name alone."""
    seen = collections.Counter()
    for service in session.get_available_services():
        model = session.get_service_model(service)
        seen.update(request_key(model.operation_model(name)) for name in model.operation_names)
    return {key for key, count in seen.items() if count > 1}


def make(operation, pages):
    try:
        given = Maker(operation, is_output=False, paginators=pages).make(operation.input_shape)
        return operation, given, Maker(operation, is_output=True, paginators=pages).make(operation.output_shape)
    except RecursionError:
        # A required union of unions: it would take a search to find the member that ends.
        return None


# What turns the pages of operations that boto3 has no paginator for, and the simulator has: in lower case.
PAGING = {"nexttoken", "nextpagetoken", "pagetoken", "paginationtoken", "continuationtoken", "nextmarker", "marker"}
PAGING |= {"cursor", "maxresults", "maxitems", "maxrecords", "maxentries", "limit", "pagesize", "pagelimit"}


class Maker:
    """Makes JSON values by shape, as they stand in fixtures."""

    def __init__(self, operation, is_output, paginators):
        self.operation = operation
        self.is_output = is_output
        page = paginators.get(operation.name, {})
        listed = lambda key: page.get(key, []) if isinstance(page.get(key, []), list) else [page[key]]
        # What turns pages is the simulator's own.
        self.paging = {name for key in ("input_token", "limit_key") for name in listed(key)}
        self.more = page.get("more_results")

    def make(self, shape):
        return {} if shape is None else self.structure(shape, 0, top=True)

    def structure(self, shape, depth, top=False):
        if getattr(shape, "is_document_type", False):
            return {"any": ["document", 1]}
        members = shape.members
        names = list(members)
        if getattr(shape, "is_tagged_union", False):
            # One member, and where it is deep, one that goes no deeper.
            flat = [name for name in names if members[name].type_name not in COMPOUND]
            names = (flat or names[-1:])[:1] if depth >= DEPTH else names[:1]
            return {name: self.value(members[name], depth + 1, name) for name in names}
        value = {}
        for name in names:
            member = members[name]
            compound = member.type_name in COMPOUND
            if depth >= DEPTH and compound and name not in shape.required_members:
                continue
            turns_pages = name in self.paging or name.lower() in PAGING
            if top and not self.is_output and turns_pages and name not in shape.required_members:
                continue
            if self.skips(name, member) and name not in shape.required_members:
                continue
            if top and member.serialization.get("location") == "statusCode":
                value[name] = self.operation.http.get("responseCode", 200)
                continue
            value[name] = self.value(member, depth + 1, name)
            if value[name] in ({}, [{}], [{}, {}]) and name not in shape.required_members:
                # Some protocols cannot say that something is there and empty.
                del value[name]
        return value

    def skips(self, name, member):
        """Members that mean something to boto3 or to HTTP itself."""
        service = self.operation.service_model.service_name
        if service == "s3" and name in ("Expires", "ExpiresString", "EncodingType", "ContentMD5", "ChecksumAlgorithm"):
            return True
        if service == "s3" and (name.startswith("Checksum") or "SSECustomer" in name or name == "ContentLength"):
            return True
        if name in ("EndpointId", "OutpostId") or service in ("rds", "neptune", "docdb") and name == "SourceRegion":
            return True
        location = member.serialization.get("location")
        wire = (member.serialization.get("name") or name).lower()
        headers = ("content-length", "content-type", "content-encoding", "host", "transfer-encoding", "date", "expect")
        return location == "header" and (wire in headers or wire.startswith("content-"))

    def value(self, shape, depth, name):
        kind = shape.type_name
        metadata = shape.metadata
        if kind == "structure":
            return self.structure(shape, depth)
        if kind == "list":
            count = max(1 if depth > 2 else 2, metadata.get("min", 0))
            if shape.serialization.get("location") == "header":
                return ["one", "two"]
            return [self.value(shape.member, depth + 1, name) for _ in range(min(count, 20))]
        if kind == "map":
            key = shape.key.enum[0] if shape.key.enum else "key".ljust(shape.key.metadata.get("min", 0), "x")
            if shape.serialization.get("location") == "headers":
                return {key: "value"}
            return {key: self.value(shape.value, depth + 1, name)}
        if kind in ("string", "character"):
            return self.text(shape, name)
        if kind in ("integer", "long", "byte", "short"):
            low, high = metadata.get("min", 0), metadata.get("max", 10**9)
            return int(max(low, min(high, 7)))
        if kind in ("float", "double"):
            low, high = metadata.get("min", 0), metadata.get("max", 10**9)
            return max(low, min(high, 1.5))
        if kind == "boolean":
            return not (self.is_output and self.more and self.more.split(".")[-1] == name)
        if kind == "timestamp":
            return TIME_TEXT
        if kind == "blob":
            raw = b"\x00\xffblob" * max(1, -(-metadata.get("min", 0) // 6))
            return base64.b64encode(raw).decode()
        raise ValueError(f"{shape.name}: {kind}")

    def text(self, shape, name):
        location = shape.serialization.get("location")
        if is_json_header(shape):
            return json.dumps({"any": ["value", 1]}, separators=(",", ":"))
        if shape.enum:
            return shape.enum[0]
        if self.operation.service_model.service_name == "route53" and location == "uri":
            return f"{name}-value"
        if name in ("AccountId", "accountId", "TargetAccountId") or name.lower().endswith("accountid") and shape.metadata.get("min", 0) < 13:
            return ACCOUNT
        if name == "CopySource":
            return "judged-bucket/key"
        if name in ("Bucket", "bucket"):
            return "judged-bucket"
        if not self.is_output and shape.metadata.get("hostLabel") or "hostLabel" in shape.serialization:
            return "label"
        plain = f"{name} value" if location != "uri" else f"{name}/ä b"
        if location not in ("header", "headers") and name != "Metadata":
            plain += " <&> \"é\" '%2F'" if not self.is_output else " <&> \"é\""
        low, high = shape.metadata.get("min", 0), shape.metadata.get("max", 10**6)
        text = plain[: max(high, 1)].strip() or "x"
        return text + "x" * max(0, low - len(text))


def is_json_header(shape):
    return shape.serialization.get("jsonvalue") and shape.serialization.get("location") == "header"


def to_python(shape, value):
    """A fixture's value as boto3 takes it."""
    kind = shape.type_name
    if kind == "structure" and not getattr(shape, "is_document_type", False):
        return {name: to_python(shape.members[name], item) for name, item in value.items()}
    if kind == "list":
        return [to_python(shape.member, item) for item in value]
    if kind == "map":
        return {key: to_python(shape.value, item) for key, item in value.items()}
    if kind == "timestamp":
        return TIME
    if is_json_header(shape):
        return json.loads(value)
    if kind == "blob":
        return base64.b64decode(value)
    return value


def to_json(value):
    """What boto3 gives, as a fixture has it."""
    if isinstance(value, dict):
        return {name: to_json(item) for name, item in value.items() if name != "ResponseMetadata"}
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if hasattr(value, "read"):
        return base64.b64encode(value.read()).decode()
    return value


def paginators(session, service):
    try:
        return session.get_component("data_loader").load_service_model(service, "paginators-1")["pagination"]
    except botocore.exceptions.UnknownServiceError:
        return {}


def session():
    return botocore.session.get_session()
