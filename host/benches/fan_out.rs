//! One call of `ec2_list_instances` over 100 accounts, each of which takes 50 ms to answer: what
//! everything but waiting costs.

use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use criterion::{Criterion, criterion_group, criterion_main};
use tollgate_aws::{CacheConfig, Client, Config as AwsConfig};
use tollgate_runtime::{Call, Caller, Config, Limits, Outcome, PluginConfig, Runtime, Source};
use tollgate_sim::{Fixtures, Sim, SimConfig};

/// As the binary embeds them.
struct Bundled {
    name: &'static str,
    component: &'static [u8],
}

static BUNDLED: &[Bundled] = include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

const TARGETS: usize = 100;
const LATENCY: Duration = Duration::from_millis(50);

async fn sweep(runtime: &Runtime) {
    let call = Call {
        tool: "ec2_list_instances".to_owned(),
        arguments: r#"{"group_by": ["account"], "limit": 1000}"#.to_owned(),
        answers: None,
        state: None,
        caller: Caller::local(),
        progress: None,
    };
    let Ok(Outcome::Complete(output)) = runtime.call(call).await else { panic!("the call failed") };
    let answer: serde_json::Value =
        serde_json::from_str(output.structured.expect("is a table").get()).expect("is JSON");
    assert_eq!(answer["rows"].as_array().expect("rows").len(), TARGETS);
}

fn fan_out(criterion: &mut Criterion) {
    let tokio = tokio::runtime::Runtime::new().expect("threads");
    let fixtures = Fixtures::synthetic(TARGETS, 1, 10, 0);
    let accounts = fixtures.organization().registry().expect("ids of 12 digits");
    let config = SimConfig { latency: LATENCY, ..SimConfig::new(fixtures) };
    let sim = tokio.block_on(Sim::start(config)).expect("the simulator starts");
    let bundled = BUNDLED.iter().find(|plugin| plugin.name == "ec2").expect("is bundled");
    let plugin = PluginConfig {
        source: Source::Bundled { name: bundled.name.to_owned(), bytes: bundled.component },
        grant: None,
        mode: tollgate_aws::grant::Mode::ReadOnly,
        reveal: Vec::new(),
    };
    let client = Client::new(AwsConfig {
        home_region: Some("us-east-1".to_owned()),
        endpoint_url: Some(sim.endpoint_url()),
        accounts,
        base_credentials: Some(SharedCredentialsProvider::new(sim.base_credentials())),
        // Every round is to ask.
        cache: CacheConfig::off(),
        ..AwsConfig::default()
    })
    .expect("a client");
    let config = Config { limits: Limits::default(), cache_dir: None, plugins: vec![plugin] };
    let runtime = Runtime::new(config, client).expect("a runtime");
    tokio.block_on(sweep(&runtime));

    let mut group = criterion.benchmark_group("fan-out over 100 targets of 50 ms");
    group.sample_size(20);
    group.bench_function("ec2_list_instances", |bencher| bencher.to_async(&tokio).iter(|| sweep(&runtime)));
}

criterion_group!(benches, fan_out);
criterion_main!(benches);
