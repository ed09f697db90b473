//! What guests may ask of AWS, played by the simulator: within the grant, within the accounts of
//! the call, many at once.

use std::time::{Duration, Instant};

use aws_credential_types::provider::SharedCredentialsProvider;
use serde_json::{Value, json};
use tollgate_aws::Client;
use tollgate_aws::grant::Mode;
use tollgate_runtime::{CallError, Limits, PluginConfig, Runtime};
use tollgate_sim::{Effect, Fault, Fixtures, Sim, SimConfig};

use super::{call, complete, data, error, with_client};
use crate::guests::{COURIER, FAN, file};

const ONE: &str = "100000000001";
const TWO: &str = "100000000002";

/// Accounts with instances in two regions each, and a runtime that reaches them.
struct Organisation {
    sim: Sim,
    runtime: Runtime,
}

impl Organisation {
    async fn new(accounts: usize, plugins: Vec<PluginConfig>, limits: Limits) -> Self {
        let fixtures = Fixtures::synthetic(accounts, 2, 3, 0);
        let registry = fixtures.organization().registry().expect("the ids are ids");
        let sim = Sim::start(SimConfig::new(fixtures)).await.expect("the simulator starts");
        let client = Client::new(tollgate_aws::Config {
            home_region: Some("us-east-1".to_owned()),
            endpoint_url: Some(sim.endpoint_url()),
            accounts: registry,
            base_credentials: Some(SharedCredentialsProvider::new(sim.base_credentials())),
            ..tollgate_aws::Config::default()
        });
        let runtime = with_client(plugins, limits, client.expect("the registry is right"));
        Self { sim, runtime }
    }

    /// What became of a request that the courier was given.
    async fn ask(&self, account: &str, service: &str, operation: &str, more: Value) -> Value {
        let mut arguments = json!({
            "account": account, "region": "us-east-1", "service": service, "operation": operation, "input": {},
        });
        let (Value::Object(arguments), Value::Object(more)) = (&mut arguments, more) else { panic!() };
        arguments.extend(more);
        data(&self.runtime, "courier_call", &Value::Object(arguments.clone()).to_string()).await
    }

    fn requests(&self) -> u64 {
        self.sim.stats().total().requests
    }
}

async fn bundled(accounts: usize) -> Organisation {
    Organisation::new(accounts, vec![COURIER.bundled(), FAN.bundled()], Limits::default()).await
}

async fn granted(patterns: &[&str], mode: Mode) -> Organisation {
    Organisation::new(2, vec![COURIER.granted(patterns, mode)], Limits::default()).await
}

fn denied(answer: &Value) -> &str {
    assert_eq!(answer["error"], "denied", "{answer}");
    answer["text"].as_str().expect("it says why")
}

#[tokio::test]
pub(super) async fn courier() {
    let organisation = bundled(2).await;
    let answer = organisation.ask(TWO, "ec2", "DescribeInstances", json!({})).await;
    let output: Value = serde_json::from_str(answer["output"].as_str().expect("an output")).unwrap();
    assert_eq!(output["Reservations"].as_array().map(Vec::len), Some(3));

    let identity = json!({ "account": ONE, "region": "us-east-1" }).to_string();
    let identity = data(&organisation.runtime, "courier_identity", &identity).await;
    assert_eq!(identity["account"], ONE, "{identity}");
    assert!(identity["arn"].as_str().unwrap().contains(":assumed-role/TollgateReadOnly/"), "{identity}");
}

#[tokio::test]
async fn what_is_not_requested_is_refused() {
    let organisation = bundled(1).await;
    let answer = organisation.ask(ONE, "s3", "ListBuckets", json!({})).await;
    assert!(denied(&answer).contains("`s3:ListAllMyBuckets`"), "{answer}");
    assert_eq!(organisation.requests(), 0, "refused before any request existed");
}

#[tokio::test]
async fn what_is_requested_but_not_granted_is_refused() {
    let organisation = granted(&["ec2:DescribeRegions"], Mode::ReadOnly).await;
    let answer = organisation.ask(ONE, "ec2", "DescribeInstances", json!({})).await;
    assert_eq!(
        denied(&answer),
        "`ec2:DescribeInstances` is not granted to the plugin: its `grant` in the configuration needs \
         `ec2:DescribeInstances`"
    );
    let identity = json!({ "account": ONE, "region": "us-east-1" }).to_string();
    let identity = data(&organisation.runtime, "courier_identity", &identity).await;
    assert!(denied(&identity).contains("`sts:GetCallerIdentity`"), "{identity}");
    assert_eq!(organisation.requests(), 0);
}

#[tokio::test]
async fn what_is_granted_but_not_requested_is_refused() {
    let organisation = granted(&["*:*"], Mode::ReadWrite).await;
    let answer = organisation.ask(ONE, "s3", "ListBuckets", json!({})).await;
    assert_eq!(
        denied(&answer),
        "the plugin does not request `s3:ListAllMyBuckets`: its plugin.toml needs it in `request`"
    );
    let allowed = organisation.ask(ONE, "ec2", "DescribeInstances", json!({})).await;
    assert!(
        allowed["output"].is_string(),
        "a grant broader than the request holds what intersects: {allowed}"
    );
}

