//! The pack as it is committed.

use crate::model::{Access, Kind, Operation, Pack, Protocol, Service, ShapeId, Signature};

fn service(name: &str) -> std::sync::Arc<Service> {
    Pack::bundled().service(name).unwrap()
}

fn operation(name: &str) -> Operation {
    let (service_name, operation) = name.split_once('.').unwrap();
    service(service_name).operation(operation).unwrap().clone()
}

/// All shapes that a shape refers to.
fn references(kind: &Kind) -> Vec<ShapeId> {
    match kind {
        Kind::Structure(structure) => structure.members.iter().map(|member| member.shape).collect(),
        Kind::List(list) => vec![list.member],
        Kind::Map(map) => vec![map.key, map.value],
        _ => Vec::new(),
    }
}

#[test]
fn every_service_is_sound() {
    let pack = Pack::bundled();
    let (mut services, mut operations, mut paginators) = (0, 0, 0);
    for name in pack.service_names() {
        let service = service(name);
        services += 1;
        assert_eq!(&*service.name, name);
        assert!(!service.operations.is_empty() && !service.signing_name.is_empty(), "{name}");
        assert!(service.endpoint_rules.is_some(), "{name}");
        let variable = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        assert!(service.endpoint_variable.bytes().all(variable), "{}", service.endpoint_variable);
        let json = matches!(service.protocol, Protocol::AwsJson10 | Protocol::AwsJson11);
        assert!(!json || service.target_prefix.is_some(), "{name}");

        let is_there = |id: &ShapeId| usize::try_from(id.0).unwrap() < service.shapes.len();
        for shape in &service.shapes {
            assert!(references(&shape.kind).iter().all(is_there), "{name}: {}", shape.name);
        }
        for (key, operation) in &service.operations {
            operations += 1;
            let label = format!("{name}.{key}");
            assert_eq!(key, &operation.name);
            assert!(
                matches!(&*operation.method, "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE"),
                "{label}"
            );
            assert!(operation.uri.starts_with('/'), "{label}");
            assert!(
                operation.doc.iter().all(|doc| doc.chars().count() <= 160 && !doc.contains('<')),
                "{label}"
            );
            assert!(!operation.iam_action.is_empty() && operation.iam_action.contains(':'), "{label}");
            for id in operation.input.iter().chain(&operation.output).chain(&operation.errors) {
                assert!(is_there(id) && service.structure(*id).is_some(), "{label}");
            }
            for id in &operation.errors {
                assert!(service.structure(*id).unwrap().error_code.is_some(), "{label}");
            }
            if let Some(paginator) = &operation.paginator {
                paginators += 1;
                assert_eq!(paginator.input_tokens.len(), paginator.output_tokens.len(), "{label}");
                let input = service.structure(operation.input.unwrap()).unwrap();
                assert!(paginator.input_tokens.iter().all(|token| input.member(token).is_some()), "{label}");
            }
        }
    }
    assert!(
        services > 430 && operations > 19_500 && paginators > 3_400,
        "{services} {operations} {paginators}"
    );
}

#[test]
fn operations_have_pages_that_botocore_knows_none_of() {
    for (name, token, next, result, limit, more) in [
        ("ce.GetCostAndUsage", "NextPageToken", "NextPageToken", "ResultsByTime", None, None),
        ("cloudfront.ListFunctions", "Marker", "FunctionList.NextMarker", "FunctionList.Items", None, None),
        ("backup.ListTags", "NextToken", "NextToken", "Tags", Some("MaxResults"), None),
        (
            "config.GetDiscoveredResourceCounts",
            "nextToken",
            "nextToken",
            "resourceCounts",
            Some("limit"),
            None,
        ),
        (
            "iam.ListServiceSpecificCredentials",
            "Marker",
            "Marker",
            "ServiceSpecificCredentials",
            Some("MaxItems"),
            Some("IsTruncated"),
        ),
        (
            "s3.ListBucketInventoryConfigurations",
            "ContinuationToken",
            "NextContinuationToken",
            "InventoryConfigurationList",
            None,
            Some("IsTruncated"),
        ),
    ] {
        let paginator = operation(name).paginator.unwrap_or_else(|| panic!("{name}"));
        assert_eq!(&*paginator.input_tokens[0], token, "{name}");
        assert_eq!(&*paginator.output_tokens[0], next, "{name}");
        assert_eq!(&*paginator.result_keys[0], result, "{name}");
        assert_eq!(paginator.limit_key.as_deref(), limit, "{name}");
        assert_eq!(paginator.more_results.as_deref(), more, "{name}");
    }
    // Nobody pages through what changes something, nor through a log that goes on.
    for name in ["ec2.TerminateInstances", "lightsail.GetContainerLog"] {
        assert!(operation(name).paginator.is_none(), "{name}");
    }
}

