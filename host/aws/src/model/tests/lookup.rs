//! Look-ups by name.

use proptest::prelude::*;

use crate::model::{Member, Pack, Structure, UnknownService};

#[test]
fn the_nearest_name_is_told() {
    let pack = Pack::bundled();
    for (wrong, nearest) in [
        ("ec3", "ec2"),
        ("EC2", "ec2"),
        ("secretmanager", "secretsmanager"),
        ("elb-v2", "elbv2"),
        ("cloud watch", "cloudwatch"),
    ] {
        let error = pack.service(wrong).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("no AWS service is called `{wrong}`; the nearest is `{nearest}`")
        );
    }
    let error = pack.service("≈≈≈").unwrap_err();
    assert_eq!(error.to_string(), "no AWS service is called `≈≈≈`");
    assert!(matches!(error, UnknownService::NotThere { suggestion: None, .. }));

    let ec2 = pack.service("ec2").unwrap();
    for (wrong, nearest) in [
        ("DescribeInstance", "DescribeInstances"),
        ("describe_instances", "DescribeInstances"),
        ("DescribeVPCs", "DescribeVpcs"),
    ] {
        let error = ec2.operation(wrong).unwrap_err();
        assert_eq!(error.to_string(), format!("ec2 has no operation `{wrong}`; the nearest is `{nearest}`"));
    }
}

#[test]
fn members_are_found_as_by_looking_at_each() {
    let pack = Pack::bundled();
    for name in ["ec2", "s3", "lambda", "quicksight"] {
        let service = pack.service(name).unwrap();
        for shape in &service.shapes {
            let crate::model::Kind::Structure(structure) = &shape.kind else { continue };
            for member in &structure.members {
                assert_same(structure, &member.name);
                assert_same(structure, member.wire_name());
            }
            for stranger in ["", "A", "zzzz", "Nothing"] {
                assert_same(structure, stranger);
            }
        }
    }
}

fn assert_same(structure: &Structure, name: &str) {
    let address = |member: Option<&Member>| member.map(std::ptr::from_ref);
    let by_name = structure.members.iter().find(|member| *member.name == *name);
    assert_eq!(address(structure.member(name)), address(by_name), "{name}");
    let by_wire_name = structure.members.iter().find(|member| member.wire_name() == name);
    assert_eq!(address(structure.member_by_wire_name(name)), address(by_wire_name), "{name}");
}

proptest! {
    #[test]
    fn any_name_is_answered(name in any::<String>()) {
        prop_assume!(!Pack::bundled().service_names().any(|known| known == name));
        let is_unknown = matches!(Pack::bundled().service(&name), Err(UnknownService::NotThere { .. }));
        prop_assert!(is_unknown);
    }
}

#[test]
fn services_and_operations_by_the_names_that_people_use() {
    let pack = Pack::bundled();
    for (spelling, name) in [
        ("ec2", "ec2"),
        ("EC2", "ec2"),
        ("elb-v2", "elbv2"),
        ("s3api", "s3"),
        ("deploy", "codedeploy"),
        ("configservice", "config"),
        ("CloudWatch Logs", "logs"),
        ("cloudwatch-logs", "logs"),
        ("eventbridge", "events"),
        ("cost_explorer", "ce"),
        ("Amazon Elastic Compute Cloud", "ec2"),
        ("monitoring", "cloudwatch"),
    ] {
        assert_eq!(&*pack.find(spelling).unwrap().name, name, "{spelling}");
    }
    let text = |spelling| pack.find(spelling).unwrap_err().to_string();
    assert_eq!(text("eventbrige"), "no AWS service is called `eventbrige`; the nearest is `events`");
    // Two services have it; neither is taken for the other.
    assert_eq!(
        text("elasticloadbalancing"),
        "no AWS service is called `elasticloadbalancing`; the nearest is `elb`"
    );

    let ec2 = pack.service("ec2").unwrap();
    for spelling in ["DescribeInstances", "describe-instances", "describe_instances", "DESCRIBEINSTANCES"] {
        assert_eq!(&*ec2.find(spelling).unwrap().name, "DescribeInstances", "{spelling}");
    }
    assert_eq!(
        ec2.find("describe-instance").unwrap_err().to_string(),
        "ec2 has no operation `describe-instance`; the nearest is `DescribeInstances`"
    );
}

#[test]
fn no_two_names_differ_in_case_and_separators_alone() {
    let pack = Pack::bundled();
    let plain = |name: &str| name.replace(['-', '_', ' ', '.'], "").to_lowercase();
    let mut services = std::collections::HashSet::new();
    for name in pack.service_names() {
        assert!(services.insert(plain(name)), "{name}");
        let mut operations = std::collections::HashSet::new();
        for operation in pack.service(name).unwrap().operations() {
            assert!(operations.insert(plain(&operation.name)), "{name}:{}", operation.name);
        }
    }
}
