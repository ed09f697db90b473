"""An organisation, and the places in it where boto3 seeds and asks."""

import dataclasses
import functools
import threading

import boto3
from botocore.config import Config

HOME = "us-east-1"
CONFIG = Config(retries={"max_attempts": 1}, read_timeout=120, s3={"addressing_style": "path"})
SESSION, LOCK = boto3.Session(), threading.Lock()


@dataclasses.dataclass(frozen=True)
class Account:
    id: str
    name: str
    environment: str
    tags: dict
    regions: list
    # The role that is assumed to ask, and the external id that it wants.
    role: str
    external_id: str | None = None

    def __hash__(self):
        return hash(self.id)


@dataclasses.dataclass(frozen=True)
class Organisation:
    """What can be reached at an endpoint with base credentials: {"aws_access_key_id": …, …}."""

    name: str
    endpoint: str
    base: dict
    accounts: list
    # The accounts whose role cannot be assumed.
    locked: list = dataclasses.field(default_factory=list)

    @classmethod
    def read(cls, told):
        """What organisation.py tells of one, for the judge to ask."""
        accounts = {True: [], False: []}
        for account in told["accounts"]:
            role = account.get("judge", account["role"])
            names = ("id", "name", "environment", "tags", "regions")
            known = Account(*(account[name] for name in names), role, account.get("external_id"))
            accounts[account["reachable"]].append(known)
        base = {f"aws_{key}": value for key, value in told["base"].items()}
        return cls(told["name"], told["endpoint"], base, accounts[True], accounts[False])

    def __hash__(self):
        return hash(self.endpoint)

    def client(self, service, region=HOME, credentials=None):
        with LOCK:  # making a client is not thread-safe, using it is
            return SESSION.client(
                service, region_name=region, endpoint_url=self.endpoint, config=CONFIG, **(credentials or self.base)
            )

    @functools.cache
    def credentials(self, account):
        external_id = {"ExternalId": account.external_id} if account.external_id else {}
        role = self.client("sts").assume_role(RoleArn=account.role, RoleSessionName="boto3", **external_id)
        return {
            "aws_access_key_id": role["Credentials"]["AccessKeyId"],
            "aws_secret_access_key": role["Credentials"]["SecretAccessKey"],
            "aws_session_token": role["Credentials"]["SessionToken"],
        }


@dataclasses.dataclass(frozen=True)
class Place:
    """An account in a region; for an account as a whole, in its first one."""

    organisation: Organisation
    account: Account
    region: str

    def client(self, service, region=None):
        credentials = self.organisation.credentials(self.account)
        return self.organisation.client(service, region or self.region, credentials)
