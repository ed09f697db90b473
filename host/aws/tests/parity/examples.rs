//! AWS's own examples of inputs: what it shows to others is not refused here.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tollgate_aws::model::Pack;
use tollgate_aws::protocol::{InvalidInput, UnknownValues, check};

use crate::judge::Judge;

#[test]
#[ignore = "needs botocore: run cargo xtask test"]
fn no_example_of_aws_is_refused() {
    let wrong: Value = serde_json::from_str(include_str!("examples.json")).unwrap();
    let expected: BTreeSet<&str> = wrong.as_object().unwrap().keys().map(String::as_str).collect();
    let pack = Pack::bundled();
    let mut judge = Judge::start();
    let (mut all, mut refused) = (0, BTreeSet::new());
    let mut reasons = Vec::new();
    for name in pack.service_names() {
        let answer = judge.ask(&json!({"do": "examples", "service": name}));
        let service = pack.service(name).unwrap();
        for example in answer["examples"].as_array().unwrap_or_else(|| panic!("{name}: {answer}")) {
            let operation = example["operation"].as_str().unwrap();
            // An example may be older than the service.
            let Ok(operation) = service.operation(operation) else { continue };
            all += 1;
            let result = check(&service, operation, &example["input"], UnknownValues::Refuse);
            if let Err(error @ InvalidInput::Members { .. }) = result {
                let id =
                    format!("{name}.{}: {}", operation.name, example["title"].as_str().unwrap_or_default());
                if !expected.contains(id.as_str()) {
                    reasons.push(format!("{id}: {error}\n"));
                }
                refused.insert(id);
            }
        }
    }
    println!("{} of AWS's {all} examples are taken", all - refused.len());
    assert!(reasons.is_empty(), "{} are refused:\n{}", reasons.len(), reasons.concat());
    let healed: Vec<_> = expected.iter().filter(|id| !refused.contains(**id)).collect();
    assert!(healed.is_empty(), "no longer refused: {healed:?}");
}
