//! The AWS CLI is the judge: what it makes of each line stands in `tests/awscli/cases.json`, written by `record.py`
//! beside it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::*;

#[derive(Deserialize)]
struct Recorded {
    operations: BTreeMap<String, Value>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    line: String,
    #[serde(default)]
    refused: bool,
    #[serde(default)]
    operation: String,
    #[serde(default)]
    input: Map<String, Value>,
    max_items: Option<u32>,
    query: Option<String>,
    region: Option<String>,
}

/// What the catalog says of an operation, as far as a command needs it.
fn description(name: &str, known: &Value) -> Description {
    let (service, operation) = name.split_once(' ').expect("two names");
    let mut description = json!({
        "service": service, "operation": operation, "doc": null, "access": "list", "refusal": null,
        "iam_action": "", "sensitive": null, "redacted": [], "scope": "regional", "items": [],
        "deprecated": false, "output_schema": { "type": "object", "properties": {} },
    });
    let whole = description.as_object_mut().expect("an object");
    whole.extend(known.as_object().expect("an object").clone());
    serde_json::from_value(description).expect("a description")
}

#[test]
fn command_lines_are_read_as_the_aws_cli_reads_them() {
    let recorded: Recorded =
        serde_json::from_str(include_str!("../../tests/awscli/cases.json")).expect("what record.py wrote");
    let mut wrong = Vec::new();
    for case in &recorded.cases {
        let known = recorded.operations.get(&case.operation);
        let read = Command::parse(&case.line).and_then(|command| {
            // Of a line that the CLI refuses, the operation is the one of the same names that it takes.
            let called = format!("{}{}", command.service, command.operation.replace('-', "")).to_lowercase();
            let known = known.map(|known| (case.operation.as_str(), known)).or_else(|| {
                let same = |(name, _): &(&String, &Value)| name.replace(' ', "").to_lowercase() == called;
                recorded.operations.iter().find(same).map(|(name, known)| (name.as_str(), known))
            });
            let (name, known) = known.unwrap_or_else(|| panic!("no operation for {}", case.line));
            Ok((command.request(&description(name, known))?, command))
        });
        match read {
            Ok((request, command)) => {
                let same = !case.refused
                    && Value::Object(request.input.clone()) == Value::Object(case.input.clone())
                    && request.max_items == case.max_items
                    && (&command.query, &command.region) == (&case.query, &case.region);
                if !same {
                    wrong.push(format!("{}: {request:?}", case.line));
                }
            }
            Err(error) if !case.refused => wrong.push(format!("{}: {error}", case.line)),
            Err(_) => {}
        }
    }
    assert!(recorded.cases.len() > 130 && recorded.cases.iter().any(|case| case.refused));
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), recorded.cases.len(), wrong.join("\n"));
}

fn instances() -> Description {
    let known = json!({
        "paged": true,
        "page_size": "MaxResults",
        "input_schema": { "type": "object", "properties": {
            "InstanceIds": { "type": "array", "items": { "type": "string" } },
            "MaxResults": { "type": "integer" },
            "DryRun": { "type": "boolean" },
            "Version": { "type": "string" },
            "Body": false,
        } },
    });
    description("ec2 DescribeInstances", &known)
}

fn request(line: &str) -> Result<Request, ToolError> {
    Command::parse(line)?.request(&instances())
}

#[test]
fn who_bounds_the_page_wants_one_page() {
    let wanted = request("ec2 describe-instances --max-results 5").expect("a request");
    assert_eq!((wanted.max_items, &wanted.input["MaxResults"]), (Some(5), &json!(5)));
    let wanted = request("aws ec2 describe-instances --max-results 5 --max-items 7").expect("a request");
    assert_eq!(wanted.max_items, Some(7));
}

#[test]
fn errors_name_the_option_and_what_was_expected() {
    let errors: Vec<String> = [
        "aws ec2 describe-instances --instance-idz i-1",
        "aws ec2 describe-instances --colour red",
        "aws ec2 describe-instances --instance-version 3",
        "aws ec2 describe-instances --instance-ids",
        "aws ec2 describe-instances --instance-ids file://ids.txt",
        "aws ec2 describe-instances --instance-ids '[1'",
        "aws ec2 describe-instances --max-results many",
        "aws ec2 describe-instances --dry-run yes",
        "aws ec2 describe-instances --no-dry-run false",
        "aws ec2 describe-instances --dry-run --no-dry-run",
        "aws ec2 describe-instances --body x",
        "aws ec2 describe-instances --max-items 0",
        "aws ec2 describe-instances --cli-input-json []",
    ]
    .into_iter()
    .map(|line| request(line).expect_err(line).to_string())
    .collect();
    insta::assert_snapshot!(errors.join("\n"), @r#"
    `command`: ec2 DescribeInstances has no option --instance-idz; did you mean `instance-ids`?
    `command`: ec2 DescribeInstances has no option --colour; known: --instance-ids, --max-results, --dry-run, --version, --body
    `command`: ec2 DescribeInstances has no option --instance-version; did you mean `instance-ids`?
    `command`: --instance-ids: expected a value
    `command`: --instance-ids: "file://ids.txt" names a file, and there are none: give what is in it
    `command`: --instance-ids: no JSON: EOF while parsing a list at line 1 column 2
    `command`: --max-results: expected an integer, got "many"
    `command`: --dry-run: expected true or false, got "yes"
    `command`: --no-dry-run: takes no value
    `command`: --no-dry-run is given twice
    `command`: --body: a stream, which this host does not send
    `command`: --max-items: expected a number from 1 up, got "0"
    `command`: --cli-input-json: expected a JSON object
    "#);
}
