//! What targets answered, on the way to standard output; and those that failed, to standard error.

use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;
use indicatif::ProgressBar;
use serde::Serialize;
use serde_json::value::RawValue;
use tollgate_aws::Response;
use tollgate_aws::account::AccountId;

use crate::cli::exit;
use crate::cli::output::printable;

/// How answers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// One target's output as it is; an object for each where there are several
    #[default]
    Json,
    /// An object for each target on a line of its own, however many there are
    Lines,
}

/// One account, or one region of it.
pub(super) struct Place {
    /// The account's name; its id where it has none.
    pub(super) name: String,
    pub(super) account: AccountId,
    /// None where the account as a whole failed.
    pub(super) region: Option<String>,
}

/// One of several answers.
#[derive(Serialize)]
struct Answer<'a> {
    account: &'a str,
    account_id: AccountId,
    region: Option<&'a str>,
    output: &'a RawValue,
    truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<&'a str>,
}

/// Writes answers as they come, and counts.
pub(super) struct Answers<'a> {
    format: Format,
    several: bool,
    indented: bool,
    bar: &'a ProgressBar,
    answered: usize,
    failed: usize,
    closed: bool,
}

impl<'a> Answers<'a> {
    /// For so many targets, with a bar that is out of the way while something is written.
    pub(super) fn new(format: Format, targets: usize, bar: &'a ProgressBar) -> Self {
        let indented = format == Format::Json && std::io::stdout().is_terminal();
        Self { format, several: targets > 1, indented, bar, answered: 0, failed: 0, closed: false }
    }

    /// Writes what a target answered.
    pub(super) fn answered(&mut self, place: &Place, response: Response) -> Result<()> {
        self.answered += 1;
        let Response { output, truncated, cursor } = response;
        let output = RawValue::from_string(output)?;
        let text = if self.several || self.format == Format::Lines {
            self.text(&Answer {
                account: &place.name,
                account_id: place.account,
                region: place.region.as_deref(),
                output: &output,
                truncated,
                cursor: cursor.as_deref(),
            })?
        } else {
            if truncated {
                self.tell(&match &cursor {
                    Some(cursor) => format!("there is more; to go on, add: --cursor {cursor}"),
                    None => "there is more".to_owned(),
                });
            }
            self.text(&output)?
        };
        let written = self.bar.suspend(|| writeln!(std::io::stdout().lock(), "{text}"));
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => self.closed = true,
            written => written?,
        }
        Ok(())
    }

    /// Says on standard error why a target did not answer.
    pub(super) fn failed(&mut self, place: &Place, reason: &str) {
        self.failed += 1;
        self.bar.set_message(format!("{} failed", self.failed));
        let region = place.region.as_ref().map(|region| format!(" {region}")).unwrap_or_default();
        self.tell(&format!("{}{region}: {reason}", place.name));
    }

    /// Whether the reader of our output has seen enough.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// What the command ends with.
    pub(super) fn code(&self) -> ExitCode {
        if self.failed > 0 && self.several {
            let all = self.failed + self.answered;
            self.tell(&format!("{} of {all} targets failed", self.failed));
        }
        match (self.answered, self.failed) {
            (_, 0) => ExitCode::SUCCESS,
            (0, _) => ExitCode::FAILURE,
            _ => ExitCode::from(exit::PARTIAL),
        }
    }

    fn text(&self, value: &impl Serialize) -> Result<String> {
        if !self.indented {
            return Ok(serde_json::to_string(value)?);
        }
        // Through a tree, since raw JSON is never indented. What AWS holds may carry escape sequences.
        Ok(printable(&format!("{:#}", serde_json::to_value(value)?)))
    }

    #[expect(clippy::print_stderr, reason = "this is what people see")]
    fn tell(&self, text: &str) {
        self.bar.suspend(|| eprintln!("{}", printable(text)));
    }
}
