//! The command line: one file per command.

mod account;
mod aws;
mod call;
mod exit;
mod output;
mod pages;
mod progress;
mod serve;
mod tools;

use std::fmt::Display;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use thiserror::Error;
use tollgate_aws::CursorSeal;

use crate::app::{App, Aws};
use crate::config;

/// One MCP host for all your AWS accounts. Every tool is a sandboxed WebAssembly component that
/// can do only what it was granted.
#[derive(Parser, Debug)]
#[command(version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Serve(serve::Serve),
    Call(call::Call),
    Tools(tools::Tools),
    Account(account::Account),
    Aws(aws::Aws),
}

/// A command line that names what is not there, or asks for what is refused. Correct what the text names.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Usage(String);

/// The same failure, as one of the command line.
fn usage(error: impl Display) -> anyhow::Error {
    Usage(error.to_string()).into()
}

impl Cli {
    /// What is logged unless `TOLLGATE_LOG` says otherwise: a server tells how it fares, and a single
    /// call tells in its answer. rmcp would log whole requests at debug, and takes every cancelled call
    /// and every unknown tool for a fault.
    pub(crate) fn default_log(&self) -> &'static str {
        match self.command {
            Command::Serve(_) => "info,rmcp=warn,rmcp::service=off",
            Command::Call(_) | Command::Tools(_) | Command::Account(_) | Command::Aws(_) => "error",
        }
    }

    /// Runs the command.
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::Serve(serve) => serve.run().await,
            Command::Call(call) => call.run().await,
            Command::Tools(tools) => tools.run().await,
            Command::Account(account) => account.run().await,
            Command::Aws(aws) => aws.run().await,
        }
    }
}

/// Where the accounts come from.
#[derive(Args, Debug)]
struct Source {
    /// The configuration file [default: $TOLLGATE_CONFIG, else tollgate/tollgate.toml in the user's
    /// configuration folder; without one, the AWS CLI's own account and region]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Answer from an invented organisation, without AWS; of a file named with --config only the plugins
    /// and limits count
    #[arg(long)]
    demo: bool,
    /// How long the demo organisation takes for each answer
    #[arg(
        long,
        value_name = "MILLISECONDS",
        requires = "demo",
        default_value_t = 0,
        hide_default_value = true
    )]
    demo_latency: u64,
}

impl Source {
    async fn open(&self) -> Result<App> {
        self.open_with(|_| {}).await
    }

    /// The same with other limits.
    async fn open_with(&self, change: impl FnOnce(&mut config::Limits)) -> Result<App> {
        let mut file = match self.demo {
            true => self.config.as_deref().map(config::read).transpose()?.unwrap_or_default(),
            false => config::load(self.config.as_deref())?,
        };
        change(&mut file.limits);
        match self.demo {
            true => App::demo(file, Duration::from_millis(self.demo_latency)).await,
            false => App::new(file),
        }
    }

    /// The accounts alone, without any plugin. Each command is a process of its own, so cursors outlive it.
    async fn open_aws(&self) -> Result<Aws> {
        if self.demo {
            Aws::demo(Duration::from_millis(self.demo_latency), CursorSeal::Open).await
        } else {
            let file = config::load(self.config.as_deref())?;
            Aws::new(file.aws, file.account, file.discovery, CursorSeal::Open)
        }
    }
}
