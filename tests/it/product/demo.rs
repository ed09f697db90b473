//! The demo organisation, and what the command line promises: formats, exit codes, clear errors.

use std::process::{Command, Output};

use serde_json::Value;

use super::tollgate;

fn demo(arguments: &[&str]) -> Output {
    run(tollgate().args(arguments).arg("--demo"))
}

fn run(command: &mut Command) -> Output {
    command.output().expect("tollgate starts")
}

fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("is text")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("is text")
}

#[test]
fn running_instances_of_production_only() {
    let output = demo(&[
        "call",
        "ec2_list_instances",
        "--accounts",
        "env:prod",
        "--json",
        r#"{"filter": "state == 'running'", "fields": ["id", "state"]}"#,
        "--output",
        "json",
    ]);
    let answer: Value = serde_json::from_str(&stdout(&output)).expect("is JSON");
    let rows = answer["rows"].as_array().expect("rows");
    assert!(!rows.is_empty(), "{answer:#}");
    assert!(rows.iter().all(|row| row[3] == "running"), "{answer:#}");
}

#[test]
fn csv_has_a_line_of_names_and_a_line_for_each_row() {
    let arguments = ["call", "s3_list_buckets", "--json", r#"{"group_by": ["account"]}"#, "--output"];
    let json = demo(&[&arguments[..], &["json"]].concat());
    let csv = demo(&[&arguments[..], &["csv"]].concat());
    let answer: Value = serde_json::from_str(&stdout(&json)).expect("is JSON");
    let csv = stdout(&csv);
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("account,count"));
    assert_eq!(lines.count(), answer["rows"].as_array().expect("rows").len());
}

#[test]
fn csv_says_beside_the_rows_that_they_were_cut() {
    let output = demo(&["call", "ec2_list_instances", "--json", r#"{"limit": 3}"#, "--output", "csv"]);
    assert_eq!(stdout(&output).lines().count(), 1 + 3);
    assert!(stderr(&output).contains("41"), "how many there are: {}", stderr(&output));
    let output = demo(&["call", "ec2_list_instances", "--output", "csv"]);
    assert_eq!(stderr(&output), "", "nothing was cut");
}

#[test]
fn the_table_is_for_people() {
    let table = stdout(&demo(&["call", "accounts_list"]));
    for word in ["environment", "production", "staging"] {
        assert!(table.contains(word), "{table}");
    }
}

#[test]
fn an_unknown_tool_names_the_nearest() {
    let output = demo(&["call", "ec2_list_instance"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("ec2_list_instances"), "{}", stderr(&output));
}

#[test]
fn an_unknown_account_names_the_nearest() {
    let output = demo(&["call", "ec2_list_instances", "--accounts", "productoin"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("production"), "{}", stderr(&output));
}

#[test]
fn an_unknown_argument_names_the_nearest() {
    let output = demo(&["call", "ec2_list_instances", "--json", r#"{"filtr": "x"}"#]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("filter"), "{}", stderr(&output));
}

#[test]
fn a_bad_configuration_ends_with_64_and_says_where() {
    let file = tempfile::NamedTempFile::with_suffix(".toml").expect("a file");
    std::fs::write(file.path(), "[aws]\nregoin = \"us-east-1\"\n").expect("is writable");
    let output = run(tollgate().args(["call", "accounts_list", "--config"]).arg(file.path()));
    assert_eq!(output.status.code(), Some(64));
    let error = stderr(&output);
    assert!(error.contains(":2:1: `aws.regoin`: ") && error.contains("did you mean `region`"), "{error}");
}
