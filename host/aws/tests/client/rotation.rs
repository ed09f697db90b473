//! Base credentials from the AWS SDKs' files and environment, and files that change.
//!
//! Only a process of its own has an environment of its own: each test runs its other half in one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use tollgate_aws::account::Account;
use tollgate_aws::{Client, Config};

use crate::server::{Reply, Server};
use crate::world::{self, *};

/// Names the home of a test that runs in a process of its own.
const HOME_OF_TEST: &str = "TOLLGATE_TEST_HOME";

/// Runs an ignored test of this file in an environment that holds nothing but a home and these variables.
fn run(test: &str, home: &Path, variables: &[(&str, &str)]) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("rotation::{test}"), "--ignored", "--nocapture"])
        .env_clear()
        .env("HOME", home)
        .env(HOME_OF_TEST, home)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

fn write(home: &Path, name: &str, text: &str) {
    let path = home.join(".aws").join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn keys(profile: &str, key: &str) -> String {
    format!("[{profile}]\naws_access_key_id = {key}\naws_secret_access_key = {BASE_SECRET}\n")
}

/// A client that finds its base credentials by itself.
fn own(server: &Server, accounts: Vec<Account>) -> Client {
    Client::new(Config { base_credentials: None, ..config(server, accounts) }).unwrap()
}

/// The home that a test was given for itself. Without one nothing is to be tested, and above all nothing written.
fn home() -> Option<PathBuf> {
    std::env::var_os(HOME_OF_TEST).map(PathBuf::from)
}

#[test]
fn an_edited_credentials_file_is_noticed() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "credentials", &keys("default", "AKIAFIRST"));
    run("edited", home.path(), &[]);
}

#[tokio::test]
#[ignore = "runs in a process of its own"]
async fn edited() {
    let Some(home) = home() else { return };
    let server = world::server(|_, _| vpcs()).await;
    let client =
        own(&server, vec![with_role(PRODUCTION, "production"), with_role("333333333333", "staging")]);
    let asked_by = async |account: &str, caller: &str| {
        let principal = tollgate_aws::Principal::new(caller, "test", reading().grant);
        client.call(&principal, request(account, "ec2", "DescribeVpcs", json!({}))).await.unwrap();
        let received = server.received();
        received.iter().rev().find(|one| one.action() == "AssumeRole").unwrap().access_key().to_owned()
    };
    assert_eq!(asked_by(PRODUCTION, "jane").await, "AKIAFIRST");
    write(&home, "credentials", &keys("default", "AKIAROTATED"));
    // Nobody looks at the files more often than once a second, by a clock that a test can turn.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(1)).await;
    tokio::time::resume();
    assert_eq!(asked_by("333333333333", "jane").await, "AKIAROTATED");
    write(&home, "credentials", "[default\nbroken");
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(1)).await;
    tokio::time::resume();
    assert_eq!(asked_by(PRODUCTION, "john").await, "AKIAROTATED", "half-written: what there was still holds");
}

#[test]
fn keys_that_aws_no_longer_knows_are_read_again() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "credentials", &keys("default", "AKIAFIRST"));
    run("expired", home.path(), &[]);
}

#[tokio::test]
#[ignore = "runs in a process of its own"]
async fn expired() {
    let Some(home) = home() else { return };
    let server = Server::start(move |request| {
        if request.action() == "AssumeRole" && request.access_key() == "AKIAFIRST" {
            write(&home, "credentials", &keys("default", "AKIASECOND"));
            return Reply::status(
                403,
                "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>over</Message></Error></ErrorResponse>",
            );
        }
        sts(request).unwrap_or_else(vpcs)
    })
    .await;
    ask(&own(&server, vec![with_role(PRODUCTION, "production")])).await.unwrap();
    let by: Vec<_> = server.received().iter().map(|request| request.access_key().to_owned()).collect();
    assert_eq!(by, ["AKIAFIRST", "AKIASECOND", "ASIA222222222222"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_container_gives_its_task_credentials() {
    let container = Server::start(|request| {
        assert_eq!(request.headers["authorization"], "task-token");
        Reply::ok(format!(
            r#"{{"AccessKeyId": "ASIATASK", "SecretAccessKey": "{BASE_SECRET}", "Token": "{BASE_TOKEN}",
                "Expiration": "2999-01-01T00:00:00Z"}}"#
        ))
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    let uri = format!("{}/credentials", container.url);
    let variables =
        [("AWS_CONTAINER_CREDENTIALS_FULL_URI", &*uri), ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "task-token")];
    tokio::task::block_in_place(|| run("task", home.path(), &variables));
    assert_eq!(container.received().len(), 1);
}

#[tokio::test]
#[ignore = "runs in a process of its own"]
async fn task() {
    if home().is_none() {
        return;
    }
    let server = world::server(|_, _| vpcs()).await;
    ask(&own(&server, vec![with_role(PRODUCTION, "production")])).await.unwrap();
    assert_eq!(server.received()[0].access_key(), "ASIATASK");
}

#[test]
fn a_profile_is_an_accounts_own_whatever_the_environment_holds() {
    let home = tempfile::tempdir().unwrap();
    let process = home.path().join("process");
    std::fs::write(&process, r#"{"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "x"}"#)
        .unwrap();
    let config = format!(
        "[profile process]\ncredential_process = /bin/cat {}\n\n[profile empty]\nregion = eu-west-1\n\n\
         [profile console]\nregion = eu-west-1\nlogin_session = arn:aws:iam::777777777777:user/jane\n",
        process.display()
    );
    write(home.path(), "config", &config);
    write(home.path(), "credentials", &keys("prod", "AKIAPROD"));
    let variables =
        [("AWS_ACCESS_KEY_ID", "AKIAENV"), ("AWS_SECRET_ACCESS_KEY", BASE_SECRET), ("PATH", "/bin:/usr/bin")];
    run("profiles", home.path(), &variables);
}

#[tokio::test]
#[ignore = "runs in a process of its own"]
async fn profiles() {
    if home().is_none() {
        return;
    }
    let server = world::server(|_, _| vpcs()).await;
    let with = |digits: &str, profile: Option<&str>| {
        let mut account = with_role(digits, digits);
        account.name = format!("n{digits}");
        account.profile = profile.map(str::to_owned);
        account
    };
    let [prod, process, env, empty, missing, console] =
        ["222222222222", "333333333333", "444444444444", "555555555555", "666666666666", "777777777777"];
    let accounts = vec![
        with(prod, Some("prod")),
        with(process, Some("process")),
        with(env, None),
        with(empty, Some("empty")),
        with(missing, Some("missing")),
        with(console, Some("console")),
    ];
    let client = own(&server, accounts);
    let ask = async |account: &str| {
        client.call(&reading(), request(account, "ec2", "DescribeVpcs", json!({}))).await
    };
    for (account, key) in [(prod, "AKIAPROD"), (process, "AKIAPROCESS"), (env, "AKIAENV")] {
        ask(account).await.unwrap();
        let received = server.received();
        let assumed = received.iter().rev().find(|request| request.action() == "AssumeRole").unwrap();
        assert_eq!(assumed.access_key(), key);
    }
    for (account, profile) in [(empty, "empty"), (missing, "missing")] {
        let text = ask(account).await.unwrap_err().to_string();
        assert!(text.starts_with(&format!("the profile \"{profile}\" gives no credentials: ")), "{text}");
        assert!(text.contains("look for it in ~/.aws/config"), "{text}");
    }
    let text = ask(console).await.unwrap_err().to_string();
    assert!(text.contains("log in again") || text.contains("look for it"), "{text}");
    assert!(!text.contains("feature"), "{text}");
}
