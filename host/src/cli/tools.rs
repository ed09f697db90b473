//! `tollgate tools`

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use tollgate_runtime::Caller;

use super::Source;

/// List the tools with what they answer
#[derive(Args, Debug)]
pub(super) struct Tools {
    #[command(flatten)]
    source: Source,
}

impl Tools {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let app = self.source.open().await?;
        let mut out = std::io::stdout().lock();
        for tool in app.runtime.tools(&Caller::local()).await? {
            writeln!(out, "{}\n    {}", tool.name, tool.description.replace('\n', "\n    "))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
