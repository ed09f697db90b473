"""Who may do what, what is recorded of it, and what keeps secrets."""

import base64
import json

from . import seed

REGION = "us-east-1"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})


@seed("iam", REGION)
def iam(client, ask, account, clients):
    for number in range(5):
        client.create_user(UserName=f"user-{number}", Path="/team/", Tags=[{"Key": "team", "Value": "a & b"}])
    made = client.create_policy(PolicyName="read", PolicyDocument=POLICY, Description="reads")["Policy"]["Arn"]
    client.attach_user_policy(UserName="user-0", PolicyArn=made)
    client.put_user_policy(UserName="user-0", PolicyName="inline", PolicyDocument=POLICY)
    client.create_role(RoleName="role", AssumeRolePolicyDocument=POLICY, Description="does <things>")
    ask("ListUsers", {"MaxItems": 2, "PathPrefix": "/team/"})
    ask("GetUser", {"UserName": "user-0"})
    ask("ListRoles", {"MaxItems": 1}, pages=2)
    ask("GetRole", {"RoleName": "role"})
    ask("GetPolicy", {"PolicyArn": made})
    ask("GetPolicyVersion", {"PolicyArn": made, "VersionId": "v1"})
    ask("GetUserPolicy", {"UserName": "user-0", "PolicyName": "inline"})
    ask("ListAttachedUserPolicies", {"UserName": "user-0"})
    ask("GetAccountAuthorizationDetails", {"Filter": ["User", "LocalManagedPolicy"]})
    ask("GetAccountSummary")
    ask("GetUser", {"UserName": "none"}, fails="NoSuchEntity")
    ask("TagUser", {"UserName": "user-1", "Tags": [{"Key": "k", "Value": "a+b=c d"}]}, writes=True, empty=True, spaced=True)


@seed("sts", REGION)
def sts(client, ask, account, clients):
    ask("GetCallerIdentity")


@seed("organizations", REGION)
def organizations(client, ask, account, clients):
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    unit = client.create_organizational_unit(ParentId=root, Name="Production")["OrganizationalUnit"]["Id"]
    for name in ["closed", "one", "two", "three"]:
        made = client.create_account(Email=f"{name}@example.com", AccountName=name)["CreateAccountStatus"]
        client.tag_resource(ResourceId=made["AccountId"], Tags=[{"Key": "team", "Value": name}])
        if name == "closed":
            client.close_account(AccountId=made["AccountId"])
    client.move_account(AccountId=made["AccountId"], SourceParentId=root, DestinationParentId=unit)
    ask("DescribeOrganization")
    ask("ListRoots")
    ask("ListAccounts", {"MaxResults": 2}, pages=2)
    ask("ListOrganizationalUnitsForParent", {"ParentId": root})
    ask("ListAccountsForParent", {"ParentId": unit})
    ask("DescribeOrganizationalUnit", {"OrganizationalUnitId": unit})
    ask("ListTagsForResource", {"ResourceId": made["AccountId"]})
    ask("DescribeAccount", {"AccountId": "000000000000"}, fails="AccountNotFoundException")


@seed("kms", REGION)
def kms(client, ask, account, clients):
    keys = [client.create_key(Description=f"key {number}")["KeyMetadata"]["KeyId"] for number in range(3)]
    client.create_alias(AliasName="alias/ours", TargetKeyId=keys[0])
    client.enable_key_rotation(KeyId=keys[0])
    signing = client.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["KeyId"]
    secret = client.encrypt(KeyId=keys[0], Plaintext=b"\x00\xffplain", EncryptionContext={"a": "b"})
    ask("ListKeys")
    ask("DescribeKey", {"KeyId": "alias/ours"})
    ask("ListAliases", {"KeyId": keys[0]})
    ask("GetKeyPolicy", {"KeyId": keys[0], "PolicyName": "default"})
    ask("GetKeyRotationStatus", {"KeyId": keys[0]})
    ask("GetPublicKey", {"KeyId": signing})
    ask("DescribeKey", {"KeyId": "00000000-0000-0000-0000-000000000000"}, fails="NotFoundException")
    blob = base64.b64encode(secret["CiphertextBlob"]).decode()
    ask("Decrypt", {"CiphertextBlob": blob, "EncryptionContext": {"a": "b"}}, writes=True)


@seed("secretsmanager", REGION)
def secretsmanager(client, ask, account, clients):
    for number in range(3):
        client.create_secret(Name=f"secret/{number}", SecretString="hush", Tags=[{"Key": "team", "Value": "web"}])
    client.create_secret(Name="bytes", SecretBinary=b"\x00\xff")
    ask("ListSecrets", {"MaxResults": 2}, pages=2)
    ask("DescribeSecret", {"SecretId": "secret/0"})
    ask("DescribeSecret", {"SecretId": "none"}, fails="ResourceNotFoundException")


