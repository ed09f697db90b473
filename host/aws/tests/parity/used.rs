//! The operations that the engine and the bundled plugins use, with inputs and answers like those of AWS.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tollgate_aws::model::{Pack, Service};

use crate::judge::{Judge, protocol, same_answer, same_request};

const REQUESTS: &str = include_str!("used/requests.json");
const ANSWERS: &str = include_str!("used/answers.json");

#[test]
#[ignore = "needs botocore: run cargo xtask test"]
fn what_tollgate_uses_is_as_botocore_has_it() {
    let mut cases: Vec<Value> = Vec::new();
    for (kind, file) in [("request", REQUESTS), ("answer", ANSWERS)] {
        let all: Vec<Value> = serde_json::from_str(file).unwrap();
        cases.extend(all.into_iter().map(|case| order(kind, case)));
    }
    let mut different = Vec::new();
    let mut judge = Judge::start();
    for case in &cases {
        let verdict = judge.ask(case);
        let service = service(case);
        let operation = service.operation(case["operation"].as_str().unwrap()).unwrap();
        let result = match verdict["failed"].as_str() {
            Some(failed) => Err(format!("the judge failed: {failed}")),
            None if case["do"] == "request" => {
                same_request(&service, operation, &case["input"], &verdict["request"])
            }
            None => {
                let mut answer = case.clone();
                answer.as_object_mut().unwrap().extend(verdict.as_object().unwrap().clone());
                same_answer(&service, operation, &answer)
            }
        };
        different.extend(result.err().map(|reason| format!("{} {}: {reason}\n", operation.name, case["do"])));
    }
    println!("used operations: {} of {}", cases.len() - different.len(), cases.len());
    assert!(different.is_empty(), "{}", different.concat());
}

fn service(case: &Value) -> std::sync::Arc<Service> {
    Pack::bundled().service(case["service"].as_str().unwrap()).unwrap()
}

/// A case as a question to the judge.
fn order(kind: &str, mut case: Value) -> Value {
    case["do"] = json!(kind);
    case["protocol"] = json!(protocol(&service(&case)));
    if let Some(body) = case["body"].as_str() {
        case["body"] = json!(STANDARD.encode(body));
        let headers = case["headers"].as_object().unwrap();
        case["headers"] = headers.iter().map(|(name, value)| json!([name, value])).collect();
    }
    case
}
