//! `cargo xtask bench`: Tollgate's client beside boto3, both against the simulator.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use anyhow::{Context as _, Result};

use crate::process::{self, Run as _};
use crate::test;

/// What the simulator says when it is ready.
const READY: &str = "# The roles that they may assume:";

/// Builds for release, starts the simulator, and measures.
pub(crate) fn run() -> Result<()> {
    let python = test::venv(&process::target_dir())?;
    let release = ["--locked", "--release", "--package", "tollgate-sim", "--example", "serve"];
    process::cargo().arg("build").args(release).run()?;
    let simulator = process::target_dir().join("release/examples/serve");
    let organization = process::workspace().join("host/aws/benches/boto3/organization");
    let mut started = std::process::Command::new(&simulator)
        .arg("--fixtures")
        .arg(organization)
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", simulator.display()))?;
    let lines = BufReader::new(started.stdout.take().context("the simulator has no output")?).lines();
    let _simulator = Simulator(started);
    let mut bench = process::cargo();
    bench.args(["bench", "--locked", "--package", "tollgate-aws", "--bench", "boto3"]);
    bench.env("TOLLGATE_TEST_PYTHON", python);
    // Nothing of the person who runs this is to be used.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
        bench.env_remove(name);
    }
    bench.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    for line in lines {
        let line = line?;
        if line == READY {
            break;
        }
        if let Some((name, value)) = line.strip_prefix("export ").and_then(|line| line.split_once('=')) {
            // boto3 has another name for the region than other SDKs have.
            if name == "AWS_REGION" {
                bench.env("AWS_DEFAULT_REGION", value);
            }
            bench.env(name, value);
        }
    }
    bench.run()
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
