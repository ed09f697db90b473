//! The bundled tools against moto, judged by boto3. moto checks signatures and IAM policies here.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::moto::MOTO;
use super::tollgate;

/// The call of a tool on the organisation.
fn command(tool: &str, extra_regions: &[&str], arguments: &Value) -> Command {
    let organisation = &MOTO.organisation;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("moto-with-{}-more-regions.toml", extra_regions.len()));
    std::fs::write(&file, organisation.config(extra_regions)).expect("is writable");
    let mut command = tollgate();
    command
        .args(["call", tool, "--output", "json", "--config"])
        .arg(file)
        .args(["--json", &arguments.to_string()])
        .env("AWS_ACCESS_KEY_ID", &organisation.base.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &organisation.base.secret_access_key);
    command
}

fn call(tool: &str, extra_regions: &[&str], arguments: &Value) -> Output {
    command(tool, extra_regions, arguments).output().expect("tollgate starts")
}

fn answer(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// The rows as objects, in the judge's order.
fn rows(answer: &Value) -> Vec<Value> {
    let columns: Vec<_> =
        answer["columns"].as_array().expect("columns").iter().filter_map(Value::as_str).collect();
    let mut rows: Vec<Value> = answer["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| {
            columns.iter().copied().map(str::to_owned).zip(row.as_array().expect("a row").clone()).collect()
        })
        .collect();
    rows.sort_by_key(|row| sorted(row).to_string());
    rows
}

/// With the keys in alphabetical order, for a comparison as text.
fn sorted(value: &Value) -> Value {
    let mut value = value.clone();
    value.sort_all_objects();
    value
}

fn judged(tool: &str, arguments: &Value) -> Value {
    let output = call(tool, &[], arguments);
    let answer = answer(&output);
    let mut expected = MOTO.inventory[tool].as_array().expect("rows").clone();
    expected.sort_by_key(|row| sorted(row).to_string());
    let rows = rows(&answer);
    assert_eq!(rows.len(), expected.len(), "{answer:#}");
    for (row, expected) in rows.iter().zip(&expected) {
        assert_eq!(sorted(row), sorted(expected));
    }
    assert_eq!(output.status.code(), Some(2), "the account `locked` cannot be reached");
    answer
}

#[test]
#[ignore = "needs moto and boto3: run cargo xtask test"]
fn every_instance_is_as_boto3_sees_it_over_all_pages() {
    let fields = [
        "id",
        "name",
        "state",
        "type",
        "availability_zone",
        "private_address",
        "public_address",
        "vpc",
        "launch_time",
        "image",
        "tags",
    ];
    let answer = judged("ec2_list_instances", &json!({"limit": 1000, "fields": fields}));
    assert_eq!(answer["row_count"], 372);
    assert_eq!(answer["truncated"], false);
}

#[test]
#[ignore = "needs moto and boto3: run cargo xtask test"]
fn every_bucket_is_as_boto3_sees_it_in_its_own_region() {
    let answer = judged("s3_list_buckets", &json!({"limit": 1000, "fields": ["name", "created"]}));
    assert_eq!(answer["row_count"], 24);
}

#[test]
#[ignore = "needs moto and boto3: run cargo xtask test"]
fn a_locked_account_and_a_broken_region_are_named_beside_the_rows_of_the_others() {
    let output = call("ec2_list_instances", &["eu-north-7"], &json!({"group_by": ["account", "region"]}));
    let answer = answer(&output);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(answer["rows"].as_array().expect("rows").len(), 4 * 3, "{answer:#}");

    let errors = answer["errors"].as_array().expect("errors");
    let of = |account: &str| -> Vec<&Value> {
        errors.iter().filter(|error| error["account"] == account).collect()
    };
    let locked = of("locked");
    assert_eq!(locked.len(), 3, "one for each region: {errors:#?}");
    for error in locked {
        assert_eq!(error["kind"], "credentials", "{error:#}");
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains("sts:AssumeRole") && message.contains("TollgateReadOnly"), "{message}");
    }
    let sandbox = of("sandbox");
    assert_eq!(sandbox.len(), 1, "{errors:#?}");
    assert_eq!(sandbox[0]["region"], "eu-north-7");
    assert_eq!(errors.len(), 4, "{errors:#?}");
}

#[test]
#[ignore = "needs moto and boto3: run cargo xtask test"]
fn no_secret_is_logged_while_requests_are_signed() {
    let output = command("s3_list_buckets", &[], &json!({"accounts": ["sandbox"]}))
        .env("TOLLGATE_LOG", "trace")
        .output();
    let output = output.expect("tollgate starts");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    assert!(log.len() > 1000, "a trace of the whole call was expected: {log}");
    let base = &MOTO.organisation.base.secret_access_key;
    for secret in [base.as_str(), "<SecretAccessKey>", "<SessionToken>", "Signature="] {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
}
