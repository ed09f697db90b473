"""Accounts, and the organisation that they are in."""

import json
from unittest import mock

from botocore.exceptions import ClientError
from moto.organizations.models import organizations_backends

from cells import tags, timestamp

CHECKS = {
    "accounts_discover": {},
    "suspended": {"tool": "accounts_discover", "arguments": {"filter": "state == 'SUSPENDED'"}, "on": ["moto"]},
    "accounts_list": {"arguments": {"filter": "name != 'locked'"}},
    "accounts_relationships": {},
    "policies": {"tool": "accounts_relationships", "arguments": {"kinds": ["policy"]}},
    "accounts_validate_access": {
        "arguments": {"filter": "reachable", "fields": ["id", "name", "reachable"]},
    },
}
# More accounts in one unit than a page of ListAccountsForParent holds.
ARCHIVED = 23
ADMINISTRATOR = "production"
PURPOSES = ("BILLING", "OPERATIONS", "SECURITY")


def seed_organisation(place):
    """Units, policies, and the accounts that are seeded as members."""
    organizations = place.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    (root,) = organizations.list_roots()["Roots"]
    for kind in ("SERVICE_CONTROL_POLICY", "TAG_POLICY"):
        organizations.enable_policy_type(RootId=root["Id"], PolicyType=kind)
    unit = lambda parent, name: organizations.create_organizational_unit(ParentId=parent, Name=name)[
        "OrganizationalUnit"
    ]["Id"]
    workloads, archive = unit(root["Id"], "Workloads"), unit(root["Id"], "Archive")
    units = {"prod": unit(workloads, "Production"), "staging": unit(workloads, "Staging"), None: archive}
    for account in place.organisation.accounts:
        # moto gives every account an id of its own, in this process: here the accounts have theirs.
        with mock.patch("moto.organizations.utils.make_random_account_id", return_value=account.id):
            member(organizations, root, account.name, units.get(account.environment), account.tags)
    for number in range(ARCHIVED):
        id = member(organizations, root, f"archived-{number:02}", archive, {"number": str(number)})
        if number % 5 == 0:
            organizations.close_account(AccountId=id)

    allow = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    for name, kind, targets in [
        ("deny-other-regions", "SERVICE_CONTROL_POLICY", [workloads, units["staging"], "222222222222"]),
        ("keep-the-trails", "SERVICE_CONTROL_POLICY", [root["Id"]]),
        ("not-attached", "SERVICE_CONTROL_POLICY", []),
        ("cost-center", "TAG_POLICY", [archive]),
    ]:
        given = dict(Name=name, Type=kind, Description=f"For {name}", Content=allow if "SERVICE" in kind else "{}")
        policy = organizations.create_policy(**given)["Policy"]["PolicySummary"]["Id"]
        for target in targets:
            organizations.attach_policy(PolicyId=policy, TargetId=target)
    delegate(place, organizations)


def member(organizations, root, name, unit, given):
    given = [{"Key": key, "Value": value} for key, value in given.items()]
    created = organizations.create_account(AccountName=name, Email=f"{name}@example.com", Tags=given)
    id = created["CreateAccountStatus"]["AccountId"]
    if unit:
        organizations.move_account(AccountId=id, SourceParentId=root["Id"], DestinationParentId=unit)
    return id


def delegate(place, organizations):
    """moto knows delegated administrators, but lets none of them read: here one may, as in AWS."""
    (account,) = [account.id for account in place.organisation.accounts if account.name == ADMINISTRATOR]
    for service in ("guardduty.amazonaws.com", "access-analyzer.amazonaws.com"):
        organizations.enable_aws_service_access(ServicePrincipal=service)
        organizations.register_delegated_administrator(AccountId=account, ServicePrincipal=service)
    organizations_backends[account]["aws"] = organizations_backends[place.account.id]["aws"]


def seed_account(place):
    iam, name = place.client("iam"), place.account.name
    iam.create_account_alias(AccountAlias=f"example-{name}")
    iam.create_user(UserName="jane")
    if name == "production":
        iam.update_account_password_policy(MinimumPasswordLength=14, RequireSymbols=True, MaxPasswordAge=90)
        place.client("account").put_alternate_contact(
            AlternateContactType="SECURITY",
            Name="Security desk",
            Title="Security operations",
            EmailAddress="security@example.com",
            PhoneNumber="+1 555 0100",
        )


def administrator(organisation):
    """The account that may read the organisation."""
    for account in organisation.accounts:
        credentials = organisation.credentials(account)
        organizations = organisation.client("organizations", credentials=credentials)
        try:
            if organizations.list_accounts()["Accounts"]:
                return organizations
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDeniedException":
                raise
    raise LookupError("no account may read the organisation")


def pages(organizations, operation, key, **arguments):
    for page in organizations.get_paginator(operation).paginate(**arguments):
        yield from page[key]


def organisation_rows(organisation):
    for account in organisation.accounts:
        yield "accounts_list", {
            "id": account.id,
            "name": account.name,
            "environment": account.environment,
            "regions": account.regions,
            "tags": account.tags,
        }
        yield "accounts_validate_access", {"id": account.id, "name": account.name, "reachable": True}
    organizations = administrator(organisation)
    whole = organizations.describe_organization()["Organization"]
    units, accounts = tree(organizations)
    yield from discovered(organisation, organizations, whole, accounts)
    for kind, row in related(organizations, whole, units, accounts):
        row = {"kind": kind} | row
        yield "accounts_relationships", row
        if kind == "policy":
            yield "policies", row


