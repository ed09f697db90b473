"""Objects, tables, databases, streams, and their copies."""

from . import seed

REGION = "us-east-1"


@seed("s3", REGION)
def s3(client, ask, account, clients):
    names = [f"bucket-{number}-{account}" for number in range(3)]
    for name in names:
        client.create_bucket(Bucket=name)
    west = clients("s3", "eu-west-1")
    abroad = f"dotted.name-{account}"
    west.create_bucket(Bucket=abroad, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    bucket = names[0]
    for key in ["plain.txt", "with space & <angles>.txt", "folder/ünïcode ☃.txt", "folder/plus+percent%20.txt", "z"]:
        client.put_object(Bucket=bucket, Key=key, Body=b"body of " + key.encode())
    client.put_object(
        Bucket=bucket, Key="described", Body=b"x", Metadata={"team": "web", "note": "two  spaces"}, ContentType="text/x"
    )
    client.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "a&b", "Value": "<c>"}]})
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}]}
    client.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=encryption)
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 30}}
    client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    client.put_bucket_policy(Bucket=bucket, Policy='{"Version": "2012-10-17", "Statement": []}')
    client.put_bucket_cors(
        Bucket=bucket,
        CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 5}]},
    )

    ask("ListBuckets")
    ask("GetBucketLocation", {"Bucket": bucket}, empty=True)
    ask("GetBucketLocation", {"Bucket": abroad})
    ask("GetBucketTagging", {"Bucket": bucket})
    ask("GetBucketVersioning", {"Bucket": bucket})
    ask("GetBucketVersioning", {"Bucket": names[1]}, empty=True)
    ask("GetBucketLifecycleConfiguration", {"Bucket": bucket})
    ask("GetBucketPolicy", {"Bucket": bucket})
    ask("GetBucketCors", {"Bucket": bucket})
    ask("GetBucketEncryption", {"Bucket": bucket})
    ask("GetBucketAcl", {"Bucket": bucket})
    ask("ListObjectsV2", {"Bucket": bucket, "MaxKeys": 2}, pages=3)
    ask("ListObjects", {"Bucket": bucket, "MaxKeys": 2, "Delimiter": "/"}, pages=2)
    ask("ListObjectVersions", {"Bucket": bucket, "Prefix": "folder/"})
    ask("HeadObject", {"Bucket": bucket, "Key": "described"})
    ask("HeadObject", {"Bucket": bucket, "Key": "folder/ünïcode ☃.txt"})
    ask("HeadObject", {"Bucket": bucket, "Key": "none"}, fails="404")
    ask("GetBucketTagging", {"Bucket": names[1]}, fails="NoSuchTagSet")
    ask("ListObjectsV2", {"Bucket": "no-such-bucket-anywhere"}, fails="NoSuchBucket")
    ask("PutBucketTagging", {"Bucket": names[2], "Tagging": {"TagSet": [{"Key": "k", "Value": "ü & <v>"}]}}, writes=True, empty=True)
    ask("PutBucketVersioning", {"Bucket": names[2], "VersioningConfiguration": {"Status": "Suspended"}}, writes=True, empty=True)


