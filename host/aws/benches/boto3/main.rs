//! Tollgate's client beside boto3, in one run, against the simulator: `cargo xtask bench`, see `README.md`.

#![allow(clippy::print_stdout, reason = "a table for people")]
#![allow(clippy::unwrap_used, reason = "what fails ends the run")]

#[path = "../instances/mod.rs"]
mod instances;

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::HeaderMap;
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use tollgate_aws::account::{Reach, Target};
use tollgate_aws::endpoint::{Resolver, Settings};
use tollgate_aws::grant::{Grant, Mode};
use tollgate_aws::model::Pack;
use tollgate_aws::protocol::{decode, encode};
use tollgate_aws::{Client, Config, Principal, Request};

/// Touched for the memory that a loaded model takes, each by one operation that needs no input.
const SERVICES: [(&str, &str); 10] = [
    ("ec2", "DescribeInstances"),
    ("s3", "ListBuckets"),
    ("iam", "ListUsers"),
    ("sts", "GetCallerIdentity"),
    ("rds", "DescribeDBInstances"),
    ("lambda", "ListFunctions"),
    ("ecs", "ListClusters"),
    ("eks", "ListClusters"),
    ("dynamodb", "ListTables"),
    ("cloudformation", "DescribeStacks"),
];

/// Microseconds for each of many rounds.
#[derive(Clone, Copy, Deserialize)]
struct Times {
    cpu: f64,
    wall: f64,
}

/// What is compared.
#[derive(Deserialize)]
struct Measured {
    identity: Times,
    vpcs: Times,
    many: Times,
    decode: Times,
    /// KiB that ten services added.
    memory: u64,
}

