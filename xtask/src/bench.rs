//! `cargo xtask bench`: Tollgate beside boto3, both against the simulator.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use crate::process::{self, Run as _};
use crate::test;

/// What the simulator says when it is ready.
const READY: &str = "# The roles that they may assume:";

/// Accounts, regions of each, instances in each of those: 100,300 instances of 850 targets.
const FLEET: [&str; 3] = ["50", "17", "118"];

/// What is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    /// The AWS client: calls, decoding, memory.
    #[default]
    Client,
    /// A whole question over 50 accounts in 17 regions.
    Fleet,
}

/// Builds for release, starts the simulator, and measures.
pub(crate) fn run(what: What) -> Result<()> {
    let python = test::venv(&process::target_dir())?;
    let serve = ["--locked", "--release", "--package", "tollgate-sim", "--example", "serve"];
    process::cargo().arg("build").args(serve).run()?;
    match what {
        What::Client => {
            let organization = process::workspace().join("host/aws/benches/boto3/organization");
            let organization = organization.to_str().context("the workspace's path is not UTF-8")?;
            let mut bench = process::cargo();
            bench.args(["bench", "--locked", "--package", "tollgate-aws", "--bench", "boto3"]);
            bench.env("TOLLGATE_TEST_PYTHON", python);
            beside_simulator(&["--fixtures", organization], bench)
        }
        What::Fleet => {
            process::cargo().args(["build", "--locked", "--release", "--package", "tollgate"]).run()?;
            let mut bench = Command::new(python);
            bench.arg(process::workspace().join("host/benches/fleet/measure.py"));
            bench.arg(process::target_dir().join("release/tollgate")).args(FLEET);
            let fleet = FLEET.join(",");
            // As far away as another continent's region, and every twentieth request of an account too many.
            beside_simulator(&["--synthetic", &fleet, "--latency-ms", "50", "--throttle-every", "20"], bench)
        }
    }
}

/// Runs a command that asks a simulator, which is a process of its own.
fn beside_simulator(arguments: &[&str], mut command: Command) -> Result<()> {
    let simulator = process::target_dir().join("release/examples/serve");
    let mut started = Command::new(&simulator)
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", simulator.display()))?;
    let mut output = BufReader::new(started.stdout.take().context("the simulator has no output")?);
    let _simulator = Simulator(started);
    // Nothing of the person who runs this is to be used.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
        command.env_remove(name);
    }
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    for line in output.by_ref().lines() {
        let line = line?;
        if line == READY {
            break;
        }
        if let Some((name, value)) = line.strip_prefix("export ").and_then(|line| line.split_once('=')) {
            // boto3 has another name for the region than other SDKs have.
            if name == "AWS_REGION" {
                command.env("AWS_DEFAULT_REGION", value);
            }
            command.env(name, value);
        }
    }
    command.run()
}

/// Ends with the measurement, however that ends.
struct Simulator(Child);

impl Drop for Simulator {
    fn drop(&mut self) {
        // A simulator that is gone already needs no ending.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
