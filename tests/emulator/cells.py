"""How the tools write what boto3 gives as Python values."""

import datetime


def timestamp(value):
    """ISO 8601 in UTC, with a fraction only where there is one."""
    if value is None:
        return None
    utc = value.astimezone(datetime.timezone.utc)
    text = utc.strftime("%Y-%m-%dT%H:%M:%S")
    return text + (f".{utc.microsecond:06}".rstrip("0") if utc.microsecond else "") + "Z"


def tags(listed, key="Key", value="Value"):
    """[{"Key": …, "Value": …}] as one object."""
    return {tag[key]: tag.get(value, "") for tag in listed or []}
