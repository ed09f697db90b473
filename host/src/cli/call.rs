//! `tollgate call`

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use indicatif::ProgressBar;
use serde_json::{Map, Value};
use tollgate_runtime::{Caller, Outcome, Progress};

use super::output::{self, Coverage, Format};
use super::{Source, exit, pages, progress};

/// Call one tool and print its answer
///
/// Prints all rows of a table, however many; a `limit` among the arguments asks for fewer. An agent sees as many as fit
/// into a short answer, and asks for the rest.
///
/// Ends with 0 if every target answered, with 2 if only some did, and with 1 if the call failed.
#[derive(Args, Debug)]
pub(super) struct Call {
    /// The tool, as `tollgate tools` lists it
    tool: String,
    #[command(flatten)]
    source: Source,
    /// Which accounts: names, ids, env:prod, tag:team=payments, all [default: all]
    #[arg(long, value_name = "SELECTOR", value_delimiter = ',')]
    accounts: Vec<String>,
    /// Which regions: names, or all that are enabled [default: the accounts' configured ones]
    #[arg(long, value_name = "REGION", value_delimiter = ',')]
    regions: Vec<String>,
    /// The arguments of the tool: a JSON object
    #[arg(long, value_name = "OBJECT", default_value = "{}", hide_default_value = true)]
    json: String,
    /// How to print the answer
    #[arg(long, short, value_enum, default_value_t)]
    output: Format,
}

impl Call {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let arguments = self.arguments()?;
        // Who names neither a limit nor a page wants all rows.
        let whole = !["limit", "cursor"].iter().any(|word| arguments.contains_key(*word));
        let app = self.source.open_with(|limits| limits.answer_bytes = Some(pages::PAGE_BYTES)).await?;
        let bar = progress::bar();
        let shown = bar.clone();
        let call = tollgate_runtime::Call {
            tool: self.tool.clone(),
            arguments: Value::Object(arguments.clone()).to_string(),
            answers: None,
            state: None,
            caller: Caller::local(),
            progress: Some(Arc::new(move |progress| show(&shown, &progress))),
        };
        let answered = async {
            match app.runtime.call(call).await? {
                Outcome::Complete(answer) if whole => {
                    pages::follow(&app.runtime, &self.tool, &arguments, answer).await.map(Outcome::Complete)
                }
                outcome => Ok(outcome),
            }
        };
        let outcome = tokio::select! {
            outcome = answered => outcome,
            Ok(()) = tokio::signal::ctrl_c() => return Ok(ExitCode::from(exit::INTERRUPTED)),
        };
        bar.finish_and_clear();
        match outcome? {
            Outcome::Complete(answer) => {
                let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr().lock());
                output::unless_closed(output::write(&answer, self.output, &mut out, &mut err))?;
                Ok(match Coverage::of(&answer) {
                    Coverage::Complete => ExitCode::SUCCESS,
                    Coverage::Partial => ExitCode::from(exit::PARTIAL),
                })
            }
            Outcome::InputRequired(_) => bail!("this tool asks questions: call it from an MCP client"),
        }
    }

    /// The arguments with `--accounts` and `--regions` put in.
    fn arguments(&self) -> Result<Map<String, Value>> {
        let mut arguments: Map<String, Value> =
            serde_json::from_str(&self.json).context("--json is no JSON object")?;
        for (name, values) in [("accounts", &self.accounts), ("regions", &self.regions)] {
            if values.is_empty() {
                continue;
            }
            if arguments.contains_key(name) {
                bail!("both --{name} and --json name {name}: leave one out");
            }
            arguments.insert(name.to_owned(), values.iter().map(String::as_str).collect());
        }
        Ok(arguments)
    }
}

fn show(bar: &ProgressBar, progress: &Progress) {
    if let Some(total) = progress.total {
        bar.set_length(total);
    }
    bar.set_position(progress.done);
    if let Some(message) = &progress.message {
        bar.set_message(message.clone());
    }
}