#[tokio::test]
async fn a_plugin_from_a_file_holds_nothing_by_itself() {
    let directory = tempfile::tempdir().unwrap();
    let plugin = file(COURIER.written(directory.path()));
    let organisation = Organisation::new(1, vec![plugin], Limits::default()).await;
    let answer = organisation.ask(ONE, "ec2", "DescribeInstances", json!({})).await;
    assert!(denied(&answer).contains("is not granted to the plugin"), "{answer}");
    assert_eq!(organisation.requests(), 0);
}

#[tokio::test]
async fn a_write_is_refused_though_requested_and_granted() {
    let organisation = granted(&["ec2:*"], Mode::ReadOnly).await;
    let input = json!({ "input": { "InstanceIds": ["i-0123456789abcdef0"] } });
    let answer = organisation.ask(ONE, "ec2", "TerminateInstances", input).await;
    assert_eq!(
        denied(&answer),
        "`ec2:TerminateInstances` changes resources: the plugin needs `mode = \"read-write\"` in the configuration"
    );
    assert_eq!(organisation.requests(), 0);
}

#[tokio::test]
async fn a_sensitive_read_is_refused_to_wildcards() {
    let organisation = granted(&["secretsmanager:*"], Mode::ReadOnly).await;
    let input = json!({ "input": { "SecretId": "database" } });
    let answer = organisation.ask(ONE, "secretsmanager", "GetSecretValue", input).await;
    assert!(denied(&answer).contains("`secretsmanager:GetSecretValue` is sensitive"), "{answer}");
    assert!(denied(&answer).contains("exactly `secretsmanager:GetSecretValue`"), "{answer}");
    assert_eq!(organisation.requests(), 0);
}

#[tokio::test]
async fn a_call_touches_only_the_accounts_that_it_names() {
    let organisation = bundled(2).await;
    let named = json!({ "accounts": ["account-1"] });
    let inside = organisation.ask(ONE, "ec2", "DescribeInstances", named.clone()).await;
    assert!(inside["output"].is_string(), "{inside}");
    let requests = organisation.requests();

    let outside = organisation.ask(TWO, "ec2", "DescribeInstances", named).await;
    assert!(denied(&outside).starts_with("account 100000000002 is outside of this call"), "{outside}");
    let listed = json!({ "accounts": ["account-1"], "selectors": [] }).to_string();
    let listed = data(&organisation.runtime, "courier_list", &listed).await;
    assert_eq!(listed, json!({ "names": ["account-1"] }));
    let resolved = json!({ "accounts": ["account-1"], "selectors": ["account-2"] }).to_string();
    let resolved = data(&organisation.runtime, "courier_resolve", &resolved).await;
    assert_eq!(resolved["error"], "unknown-selector", "out of reach is as if it did not exist: {resolved}");
    assert_eq!(organisation.requests(), requests);
}

#[tokio::test]
async fn a_call_touches_only_the_accounts_of_its_caller() {
    let organisation = bundled(2).await;
    let arguments = |accounts: &[&str]| {
        json!({
            "account": TWO, "region": "us-east-1", "service": "ec2", "operation": "DescribeInstances", "input": {},
            "accounts": accounts,
        })
        .to_string()
    };
    let mut stranger = call("courier_call", &arguments(&[]));
    stranger.caller.reach = [ONE.parse().unwrap()].into_iter().collect();
    let answer = complete(organisation.runtime.call(stranger.clone()).await.unwrap());
    let answer: Value = serde_json::from_str(answer.structured.unwrap().get()).unwrap();
    assert!(denied(&answer).contains("outside of this call"), "{answer}");

    stranger.arguments = arguments(&["account-2"]);
    let refused = organisation.runtime.call(stranger).await.unwrap_err();
    let CallError::InvalidArguments(text) = refused else { panic!("{refused:?}") };
    assert!(text.starts_with("accounts: no account matches"), "{text}");
    assert!(!text.contains(TWO), "what is out of reach is not told: {text}");
    assert_eq!(organisation.requests(), 0);
}

