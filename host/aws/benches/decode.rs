//! How fast an answer becomes a value: `DescribeInstances` with 1,000 instances, written as EC2 writes it.

mod instances;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use http::HeaderMap;
use jmespath::Variable;
use tollgate_aws::model::Pack;
use tollgate_aws::protocol::{Mask, decode, decode_masked};

/// A usual selection.
const EXPRESSION: &str = "Reservations[].Instances[].{id: InstanceId, state: State.Name}";

fn describe_instances(criterion: &mut Criterion) {
    let service = Pack::bundled().service("ec2").expect("the pack has EC2");
    let operation = service.operation("DescribeInstances").expect("EC2 has it");
    let headers = HeaderMap::new();
    let mut mask = Mask::NOTHING;
    for path in [&["InstanceId"] as &[&str], &["State", "Name"]] {
        mask.add_at(&[&["Reservations", "Instances"], path].concat(), &Mask::Everything);
    }
    let mut group = criterion.benchmark_group("DescribeInstances");
    for count in [1, 1000] {
        let body = instances::answer(count);
        let decoded =
            decode(&service, operation, 200, &headers, body.as_bytes()).expect("the answer is right");
        assert_eq!(
            serde_json::to_string(&decoded).map(|json| json.matches("\"InstanceId\"").count()).ok(),
            Some(count)
        );
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(format!("value/{count}"), |bencher| {
            bencher.iter(|| decode(&service, operation, 200, &headers, black_box(body.as_bytes())));
        });
        group.bench_function(format!("masked/{count}"), |bencher| {
            bencher.iter(|| {
                decode_masked(&service, operation, 200, &headers, black_box(body.as_bytes()), &mask)
            });
        });
        group.bench_function(format!("json/{count}"), |bencher| {
            bencher.iter(|| {
                decode(&service, operation, 200, &headers, black_box(body.as_bytes()))
                    .map(|value| serde_json::to_string(&value))
            });
        });
    }
    group.finish();

    // What a selection costs from the body to its result, without and with knowing beforehand what it looks at.
    let mut group = criterion.benchmark_group("select");
    let body = instances::answer(1000);
    let expression = jmespath::compile(EXPRESSION).expect("it is one");
    let select = |mask: &Mask| {
        let value = decode_masked(&service, operation, 200, &headers, black_box(body.as_bytes()), mask);
        let json = value.map(|value| serde_json::to_string(&value)).expect("the answer is right");
        let data = Variable::from_json(&json.expect("values are JSON")).expect("it is JSON");
        expression.search(data).expect("it fits").to_string()
    };
    assert_eq!(select(&mask), select(&Mask::Everything));
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("whole/1000", |bencher| bencher.iter(|| select(&Mask::Everything)));
    group.bench_function("masked/1000", |bencher| bencher.iter(|| select(&mask)));
    group.finish();
}

criterion_group!(benches, describe_instances);
criterion_main!(benches);
