//! Checks of the pack that is built in, and of damaged ones.

use super::{Kind, Pack, Protocol, UnknownService};

#[test]
fn every_service_can_be_read() {
    let pack = Pack::bundled();
    let mut operations = 0;
    for name in pack.service_names() {
        let service = pack.service(name).unwrap();
        assert_eq!(&*service.name, name);
        for operation in service.operations() {
            operations += 1;
            for id in operation.input.iter().chain(&operation.output) {
                assert!(matches!(service.shape(*id).kind, Kind::Structure(_)), "{name}.{}", operation.name);
            }
        }
    }
    assert!(operations > 19_000, "{operations}");
}

#[test]
fn knows_ec2() {
    let ec2 = Pack::bundled().service("ec2").unwrap();
    assert_eq!(ec2.protocol, Protocol::Ec2Query);
    assert_eq!(&*ec2.api_version, "2016-11-15");
    let operation = ec2.operation("DescribeInstances").unwrap();
    assert!(operation.access.is_read_only());
    let input = ec2.structure(operation.input.unwrap()).unwrap();
    assert_eq!(input.member("InstanceIds").unwrap().wire_name(), "InstanceId");
}

#[test]
fn names_the_nearest() {
    let error = Pack::bundled().service("ec3").unwrap_err();
    assert_eq!(error.to_string(), "no AWS service is called `ec3`; the nearest is `ec2`");
    assert!(matches!(error, UnknownService::NotThere { .. }));
    let ec2 = Pack::bundled().service("ec2").unwrap();
    let error = ec2.operation("DescribeInstance").unwrap_err();
    assert_eq!(
        error.to_string(),
        "ec2 has no operation `DescribeInstance`; the nearest is `DescribeInstances`"
    );
}
