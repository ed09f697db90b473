//! Tollgate's own client against the simulator: the whole path, over loopback.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;
use tollgate_aws::account::Target;
use tollgate_aws::grant::{Grant, Mode, Pattern};
use tollgate_aws::{Client, Config, Error, Principal, Request, Response};
use tollgate_sim::{DemoOptions, DemoOrg, Effect, Fault, Fixtures, Sim, SimConfig, demo};

fn reading() -> Principal {
    let pattern = |text: &str| text.parse::<Pattern>().unwrap();
    let patterns =
        ["ec2:Describe*", "s3:List*", "s3:GetBucketLocation", "sts:GetCallerIdentity"].map(pattern);
    Principal::new("tester", "test", Grant::new(Mode::ReadOnly, vec![patterns.to_vec()]))
}

fn request(target: Target, service: &str, operation: &str, input: Value) -> Request {
    let (service, operation) = (service.to_owned(), operation.to_owned());
    Request { target, service, operation, input, select: None, max_items: None, cursor: None, fresh: true }
}

fn target(account: &str, region: &str) -> Target {
    Target { account: account.parse().unwrap(), region: region.to_owned() }
}

fn output(response: &Response) -> Value {
    serde_json::from_str(&response.output).unwrap()
}

fn fixture(account: &str, region: &str, service: &str, operation: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo-org");
    let text =
        std::fs::read_to_string(folder.join(account).join(region).join(format!("{service}.json"))).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()[operation].take()
}

