//! `cargo xtask parity`: compares the wire protocols with botocore, over every operation of every service.

use anyhow::Result;
use clap::Args;

use crate::process::{self, Run as _};
use crate::test;

/// What to compare.
#[derive(Args)]
pub(crate) struct Arguments {
    /// How many samples of every operation: each seed makes other inputs and answers.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// The first of these seeds. `cargo xtask test` has seed 1.
    #[arg(long, default_value_t = 1)]
    first_seed: u64,
    /// Only this service, by its SDK name: `ec2`.
    #[arg(long)]
    service: Option<String>,
}

/// Installs botocore under target/, then runs all tests that it judges.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let python = test::venv(&process::target_dir())?;
    let mut cargo = process::cargo();
    cargo
        .args(["test", "--locked", "--package", "tollgate-aws", "--test", "parity"])
        .args(["--", "--include-ignored", "--nocapture"])
        .env("TOLLGATE_TEST_PYTHON", python)
        .env("TOLLGATE_TEST_SEED", arguments.first_seed.to_string())
        .env("TOLLGATE_TEST_SEEDS", arguments.seeds.to_string());
    if let Some(service) = &arguments.service {
        cargo.env("TOLLGATE_TEST_SERVICE", service);
    }
    cargo.run()
}
