//! Accounts that cannot be reached, and secrets in logs, on moto: it checks signatures and IAM policies.

use serde_json::{Value, json};

use super::organisation::MOTO;

#[test]
#[ignore = "needs moto and boto3: run cargo xtask test"]
fn a_locked_account_and_a_broken_region_are_named_beside_the_rows_of_the_others() {
    let by = json!({ "group_by": ["account", "region"] }).to_string();
    let output = MOTO
        .command_with(
            &["call", "ec2_list_instances", "--output", "json", "--json", &by],
            &MOTO.config(&["eu-north-2"]),
        )
        .output()
        .expect("tollgate starts");
    let error = String::from_utf8_lossy(&output.stderr);
    let answer: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|problem| panic!("{problem}: {error}"));
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(answer["rows"].as_array().expect("rows").len(), 4 * 3, "{answer:#}");

    let coverage = &answer["coverage"];
    assert_eq!(coverage["ok"], 4 * 3);
    let [locked] = &coverage["denied"].as_array().expect("gaps")[..] else { panic!("{coverage:#}") };
    assert_eq!((&locked["code"], &locked["count"]), (&json!("credentials"), &json!(3)), "{coverage:#}");
    assert_eq!(
        locked["targets"],
        json!(["locked/us-east-1", "locked/eu-west-1", "locked/ap-southeast-2"]),
        "one for each region"
    );
    let message = locked["message"].as_str().expect("a message");
    assert!(message.contains("sts:AssumeRole") && message.contains("TollgateReadOnly"), "{message}");

    let [broken] = &coverage["failed"].as_array().expect("gaps")[..] else { panic!("{coverage:#}") };
    assert_eq!(broken["targets"], json!(["sandbox/eu-north-2"]), "{coverage:#}");
    assert!(coverage["throttled"].is_null() && coverage["skipped"].is_null(), "{coverage:#}");
}

#[test]
#[ignore = "needs moto and boto3: run cargo xtask test"]
fn no_secret_is_logged_while_requests_are_signed() {
    let mut command = MOTO.command(&["call", "s3_list_buckets", "--accounts", "sandbox"]);
    let output = command.env("TOLLGATE_LOG", "trace").output().expect("tollgate starts");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    assert!(log.len() > 1000, "a trace of the whole call was expected: {log}");
    let base = &MOTO.base().secret_access_key;
    for secret in [base.as_str(), "<SecretAccessKey>", "<SessionToken>", "Signature="] {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
}
