//! A tool's answer for people and scripts: a table, CSV, or the structured content as it is.

use std::io::Write;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use comfy_table::{ContentArrangement, LineStyle, Table as Grid, TableStyle};
use serde::Deserialize;
use serde_json::{Map, Value};
use tollgate_runtime::{Content, Output};

/// A line under the names and nothing else: rows stay one line each.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// On a narrower terminal lines are left to wrap: cells of a few characters each cannot be read.
const NARROWEST: u16 = 40;

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Table,
    /// The structured content alone.
    Json,
    /// The rows, with a line of column names.
    Csv,
}

/// The shape that all list tools answer.
#[derive(Deserialize)]
struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
    #[serde(default)]
    truncated: bool,
}

/// What every tool that asks several targets says of them: how many answered, and lists of those that did not.
#[derive(Deserialize)]
struct Asked {
    coverage: Map<String, Value>,
}

/// Whether every target answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coverage {
    /// All of them.
    Complete,
    /// Some failed; what the others answered was written.
    Partial,
}

impl Coverage {
    /// What an answer says of it.
    pub(crate) fn of(output: &Output) -> Self {
        let asked =
            output.structured.as_ref().and_then(|json| serde_json::from_str::<Asked>(json.get()).ok());
        let is_gap = |value: &Value| value.as_array().is_some_and(|gaps| !gaps.is_empty());
        match asked.is_some_and(|asked| asked.coverage.values().any(is_gap)) {
            true => Self::Partial,
            false => Self::Complete,
        }
    }
}

/// Writes an answer to `out`, and to `err` what the format has no room for.
///
/// # Errors
///
/// When the format does not fit the answer, or `out` cannot be written.
pub(crate) fn write(
    output: &Output,
    format: Format,
    out: &mut impl Write,
    err: &mut impl Write,
) -> Result<()> {
    let structured = output.structured.as_ref().map(|json| json.get());
    match format {
        // As it is: of very many rows the text alone is much.
        Format::Json => match structured {
            Some(json) => writeln!(out, "{json}")?,
            None => bail!("this tool answers text, not data: leave --output out"),
        },
        Format::Csv => {
            let Some(rows) = rows(output) else {
                bail!("this tool does not answer a table: use --output json");
            };
            csv(&rows, out)?;
            // Rows alone do not say which targets failed, nor that there are more.
            if rows.truncated || Coverage::of(output) == Coverage::Partial {
                text(output, err)?;
            }
        }
        Format::Table => {
            if let Some(rows) = rows(output) {
                table(&rows, out)?;
            } else if let Some(json) = structured {
                let value: Value = serde_json::from_str(json).context("the structured content is no JSON")?;
                writeln!(out, "{value:#}")?;
            }
            text(output, out)?;
        }
    }
    Ok(())
}

fn rows(output: &Output) -> Option<Rows> {
    output.structured.as_ref().and_then(|json| serde_json::from_str(json.get()).ok())
}

fn csv(rows: &Rows, out: &mut impl Write) -> Result<()> {
    records(&rows.columns, rows.rows.iter().map(|row| row.iter().map(cell)), out)
}

/// Writes rows as CSV, with a line of column names.
///
/// # Errors
///
/// When `out` cannot be written.
pub(super) fn records<Row: Iterator<Item = String>>(
    columns: &[impl AsRef<str>],
    rows: impl Iterator<Item = Row>,
    out: &mut impl Write,
) -> Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(columns.iter().map(AsRef::as_ref))?;
    for row in rows {
        writer.write_record(row)?;
    }
    writer.flush()?;
    Ok(())
}

fn table(rows: &Rows, out: &mut impl Write) -> Result<()> {
    grid(&rows.columns, rows.rows.iter().map(|row| row.iter().map(cell)), out)
}

/// Writes rows below the names of their columns; nothing where there are none.
///
/// # Errors
///
/// When `out` cannot be written.
pub(super) fn grid<Row: Iterator<Item = String>>(
    columns: &[impl AsRef<str>],
    rows: impl Iterator<Item = Row>,
    out: &mut impl Write,
) -> Result<()> {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    let mut grid = Grid::new();
    grid.load_style(STYLE);
    // Some pseudo-terminals say that they have no columns at all.
    if grid.width().is_none_or(|columns| columns >= NARROWEST) {
        grid.set_content_arrangement(ContentArrangement::Dynamic);
    }
    grid.set_header(columns.iter().map(|name| printable(name.as_ref())));
    for row in rows {
        grid.add_row(row.map(|cell| printable(&cell)));
    }
    writeln!(out, "{grid}")?;
    Ok(())
}

fn text(output: &Output, out: &mut impl Write) -> Result<()> {
    for content in &output.content {
        if let Content::Text(text) = content {
            writeln!(out, "{}", printable(text))?;
        }
    }
    Ok(())
}

/// A value in a cell: text as it is, maps of text as `key=value`, the rest as JSON.
pub(super) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(map) if map.values().all(Value::is_string) => {
            let pair =
                |(key, value): (&String, &Value)| format!("{key}={}", value.as_str().unwrap_or_default());
            map.iter().map(pair).collect::<Vec<_>>().join(" ")
        }
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}

/// What AWS holds may carry escape sequences: a terminal must not obey them.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// Whether the reader of our output has gone, as `head` does.
fn is_closed(error: &anyhow::Error) -> bool {
    let closed = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|error| {
        let json = error.downcast_ref().and_then(serde_json::Error::io_error_kind);
        json == Some(std::io::ErrorKind::BrokenPipe)
            || error.downcast_ref().is_some_and(closed)
            || error
                .downcast_ref::<csv::Error>()
                .is_some_and(|error| matches!(error.kind(), csv::ErrorKind::Io(error) if closed(error)))
    })
}

/// The outcome of writing to standard output, where a reader that has seen enough is no error.
///
/// # Errors
///
/// What else went wrong.
pub(super) fn unless_closed(written: Result<()>) -> Result<()> {
    match written {
        Err(error) if !is_closed(&error) => Err(error),
        _ => Ok(()),
    }
}
