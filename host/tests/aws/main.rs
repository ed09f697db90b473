//! `tollgate aws`, as people run it: on the demo organisation, and on one where things go wrong.

mod commands;
mod sweeps;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// `tollgate` with arguments, deaf to this machine's own AWS configuration.
fn tollgate(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    let own = |name: &str| name.starts_with("AWS_") || name.starts_with("TOLLGATE_");
    for (name, _) in std::env::vars().filter(|(name, _)| own(name)) {
        command.env_remove(name);
    }
    let nowhere = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-such-folder");
    command.env("XDG_CONFIG_HOME", &nowhere).env("AWS_CONFIG_FILE", nowhere.join("config"));
    command.env("AWS_SHARED_CREDENTIALS_FILE", nowhere.join("credentials"));
    command.env("AWS_EC2_METADATA_DISABLED", "true").args(arguments);
    command
}

/// `tollgate aws call … --demo`
fn demo(arguments: &[&str]) -> Output {
    let mut command = tollgate(&["aws", "call", "--demo"]);
    command.args(arguments).output().expect("tollgate starts")
}

fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    String::from_utf8(output.stdout.clone()).expect("is text")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("is text")
}

/// What a refused command line says.
fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(64), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    stderr(output)
}

/// One JSON value for each line.
fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect()
}
