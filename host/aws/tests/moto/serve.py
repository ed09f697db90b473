"""Serves two accounts on moto, and says what boto3 is answered there.

Once all is there, prints one line of JSON: the endpoint, the base user's keys, the role, and the questions. Then
reads lines of JSON from standard input and answers each with one line, in order, until standard input ends:

    {"check": true}
        -> {}: from now on moto checks signatures and evaluates IAM policies, or no longer does
    {"account", "region", "service", "operation", "input"}
        -> {"value", "pages"} or {"error": {"code", "message", "status"}}

Times are ISO 8601 in UTC, bytes are base64, and a paged operation is asked for all its pages, as Tollgate does.
"""

import base64
import datetime
import json
import logging
import math
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import boto3
import botocore.handlers as handlers
import botocore.session
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

import seeds

logging.getLogger("werkzeug").setLevel(logging.ERROR)

ACCOUNTS = {"222222222222": "production", "333333333333": "staging"}
ROLE = "Reader"
ANYBODY = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "secret"}
CONFIG = Config(
    retries={"max_attempts": 0}, read_timeout=120, s3={"addressing_style": "path"}, inject_host_prefix=False
)

# What boto3 does beyond the wire and Tollgate does not, see `protocol/mod.rs`: policies become objects, console
# output becomes text, templates become objects, and keys of objects are asked for URL-encoded.
CONVENIENCES = [
    ("after-call.iam", handlers.json_decode_policies),
    ("after-call.ec2.GetConsoleOutput", handlers.decode_console_output),
    ("after-call.cloudformation.GetTemplate", handlers.json_decode_template_body),
    ("before-parameter-build.s3.ListObjects", handlers.set_list_objects_encoding_type_url),
    ("before-parameter-build.s3.ListObjectsV2", handlers.set_list_objects_encoding_type_url),
    ("before-parameter-build.s3.ListObjectVersions", handlers.set_list_objects_encoding_type_url),
]


def bare_session():
    session = botocore.session.Session()
    for event, handler in CONVENIENCES:
        session.unregister(event, handler)
    return boto3.Session(botocore_session=session)


class Clients:
    """The clients of one account, each made once."""

    def __init__(self, session, endpoint, credentials):
        self.session, self.endpoint, self.credentials = session, endpoint, credentials
        self.made, self.lock = {}, threading.Lock()

    def __call__(self, service, region="us-east-1"):
        with self.lock:  # making a client is not thread-safe, using it is
            if (service, region) not in self.made:
                self.made[service, region] = self.session.client(
                    service, region, endpoint_url=self.endpoint, config=CONFIG, **self.credentials
                )
            return self.made[service, region]


def assume(sts, role):
    # The name that Tollgate makes of its configuration, its plugin and its caller.
    answer = sts.assume_role(RoleArn=role, RoleSessionName="judge-test-tester")["Credentials"]
    return {
        "aws_access_key_id": answer["AccessKeyId"],
        "aws_secret_access_key": answer["SecretAccessKey"],
        "aws_session_token": answer["SessionToken"],
    }


def policy(*statements):
    statements = [{"Effect": effect, "Action": actions, "Resource": resource} for effect, actions, resource in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def reader(iam):
    """A role that may do all but one thing."""
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
    allowed = policy(("Allow", "*", "*"), ("Deny", seeds.FORBIDDEN, "*"))
    iam.put_role_policy(RoleName=ROLE, PolicyName="read", PolicyDocument=allowed)


def base_user(iam, roles):
    iam.create_user(UserName="base")
    iam.put_user_policy(UserName="base", PolicyName="assume", PolicyDocument=policy(("Allow", "sts:AssumeRole", roles)))
    key = iam.create_access_key(UserName="base")["AccessKey"]
    return {"access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"]}


def seed(session, endpoint):
    """Fills the accounts; gives the base user's keys, and the questions."""
    home = Clients(session, endpoint, ANYBODY)
    jobs = []
    with ThreadPoolExecutor(4) as pool:
        for account in ACCOUNTS:
            clients = Clients(session, endpoint, assume(home("sts"), f"arn:aws:iam::{account}:role/Seed"))
            reader(clients("iam"))
            jobs += [pool.submit(one, clients, account) for one in seeds.ACCOUNT]
    questions = [question for job in jobs for question in job.result()]
    return base_user(home("iam"), [f"arn:aws:iam::{account}:role/{ROLE}" for account in ACCOUNTS]), questions


def check(endpoint, wanted):
    """Whether moto checks signatures and evaluates policies from now on."""
    unchecked = b"0" if wanted else b"inf"
    headers = {"Content-Type": "text/plain"}
    request = urllib.request.Request(f"{endpoint}/moto-api/reset-auth", unchecked, headers, method="POST")
    urllib.request.urlopen(request).read()
    return {}


def answer(clients, question):
    client = clients(question["service"], question["region"])
    method = xform_name(question["operation"])
    model = client.meta.service_model.operation_model(question["operation"])
    given = to_boto(model.input_shape, question["input"])
    requests = []
    client.meta.events.register("before-call", count := lambda **_: requests.append(1))
    try:
        if client.can_paginate(method):
            value = client.get_paginator(method).paginate(**given).build_full_result()
            value = without_nulls(value)  # members of the first page that are not there
        else:
            value = getattr(client, method)(**given)
            value.pop("ResponseMetadata")
        return {"value": plain(value), "pages": len(requests)}
    except ClientError as error:
        said, metadata = error.response["Error"], error.response["ResponseMetadata"]
        return {"error": {"code": said["Code"], "message": said["Message"], "status": metadata["HTTPStatusCode"]}}
    finally:
        client.meta.events.unregister("before-call", count)


def to_boto(shape, value):
    """Our JSON as what boto3 takes: bytes where the model has them."""
    if shape is None or value is None:
        return {}
    if shape.type_name == "structure":
        return {name: to_boto(shape.members[name], inner) for name, inner in value.items()}
    if shape.type_name == "list":
        return [to_boto(shape.member, inner) for inner in value]
    if shape.type_name == "map":
        return {key: to_boto(shape.value, inner) for key, inner in value.items()}
    return base64.b64decode(value) if shape.type_name == "blob" else value


def without_nulls(value):
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return value


def plain(value):
    """What boto3 gives, as Tollgate writes it."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if hasattr(value, "read"):
        return base64.b64encode(value.read()).decode()
    if isinstance(value, datetime.datetime):
        written = value.astimezone(datetime.timezone.utc).replace(tzinfo=None).isoformat()
        return (written.rstrip("0") if "." in written else written) + "Z"
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value


def main():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    session = bare_session()
    base, questions = seed(session, endpoint)
    world = {"endpoint": endpoint, "base": base, "role": ROLE, "accounts": ACCOUNTS, "questions": questions}
    print(json.dumps(world), flush=True)

    home = Clients(session, endpoint, {f"aws_{key}": value for key, value in base.items()})
    judges = {}
    for line in sys.stdin:
        question = json.loads(line)
        if "check" in question:
            print(json.dumps(check(endpoint, question["check"])), flush=True)
            continue
        account = question["account"]
        if account not in judges:
            credentials = assume(home("sts"), f"arn:aws:iam::{account}:role/{ROLE}")
            judges[account] = Clients(session, endpoint, credentials)
        print(json.dumps(answer(judges[account], question)), flush=True)


main()
