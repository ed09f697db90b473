//! `tollgate call`

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Map, Value};
use tollgate_runtime::{Caller, Outcome, Progress};

use super::Source;
use super::output::{self, Coverage, Format};

/// Some targets answered, others did not.
const EXIT_PARTIAL: u8 = 2;
/// Stopped by Ctrl-C: 128 and the signal's number, as shells have it.
const EXIT_INTERRUPTED: u8 = 130;

/// Call one tool and print its answer
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
        let app = self.source.open().await?;
        let bar = progress_bar();
        let shown = bar.clone();
        let call = tollgate_runtime::Call {
            tool: self.tool,
            arguments,
            answers: None,
            state: None,
            caller: Caller::local(),
            progress: Some(Arc::new(move |progress| show(&shown, &progress))),
        };
        let outcome = tokio::select! {
            outcome = app.runtime.call(call) => outcome,
            Ok(()) = tokio::signal::ctrl_c() => return Ok(ExitCode::from(EXIT_INTERRUPTED)),
        };
        bar.finish_and_clear();
        match outcome? {
            Outcome::Complete(answer) => {
                let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr().lock());
                match output::write(&answer, self.output, &mut out, &mut err) {
                    Err(error) if !is_closed(&error) => return Err(error),
                    // Written, or as much as the reader of our output wanted to see.
                    _ => {}
                }
                Ok(match Coverage::of(&answer) {
                    Coverage::Complete => ExitCode::SUCCESS,
                    Coverage::Partial => ExitCode::from(EXIT_PARTIAL),
                })
            }
            Outcome::InputRequired(_) => bail!("this tool asks questions: call it from an MCP client"),
        }
    }

    /// The arguments with `--accounts` and `--regions` put in.
    fn arguments(&self) -> Result<String> {
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
        Ok(Value::Object(arguments).to_string())
    }
}

/// Whether the reader of our output has gone, as `head` does.
fn is_closed(error: &anyhow::Error) -> bool {
    let closed = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|error| {
        error.downcast_ref().is_some_and(closed)
            || error
                .downcast_ref::<csv::Error>()
                .is_some_and(|error| matches!(error.kind(), csv::ErrorKind::Io(error) if closed(error)))
    })
}

fn progress_bar() -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{elapsed:>4} {wide_bar} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    bar
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
