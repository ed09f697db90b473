"""Names, distributions, interfaces, and catalogues of data."""

from . import seed

REGION = "us-east-1"


@seed("route53", REGION)
def route53(client, ask, account, clients):
    for number in range(3):
        zone = client.create_hosted_zone(
            Name=f"example{number}.com", CallerReference=str(number), HostedZoneConfig={"Comment": "a & <b>"}
        )["HostedZone"]["Id"]
    for number in range(3):
        record = {
            "Name": f"host{number}.example2.com",
            "Type": "A",
            "TTL": 300,
            "ResourceRecords": [{"Value": "10.0.0.1"}, {"Value": "10.0.0.2"}],
        }
        changes = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
        client.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changes)
    ask("ListHostedZones", {"MaxItems": "2"}, pages=2)
    ask("GetHostedZone", {"Id": zone})
    ask("ListResourceRecordSets", {"HostedZoneId": zone, "MaxItems": "2"}, pages=2)
    ask("GetHostedZone", {"Id": "Z0000000000000000000"}, fails="NoSuchHostedZone")
    tag = {"ResourceType": "hostedzone", "ResourceId": zone.split("/")[-1], "AddTags": [{"Key": "k", "Value": "<ü>"}]}
    ask("ChangeTagsForResource", tag, writes=True, empty=True)


@seed("cloudfront", REGION)
def cloudfront(client, ask, account, clients):
    origin = {"Id": "bucket", "DomainName": "bucket.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    made = client.create_distribution(
        DistributionConfig={
            "CallerReference": "one",
            "Comment": "a & <b>",
            "Enabled": True,
            "Aliases": {"Quantity": 1, "Items": ["www.example.com"]},
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {
                "TargetOriginId": "bucket",
                "ViewerProtocolPolicy": "https-only",
                "MinTTL": 10,
                "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
            },
        }
    )["Distribution"]
    ask("ListDistributions")
    ask("GetDistribution", {"Id": made["Id"]})
    ask("GetDistributionConfig", {"Id": made["Id"]})
    ask("GetDistribution", {"Id": "E0000000000000"}, fails="NoSuchDistribution")


@seed("apigateway", REGION)
def apigateway(client, ask, account, clients):
    for number in range(3):
        api = client.create_rest_api(name=f"api {number}", description="a & <b>", tags={"team": "web"})["id"]
    root = client.get_resources(restApiId=api)["items"][0]["id"]
    resource = client.create_resource(restApiId=api, parentId=root, pathPart="{proxy+}")["id"]
    client.put_method(restApiId=api, resourceId=resource, httpMethod="GET", authorizationType="NONE")
    ask("GetRestApis")
    ask("GetRestApi", {"restApiId": api})
    ask("GetResources", {"restApiId": api})
    ask("GetMethod", {"restApiId": api, "resourceId": resource, "httpMethod": "GET"})
    ask("GetRestApi", {"restApiId": "none"}, fails="NotFoundException")


@seed("athena", REGION)
def athena(client, ask, account, clients):
    client.create_work_group(Name="team", Description="ours", Tags=[{"Key": "team", "Value": "data"}])
    query = client.create_named_query(Name="all", Database="base", QueryString="SELECT 1", WorkGroup="team")
    ask("ListWorkGroups")
    ask("GetWorkGroup", {"WorkGroup": "team"})
    ask("GetNamedQuery", {"NamedQueryId": query["NamedQueryId"]})


@seed("glue", REGION)
def glue(client, ask, account, clients):
    client.create_database(DatabaseInput={"Name": "base", "Parameters": {"a": "b"}})
    columns = [{"Name": "id", "Type": "string"}, {"Name": "at", "Type": "timestamp", "Comment": "when"}]
    for number in range(3):
        table = {"Name": f"table_{number}", "StorageDescriptor": {"Columns": columns}, "PartitionKeys": columns[1:]}
        client.create_table(DatabaseName="base", TableInput=table)
    ask("GetDatabases")
    ask("GetTables", {"DatabaseName": "base"})
    ask("GetTable", {"DatabaseName": "base", "Name": "table_1"})
    ask("GetTable", {"DatabaseName": "base", "Name": "none"}, fails="EntityNotFoundException")
