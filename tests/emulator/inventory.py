"""What boto3 says that an organisation holds: the judge of the tools' answers.

    inventory.py [FAMILY…]           asks for these families, or all

Reads the line that organisation.py printed from standard input, and prints a JSON array of checks:

    {"name": "ec2.volumes", "tool": "ec2_list_storage", "arguments": {…}, "rows": [{…}, …]}
    {"name": "ec2.details", "tool": "ec2_describe_instance", "arguments": {…}, "match": {…}}
"""

import itertools
import json
import sys

import families
from places import Organisation, Place


def asked(family, how, organisation):
    """Yields what a family finds, each with the members that its place adds."""
    if how == "organisation_":
        yield {}, organisation
        return
    for account in organisation.accounts:
        if how == "account_":
            yield {"account": account.name}, Place(organisation, account, account.regions[0])
            continue
        for region in account.regions:
            yield {"account": account.name, "region": region}, Place(organisation, account, region)


def table(name, family, organisation):
    """The checks of the family's tables."""
    checks = {}
    for check, given in getattr(family, "CHECKS", {}).items():
        if organisation.name in given.get("on", [organisation.name]):
            tool = given.get("tool", check)
            checks[check] = {"name": f"{name}.{check}", "tool": tool, "arguments": given.get("arguments", {}), "rows": []}
    for how in ("organisation_", "account_", ""):
        ask = getattr(family, f"{how}rows", None)
        for place, where in asked(family, how, organisation) if ask else []:
            region = {"region": "global"} if how == "account_" else {}
            for check, row in ask(where):
                if check not in getattr(family, "CHECKS", {}):
                    raise KeyError(f"families/{name}.py: `{check}` is not in CHECKS")
                if check in checks:
                    checks[check]["rows"].append(place | region | row)
    return list(checks.values())


def details(name, family, organisation):
    for how in ("account_", ""):
        ask = getattr(family, f"{how}details", None)
        for place, where in asked(family, how, organisation) if ask else []:
            for tool, arguments, members in ask(where):
                yield {"name": f"{name}.details", "tool": tool, "arguments": arguments, "match": place | members}


def main(names):
    organisation = Organisation.read(json.load(sys.stdin))
    found = families.named(names).items()
    checks = (itertools.chain(table(*family, organisation), details(*family, organisation)) for family in found)
    print(json.dumps(list(itertools.chain.from_iterable(checks))))


if __name__ == "__main__":
    main(sys.argv[1:])
