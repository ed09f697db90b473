//! The JSON Schema of inputs, by a validator: what it lets pass, the engine lets pass, and AWS's own examples are
//! judged alike by both.

use jsonschema::error::ValidationErrorKind;
use serde_json::{Value, json};
use tollgate_aws::describe::input_schema;
use tollgate_aws::model::{Operation, Pack, Service};
use tollgate_aws::protocol::{Fault, InvalidInput, UnknownValues, check};

use crate::judge::Judge;

#[test]
#[ignore = "needs botocore: run cargo xtask test"]
fn the_schema_and_the_engine_agree_on_the_examples_of_aws() {
    let pack = Pack::bundled();
    let mut judge = Judge::start();
    let (mut all, mut taken, mut spoilt) = (0, 0, 0);
    for name in pack.service_names() {
        let answer = judge.ask(&json!({"do": "examples", "service": name}));
        let service = pack.service(name).unwrap();
        for example in answer["examples"].as_array().unwrap_or_else(|| panic!("{name}: {answer}")) {
            // An example may be older than the service.
            let Ok(operation) = service.operation(example["operation"].as_str().unwrap()) else { continue };
            let validator = jsonschema::validator_for(&input_schema(&service, operation)).unwrap();
            let input = &example["input"];
            all += 1;
            taken += usize::from(validator.is_valid(input));
            agree(&validator, &service, operation, input);
            for input in spoil(input) {
                spoilt += 1;
                agree(&validator, &service, operation, &input);
            }
        }
    }
    println!("{taken} of AWS's {all} examples fit their schema; {spoilt} spoilt ones were judged alike");
    assert!(all > 500 && taken * 20 > all * 19 && spoilt > all, "{taken} of {all}, {spoilt}");
}

/// What the engine refuses, the schema refuses; what it takes, the schema takes, but for the greatest lengths and
/// numbers, which the engine leaves to AWS.
fn agree(validator: &jsonschema::Validator, service: &Service, operation: &Operation, input: &Value) {
    let engine = check(service, operation, input, UnknownValues::Refuse);
    let beyond = |kind: &ValidationErrorKind| {
        use ValidationErrorKind::{MaxItems, MaxLength, MaxProperties, Maximum};
        matches!(kind, MaxItems { .. } | MaxLength { .. } | MaxProperties { .. } | Maximum { .. })
    };
    let refusals: Vec<_> = validator.iter_errors(input).collect();
    let what = format!("{}:{} {input}", service.name, operation.name);
    match engine {
        Ok(()) => assert!(refusals.iter().all(|error| beyond(error.kind())), "{what}: {refusals:?}"),
        Err(InvalidInput::Members { problems, .. }) => {
            let told = problems.iter().any(|problem| !is_about_text(&problem.fault));
            assert!(!refusals.is_empty() || !told, "{what}: {problems:?}");
        }
        // Operations that stream have a schema, although nobody can send them.
        Err(_) => {}
    }
}

/// Patterns in Java's dialect and bytes in base64 are nothing that every validator can judge.
fn is_about_text(fault: &Fault) -> bool {
    match fault {
        Fault::Pattern { .. } => true,
        Fault::Type { expected, .. } => expected.contains("base64"),
        _ => false,
    }
}

/// The same input with a member too many, without each of its members, and with each of another type.
fn spoil(input: &Value) -> Vec<Value> {
    let Some(members) = input.as_object() else { return Vec::new() };
    let with = |name: &str, value: Option<Value>| {
        let mut members = members.clone();
        match value {
            Some(value) => drop(members.insert(name.to_owned(), value)),
            None => drop(members.shift_remove(name)),
        }
        Value::Object(members)
    };
    let mut spoilt = vec![with("NoSuchMember", Some(json!(1)))];
    for name in members.keys() {
        spoilt.extend(
            [None, Some(json!([true])), Some(json!({"a": {}})), Some(json!(true))].map(|it| with(name, it)),
        );
    }
    spoilt
}
