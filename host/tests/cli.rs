//! What the command line says of itself.

use std::process::{Command, Output};

fn tollgate(arguments: &[&str]) -> Output {
    let output =
        Command::new(env!("CARGO_BIN_EXE_tollgate")).args(arguments).env_remove("TOLLGATE_CONFIG").output();
    output.expect("tollgate starts")
}

#[test]
fn help_explains_every_command_and_option() {
    let help = String::from_utf8(tollgate(&["--help"]).stdout).expect("is text");
    for command in ["serve", "call", "tools"] {
        assert!(help.contains(command), "{help}");
        let output = tollgate(&[command, "--help"]);
        assert!(output.status.success());
        let help = String::from_utf8(output.stdout).expect("is text");
        assert!(help.contains("--config") && help.contains("--demo"), "{help}");
        for line in help.lines().filter(|line| line.trim_start().starts_with("--")) {
            let described = line.trim().contains("  ") || help.contains(&format!("{line}\n     "));
            assert!(described, "no description: {line}");
        }
    }
}

#[test]
fn the_version_is_told() {
    let version = String::from_utf8(tollgate(&["--version"]).stdout).expect("is text");
    assert_eq!(version.trim(), concat!("tollgate ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn other_machines_are_not_served_without_being_told_to() {
    let output = tollgate(&["serve", "--demo", "--http", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).expect("is text");
    assert!(error.contains("--allow-remote-without-auth"), "{error}");
}

#[test]
fn a_json_that_is_none_is_refused_before_anything_starts() {
    let output = tollgate(&["call", "accounts_list", "--demo", "--json", "[1]"]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).expect("is text");
    assert!(error.contains("--json is no JSON object"), "{error}");
}
