"""What the accounts hold, and what is asked of it: a service's things stand beside the questions about them."""

UNCHECKED = {"apigateway", "backup", "cloudfront", "efs", "eks", "guardduty", "lambda", "route53"}
"""Services whose signatures moto cannot check: for a GET without query it takes the headers for the body."""

FORBIDDEN = ["sns:ListSubscriptions", "ec2:DescribeVolumes", "ssm:DescribeParameters"]
"""What the role may not do: each is asked once, and must be refused."""

ACCOUNT = []
"""One function for each service and account: takes the account's clients and its id, gives questions."""


class Asker(list):
    """Collects the questions about one service in one account and region."""

    def __init__(self, account, service, region):
        super().__init__()
        self.at = {"account": account, "region": region, "service": service, "checked": service not in UNCHECKED}

    def __call__(self, operation, input=None, *, pages=1, fails=None, writes=False, empty=False, spaced=False):
        """Asks an operation.

        pages: boto3 needs so many requests for the whole answer, at least; fails: the code of the error that it is;
        writes: it changes something, in a way that gives the same answer twice; empty: the answer says nothing;
        spaced: a text of a form has a space.
        """
        said = {"pages": pages, "fails": fails, "writes": writes, "empty": empty}
        question = {**self.at, "operation": operation, "input": input or {}, **said}
        # Before moto checks the signature of a form it writes it anew, with `+` for a space, as boto3 does.
        # Tollgate sends `%20`, as AWS's other SDKs do.
        question["checked"] &= not spaced
        self.append(question)


def seed(service, region="us-east-1"):
    """Registers what fills a service in every account: a function of its client, an `Asker`, the id of the account
    and the account's other clients."""

    def register(fill):
        def of_account(clients, account):
            ask = Asker(account, service, region)
            fill(clients(service, region), ask, account, clients)
            return ask

        ACCOUNT.append(of_account)
        return fill

    return register


from . import compute, governance, messages, storage, web  # noqa: E402, F401
