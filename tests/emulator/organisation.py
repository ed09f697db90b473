"""Serves an organisation on moto until standard input ends.

    organisation.py [FAMILY…]        seeds these families, or all

Prints one line of JSON, what a test needs to know of it, once all is there. Five accounts, three
regions each. Afterwards moto checks signatures and evaluates IAM policies: the base user may assume
the roles of four accounts and not that of `locked`, and a role may do what the plugins request.

A family of tools is a module of the folder `families`, with whatever it needs of these:

    CHECKS = {                       what is compared: a name, and the arguments of the tool
        "rds_list_databases": {},    the tool is called as the check is
        "snapshots": {"tool": "rds_list_snapshots", "arguments": {"public": True}},
        "exports": {"tool": "rds_list_exports", "on": ["demo"]},    moto lacks its operations
    }
    READS = ["tag:GetResources"]     what the role may do beside what plugins/<family>/plugin.toml
                                     requests, where moto has another word for it

    def seed_organisation(place)     once, in the management account, before everything else
    def seed_account(place)          in every account, before its regions
    def seed(place)                  in every region of every account

    def organisation_rows(organisation)      (check, row): rows that come from no account
    def account_rows(place)                  (check, row): `account` is added, `region` is the row's own
    def rows(place)                          (check, row): `account` and `region` are added
    def account_details(place), details(place)
                                     (tool, arguments, members): what the one match must have, among
                                     other members; objects in it likewise, lists as they are,
                                     and nothing that is empty

`place` has `account` (`id`, `name`, `environment`, `tags`, `regions`), `region`, and
`client(service, region=None)`, a boto3 client there. Accounts are seeded at the same time.

The judge, inventory.py, asks by boto3 for the rows, with a role that may do everything. A row has
the columns that are compared: the same in all rows of a check, and of the same names as the tool's.
The tool is called with `fields` and a high `limit` for them, all its pages are read, and its rows are
the same, in any order. A check without rows fails, so seed what it is to find.

The judge asks the demo organisation (examples/demo-org, played by the simulator) the same questions:
there it judges the simulator too.
"""

import concurrent.futures
import json
import logging
import sys
import urllib.request

from moto.iam.access_control import IAMRequestBase
from moto.server import ThreadedMotoServer

import families
from places import HOME, Account, Organisation, Place

logging.getLogger("werkzeug").setLevel(logging.ERROR)
REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-2"]
ACCOUNTS = [
    ("222222222222", "production", "prod", "payments"),
    ("333333333333", "staging", "staging", "payments"),
    ("444444444444", "data", "prod", "analytics"),
    ("555555555555", "sandbox", "dev", "platform"),
    ("666666666666", "locked", "prod", "security"),
]
MANAGEMENT = "123456789012"
LOCKED = "locked"
# The role that Tollgate assumes, and the one of the judge.
ROLE, JUDGE = "TollgateReadOnly", "Judge"
ANYBODY = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "secret"}


def check_signatures_without_bodies():
    """moto takes the query, or the headers, for the body of a GET, and finds its signature wrong."""
    create = IAMRequestBase._create_aws_request

    def without_body(self):
        request = create(self)
        if self._method == "GET":
            request.data = b""
        return request

    IAMRequestBase._create_aws_request = without_body


def policy(*statements):
    allow = [{"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": allow})


def roles(place, seeded):
    iam = place.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    for role in (ROLE, JUDGE):
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName=JUDGE, PolicyName="all", PolicyDocument=policy(("*", "*")))
    given = {"itself": ["ec2:DescribeRegions", "sts:GetCallerIdentity"]}
    given |= {name: families.reads(name, family) for name, family in seeded.items()}
    for name, actions in given.items():
        if actions:
            iam.put_role_policy(RoleName=ROLE, PolicyName=name, PolicyDocument=policy((actions, "*")))


def base_user(organisation):
    iam = organisation.client("iam")
    iam.create_user(UserName="tollgate")
    open_to_it = [account.id for account in organisation.accounts if account.name != LOCKED]
    arns = [f"arn:aws:iam::{account}:role/{role}" for account in open_to_it for role in (ROLE, JUDGE)]
    document = policy(("sts:AssumeRole", arns), ("sts:GetCallerIdentity", "*"))
    iam.put_user_policy(UserName="tollgate", PolicyName="assume", PolicyDocument=document)
    key = iam.create_access_key(UserName="tollgate")["AccessKey"]
    return {"access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"]}


def seed(family, account, organisation):
    if hasattr(family, "seed_account"):
        family.seed_account(Place(organisation, account, account.regions[0]))
    for region in account.regions if hasattr(family, "seed") else []:
        family.seed(Place(organisation, account, region))


def main(names):
    check_signatures_without_bodies()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    arn = lambda account, role: f"arn:aws:iam::{account}:role/{role}"
    account = lambda id, name, environment, tags: Account(
        id, name, environment, tags, REGIONS, arn(id, "OrganizationAccountAccessRole")
    )
    accounts = [account(id, name, environment, {"team": team}) for id, name, environment, team in ACCOUNTS]
    organisation = Organisation("moto", endpoint, ANYBODY, accounts)
    seeded = families.named(names)
    management = Place(organisation, account(MANAGEMENT, "management", "prod", {}), HOME)
    for family in seeded.values():
        if hasattr(family, "seed_organisation"):
            family.seed_organisation(management)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        jobs = []
        for account in accounts:
            roles(Place(organisation, account, HOME), seeded)
            if account.name != LOCKED:
                jobs += [pool.submit(seed, family, account, organisation) for family in seeded.values()]
    for job in jobs:
        job.result()
    base = base_user(organisation)
    enforce = urllib.request.Request(
        f"{endpoint}/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"}, method="POST"
    )
    urllib.request.urlopen(enforce).read()
    told = [
        {
            "id": account.id,
            "name": account.name,
            "environment": account.environment,
            "tags": account.tags,
            "regions": account.regions,
            "role": arn(account.id, ROLE),
            "judge": arn(account.id, JUDGE),
            "reachable": account.name != LOCKED,
        }
        for account in accounts
    ]
    print(json.dumps({"name": "moto", "endpoint": endpoint, "base": base, "accounts": told}), flush=True)
    sys.stdin.read()


main(sys.argv[1:])
