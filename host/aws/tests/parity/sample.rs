//! Every operation of every service, with inputs and answers from botocore's model.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tollgate_aws::model::Pack;
use tollgate_aws::protocol::{DecodeError, InvalidInput, decode, encode};

use crate::judge::{ask, protocol, same_answer, same_request};

/// Another seed is another sample: `TOLLGATE_TEST_SEED`.
const SEED: &str = "1";

#[derive(Default)]
struct Score {
    operations: usize,
    streams: usize,
    requests: (usize, usize),
    answers: (usize, usize),
    errors: (usize, usize),
}

#[test]
#[ignore = "needs botocore: run cargo xtask test"]
fn all_operations_are_as_botocore_has_them() {
    let pack = Pack::bundled();
    let seed = std::env::var("TOLLGATE_TEST_SEED").unwrap_or_else(|_| SEED.to_owned());
    let only = std::env::var("TOLLGATE_TEST_SERVICE").ok();
    let deviations: Value = serde_json::from_str(include_str!("deviations.json")).unwrap();
    let mut cases = Vec::new();
    for name in pack.service_names().filter(|name| only.as_deref().is_none_or(|only| only == *name)) {
        let service = pack.service(name).unwrap();
        let Some(protocol) = protocol(&service) else { continue };
        let mut operations: Vec<_> =
            service.operations().map(|operation| operation.name.to_string()).collect();
        operations.sort();
        cases.extend(operations.into_iter().map(|operation| (service.clone(), protocol, operation)));
    }
    let orders = cases.iter().map(|(service, protocol, operation)| {
        json!({"do": "sample", "service": service.name, "operation": operation, "protocol": protocol, "seed": seed})
    });
    let samples = ask(orders.collect());

    let mut scores = BTreeMap::<&str, Score>::new();
    let mut different = Vec::new();
    let mut explained = 0;
    for ((service, protocol, operation), sample) in cases.iter().zip(samples) {
        let operation = service.operation(operation).unwrap();
        let name = format!("{}.{}", service.name, operation.name);
        let score = scores.entry(protocol).or_default();
        score.operations += 1;
        if sample["stream"] == json!(true) {
            score.streams += 1;
            let refused =
                matches!(encode(service, operation, &json!({})), Err(InvalidInput::Streaming { .. }));
            let answer = decode(service, operation, 200, &http::HeaderMap::new(), b"");
            if !refused && !matches!(answer, Err(DecodeError::Streaming { .. })) {
                different.push((name, "is a stream, but not refused".to_owned()));
            }
            continue;
        }
        if let Some(failed) = sample["failed"].as_str() {
            if !deviations[&name]["judge"].is_null() {
                explained += 1;
            } else {
                different.push((name, format!("the judge failed: {failed}")));
            }
            continue;
        }
        let mut note = |what: &str, (right, all): &mut (usize, usize), result: Result<(), String>| {
            *all += 1;
            match result {
                Ok(()) => *right += 1,
                Err(_) if !deviations[&name][what].is_null() => explained += 1,
                Err(reason) => different.push((format!("{name} {what}"), reason)),
            }
        };
        for made in sample["inputs"].as_array().unwrap() {
            let result = same_request(service, operation, &made["input"], &made["request"]);
            note(
                "request",
                &mut score.requests,
                result.map_err(|reason| format!("{reason}, of {}", made["input"])),
            );
        }
        for answer in sample["answers"].as_array().unwrap() {
            let (what, count) = match answer["error"].is_null() {
                true => ("answer", &mut score.answers),
                false => ("error", &mut score.errors),
            };
            note(what, count, same_answer(service, operation, answer));
        }
    }
    for (protocol, score) in &scores {
        println!(
            "{protocol}: {} operations ({} streams, refused), requests {} of {}, answers {} of {}, errors {} of {}",
            score.operations,
            score.streams,
            score.requests.0,
            score.requests.1,
            score.answers.0,
            score.answers.1,
            score.errors.0,
            score.errors.1,
        );
    }
    println!("{explained} deviations, explained in deviations.json");
    let shown: String =
        different.iter().take(40).map(|(name, reason)| format!("{name}: {reason:.2000}\n")).collect();
    assert!(different.is_empty(), "{} differ:\n{shown}", different.len());
}