@seed("dynamodb", REGION)
def dynamodb(client, ask, account, clients):
    for number in range(3):
        client.create_table(
            TableName=f"table-{number}",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "at", "AttributeType": "N"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
            BillingMode="PAY_PER_REQUEST",
        )
    for number in range(5):
        client.put_item(
            TableName="table-0",
            Item={
                "id": {"S": "one"},
                "at": {"N": str(number)},
                "bytes": {"B": bytes([0, 255, number])},
                "set": {"BS": [b"a", b"b"]},
                "nested": {"M": {"list": {"L": [{"NULL": True}, {"BOOL": False}, {"S": "ünï\n\"code\""}]}}},
            },
        )
    client.create_table(
        TableName="accounts",
        AttributeDefinitions=[{"AttributeName": "account_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "account_id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(1, 6):
        client.put_item(
            TableName="accounts",
            Item={
                "account_id": {"S": str(number) * 12},
                "name": {"S": f"account-{number}"},
                "environment": {"S": "prod" if number % 2 else "test"},
                "enabled": {"BOOL": number != 3},
                "regions": {"SS": ["eu-west-1", "us-east-1"]},
                "cost_center": {"N": str(4000 + number)},
                "contacts": {"L": [{"S": "jane@example.com"}]},
            },
        )
    key = {"id": {"S": "one"}, "at": {"N": "1"}}
    ask("ListTables", {"Limit": 1}, pages=4)
    ask("DescribeTable", {"TableName": "table-0"})
    ask("GetItem", {"TableName": "table-0", "Key": key})
    condition = {"KeyConditionExpression": "id = :id AND #at > :at", "ExpressionAttributeNames": {"#at": "at"}}
    values = {":id": {"S": "one"}, ":at": {"N": "0"}}
    ask("Query", {"TableName": "table-0", "Limit": 2, **condition, "ExpressionAttributeValues": values}, pages=2)
    ask("Scan", {"TableName": "table-0", "Limit": 2}, pages=3)
    ask("GetItem", {"TableName": "none", "Key": key}, fails="ResourceNotFoundException")
    ask("GetItem", {"TableName": "table-0", "Key": {"id": {"S": "one"}}}, fails="ValidationException")
    item = {**key, "bytes": {"B": "AP8B"}, "set": {"BS": ["YQ==", "Yg=="]}}
    ask("PutItem", {"TableName": "table-1", "Item": item, "ReturnConsumedCapacity": "TOTAL"}, writes=True)


@seed("rds", REGION)
def rds(client, ask, account, clients):
    for number in range(3):
        client.create_db_instance(
            DBInstanceIdentifier=f"db-{number}",
            DBInstanceClass="db.t3.medium",
            Engine="postgres",
            AllocatedStorage=20,
            MasterUsername="root",
            MasterUserPassword="not-a-secret",
            StorageEncrypted=number == 0,
            Tags=[{"Key": "team", "Value": "data & <more>"}],
        )
    client.create_db_snapshot(DBSnapshotIdentifier="snapshot", DBInstanceIdentifier="db-0")
    client.create_db_parameter_group(
        DBParameterGroupName="group", DBParameterGroupFamily="postgres16", Description="ours"
    )
    ask("DescribeDBInstances")
    ask("DescribeDBInstances", {"DBInstanceIdentifier": "db-1"})
    ask("DescribeDBSnapshots")
    ask("DescribeDBParameterGroups")
    ask("ListTagsForResource", {"ResourceName": f"arn:aws:rds:{REGION}:{account}:db:db-0"})
    ask("DescribeDBInstances", {"DBInstanceIdentifier": "none"}, fails="DBInstanceNotFound")


@seed("kinesis", REGION)
def kinesis(client, ask, account, clients):
    for number in range(3):
        client.create_stream(StreamName=f"stream-{number}", ShardCount=2)
    client.put_record(StreamName="stream-0", Data=b"\x00\xffdata", PartitionKey="1")
    shard = client.describe_stream(StreamName="stream-0")["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = client.get_shard_iterator(StreamName="stream-0", ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    ask("ListStreams")
    ask("DescribeStream", {"StreamName": "stream-0"})
    ask("DescribeStreamSummary", {"StreamName": "stream-1"})
    ask("GetRecords", {"ShardIterator": iterator["ShardIterator"]})
    ask("DescribeStream", {"StreamName": "none"}, fails="ResourceNotFoundException")


@seed("backup", REGION)
def backup(client, ask, account, clients):
    client.create_backup_vault(BackupVaultName="vault", BackupVaultTags={"team": "data"})
    rule = {"RuleName": "daily", "TargetBackupVaultName": "vault", "ScheduleExpression": "cron(0 5 * * ? *)"}
    plan = client.create_backup_plan(BackupPlan={"BackupPlanName": "plan", "Rules": [rule]})
    ask("ListBackupVaults")
    ask("ListBackupPlans")
    ask("GetBackupPlan", {"BackupPlanId": plan["BackupPlanId"]})
    ask("GetBackupPlan", {"BackupPlanId": "none"}, fails="ResourceNotFoundException")


@seed("elasticache", REGION)
def elasticache(client, ask, account, clients):
    client.create_cache_cluster(
        CacheClusterId="cache", CacheNodeType="cache.t3.micro", Engine="redis", NumCacheNodes=1
    )
    ask("DescribeCacheClusters")
    ask("DescribeCacheClusters", {"CacheClusterId": "none"}, fails="CacheClusterNotFound")


@seed("redshift", REGION)
def redshift(client, ask, account, clients):
    client.create_cluster(
        ClusterIdentifier="warehouse",
        NodeType="ra3.large",
        MasterUsername="root",
        MasterUserPassword="Not1secret",
        NumberOfNodes=2,
        Tags=[{"Key": "team", "Value": "data"}],
    )
    ask("DescribeClusters")
    ask("DescribeClusters", {"ClusterIdentifier": "none"}, fails="ClusterNotFound")
