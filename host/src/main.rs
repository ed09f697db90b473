//! Tollgate: one MCP host for all AWS accounts.

mod app;
mod bundled;
mod cli;
mod config;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;

use crate::config::ConfigError;

/// For a configuration that was refused: `EX_USAGE` of sysexits.
const EXIT_CONFIG: u8 = 64;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    // stdout belongs to the protocol and to answers.
    let filter = EnvFilter::try_from_env("TOLLGATE_LOG");
    let filter = filter.unwrap_or_else(|_| EnvFilter::new(cli.default_log()));
    let ansi = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(ansi).with_writer(std::io::stderr).init();
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
    let closed = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
    if error.chain().any(|error| error.downcast_ref().is_some_and(closed)) {
        // The reader of our output has seen enough, as `head` does.
        return ExitCode::SUCCESS;
    }
    eprintln!("error: {error:#}");
    if error.is::<ConfigError>() || error.is::<tollgate_aws::ConfigError>() {
        ExitCode::from(EXIT_CONFIG)
    } else {
        ExitCode::FAILURE
    }
}