#[test]
fn the_partitions_are_there() {
    let ids: Vec<&str> =
        Pack::bundled().partitions().partitions.iter().map(|partition| &*partition.id).collect();
    assert_eq!(ids.first(), Some(&"aws"));
    assert!(ids.contains(&"aws-cn") && ids.contains(&"aws-us-gov"), "{ids:?}");
    let aws = &Pack::bundled().partitions().partitions[0];
    assert_eq!(&*aws.outputs.dns_suffix, "amazonaws.com");
    assert!(aws.regions.contains_key("eu-west-1"));
}

#[test]
fn services_are_spoken_to_in_the_best_protocol() {
    for (name, protocol) in [
        ("ec2", Protocol::Ec2Query),
        ("sts", Protocol::AwsQuery),
        ("iam", Protocol::AwsQuery),
        ("s3", Protocol::RestXml),
        ("route53", Protocol::RestXml),
        ("dynamodb", Protocol::AwsJson10),
        ("organizations", Protocol::AwsJson11),
        ("lambda", Protocol::RestJson1),
        // Offers CBOR and the query protocol as well.
        ("cloudwatch", Protocol::AwsJson10),
        ("sqs", Protocol::AwsJson10),
    ] {
        assert_eq!(service(name).protocol, protocol, "{name}");
    }
    assert!(service("sqs").query_compatible);
    assert_eq!(service("s3").signature, Signature::S3);
    assert_eq!(service("ec2").signature, Signature::V4);
    assert_eq!(&*service("elbv2").endpoint_variable, "ELASTIC_LOAD_BALANCING_V2");
}

#[test]
fn member_traits_are_those_of_the_reference_over_the_shape() {
    let ec2 = service("ec2");
    let input = ec2.structure(operation("ec2.DescribeInstances").input.unwrap()).unwrap();
    assert_eq!(input.member("InstanceIds").unwrap().wire_name(), "InstanceId");
    // `Expires` is a timestamp by botocore's extras; `Body` streams by its shape.
    let s3 = service("s3");
    let output = s3.structure(operation("s3.GetObject").output.unwrap()).unwrap();
    let kind = |name: &str| &s3.shape(output.member(name).unwrap().shape).kind;
    assert!(matches!(kind("Expires"), Kind::Timestamp(_)));
    assert!(matches!(kind("Body"), Kind::Blob) && output.member("Body").unwrap().streaming);
    assert_eq!(output.payload.as_deref(), Some("Body"));
    assert!(operation("s3.PutBucketPolicy").checksum_required);
    assert!(operation("sts.AssumeRoleWithWebIdentity").unsigned);
    assert_eq!(operation("sts.AssumeRole").output_wrapper.as_deref(), Some("AssumeRoleResult"));
}

