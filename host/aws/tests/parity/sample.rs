//! Every operation of every service, with inputs and answers from botocore's model.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tollgate_aws::model::{Operation, Pack, Protocol, Service};
use tollgate_aws::protocol::{DecodeError, InvalidInput, decode, encode};

use crate::judge::{CBOR, ask, protocol, same_answer, same_request};

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
    let mut cases = Vec::new();
    for name in pack.service_names().filter(|name| only.as_deref().is_none_or(|only| only == *name)) {
        let service = pack.service(name).unwrap();
        let mut operations: Vec<_> =
            service.operations().map(|operation| operation.name.to_string()).collect();
        operations.sort();
        let mut in_cbor = (*service).clone();
        in_cbor.protocol = Protocol::RpcV2Cbor;
        let in_cbor = Arc::new(in_cbor);
        cases.extend(operations.into_iter().map(|operation| (service.clone(), in_cbor.clone(), operation)));
    }
    let orders = cases.iter().map(|(service, _, operation)| {
        let protocol = protocol(service);
        json!({"do": "sample", "service": service.name, "operation": operation, "protocol": protocol, "seed": seed})
    });
    let samples = ask(orders.collect());

    let mut tally = Tally {
        deviations: serde_json::from_str(include_str!("deviations.json")).unwrap(),
        ..Tally::default()
    };
    for ((service, in_cbor, operation), samples) in cases.iter().zip(samples) {
        for (protocol, sample) in samples.as_object().unwrap() {
            let service = if protocol == CBOR { in_cbor } else { service };
            tally.add(protocol, service, service.operation(operation).unwrap(), sample);
        }
    }
    tally.finish();
}

/// What came of all samples.
#[derive(Default)]
struct Tally {
    deviations: Value,
    explained: usize,
    scores: BTreeMap<String, Score>,
    different: Vec<(String, String)>,
}

impl Tally {
    fn add(&mut self, protocol: &str, service: &Service, operation: &Operation, sample: &Value) {
        let name = format!("{}.{}", service.name, operation.name);
        let score = self.scores.entry(protocol.to_owned()).or_default();
        score.operations += 1;
        if sample["stream"] == json!(true) {
            score.streams += 1;
            if !is_refused(service, operation) {
                self.different.push((name, "is a stream, but not refused".to_owned()));
            }
            return;
        }
        if let Some(failed) = sample["failed"].as_str() {
            if !self.deviations[&name]["judge"].is_null() {
                self.explained += 1;
            } else {
                self.different.push((name, format!("the judge failed: {failed}")));
            }
            return;
        }
        let mut note = |what: &str, (right, all): &mut (usize, usize), result: Result<(), String>| {
            *all += 1;
            match result {
                Ok(()) => *right += 1,
                Err(_) if !self.deviations[&name][what].is_null() => self.explained += 1,
                Err(reason) => self.different.push((format!("{name} {what} ({protocol})"), reason)),
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

    fn finish(self) {
        for (protocol, score) in &self.scores {
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
        println!("{} deviations, explained in deviations.json", self.explained);
        let different = self.different;
        let shown: String =
            different.iter().take(40).map(|(name, reason)| format!("{name}: {reason:.2000}\n")).collect();
        assert!(different.is_empty(), "{} differ:\n{shown}", different.len());
    }
}

fn is_refused(service: &Service, operation: &Operation) -> bool {
    matches!(encode(service, operation, &json!({})), Err(InvalidInput::Streaming { .. }))
        || matches!(
            decode(service, operation, 200, &http::HeaderMap::new(), b""),
            Err(DecodeError::Streaming { .. })
        )
}