/// A simulator with a client of all its accounts.
async fn start(config: SimConfig) -> (Sim, Client) {
    let sim = Sim::start(config).await.unwrap();
    let accounts = sim.fixtures().organization().registry().unwrap();
    let client = Client::new(Config { accounts, ..sim.client_config() }).unwrap();
    (sim, client)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_organisation_is_what_its_files_say() {
    let DemoOrg { mut config, accounts } = DemoOrg::load(&DemoOptions::default()).unwrap();
    config.page_size = 2;
    let (sim, client) = start(config).await;
    let mut instances = 0;
    for account in accounts.iter().filter(|account| account.enabled) {
        for region in &account.regions {
            let target = Target { account: account.id, region: region.clone() };
            let asked = request(target, "ec2", "DescribeInstances", json!({}));
            let answered = output(&client.call(&reading(), asked).await.unwrap());
            let expected = fixture(&account.name, region, "ec2", "DescribeInstances");
            assert_eq!(answered["Reservations"], expected["Reservations"], "{} {region}", account.name);
            instances += expected["Reservations"].as_array().unwrap().len();
        }
        let target = Target { account: account.id, region: "us-east-1".to_owned() };
        let answered =
            output(&client.call(&reading(), request(target, "s3", "ListBuckets", json!({}))).await.unwrap());
        let names = |value: &Value| {
            let buckets = value["Buckets"].as_array().unwrap().iter();
            buckets.map(|bucket| bucket["Name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            names(&answered),
            names(&fixture(&account.name, "any", "s3", "ListBuckets")),
            "{}",
            account.name
        );
    }
    assert!(instances > 30);
    let roles = sim.assumed_roles();
    let assumed: BTreeSet<&str> = roles.iter().map(|role| role.role_arn.as_str()).collect();
    assert_eq!(assumed.len(), roles.len(), "a role was assumed twice");
    assert_eq!(assumed.len(), 5);
    assert!(roles.iter().all(|role| role.external_id.is_some()));
}

#[tokio::test]
async fn the_demo_begins_with_one_call() {
    let (sim, config) = demo(DemoOptions::default()).await.unwrap();
    let client = Client::new(config).unwrap();
    let production = target("222233334444", "eu-west-1");
    let identity = client.caller_identity(&reading(), production).await.unwrap();
    assert_eq!(identity.account.as_str(), "222233334444");
    assert_eq!(sim.stats().operation("sts", "AssumeRole").succeeded, 1);
}

#[tokio::test]
async fn a_denied_account_and_a_failing_region_leave_the_rest_alone() {
    let options = DemoOptions {
        denied_account: Some("data".to_owned()),
        failing_region: Some("eu-west-1".to_owned()),
        ..DemoOptions::default()
    };
    let (_sim, config) = demo(options).await.unwrap();
    let client = Client::new(config).unwrap();
    let ask = async |account: &str, region: &str| {
        client.call(&reading(), request(target(account, region), "ec2", "DescribeInstances", json!({}))).await
    };
    assert!(matches!(ask("444455556666", "us-east-1").await, Err(Error::Credentials(_))));
    let failing = ask("222233334444", "eu-west-1").await;
    assert!(
        matches!(&failing, Err(Error::Service { code, status: 503, .. }) if code == "Unavailable"),
        "{failing:?}"
    );
    assert!(ask("222233334444", "us-east-1").await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn synthetic_instances_come_in_pages_and_all_of_them() {
    let (sim, client) = start(SimConfig::new(Fixtures::synthetic(3, 2, 1234, 5))).await;
    let client = Arc::new(client);
    let mut calls = tokio::task::JoinSet::new();
    for account in 1..=3 {
        for region in ["us-east-1", "eu-west-1"] {
            let client = Arc::clone(&client);
            calls.spawn(async move {
                let target = target(&format!("1{account:011}"), region);
                let asked = request(target, "ec2", "DescribeInstances", json!({}));
                let answered = output(&client.call(&reading(), asked).await.unwrap());
                let id = |reservation: &Value| {
                    reservation["Instances"][0]["InstanceId"].as_str().unwrap().to_owned()
                };
                answered["Reservations"].as_array().unwrap().iter().map(id).collect::<BTreeSet<_>>()
            });
        }
    }
    let ids = calls.join_all().await;
    assert!(ids.iter().all(|ids| ids.len() == 1234));
    assert_eq!(ids.into_iter().flatten().collect::<BTreeSet<_>>().len(), 6 * 1234);
    assert_eq!(sim.stats().operation("ec2", "DescribeInstances").succeeded, 6 * 2);
    assert_eq!(sim.stats().operation("sts", "AssumeRole").succeeded, 3);
}

#[tokio::test]
async fn throttles_are_tried_again() {
    let (sim, client) = start(SimConfig::new(Fixtures::synthetic(1, 1, 1, 1))).await;
    sim.set_faults(vec![
        Fault::new(Effect::Throttle).operation("ec2", "DescribeInstances").first(1),
        Fault::new(Effect::Reset).operation("s3", "ListBuckets").first(1),
    ]);
    let there = target("100000000001", "us-east-1");
    client.call(&reading(), request(there.clone(), "ec2", "DescribeInstances", json!({}))).await.unwrap();
    client.call(&reading(), request(there, "s3", "ListBuckets", json!({}))).await.unwrap();
    let throttled = sim.stats().operation("ec2", "DescribeInstances");
    assert_eq!((throttled.requests, throttled.throttled, throttled.succeeded), (2, 1, 1));
    let reset = sim.stats().operation("s3", "ListBuckets");
    assert_eq!((reset.requests, reset.broken, reset.succeeded), (2, 1, 1));
}

#[tokio::test]
async fn a_service_that_speaks_cbor_alone_is_understood() {
    let mut fixtures = Fixtures::synthetic(1, 1, 0, 0);
    let bus =
        |name: &str| json!({"Name": name, "State": "ACTIVE", "CreationTime": "2026-11-22T05:54:38.125Z"});
    let buses = json!([bus("orders"), bus("payments"), bus("ünï")]);
    fixtures
        .set("account-1", "*", "eventbridgev2", "ListEventBuses", json!({ "EventBuses": buses }))
        .unwrap();
    let (sim, client) = start(SimConfig { page_size: 2, ..SimConfig::new(fixtures) }).await;
    let granted = Grant::new(Mode::ReadOnly, vec![vec!["events:List*".parse().unwrap()]]);
    let granted = Principal::new("tester", "test", granted);
    let input = json!({"NamePrefix": "o"});
    let asked =
        || request(target("100000000001", "us-east-1"), "eventbridgev2", "ListEventBuses", input.clone());
    sim.set_faults(vec![Fault::new(Effect::Throttle).operation("eventbridgev2", "ListEventBuses").first(1)]);
    let answered = output(&client.call(&granted, asked()).await.unwrap());
    assert_eq!(answered["EventBuses"], buses);
    let stats = sim.stats().operation("eventbridgev2", "ListEventBuses");
    assert_eq!((stats.throttled, stats.succeeded), (1, 2));
}

#[tokio::test]
async fn a_call_that_is_dropped_is_dropped_here_too() {
    let (sim, client) = start(SimConfig::new(Fixtures::synthetic(1, 1, 1, 0))).await;
    sim.set_faults(vec![Fault::new(Effect::Hang).service("ec2")]);
    let asked = request(target("100000000001", "us-east-1"), "ec2", "DescribeInstances", json!({}));
    let call = tokio::spawn(async move { client.call(&reading(), asked).await.map(drop) });
    let soon = Duration::from_secs(5);
    let at_work = |stats: &tollgate_sim::Stats| stats.operation("ec2", "DescribeInstances").in_flight == 1;
    timeout(soon, sim.wait_until(at_work)).await.unwrap();
    call.abort();
    timeout(soon, sim.wait_until(|stats| stats.total().aborted == 1)).await.unwrap();
    assert_eq!(sim.stats().in_flight, 0);
}

#[tokio::test]
async fn a_session_that_ends_early_is_made_anew() {
    let (sim, client) = start(SimConfig::new(Fixtures::synthetic(1, 1, 1, 1))).await;
    // EC2 has a code of its own for it.
    for (service, operation) in [("s3", "ListBuckets"), ("ec2", "DescribeInstances")] {
        let asked = || request(target("100000000001", "us-east-1"), service, operation, json!({}));
        client.call(&reading(), asked()).await.unwrap();
        sim.reset_stats();
        sim.expire_sessions();
        client.call(&reading(), asked()).await.unwrap();
        let asked = sim.stats().operation(service, operation);
        assert_eq!((asked.failed, asked.succeeded), (1, 1), "{service}");
        assert_eq!(sim.stats().operation("sts", "AssumeRole").succeeded, 1, "{service}");
    }
}
