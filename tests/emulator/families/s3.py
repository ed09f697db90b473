"""S3."""

from cells import timestamp

CHECKS = {"s3_list_buckets": {}}


def seed_account(place):
    """Buckets in every region."""
    account = place.account
    for number in range(6):
        region = account.regions[number % len(account.regions)]
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        place.client("s3", region).create_bucket(Bucket=f"{account.name}-{account.id}-{number}", **where)


def account_rows(place):
    s3 = place.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        location = s3.get_bucket_location(Bucket=bucket["Name"])["LocationConstraint"]
        yield "s3_list_buckets", {
            "region": location or "us-east-1",
            "name": bucket["Name"],
            "creation_date": timestamp(bucket["CreationDate"]),
        }