#[tokio::test]
async fn an_unknown_account_or_region_names_the_nearest() {
    let organisation = bundled(2).await;
    let error = error(&organisation.runtime, "courier_list", r#"{"accounts": ["acount-1"]}"#).await;
    let CallError::InvalidArguments(text) = &error else { panic!("{error:?}") };
    assert!(text.contains("acount-1") && text.contains("account-1"), "{text}");

    let region = json!({ "selectors": [], "regions": ["us-est-1"] }).to_string();
    let region = data(&organisation.runtime, "courier_resolve", &region).await;
    assert_eq!(region["error"], "unknown-selector", "{region}");
    assert!(region["text"].as_str().unwrap().contains("us-east-1"), "{region}");
}

#[tokio::test]
async fn a_flood_of_regions_or_selectors_is_refused_at_once() {
    let organisation = bundled(2).await;
    let regions = vec!["us-east-99"; 10_000];
    let flood = json!({ "selectors": [], "regions": regions }).to_string();
    let refused = data(&organisation.runtime, "courier_resolve", &flood).await;
    assert_eq!(refused["text"], "more than 100 regions in one selection", "{refused}");

    let accounts = vec!["account-1"; 10_000];
    let flood = json!({ "accounts": accounts }).to_string();
    let error = error(&organisation.runtime, "courier_list", &flood).await;
    let CallError::InvalidArguments(text) = &error else { panic!("{error:?}") };
    assert!(text.contains("more than 1000 selectors"), "{text}");
    assert_eq!(organisation.requests(), 0);
}

#[tokio::test]
async fn nonsense_is_told_before_anything_is_sent() {
    let organisation = bundled(1).await;
    for (account, service, operation, text) in [
        ("12", "ec2", "DescribeInstances", "target.account: an account id is a text of 12 digits"),
        (ONE, "ec3", "DescribeInstances", "ec2"),
        (ONE, "ec2", "DescribeInstance", "DescribeInstances"),
    ] {
        let answer = organisation.ask(account, service, operation, json!({})).await;
        assert_eq!(answer["error"], "invalid-input", "{answer}");
        assert!(answer["text"].as_str().unwrap().contains(text), "{answer}");
    }
    let answer =
        organisation.ask(ONE, "ec2", "DescribeInstances", json!({ "input": { "MaxResult": 5 } })).await;
    assert_eq!(answer["error"], "invalid-input", "{answer}");
    let answer = organisation.ask(ONE, "ec2", "DescribeInstances", json!({ "input": [] })).await;
    assert_eq!(answer["error"], "invalid-input", "{answer}");
    assert_eq!(organisation.requests(), 0);
}

#[tokio::test]
async fn a_request_has_a_largest_size() {
    let limits = Limits { api_input_bytes: 1_000, ..Limits::default() };
    let organisation = Organisation::new(1, vec![COURIER.bundled()], limits).await;
    let large = json!({ "input": { "NextToken": "a".repeat(1_000) } });
    let answer = organisation.ask(ONE, "ec2", "DescribeInstances", large).await;
    assert_eq!(answer["error"], "invalid-input", "{answer}");
    assert_eq!(answer["text"], "1057 bytes are over the limit of 1000 bytes for a request");
    assert_eq!(organisation.requests(), 0);
}

#[tokio::test]
pub(super) async fn fan() {
    let organisation = bundled(50).await;
    organisation.sim.set_faults(vec![
        Fault::new(Effect::Latency(Duration::from_millis(500))).operation("ec2", "DescribeInstances"),
    ]);
    let started = Instant::now();
    let answer = data(&organisation.runtime, "fan_out", "{}").await;
    let took = started.elapsed();
    assert_eq!(answer, json!({ "answers": 100, "failures": [] }));
    assert!(took < Duration::from_secs(10), "100 requests of 500 ms took {took:?} at once");
    assert!(organisation.sim.stats().peak_in_flight > 50, "{:?}", organisation.sim.stats().peak_in_flight);
}

#[tokio::test]
async fn requests_in_flight_are_bounded() {
    let limits = Limits { api_calls: 4, ..Limits::default() };
    let organisation = Organisation::new(20, vec![FAN.bundled()], limits).await;
    let latency = Fault::new(Effect::Latency(Duration::from_millis(20)));
    organisation.sim.set_faults(vec![latency.operation("ec2", "DescribeInstances")]);
    assert_eq!(data(&organisation.runtime, "fan_out", "{}").await, json!({ "answers": 40, "failures": [] }));
    let peak = organisation.sim.stats().peak_in_flight;
    assert!(peak <= 4, "{peak} at once");
}

#[tokio::test]
async fn dropping_a_call_drops_its_requests() {
    let organisation = bundled(10).await;
    organisation.sim.set_faults(vec![Fault::new(Effect::Hang).operation("ec2", "DescribeInstances")]);
    let runtime = organisation.runtime.clone();
    let running = tokio::spawn(async move { runtime.call(call("fan_out", "{}")).await.map(|_| ()) });
    let patience = Duration::from_secs(20);
    let all =
        organisation.sim.wait_until(|stats| stats.operation("ec2", "DescribeInstances").in_flight == 20);
    tokio::time::timeout(patience, all).await.expect("20 requests hang");

    let at = Instant::now();
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    let none = organisation.sim.wait_until(|stats| stats.in_flight == 0);
    tokio::time::timeout(patience, none).await.expect("they are gone");
    let took = at.elapsed();
    assert!(took < Duration::from_millis(100), "gone after {took:?}");
}
