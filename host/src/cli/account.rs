//! `tollgate account`

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tollgate_aws::account::discovery::{IdleRule, LeftOut};
use tollgate_aws::account::{self, Reach, Registry};

use super::output::{self, Format};
use super::{Source, exit, progress};

/// Look at the accounts
#[derive(Args, Debug)]
pub(super) struct Account {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    List(List),
}

/// List the accounts: those of the configuration, and those that are discovered
///
/// Discovery is asked anew each time. Accounts that it found but that cannot be asked are named on standard error,
/// with the reason, and rules that fit no account; then this ends with 2, unless such a rule is about a tag.
#[derive(Args, Debug)]
struct List {
    #[command(flatten)]
    source: Source,
    /// How to print them
    #[arg(long, short, value_enum, default_value_t)]
    output: Format,
}

const COLUMNS: [&str; 7] = ["account", "id", "environment", "regions", "enabled", "source", "tags"];

impl Account {
    pub(super) async fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::List(list) => list.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Result<ExitCode> {
        let aws = self.source.open_aws().await?;
        let bar = progress::bar();
        let found = async {
            let registry = aws.client.registry().await?;
            // Without any there may be the base credentials' own, known as soon as somebody looks for it.
            let accounts = match registry.accounts() {
                [] => aws.client.accounts(&[], &Reach::All).await,
                accounts => Ok(accounts.to_vec()),
            };
            anyhow::Ok((registry, accounts))
        };
        let (registry, accounts) = tokio::select! {
            found = found => found?,
            Ok(()) = tokio::signal::ctrl_c() => return Ok(ExitCode::from(exit::INTERRUPTED)),
        };
        bar.finish_and_clear();
        output::unless_closed(tell(&registry, &mut std::io::stderr().lock()))?;
        output::unless_closed(write(&accounts?, self.output, &mut std::io::stdout().lock()))?;
        let whole = registry.left_out().is_empty() && !registry.idle_rules().iter().any(IdleRule::is_wrong);
        Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(exit::PARTIAL) })
    }
}

fn write(accounts: &[Arc<account::Account>], format: Format, out: &mut impl Write) -> Result<()> {
    let rows = accounts.iter().map(|account| row(account));
    match format {
        Format::Table => output::grid(&COLUMNS, rows.map(|row| row.into_iter().map(cell)), out)?,
        Format::Csv => output::records(&COLUMNS, rows.map(|row| row.into_iter().map(cell)), out)?,
        Format::Json => {
            for row in rows {
                let named = COLUMNS.into_iter().map(str::to_owned).zip(row);
                writeln!(out, "{}", Value::Object(named.collect()))?;
            }
        }
    }
    Ok(())
}

fn cell(value: Value) -> String {
    output::cell(&value)
}

fn row(account: &account::Account) -> [Value; COLUMNS.len()] {
    [
        json!(account.name),
        json!(account.id),
        json!(account.environment),
        json!(account.regions),
        json!(account.enabled),
        json!(account.source.to_string()),
        json!(account.tags),
    ]
}

fn tell(registry: &Registry, err: &mut impl Write) -> Result<()> {
    for LeftOut { source, account, reason } in registry.left_out() {
        writeln!(err, "left out: {} of {source}: {}", output::printable(account), output::printable(reason))?;
    }
    for idle in registry.idle_rules() {
        writeln!(err, "fits nobody: {}", output::printable(&idle.to_string()))?;
    }
    Ok(())
}
