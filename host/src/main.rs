//! Tollgate: one MCP host for all AWS accounts.

mod app;
mod bundled;
mod cli;
mod config;
mod terminal;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;

use crate::cli::Usage;
use crate::config::ConfigError;

/// For a command line or a configuration that was refused: `EX_USAGE` of sysexits.
const EXIT_USAGE: u8 = 64;

/// From a client's request through the sandbox to credentials for a role behind a role, futures stand deep in each
/// other: without optimization they need more than the usual 2 MiB.
const STACK_BYTES: usize = 8 << 20;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        // Not clap's own code, 2: that is kept for answers in which some targets failed.
        Err(error) => {
            let code = if error.use_stderr() { EXIT_USAGE } else { 0 };
            return if error.print().is_ok() { ExitCode::from(code) } else { ExitCode::FAILURE };
        }
    };
    // stdout belongs to the protocol and to answers.
    let filter = EnvFilter::try_from_env("TOLLGATE_LOG");
    let filter = filter.unwrap_or_else(|_| EnvFilter::new(cli.default_log()));
    let ansi = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(ansi).with_writer(std::io::stderr).init();
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    let runtime = match threads.thread_stack_size(STACK_BYTES).enable_all().build() {
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
    if error.is::<Usage>() || error.is::<ConfigError>() || error.is::<tollgate_aws::ConfigError>() {
        ExitCode::from(EXIT_USAGE)
    } else {
        ExitCode::FAILURE
    }
}
