//! What people ask the table.

use std::sync::LazyLock;

use crate::describe::Classifications;
use crate::model::{Access, Pack};

static TABLE: LazyLock<Classifications> =
    LazyLock::new(|| Classifications::of(Pack::bundled()).expect("the pack is whole"));

fn names(text: &str) -> Vec<String> {
    let rows = TABLE.named(Pack::bundled(), text).expect("it names something");
    rows.iter().map(|row| format!("{}:{}", row.service, row.operation)).collect()
}

fn error(text: &str) -> String {
    TABLE.named(Pack::bundled(), text).expect_err("it names nothing").to_string()
}

#[test]
fn the_table_holds_every_operation_once_and_in_order() {
    let pack = Pack::bundled();
    let operations: usize =
        pack.service_names().map(|name| pack.service(name).expect("is there").operations().count()).sum();
    assert_eq!(TABLE.rows().len(), operations);
    assert!(TABLE.rows().is_sorted_by(|left, right| {
        (&left.service, &left.operation) < (&right.service, &right.operation)
    }));
    for row in TABLE.rows() {
        assert_eq!(row.read_only, matches!(row.access, Access::List | Access::Read), "{row:?}");
    }
}

#[test]
fn one_operation_in_any_spelling() {
    for text in
        ["ec2:DescribeInstances", "ec2:describe-instances", "EC2:describe_instances", "ec2:describeinstances"]
    {
        assert_eq!(names(text), ["ec2:DescribeInstances"], "{text}");
    }
    assert_eq!(names("s3api:list-buckets"), ["s3:ListBuckets"]);
    assert_eq!(names("cloudwatch-logs:FilterLogEvents"), ["logs:FilterLogEvents"]);
}

#[test]
fn an_iam_action_names_all_operations_that_it_allows() {
    assert_eq!(
        names("elasticloadbalancing:DescribeLoadBalancers"),
        ["elb:DescribeLoadBalancers", "elbv2:DescribeLoadBalancers"]
    );
    assert_eq!(names("elbv2:DescribeLoadBalancers"), ["elbv2:DescribeLoadBalancers"]);
    assert_eq!(names("s3:ListAllMyBuckets"), ["s3:ListBuckets"]);
    let all = names("ec2:Describe*");
    assert!(all.contains(&"ec2:DescribeVpcs".to_owned()) && all.len() > 100, "{all:?}");
    assert!(all.iter().all(|name| name.contains(":Describe")), "{all:?}");
}

#[test]
fn the_nearest_name_is_told() {
    assert_eq!(
        error("ec2:DescribeInstance"),
        "ec2 has no operation `DescribeInstance`; the nearest is `DescribeInstances`"
    );
    assert_eq!(error("ec3:DescribeInstances"), "no AWS service is called `ec3`; the nearest is `ec2`");
    assert_eq!(error("ec2:Nothing*"), "`ec2:Nothing*` fits no operation, and no IAM action of one");
    assert!(error("ec2").contains("write it as `ec2:DescribeInstances`"), "{}", error("ec2"));
}

#[test]
fn what_is_redacted_is_told_with_its_case() {
    let redacted = |text: &str| {
        let rows = TABLE.named(Pack::bundled(), text).expect("it names something");
        rows.iter().flat_map(|row| row.redacted.clone()).collect::<Vec<_>>()
    };
    assert!(redacted("lambda:ListFunctions").contains(&"Functions[].Environment.Variables.*".to_owned()));
    assert!(
        redacted("ec2:DescribeVpcs")
            .contains(&"Vpcs[].Tags[].Value where Key sounds like a secret".to_owned())
    );
    // It was granted by name for what it answers.
    assert_eq!(redacted("secretsmanager:GetSecretValue"), Vec::<String>::new());
}
