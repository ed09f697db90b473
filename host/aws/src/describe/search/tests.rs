use crate::grant::{Grant, Mode};
use crate::model::Pack;

/// What people ask for, and the operations of which one must be among the first five.
const PLAUSIBLE: &[(&str, &[&str])] = &[
    ("cost last month", &["ce:GetCostAndUsage"]),
    ("which policies does the role have", &["iam:ListRolePolicies", "iam:ListAttachedRolePolicies"]),
    ("list s3 buckets", &["s3:ListBuckets"]),
    ("bucket encryption", &["s3:GetBucketEncryption"]),
    ("who can assume role", &["iam:GetRole", "iam:ListRoles"]),
    ("nat gateways", &["ec2:DescribeNatGateways"]),
    ("kms key rotation", &["kms:GetKeyRotationStatus"]),
    ("lambda functions", &["lambda:ListFunctions"]),
    ("rds instances", &["rds:DescribeDBInstances"]),
    ("security groups", &["ec2:DescribeSecurityGroups"]),
    ("cloudwatch alarms", &["cloudwatch:DescribeAlarms"]),
    ("log groups", &["logs:DescribeLogGroups"]),
    ("route tables", &["ec2:DescribeRouteTables"]),
    ("acm certificates", &["acm:ListCertificates"]),
    ("dynamodb tables", &["dynamodb:ListTables"]),
    ("sqs queue attributes", &["sqs:GetQueueAttributes"]),
    ("sns topics", &["sns:ListTopics"]),
    ("iam users", &["iam:ListUsers"]),
    ("access keys of a user", &["iam:ListAccessKeys"]),
    ("when was access key last used", &["iam:GetAccessKeyLastUsed"]),
    ("password policy", &["iam:GetAccountPasswordPolicy"]),
    ("mfa devices", &["iam:ListMFADevices"]),
    ("load balancers", &["elbv2:DescribeLoadBalancers"]),
    ("target health", &["elbv2:DescribeTargetHealth"]),
    ("hosted zones", &["route53:ListHostedZones"]),
    ("guardduty findings", &["guardduty:ListFindings"]),
    ("security hub findings", &["securityhub:GetFindings"]),
    ("service quotas", &["service-quotas:ListServiceQuotas"]),
    ("budgets", &["budgets:DescribeBudgets"]),
    ("cloudformation stacks", &["cloudformation:ListStacks", "cloudformation:DescribeStacks"]),
    ("cloudtrail events", &["cloudtrail:LookupEvents"]),
    ("event rules", &["events:ListRules"]),
    ("step functions executions", &["stepfunctions:ListExecutions"]),
    ("glue jobs", &["glue:GetJobs", "glue:ListJobs"]),
    ("athena query executions", &["athena:ListQueryExecutions"]),
    ("ecr images", &["ecr:DescribeImages", "ecr:ListImages"]),
    ("elasticache clusters", &["elasticache:DescribeCacheClusters"]),
    ("redshift clusters", &["redshift:DescribeClusters"]),
    ("kinesis streams", &["kinesis:ListStreams"]),
    ("waf web acls", &["wafv2:ListWebACLs"]),
    ("public ip addresses", &["ec2:DescribeAddresses"]),
    ("ebs snapshots", &["ec2:DescribeSnapshots"]),
    ("unused volumes", &["ec2:DescribeVolumes"]),
    ("spot prices", &["ec2:DescribeSpotPriceHistory"]),
    ("reserved instances", &["ec2:DescribeReservedInstances"]),
    ("savings plans", &["savingsplans:DescribeSavingsPlans"]),
    ("organization accounts", &["organizations:ListAccounts"]),
    ("config rules compliance", &["config:DescribeComplianceByConfigRule"]),
    ("backup vaults", &["backup:ListBackupVaults"]),
    ("secrets", &["secretsmanager:ListSecrets"]),
    ("ssm parameters", &["ssm:DescribeParameters"]),
    ("ami images", &["ec2:DescribeImages"]),
    ("vpc peering", &["ec2:DescribeVpcPeeringConnections"]),
    ("cloudfront distributions", &["cloudfront:ListDistributions"]),
    ("api gateways", &["apigateway:GetRestApis", "apigatewayv2:GetApis"]),
    ("cognito user pools", &["cognito-idp:ListUserPools"]),
    ("emr clusters", &["emr:ListClusters"]),
    ("describe-instances", &["ec2:DescribeInstances"]),
    ("DescribeNatGateways", &["ec2:DescribeNatGateways"]),
    ("ec2:DescribeInstances", &["ec2:DescribeInstances"]),
    ("bucket public access block", &["s3:GetPublicAccessBlock"]),
    ("bucket policy", &["s3:GetBucketPolicy"]),
    ("start an ec2 instance", &["ec2:StartInstances"]),
    ("delete bucket", &["s3:DeleteBucket"]),
    ("simulate iam policy", &["iam:SimulatePrincipalPolicy"]),
    ("metric statistics", &["cloudwatch:GetMetricStatistics", "cloudwatch:GetMetricData"]),
    ("enabled regions", &["account:ListRegions", "ec2:DescribeRegions"]),
    ("caller identity", &["sts:GetCallerIdentity"]),
    ("trusted advisor checks", &["support:DescribeTrustedAdvisorChecks"]),
    ("health events", &["health:DescribeEvents"]),
    ("inspector findings", &["inspector2:ListFindings"]),
    ("rightsizing recommendation", &["ce:GetRightsizingRecommendation"]),
    ("transit gateway attachments", &["ec2:DescribeTransitGatewayAttachments"]),
    ("efs file systems", &["efs:DescribeFileSystems"]),
    ("opensearch domains", &["opensearch:ListDomainNames", "opensearch:DescribeDomains"]),
    ("lambda layers", &["lambda:ListLayers"]),
    ("ecs services", &["ecs:ListServices", "ecs:DescribeServices"]),
    ("eks node groups", &["eks:ListNodegroups"]),
    ("list kubernetes clusters", &["eks:ListClusters"]),
    ("iam policies attached to a role", &["iam:ListAttachedRolePolicies"]),
    ("vpc flow logs", &["ec2:DescribeFlowLogs"]),
    ("sagemaker endpoints", &["sagemaker:ListEndpoints"]),
    ("bedrock models", &["bedrock:ListFoundationModels"]),
    ("key aliases", &["kms:ListAliases"]),
    ("cost forecast", &["ce:GetCostForecast"]),
    ("instance types", &["ec2:DescribeInstanceTypes"]),
    ("availability zones", &["ec2:DescribeAvailabilityZones"]),
    ("db snapshots", &["rds:DescribeDBSnapshots"]),
    ("aurora clusters", &["rds:DescribeDBClusters"]),
    ("pending maintenance", &["rds:DescribePendingMaintenanceActions"]),
    ("credential report", &["iam:GetCredentialReport"]),
    ("codepipeline status", &["codepipeline:GetPipelineState"]),
    ("ec2 instance status", &["ec2:DescribeInstanceStatus"]),
    ("macie findings", &["macie2:ListFindings"]),
    ("external access analyzer findings", &["accessanalyzer:ListFindings"]),
    ("scheduled tasks eventbridge", &["scheduler:ListSchedules", "events:ListRules"]),
];