#[test]
fn operations_have_iams_names_and_levels() {
    use Access::{List, PermissionsManagement, Read, Tagging, Unclassified, Write};
    for (name, action, access) in [
        ("ec2.DescribeInstances", "ec2:DescribeInstances", List),
        ("ec2.TerminateInstances", "ec2:TerminateInstances", Write),
        ("ec2.CreateTags", "ec2:CreateTags", Tagging),
        ("s3.ListBuckets", "s3:ListAllMyBuckets", List),
        ("s3.HeadBucket", "s3:ListBucket", List),
        ("s3.PutBucketPolicy", "s3:PutBucketPolicy", PermissionsManagement),
        ("s3control.GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock", Read),
        ("iam.CreateAccessKey", "iam:CreateAccessKey", Write),
        ("iam.AttachRolePolicy", "iam:AttachRolePolicy", PermissionsManagement),
        ("sts.GetCallerIdentity", "sts:GetCallerIdentity", Read),
        ("sts.AssumeRole", "sts:AssumeRole", Write),
        ("elbv2.DescribeLoadBalancers", "elasticloadbalancing:DescribeLoadBalancers", List),
        ("cloudcontrol.ListResources", "cloudformation:ListResources", Read),
        ("budgets.DescribeBudgets", "budgets:ViewBudget", Read),
        ("apigateway.GetRestApis", "apigateway:GET", Read),
        ("apigateway.DeleteRestApi", "apigateway:DELETE", Write),
        ("lambda.Invoke", "lambda:InvokeFunction", Write),
        // IAM calls it a read; it runs an agent.
        ("bedrock-agent-runtime.InvokeAgent", "bedrock:InvokeAgent", Write),
        // In no data at all.
        ("glue.GetGlossary", "glue:GetGlossary", Unclassified),
    ] {
        let operation = operation(name);
        assert_eq!((&*operation.iam_action, operation.access), (action, access), "{name}");
    }
}

#[test]
fn what_gives_away_secrets_or_data_is_sensitive() {
    for name in [
        "athena.GetQueryResults",
        "cloudcontrol.GetResource",
        "cloudformation.GetTemplate",
        "cognito-identity.GetCredentialsForIdentity",
        "dynamodb.BatchGetItem",
        "dynamodb.GetItem",
        "dynamodb.Query",
        "dynamodb.Scan",
        "ec2.GetConsoleOutput",
        "ec2.GetPasswordData",
        "ecr.GetAuthorizationToken",
        "iam.CreateAccessKey",
        "kinesis.GetRecords",
        "kms.Decrypt",
        "lambda.GetFunction",
        "logs.FilterLogEvents",
        "logs.GetLogEvents",
        "logs.StartQuery",
        "rds-data.ExecuteStatement",
        "redshift.GetClusterCredentials",
        "s3.GetObject",
        "secretsmanager.BatchGetSecretValue",
        "secretsmanager.GetSecretValue",
        "sqs.ReceiveMessage",
        "ssm.StartSession",
        "sso.GetRoleCredentials",
        "sts.AssumeRole",
        "sts.GetFederationToken",
        "sts.GetSessionToken",
    ] {
        assert!(operation(name).sensitive.is_some(), "{name}");
    }
    for name in ["ec2.DescribeInstances", "s3.ListBuckets", "s3.HeadObject", "sts.GetCallerIdentity"] {
        assert_eq!(operation(name).sensitive, None, "{name}");
    }
    // Of these, values are withheld instead.
    for name in [
        "apigateway.GetApiKeys",
        "codebuild.BatchGetProjects",
        "ec2.DescribeInstanceAttribute",
        "ecs.DescribeTaskDefinition",
        "lambda.ListFunctions",
        "ssm.GetParameter",
        "ssm.GetParametersByPath",
    ] {
        let operation = operation(name);
        assert_eq!(operation.sensitive, None, "{name}");
        assert!(service(name.split_once('.').unwrap().0).guards(operation.output.unwrap()), "{name}");
    }
    // Reading object metadata needs the action that reads objects: it is no way to the objects of a query.
    assert_eq!(operation("s3.SelectObjectContent").exact_grant(), "s3:SelectObjectContent");
    assert_eq!(operation("s3.GetObject").exact_grant(), "s3:GetObject");
}