def tree(organizations):
    """Units and accounts, each with the units that it is in, from the root on."""
    units, accounts = [], []
    waiting = [(root, []) for root in organizations.list_roots()["Roots"]]
    while waiting:
        unit, above = waiting.pop(0)
        units.append((unit, above))
        below = {"ParentId": unit["Id"]}
        for child in pages(organizations, "list_organizational_units_for_parent", "OrganizationalUnits", **below):
            waiting.append((child, above + [unit]))
        for account in pages(organizations, "list_accounts_for_parent", "Accounts", **below):
            accounts.append((account, above + [unit]))
    return units, accounts


def path(units):
    return "/".join(unit["Name"] for unit in units) or None


def discovered(organisation, organizations, whole, accounts):
    registered = {account.id: account.name for account in organisation.accounts + organisation.locked}
    delegated = {}
    for account in pages(organizations, "list_delegated_administrators", "DelegatedAdministrators"):
        services = organizations.list_delegated_services_for_account(AccountId=account["Id"])["DelegatedServices"]
        delegated[account["Id"]] = [service["ServicePrincipal"] for service in services]
    paths = {account["Id"]: path(above) for account, above in accounts}
    for account in pages(organizations, "list_accounts", "Accounts"):
        row = {
            "id": account["Id"],
            "name": account["Name"],
            "email": account["Email"],
            "state": account["State"],
            "management": account["Id"] == whole["MasterAccountId"],
            "registered": account["Id"] in registered,
            "registered_as": registered.get(account["Id"]),
            "joined": timestamp(account["JoinedTimestamp"]),
            "joined_method": account["JoinedMethod"],
            "path": paths[account["Id"]],
            "delegated_services": delegated.get(account["Id"], []),
            "tags": tags(organizations.list_tags_for_resource(ResourceId=account["Id"])["Tags"]),
            "arn": account["Arn"],
            "organization": whole["Id"],
        }
        yield "accounts_discover", row
        if account["State"] == "SUSPENDED":
            yield "suspended", row


def related(organizations, whole, units, accounts):
    enabled = {
        kind["Type"] for unit, _ in units for kind in unit.get("PolicyTypes", []) if kind["Status"] == "ENABLED"
    }
    policies = [
        (policy, list(pages(organizations, "list_targets_for_policy", "Targets", PolicyId=policy["Id"])))
        for kind in sorted(enabled)
        for policy in pages(organizations, "list_policies", "Policies", Filter=kind)
    ]
    attached = lambda id: [
        policy["Name"] for policy, targets in policies if id in [target["TargetId"] for target in targets]
    ]
    own = {"organization": whole["Id"]}
    for thing, above in units + accounts:
        kind = ("ou" if above else "root") if (thing, above) in units else "account"
        inherited = dict.fromkeys(name for unit in reversed(above) for name in attached(unit["Id"]))
        yield kind, own | {
            "id": thing["Id"],
            "name": thing["Name"],
            "arn": thing["Arn"],
            "path": path(above),
            "parent": above[-1]["Id"] if above else None,
            "state": thing.get("State"),
            "policies": attached(thing["Id"]),
            "inherited_policies": list(inherited),
            "type": None,
            "targets": None,
            "description": None,
            "aws_managed": None,
        }
    paths = {unit["Id"]: path(above + [unit]) for unit, above in units}
    for policy, targets in policies:
        yield "policy", own | {
            "id": policy["Id"],
            "name": policy["Name"],
            "arn": policy["Arn"],
            "path": None,
            "parent": None,
            "state": None,
            "policies": None,
            "inherited_policies": None,
            "type": policy["Type"],
            "targets": [paths.get(target["TargetId"], target["Name"]) for target in targets],
            "description": policy["Description"],
            "aws_managed": policy["AwsManaged"],
        }


def account_details(place):
    """What there is to know of an account; moto lacks its regions, its creation and its primary contact."""
    iam = place.client("iam")
    figures = iam.get_account_summary()["SummaryMap"]
    whole = place.client("organizations").describe_organization()["Organization"]
    aliases = iam.list_account_aliases()["AccountAliases"]
    yield "accounts_describe", {"account": place.account.name}, {
        "alias": aliases[0] if aliases else None,
        "environment": place.account.environment,
        "tags": place.account.tags,
        "organization": {"id": whole["Id"], "management_account": whole["MasterAccountId"]},
        "iam": {
            "users": figures["Users"],
            "roles": figures["Roles"],
            "root_mfa": figures["AccountMFAEnabled"] == 1,
            "root_access_keys": figures["AccountAccessKeysPresent"],
        },
        "password_policy": password_policy(iam),
    } | contacts(place)


def password_policy(iam):
    try:
        policy = iam.get_account_password_policy()["PasswordPolicy"]
    except iam.exceptions.NoSuchEntityException:
        return "AWS default"
    return {
        "minimum_length": policy["MinimumPasswordLength"],
        "symbols": policy["RequireSymbols"],
        "maximum_age_days": policy.get("MaxPasswordAge"),
    }


def contacts(place):
    found = {}
    for purpose in PURPOSES:
        try:
            contact = place.client("account").get_alternate_contact(AlternateContactType=purpose)["AlternateContact"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            continue
        found[purpose.lower()] = {
            "name": contact["Name"],
            "title": contact["Title"],
            "email": contact["EmailAddress"],
            "phone": contact["PhoneNumber"],
        }
    return {"alternate_contacts": found} if found else {}
