//! boto3 takes the simulator for AWS.

use std::path::{Path, PathBuf};
use std::process::Output;

use tokio::process::Command;
use tollgate_sim::{DEMO_REGION, DemoOptions, DemoOrg, Fixtures, Sim, SimConfig};

/// The seed of the made-up inputs and outputs, and how many operations of each service are tried.
const SAMPLE: [&str; 2] = ["20261122", "4"];

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// An interpreter that has boto3: the one that the test task names, else the one that it made before.
fn python() -> PathBuf {
    match std::env::var_os("TOLLGATE_TEST_PYTHON") {
        Some(python) => python.into(),
        None => here().join("../../target/venv/bin/python"),
    }
}

fn script(name: &str) -> Command {
    let mut command = Command::new(python());
    command.arg(here().join("tests/boto3").join(name));
    // Nothing of the person who runs the tests is to be used.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
        command.env_remove(name);
    }
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn against(mut command: Command, sim: &Sim) -> Command {
    let credentials = sim.base_credentials();
    command
        .env("AWS_ENDPOINT_URL", sim.endpoint_url())
        .env("AWS_ACCESS_KEY_ID", credentials.access_key_id())
        .env("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key())
        .env("AWS_DEFAULT_REGION", DEMO_REGION);
    command
}

fn assert_success(output: &Output) {
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}{stderr}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs boto3: run cargo xtask test"]
async fn boto3_reads_the_whole_demo_organisation() {
    let mut config = DemoOrg::load(&DemoOptions::default()).unwrap().config;
    config.page_size = 3;
    let sim = Sim::start(config).await.unwrap();
    let mut command = against(script("organization.py"), &sim);
    let output = command.arg(here().join("../../examples/demo-org")).output().await.unwrap();
    assert_success(&output);
    let stats = sim.stats();
    assert_eq!(stats.in_flight, 0);
    assert!(stats.operation("ec2", "DescribeInstances").succeeded > 20, "{stats:?}");
    assert_eq!(stats.total().aborted, 0);
    assert!(sim.assumed_roles().iter().all(|role| role.session_name == "judge"));
}

/// Some operations of every service in every protocol: boto3 sends made-up inputs, the simulator must read what
/// boto3 was given and answer what boto3 then reads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs boto3: run cargo xtask test"]
async fn boto3_and_the_simulator_understand_each_other_in_every_service() {
    let folder = tempfile::tempdir().unwrap();
    let output = script("generate.py").arg(folder.path()).args(SAMPLE).output().await.unwrap();
    assert_success(&output);
    let sim = Sim::start(SimConfig::new(Fixtures::read(folder.path()).unwrap())).await.unwrap();
    let output = against(script("judge.py"), &sim).args(SAMPLE).output().await.unwrap();
    assert_success(&output);
    let total = sim.stats().total();
    assert!(total.succeeded > 1000, "{total:?}");
}
