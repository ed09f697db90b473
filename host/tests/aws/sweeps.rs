//! Many accounts and regions: order, partial failures, pages, and stopping half-way.

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tollgate_sim::{DemoOptions, DemoOrg, Sim};

use super::{demo, lines, stderr, stdout, tollgate};

#[test]
fn one_target_prints_the_bare_output() {
    let target = ["--account", "production", "--region", "us-east-1"];
    let output = demo(&[&["ec2", "describe-instances"][..], &target].concat());
    let text = stdout(&output);
    assert_eq!(text.lines().count(), 1, "compact in a pipe");
    let answer: Value = serde_json::from_str(&text).expect("is JSON");
    assert!(!answer["Reservations"].as_array().expect("a list").is_empty());
    assert_eq!(stderr(&output), "");
}

#[test]
fn several_targets_are_told_in_their_order() {
    let arguments =
        ["ec2", "describe-instances", "--account", "env:prod", "--select", "length(Reservations)"];
    let answers = lines(&stdout(&demo(&arguments)));
    let places: Vec<_> = answers.iter().map(|answer| (&answer["account"], &answer["region"])).collect();
    let place = |account: &str, region: &str| (json!(account), json!(region));
    let expected = [
        place("production", "us-east-1"),
        place("production", "eu-west-1"),
        place("data", "us-east-1"),
        place("data", "eu-central-1"),
        place("security", "us-east-1"),
        place("security", "eu-west-1"),
    ];
    assert_eq!(places, expected.iter().map(|(account, region)| (account, region)).collect::<Vec<_>>());
    assert!(answers.iter().all(|answer| answer["output"].is_u64() && answer["truncated"] == false));
}

#[test]
fn a_service_without_regions_is_asked_once_in_each_account() {
    for region in [&[][..], &["--region", "all"], &["--region", "eu-west-1,us-east-1"]] {
        let arguments = ["iam", "list-users", "--account", "production,data", "--select", "length(Users)"];
        let answers = lines(&stdout(&demo(&[&arguments[..], region].concat())));
        let places: Vec<_> = answers.iter().map(|answer| (&answer["account"], &answer["region"])).collect();
        assert_eq!(places, [(&json!("production"), &json!("global")), (&json!("data"), &json!("global"))]);
    }
}

#[test]
fn a_cut_answer_goes_on_in_the_next_process() {
    let call = |more: &[&str]| {
        let arguments = [
            "ec2",
            "describe-instances",
            "--account",
            "production",
            "--region",
            "us-east-1",
            "--select",
            "Reservations[].ReservationId",
        ];
        demo(&[&arguments[..], more].concat())
    };
    let all: Value = serde_json::from_str(&stdout(&call(&[]))).expect("is JSON");
    let all = all.as_array().expect("a list").clone();
    assert!(all.len() > 4, "{all:?}");

    let mut met = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut more = vec!["--max-items", "3"];
        more.extend(cursor.iter().flat_map(|cursor| ["--cursor", cursor]));
        let output = call(&more);
        let page: Value = serde_json::from_str(&stdout(&output)).expect("is JSON");
        met.extend(page.as_array().expect("a list").iter().cloned());
        let says = stderr(&output);
        cursor = says.split_once("--cursor ").map(|(_, cursor)| cursor.trim().to_owned());
        if cursor.is_none() {
            assert_eq!(says, "");
            break;
        }
        assert!(says.starts_with("there is more"), "{says}");
    }
    assert_eq!(met, all);
}

/// The demo organisation in this process, and a configuration that leads there.
struct World {
    sim: Sim,
    config: tempfile::NamedTempFile,
}

impl World {
    async fn start(options: DemoOptions) -> Self {
        Self::of(DemoOrg::load(&options).expect("the options fit")).await
    }

    async fn of(org: DemoOrg) -> Self {
        let (sim, accounts) = org.start().await.expect("a free port");
        let config = tempfile::NamedTempFile::with_suffix(".toml").expect("a file");
        let mut text = format!("[aws]\nregion = \"us-east-1\"\nendpoint_url = \"{}\"\n", sim.endpoint_url());
        for account in accounts.iter().filter(|account| account.enabled) {
            let role = account.role.as_deref().expect("has one");
            let external = account.external_id.as_ref().expect("has one").expose();
            text += &format!(
                "[[account]]\nid = \"{}\"\nname = \"{}\"\nrole = \"{role}\"\nexternal_id = \"{external}\"\n",
                account.id, account.name,
            );
        }
        std::fs::write(config.path(), text).expect("is writable");
        Self { sim, config }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = tollgate(&["aws", "call", "--config"]);
        let base = self.sim.base_credentials();
        command.env("AWS_ACCESS_KEY_ID", base.access_key_id());
        command.env("AWS_SECRET_ACCESS_KEY", base.secret_access_key());
        command.arg(self.config.path()).args(arguments);
        command
    }

    async fn call(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(arguments);
        let run = tokio::task::spawn_blocking(move || command.output());
        run.await.expect("no panic").expect("tollgate starts")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_failure_does_not_hide_the_others() {
    let options = DemoOptions { denied_account: Some("data".to_owned()), ..DemoOptions::default() };
    let world = World::start(options).await;
    let output = world.call(&["ec2", "describe-vpcs", "--account", "production,data,staging"]).await;
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let answers = lines(&String::from_utf8(output.stdout.clone()).expect("is text"));
    let names: Vec<_> = answers.iter().map(|answer| &answer["account"]).collect();
    assert_eq!(names, ["production", "staging"]);
    let error = stderr(&output);
    assert!(error.starts_with("data us-east-1: ") && error.contains("trust policy"), "{error}");
    assert!(error.ends_with("1 of 3 targets failed\n"), "{error}");

    let output = world.call(&["ec2", "describe-vpcs", "--account", "data"]).await;
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{output:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_redacted_is_shown_to_whom_names_the_operation() {
    let mut org = DemoOrg::load(&DemoOptions::default()).expect("the options fit");
    let functions = r#"{"ListFunctions": {"Functions": [
        {"FunctionName": "f", "Environment": {"Variables": {"API_KEY": "not for everybody"}}}
    ]}}"#;
    let fixtures = &mut org.config.fixtures;
    fixtures.set_service("production", "us-east-1", "lambda", functions).expect("it fits");
    let world = World::of(org).await;
    let call = [
        "lambda",
        "list-functions",
        "--account",
        "production",
        "--select",
        "Functions[].Environment.Variables",
    ];
    for (flags, value) in [
        (&[][..], "[redacted]"),
        (&["--reveal", "lambda:GetFunction"], "[redacted]"),
        (&["--reveal", "lambda:ListFunctions"], "not for everybody"),
    ] {
        let output = world.call(&[&call[..], flags].concat()).await;
        let answer: Value = serde_json::from_str(&stdout(&output)).expect("is JSON");
        assert_eq!(answer, json!([{ "API_KEY": value }]), "{flags:?}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn interrupting_stops_what_is_on_its_way() {
    let options = DemoOptions { latency: Duration::from_secs(3600), ..DemoOptions::default() };
    let world = World::start(options).await;
    let mut command = world.command(&["ec2", "describe-vpcs"]);
    let running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("tollgate starts");
    world.sim.wait_until(|stats| stats.in_flight > 0).await;
    let kill = Command::new("kill").args(["-INT", &running.id().to_string()]).status();
    assert!(kill.expect("kill starts").success());
    let output = tokio::task::spawn_blocking(|| running.wait_with_output()).await.expect("no panic");
    let output = output.expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert_eq!((output.stdout.len(), output.stderr.len()), (0, 0), "{output:?}");
}
