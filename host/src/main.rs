//! Tollgate: one MCP host for all AWS accounts.

mod app;
mod bundled;
mod cli;
mod config;

use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;

use crate::config::ConfigError;

/// For a configuration that was refused: `EX_USAGE` of sysexits.
const EXIT_CONFIG: u8 = 64;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    // stdout belongs to the protocol and to answers. rmcp logs whole requests at debug.
    let filter = EnvFilter::try_from_env("TOLLGATE_LOG");
    let filter = filter.unwrap_or_else(|_| EnvFilter::new("warn,tollgate=info,rmcp=warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&anyhow::Error::new(error).context("cannot start the thread pool")),
    };
    let code = runtime.block_on(cli.run()).unwrap_or_else(|error| failed(&error));
    // Standard input is read on a thread that cannot be stopped: do not wait for it.
    runtime.shutdown_background();
    code
}

#[expect(clippy::print_stderr, reason = "this is what people see")]
fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    if error.is::<ConfigError>() { ExitCode::from(EXIT_CONFIG) } else { ExitCode::FAILURE }
}