fn search(text: &str, service: Option<&str>) -> Vec<String> {
    let found = Pack::bundled().search(text, service, 5).unwrap();
    found.iter().map(|found| format!("{}:{}", found.service(), found.operation())).collect()
}

#[test]
fn plausible_queries_find_their_operation_among_the_first_five() {
    let missed: Vec<String> = PLAUSIBLE
        .iter()
        .filter_map(|(text, expected)| {
            let found = search(text, None);
            let hit = found.iter().any(|name| expected.contains(&name.as_str()));
            (!hit).then(|| format!("{text}: {}", found.join(", ")))
        })
        .collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn exact_names_come_first() {
    for (text, expected) in [
        ("ec2:DescribeInstances", "ec2:DescribeInstances"),
        ("aws s3api get-bucket-policy-status", "s3:GetBucketPolicyStatus"),
        ("kms GetKeyRotationStatus", "kms:GetKeyRotationStatus"),
        ("elbv2 describe target health", "elbv2:DescribeTargetHealth"),
    ] {
        assert_eq!(search(text, None).first().map(String::as_str), Some(expected), "{text}");
    }
}

#[test]
fn a_service_leaves_out_the_others() {
    let found = search("encryption", Some("s3api"));
    assert!(found.iter().all(|name| name.starts_with("s3:")), "{found:?}");
    assert_eq!(found[0], "s3:GetBucketEncryption");
    let unknown = Pack::bundled().search("encryption", Some("s4"), 5).unwrap_err();
    assert!(unknown.to_string().starts_with("no AWS service is called `s4`"), "{unknown}");
}

#[test]
fn nothing_is_found_for_what_says_nothing() {
    assert!(search("", None).is_empty());
    assert!(search("what is it", None).is_empty());
    assert!(search("qwertzuiop", None).is_empty());
}

#[test]
fn what_was_found_says_whether_a_grant_allows_it() {
    let grant = Grant::new(Mode::ReadOnly, vec![vec!["*:*".parse().unwrap()]]);
    let refusal = |text: &str| {
        let found = Pack::bundled().search(text, None, 1).unwrap();
        found[0].check(&grant).map_err(|refusal| refusal.to_string())
    };
    assert_eq!(refusal("ec2 describe-instances"), Ok(()));
    assert!(refusal("ec2 terminate-instances").unwrap_err().contains("changes resources"));
    assert!(refusal("secretsmanager get-secret-value").unwrap_err().contains("is sensitive"));
}