@seed("ssm", REGION)
def ssm(client, ask, account, clients):
    for number in range(5):
        client.put_parameter(Name=f"/app/{number}", Value=f"value {number}", Type="String")
    client.put_parameter(Name="/app/list", Value="a,b", Type="StringList", Description="some")
    ask("GetParametersByPath", {"Path": "/app", "MaxResults": 2}, pages=3)
    ask("GetParameter", {"Name": "/app/1"})
    ask("GetParameters", {"Names": ["/app/1", "/app/none"]})
    ask("GetParameterHistory", {"Name": "/app/list"})
    ask("DescribeParameters", fails="403")
    ask("GetParameter", {"Name": "/none"}, fails="ParameterNotFound")


@seed("cloudformation", REGION)
def cloudformation(client, ask, account, clients):
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "of-stack"}}
    outputs = {"Url": {"Value": {"Ref": "Queue"}, "Description": "where"}}
    template = json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Queue": queue}, "Outputs": outputs})
    for name in ["base", "other"]:
        client.create_stack(
            StackName=name,
            TemplateBody=template.replace("of-stack", f"of-{name}"),
            Tags=[{"Key": "team", "Value": "web"}],
            Capabilities=["CAPABILITY_IAM"],
        )
    ask("DescribeStacks")
    ask("ListStacks", {"StackStatusFilter": ["CREATE_COMPLETE"]})
    ask("ListStackResources", {"StackName": "base"})
    ask("DescribeStackEvents", {"StackName": "base"})
    ask("GetTemplate", {"StackName": "base"})
    ask("DescribeStacks", {"StackName": "none"}, fails="ValidationError")


@seed("config", REGION)
def config(client, ask, account, clients):
    role = f"arn:aws:iam::{account}:role/config"
    client.put_configuration_recorder(
        ConfigurationRecorder={"name": "default", "roleARN": role, "recordingGroup": {"allSupported": True}}
    )
    for rule in ["S3_BUCKET_PUBLIC_READ_PROHIBITED", "ENCRYPTED_VOLUMES"]:
        source = {"Owner": "AWS", "SourceIdentifier": rule}
        client.put_config_rule(ConfigRule={"ConfigRuleName": rule.lower(), "Source": source})
    ask("DescribeConfigurationRecorders")
    ask("DescribeConfigRules")
    ask("DescribeConfigRules", {"ConfigRuleNames": ["none"]}, fails="NoSuchConfigRuleException")


@seed("cloudtrail", REGION)
def cloudtrail(client, ask, account, clients):
    clients("s3").create_bucket(Bucket=f"trail-{account}")
    client.create_trail(Name="trail", S3BucketName=f"trail-{account}", IsMultiRegionTrail=True)
    client.start_logging(Name="trail")
    ask("DescribeTrails")
    ask("GetTrailStatus", {"Name": "trail"})
    ask("GetTrail", {"Name": "none"}, fails="TrailNotFoundException")


@seed("guardduty", REGION)
def guardduty(client, ask, account, clients):
    detector = client.create_detector(Enable=True, FindingPublishingFrequency="ONE_HOUR", Tags={"team": "security"})
    ask("ListDetectors")
    ask("GetDetector", {"DetectorId": detector["DetectorId"]})
    ask("GetDetector", {"DetectorId": "0" * 32}, fails="BadRequestException")


@seed("budgets", REGION)
def budgets(client, ask, account, clients):
    limit = {"Amount": "100.50", "Unit": "USD"}
    for number in range(2):
        budget = {"BudgetName": f"budget {number}", "BudgetLimit": limit, "TimeUnit": "MONTHLY", "BudgetType": "COST"}
        client.create_budget(AccountId=account, Budget=budget)
    ask("DescribeBudgets", {"AccountId": account})
    ask("DescribeBudget", {"AccountId": account, "BudgetName": "budget 0"})
    ask("DescribeBudget", {"AccountId": account, "BudgetName": "none"}, fails="NotFoundException")


@seed("acm", REGION)
def acm(client, ask, account, clients):
    made = client.request_certificate(DomainName="example.com", SubjectAlternativeNames=["*.example.com"])
    client.add_tags_to_certificate(CertificateArn=made["CertificateArn"], Tags=[{"Key": "team"}])
    ask("ListCertificates")
    ask("DescribeCertificate", {"CertificateArn": made["CertificateArn"]})
    ask("ListTagsForCertificate", {"CertificateArn": made["CertificateArn"]})
    none = made["CertificateArn"][:-4] + "0000"
    ask("DescribeCertificate", {"CertificateArn": none}, fails="ResourceNotFoundException")
