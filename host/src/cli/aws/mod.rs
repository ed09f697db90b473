//! `tollgate aws`: the AWS engine, for people.

mod answer;
mod call;
mod classify;
mod describe;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

/// Ask AWS directly, look up what there is to ask, and audit what each operation may do
#[derive(Args, Debug)]
pub(super) struct Aws {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Call(Box<call::Call>),
    Describe(describe::Describe),
    Classify(classify::Classify),
}

impl Aws {
    pub(super) async fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::Call(call) => call.run().await,
            Command::Describe(describe) => describe.run(),
            Command::Classify(classify) => classify.run(),
        }
    }
}
