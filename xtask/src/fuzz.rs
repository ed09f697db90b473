//! `cargo xtask fuzz`: the fuzz targets, for as long as is asked for.

use anyhow::Result;

use crate::process::{self, Run as _};

/// How long, and which.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many minutes each target goes on.
    #[arg(long, default_value_t = 1.0)]
    minutes: f64,
    /// The targets whose names have this in them; all of them otherwise.
    #[arg(default_value = "")]
    target: String,
}

/// Runs the targets, as many at once as there are cores. Each prints what it did, and where it began.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    process::cargo()
        .args(["test", "--locked", "--package", "tollgate-aws", "--lib", "--", "--nocapture"])
        .arg(format!("fuzz::{}", arguments.target))
        .env("TOLLGATE_FUZZ_MINUTES", arguments.minutes.to_string())
        .run()
}
