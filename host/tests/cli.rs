//! What the command line says of itself.

use std::process::{Command, Output};

fn tollgate(arguments: &[&str]) -> Output {
    let output =
        Command::new(env!("CARGO_BIN_EXE_tollgate")).args(arguments).env_remove("TOLLGATE_CONFIG").output();
    output.expect("tollgate starts")
}

#[test]
fn help_explains_every_command_and_option() {
    let help = |command: &[&str]| {
        let output = tollgate(&[command, &["--help"]].concat());
        assert!(output.status.success(), "{command:?}");
        String::from_utf8(output.stdout).expect("is text")
    };
    for command in [
        &["serve"][..],
        &["call"],
        &["tools"],
        &["account", "list"],
        &["aws", "call"],
        &["aws", "describe"],
        &["aws", "classify"],
    ] {
        let [group @ .., name] = command else { unreachable!("a command has a name") };
        assert!(help(group).contains(name), "{command:?}");
        let help = help(command);
        let asks_aws = !matches!(*name, "describe" | "classify");
        assert!(!asks_aws || help.contains("--config") && help.contains("--demo"), "{help}");
        for line in help.lines().filter(|line| line.trim_start().starts_with("--")) {
            let described = line.trim().contains("  ") || help.contains(&format!("{line}\n     "));
            assert!(described, "no description: {line}");
        }
    }
}

#[test]
fn a_command_line_that_is_none_is_no_partial_answer() {
    for arguments in [&["call"][..], &["call", "accounts_list", "--outptu", "json"], &["serv"]] {
        let output = tollgate(arguments);
        assert_eq!(output.status.code(), Some(64), "{arguments:?}");
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn the_demo_needs_no_configuration_and_takes_plugins_from_the_one_that_is_named() {
    let mut demo = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    demo.args(["tools", "--demo"]).env("TOLLGATE_CONFIG", "/no/such/file");
    let tools = String::from_utf8(demo.output().expect("tollgate starts").stdout).expect("is text");
    assert!(tools.contains("ec2_list_instances") && tools.contains("s3_list_buckets"), "{tools}");

    let file = tempfile::NamedTempFile::with_suffix(".toml").expect("a file");
    std::fs::write(file.path(), "[plugins.ec2]\nenabled = false\n").expect("is writable");
    demo.arg("--config").arg(file.path());
    let tools = String::from_utf8(demo.output().expect("tollgate starts").stdout).expect("is text");
    assert!(!tools.contains("ec2_list_instances") && tools.contains("s3_list_buckets"), "{tools}");
}

#[test]
fn a_named_configuration_must_be_there() {
    let mut call = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    let output = call.arg("tools").env("TOLLGATE_CONFIG", "/no/such/file").output().expect("tollgate starts");
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&output.stderr).contains("/no/such/file"));
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

#[test]
fn the_accounts_are_listed() {
    let list = |format: &str| {
        let output = tollgate(&["account", "list", "--demo", "--output", format]);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("is text")
    };
    let json = list("json");
    let production: serde_json::Value =
        serde_json::from_str(json.lines().next().expect("accounts")).expect("is JSON");
    assert_eq!(
        production,
        serde_json::json!({
            "account": "production",
            "id": "222233334444",
            "environment": "prod",
            "regions": ["us-east-1", "eu-west-1"],
            "enabled": true,
            "source": "configuration",
            "tags": {"cost-center": "4100", "team": "payments"},
        })
    );
    let csv = list("csv");
    assert!(csv.starts_with("account,id,environment,regions,enabled,source,tags\n"), "{csv}");
    assert!(csv.contains("legacy,777788889999,prod,us-east-1,false,configuration,"), "{csv}");
    assert!(list("table").contains("cost-center=4100 team=payments"));
}
