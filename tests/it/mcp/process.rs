//! The program as a client starts it.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{initialize, modern};
use crate::product::tollgate;

/// Runs the program with an input, to its end.
fn run(command: &mut Command, input: &str) -> Output {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().expect("tollgate starts");
    process.stdin.take().expect("is piped").write_all(input.as_bytes()).expect("it reads");
    process.wait_with_output().expect("it ends")
}

#[test]
fn the_output_is_protocol_only_and_the_end_of_the_input_the_end() {
    let call = json!({ "name": "accounts_list" });
    let lines = [
        "garbage".to_owned(),
        initialize(1).to_string(),
        modern(2, "tools/call", call).to_string(),
        "{".to_owned(),
    ];
    // Everything goes to the log that can.
    let output = run(tollgate().args(["serve", "--demo"]).env("TOLLGATE_LOG", "debug"), &lines.join("\n"));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let output = String::from_utf8(output.stdout).expect("text");
    let messages: Vec<Value> = output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert!(messages.iter().all(|message| message["jsonrpc"] == "2.0"), "{output}");
    let errors = messages.iter().filter(|message| message["error"]["code"] == -32700).count();
    assert_eq!((messages.len(), errors), (4, 2), "{output}");
    let result =
        |id: i64| messages.iter().find(|message| message["id"] == id).map(|message| &message["result"]);
    assert_eq!(result(1).expect("an answer")["serverInfo"]["name"], "tollgate");
    assert!(result(2).expect("an answer")["structuredContent"]["rows"].is_array(), "{output}");
}

#[test]
fn a_second_process_that_only_probes_starts_and_ends_at_once() {
    let probe = modern(1, "server/discover", json!({})).to_string();
    let fastest = (0..5)
        .map(|_| {
            let start = Instant::now();
            let output = run(tollgate().args(["serve", "--demo"]), &probe);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(output.stdout.iter().filter(|byte| **byte == b'\n').count(), 1);
            start.elapsed()
        })
        .min();
    // In a build for tests; compiling the plugins alone would take seconds.
    assert!(fastest < Some(Duration::from_millis(500)), "{fastest:?}");
}

#[test]
fn an_address_that_others_reach_must_be_meant() {
    let output = run(tollgate().args(["serve", "--demo", "--http", "0.0.0.0:0"]), "");
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).expect("text");
    assert!(error.contains("--allow-remote-without-auth"), "{error}");
}