fn main() {
    let Some(python) = std::env::var_os("TOLLGATE_TEST_PYTHON") else {
        println!("boto3: run cargo xtask bench");
        return;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let body = instances::answer(1000);
    let file = folder.join("DescribeInstances.xml");
    std::fs::write(&file, &body).unwrap();

    let tollgate = tollgate(&body);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/boto3/measure.py");
    let output = Command::new(python).arg("-B").arg(script).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let boto3: Measured = serde_json::from_slice(&output.stdout).unwrap();

    println!("{:<52} {:>12} {:>12} {:>8}  aim", "", "Tollgate", "boto3", "ratio");
    let row = |what: &str, ours: f64, theirs: f64, unit: &str, ratio: f64, aim: &str| {
        println!("{what:<52} {ours:>9.1} {unit:<2} {theirs:>9.1} {unit:<2} {ratio:>7.1}x  {aim}");
    };
    let times = |what: &str, ours: Times, theirs: Times, aim: &str| {
        row(&format!("{what}: CPU"), ours.cpu, theirs.cpu, "µs", theirs.cpu / ours.cpu, aim);
        row(&format!("{what}: time"), ours.wall, theirs.wall, "µs", theirs.wall / ours.wall, "");
    };
    times("sts get-caller-identity, warm", tollgate.identity, boto3.identity, "10");
    times("ec2 describe-vpcs, warm", tollgate.vpcs, boto3.vpcs, "10");
    times("each of 10,000 calls, 64 at once", tollgate.many, boto3.many, "");
    let rate = |times: Times| 1e6 / times.wall;
    let (ours, theirs) = (rate(tollgate.many), rate(boto3.many));
    row("calls a second, 64 at once", ours, theirs, "/s", ours / theirs, "");
    times("decode of 1,000 instances", tollgate.decode, boto3.decode, "20");
    let mib = |kib: u64| kib as f64 / 1024.0;
    let (ours, theirs) = (mib(tollgate.memory), mib(boto3.memory));
    row("memory of ten services", ours, theirs, "MB", theirs / ours, "at most 15 MB");
}

fn tollgate(body: &str) -> Measured {
    let memory = memory_of_services();
    let principal = principal();
    let (identity, vpcs) = alone().block_on(async {
        let (client, target) = client().await;
        let ask = async |service: &str, operation: &str| {
            client.call(&principal, request(&target, service, operation)).await.unwrap()
        };
        (
            times(5000, async || drop(ask("sts", "GetCallerIdentity").await)).await,
            times(5000, async || assert!(ask("ec2", "DescribeVpcs").await.output.len() > 100)).await,
        )
    });
    let many = Builder::new_multi_thread().enable_all().build().unwrap().block_on(at_once(10_000, 64));

    let service = Pack::bundled().service("ec2").unwrap();
    let operation = service.operation("DescribeInstances").unwrap();
    let headers = HeaderMap::new();
    let once = || {
        let value = decode(&service, operation, 200, &headers, black_box(body.as_bytes())).unwrap();
        black_box(serde_json::to_string(&value).unwrap());
    };
    let decode = alone().block_on(times(50, async || once()));
    Measured { identity, vpcs, many, decode, memory }
}

fn alone() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// CPU time of all threads and wall-clock time for each of so many rounds, the first few aside.
async fn times(count: u32, work: impl AsyncFn()) -> Times {
    for _ in 0..(count / 10).max(1) {
        work().await;
    }
    let (cpu, wall) = (cpu(), Instant::now());
    for _ in 0..count {
        work().await;
    }
    each(count, cpu, wall)
}

async fn at_once(count: u32, tasks: u32) -> Times {
    let (client, target) = client().await;
    let principal = principal();
    let spread = async |count: u32| {
        let mut running = tokio::task::JoinSet::new();
        for _ in 0..tasks {
            let (client, target, principal) = (client.clone(), target.clone(), principal.clone());
            running.spawn(async move {
                for _ in 0..count / tasks {
                    client.call(&principal, request(&target, "sts", "GetCallerIdentity")).await.unwrap();
                }
            });
        }
        running.join_all().await;
    };
    spread(tasks).await;
    let (cpu, wall) = (cpu(), Instant::now());
    spread(count).await;
    each(count / tasks * tasks, cpu, wall)
}

fn each(count: u32, cpu_before: Duration, wall_before: Instant) -> Times {
    let each = |all: Duration| all.as_secs_f64() * 1e6 / f64::from(count);
    Times { cpu: each(cpu() - cpu_before), wall: each(wall_before.elapsed()) }
}

/// What this process used of the processors, in user and kernel mode.
fn cpu() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap()
}

/// A client of the account that the environment's credentials belong to.
async fn client() -> (Client, Target) {
    let client = Client::new(Config::default()).unwrap();
    let accounts = client.accounts(&[], &Reach::All).await.unwrap();
    let target = Target { account: accounts[0].id, region: "us-east-1".to_owned() };
    (client, target)
}

fn principal() -> Arc<Principal> {
    let patterns = ["sts:GetCallerIdentity", "ec2:Describe*"].map(|pattern| pattern.parse().unwrap());
    Arc::new(Principal::new("bench", "bench", Grant::new(Mode::ReadOnly, vec![patterns.to_vec()])))
}

fn request(target: &Target, service: &str, operation: &str) -> Request {
    Request {
        target: target.clone(),
        service: service.to_owned(),
        operation: operation.to_owned(),
        input: json!({}),
        select: None,
        max_items: None,
        cursor: None,
        // Each call is to reach the simulator.
        fresh: true,
    }
}

/// How much memory the models and endpoint rules of ten services take, in KiB.
fn memory_of_services() -> u64 {
    let before = resident();
    let pack = Pack::bundled();
    let resolver = Resolver::new(pack);
    for (service, operation) in SERVICES {
        let service = pack.service(service).unwrap();
        let operation = service.operation(operation).unwrap();
        let input = json!({});
        black_box(encode(&service, operation, &input).unwrap());
        black_box(resolver.resolve(&service, operation, &input, "us-east-1", &Settings::default()).unwrap());
    }
    resident().saturating_sub(before)
}

/// What this process holds in memory, in KiB, where the system tells.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
