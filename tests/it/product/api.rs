//! The tools for any operation of AWS, on the demo organisation.

use std::process::Output;

use serde_json::{Value, json};

use super::tollgate;

fn call(tool: &str, arguments: &Value) -> Output {
    let arguments = arguments.to_string();
    let mut command = tollgate();
    command.args(["call", tool, "--demo", "--output", "json", "--json", &arguments]);
    command.output().expect("tollgate starts")
}

fn answer(tool: &str, arguments: &Value) -> Value {
    let output = call(tool, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("is JSON")
}

/// Why a call failed.
fn failure(tool: &str, arguments: &Value) -> String {
    let output = call(tool, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).expect("is text")
}

fn rows(answer: &Value) -> &Vec<Value> {
    answer["rows"].as_array().expect("rows")
}

#[test]
fn a_command_line_answers_what_the_tool_of_the_family_answers() {
    let command = "aws ec2 describe-instances --output table \
                   --query 'Reservations[].Instances[].{id: InstanceId, state: State.Name}'";
    let grouped = json!({ "command": command, "group_by": ["account", "region", "state"] });
    let any = answer("aws_call", &grouped);
    let own = answer("ec2_list_instances", &json!({ "group_by": ["account", "region", "state"] }));
    assert_eq!((&any["columns"], &any["rows"]), (&own["columns"], &own["rows"]));
    assert_eq!(any["coverage"], own["coverage"]);
    let running = json!({ "command": command, "filter": "state == 'running'", "accounts": ["env:prod"] });
    let running = answer("aws_call", &running);
    assert!(
        !rows(&running).is_empty() && rows(&running).iter().all(|row| row[3] == "running"),
        "{running:#}"
    );
}

#[test]
fn one_region_of_a_command_is_the_only_one_that_is_asked() {
    let command =
        "aws ec2 describe-instances --region eu-west-1 --query Reservations[].Instances[].InstanceId";
    let answer = answer("aws_call", &json!({ "command": command, "accounts": ["production"] }));
    assert_eq!(answer["columns"], json!(["account", "region", "value"]));
    assert!(!rows(&answer).is_empty() && rows(&answer).iter().all(|row| row[1] == "eu-west-1"), "{answer:#}");
}

#[test]
fn account_wide_operations_are_asked_once_in_each_account() {
    let count = json!({ "group_by": ["account"] });
    let own = answer("s3_list_buckets", &count);
    let any = json!({ "service": "s3", "operation": "ListBuckets", "group_by": ["account"] });
    let any = answer("aws_call", &any);
    assert_eq!((&any["rows"], &any["coverage"]), (&own["rows"], &own["coverage"]));
    let accounts = rows(&answer("accounts_list", &json!({}))).len() as u64;
    for (service, operation) in
        [("iam", "ListUsers"), ("sts", "GetCallerIdentity"), ("cloudfront", "ListDistributions")]
    {
        let answer = answer("aws_call", &json!({ "service": service, "operation": operation }));
        assert_eq!(answer["coverage"], json!({ "ok": accounts }), "{service} {answer:#}");
    }
    let regional = answer("aws_call", &json!({ "service": "kms", "operation": "ListKeys" }));
    assert!(regional["coverage"]["ok"].as_u64() > Some(accounts), "{regional:#}");
}

#[test]
fn an_output_without_a_list_is_one_row() {
    let identity = json!({ "service": "sts", "operation": "GetCallerIdentity", "accounts": ["production"] });
    let identity = answer("aws_call", &identity);
    let column = |name: &str| {
        let columns = identity["columns"].as_array().expect("columns");
        let at = columns.iter().position(|column| column == name);
        &rows(&identity)[0][at.unwrap_or_else(|| panic!("{name} in {identity:#}"))]
    };
    assert_eq!((rows(&identity).len(), column("region")), (1, &json!("global")));
    assert_eq!((column("account"), column("Account_")), (&json!("production"), &json!("222233334444")));
}

#[test]
fn what_changes_or_gives_away_is_refused_and_says_which_grant_would_allow_it() {
    for (service, operation, grant) in [
        ("ec2", "TerminateInstances", "ec2:TerminateInstances"),
        ("iam", "CreateUser", "iam:CreateUser"),
        ("iam", "AttachRolePolicy", "iam:AttachRolePolicy"),
        ("s3", "DeleteBucket", "s3:DeleteBucket"),
        ("ec2", "CreateTags", "ec2:CreateTags"),
        ("sts", "AssumeRole", "sts:AssumeRole"),
        ("sts", "GetSessionToken", "sts:GetSessionToken"),
        ("secretsmanager", "GetSecretValue", "secretsmanager:GetSecretValue"),
        ("secretsmanager", "BatchGetSecretValue", "secretsmanager:"),
        ("kms", "Decrypt", "kms:Decrypt"),
        ("kms", "GenerateDataKey", "kms:GenerateDataKey"),
        ("lambda", "GetFunction", "lambda:GetFunction"),
        ("lambda", "Invoke", "lambda:Invoke"),
        ("dynamodb", "Scan", "dynamodb:Scan"),
        ("dynamodb", "Query", "dynamodb:Query"),
        ("dynamodb", "GetItem", "dynamodb:GetItem"),
        ("s3", "GetObject", "s3:GetObject"),
        ("ec2", "GetPasswordData", "ec2:GetPasswordData"),
        ("ecr", "GetAuthorizationToken", "ecr:GetAuthorizationToken"),
        ("logs", "FilterLogEvents", "logs:FilterLogEvents"),
        ("sqs", "ReceiveMessage", "sqs:ReceiveMessage"),
    ] {
        let error = failure("aws_call", &json!({ "service": service, "operation": operation }));
        let told = error.contains("is sensitive") || error.contains(r#"mode = "read-write""#);
        assert!(error.contains(grant) && told, "{service} {operation}: {error}");
    }
}

#[test]
fn a_command_that_writes_is_refused_before_its_options_are_looked_at() {
    let command = "aws ec2 terminate-instances --no-such-option --instance-ids i-1";
    let error = failure("aws_call", &json!({ "command": command }));
    assert!(error.contains("`ec2:TerminateInstances` changes resources"), "{error}");
}

#[test]
fn a_secret_is_redacted_in_an_answer_that_is_harmless_otherwise() {
    let command =
        "aws ssm get-parameter --name /payments/database/password --with-decryption --region us-east-1";
    let answer = answer("aws_call", &json!({ "command": command, "accounts": ["production"] }));
    let text = answer.to_string();
    assert!(text.contains("[redacted]") && !text.contains("never-seen"), "{answer:#}");
}

#[test]
fn errors_say_what_to_do_and_say_it_once() {
    let cases = [
        (json!({ "service": "ec3", "operation": "DescribeInstances" }), "`ec3`"),
        (json!({ "service": "ec2", "operation": "DescribeInstance" }), "the nearest is `DescribeInstances`"),
        (
            json!({ "service": "ec2", "operation": "DescribeInstances", "input": { "InstanceId": 1 } }),
            "`InstanceId` is not a member",
        ),
        (
            json!({ "service": "ec2", "operation": "DescribeInstances", "select": "Reservations[" }),
            "select: ",
        ),
        (json!({ "command": "aws ec2 describe-instances | jq ." }), "`|` is for a shell"),
        (json!({ "command": "aws s3 ls" }), "s3_list_buckets"),
        (json!({ "command": "aws ec2 describe-instances --profile prod" }), "accounts_list"),
        (
            json!({ "command": "aws ec2 describe-instances --instance-id-s i-1 --colour red" }),
            "has no option",
        ),
        (
            json!({ "service": "ec2", "operation": "DescribeInstances", "filter": "Sate == 'a'" }),
            "unknown column",
        ),
    ];
    for (arguments, expected) in cases {
        let error = failure("aws_call", &arguments);
        assert_eq!(error.matches(expected).count(), 1, "{arguments}: {error}");
        assert!(!error.contains("production/"), "no target is named: {error}");
    }
}

#[test]
fn operations_are_found_and_described() {
    let found = answer("aws_search_operations", &json!({ "text": "bucket encryption" }));
    assert_eq!(found["columns"], json!(["service", "operation", "doc", "access", "allowed"]));
    assert_eq!(rows(&found)[0][1], "GetBucketEncryption", "{found:#}");
    let secret = answer("aws_search_operations", &json!({ "text": "get secret value", "limit": 1 }));
    assert_eq!(rows(&secret)[0].as_array().and_then(|row| row.last()), Some(&json!(false)), "{secret:#}");

    let arguments = json!({ "service": "ec2", "operation": "describe-instances" });
    let described = answer("aws_describe_operation", &arguments);
    assert_eq!(
        (&described["operation"], &described["asked"]),
        (&json!("DescribeInstances"), &json!("in each region"))
    );
    assert_eq!(described["input"]["Filters[]"]["Name"], "string", "{described:#}");
    let member = json!({ "service": "ec2", "operation": "DescribeInstances",
        "member": "output.Reservations[].Instances[].State" });
    let deeper = answer("aws_describe_operation", &member);
    assert!(deeper["output"]["Name"].as_str().is_some_and(|names| names.contains("running")), "{deeper:#}");
}
