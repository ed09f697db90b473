//! `tollgate aws classify`

use std::collections::BTreeSet;
use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};
use tollgate_aws::describe::{Classification, Classifications};
use tollgate_aws::model::{Access, Pack};

use crate::cli::output::{self, Format};
use crate::cli::usage;

const COLUMNS: [&str; 7] =
    ["service", "operation", "access", "read_only", "iam_action", "sensitive", "redacted"];

/// So many redacted values are told in a cell of a table; CSV and JSON have all.
const TOLD: usize = 2;

/// Show which operations read, which change something, and which give away secrets or data
///
/// This is the table that decides. An operation passes in read-only mode if its IAM access level is List or Read;
/// one that is sensitive also needs a grant by its exact name, which no wildcard replaces. Of the others, values that
/// are secrets are redacted.
#[derive(Args, Debug)]
pub(super) struct Classify {
    /// Operations as `service:Operation`, or IAM patterns: ec2:DescribeInstances, s3api:get-object, ec2:Describe*
    #[arg(
        value_name = "SERVICE:OPERATION",
        required_unless_present_any = ["all", "service", "level", "sensitive"],
        conflicts_with = "all"
    )]
    operations: Vec<String>,
    /// All operations of all services
    #[arg(long)]
    all: bool,
    /// Only those of these services
    #[arg(long, value_name = "SERVICE", value_delimiter = ',')]
    service: Vec<String>,
    /// Only those of these access levels
    #[arg(long, value_enum, value_delimiter = ',')]
    level: Vec<Level>,
    /// Only those that no wildcard grants
    #[arg(long)]
    sensitive: bool,
    /// How to print the table
    #[arg(long, short, value_enum, default_value_t)]
    output: Format,
}

/// An access level, as it is written on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Level {
    List,
    Read,
    Write,
    Tagging,
    PermissionsManagement,
    Unclassified,
}

impl From<Access> for Level {
    fn from(access: Access) -> Self {
        match access {
            Access::List => Self::List,
            Access::Read => Self::Read,
            Access::Write => Self::Write,
            Access::Tagging => Self::Tagging,
            Access::PermissionsManagement => Self::PermissionsManagement,
            Access::Unclassified => Self::Unclassified,
        }
    }
}

impl Classify {
    pub(super) fn run(self) -> Result<ExitCode> {
        let pack = Pack::bundled();
        let table = Classifications::of(pack)?;
        let mut named = Vec::new();
        for text in &self.operations {
            named.extend(table.named(pack, text).map_err(usage)?);
        }
        if self.operations.is_empty() {
            named.extend(table.rows());
        }
        let mut services = BTreeSet::new();
        for service in &self.service {
            services.insert(pack.find(service).map_err(usage)?.name.clone());
        }
        let wanted = |row: &&Classification| {
            (services.is_empty() || services.contains(&row.service))
                && (self.level.is_empty() || self.level.contains(&row.access.into()))
                && (!self.sensitive || row.sensitive.is_some())
        };
        let mut met = BTreeSet::new();
        let mut rows: Vec<_> = named.into_iter().filter(wanted).collect();
        rows.retain(|row| met.insert((&row.service, &row.operation)));
        output::unless_closed(write(&rows, self.output, &mut std::io::stdout().lock()))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn write(rows: &[&Classification], format: Format, out: &mut impl Write) -> Result<()> {
    match format {
        Format::Table => {
            output::grid(&COLUMNS, rows.iter().map(|row| cells(row, TOLD).into_iter()), out)?;
            writeln!(out, "{}", summary(rows))?;
        }
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(out);
            writer.write_record(COLUMNS)?;
            for row in rows {
                writer.write_record(cells(row, usize::MAX))?;
            }
            writer.flush()?;
        }
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, rows)?;
            writeln!(out)?;
        }
    }
    Ok(())
}

fn cells(row: &Classification, told: usize) -> [String; 7] {
    let sensitive = row.sensitive.as_deref().unwrap_or_default();
    [
        row.service.to_string(),
        row.operation.to_string(),
        row.access.to_string(),
        if row.read_only { "yes" } else { "no" }.to_owned(),
        row.iam_action.to_string(),
        // Where a grant needs another name than the IAM action, it is part of the answer.
        if row.sensitive.is_some() && row.exact_grant != row.iam_action {
            format!("{sensitive} (granted as {})", row.exact_grant)
        } else {
            sensitive.to_owned()
        },
        some(&row.redacted, told),
    ]
}

/// Places, as far as there is room for them.
pub(super) fn some(places: &[String], told: usize) -> String {
    let more = places.len().saturating_sub(told);
    let mut text = places.iter().take(told).map(String::as_str).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text += &format!(", … {more} more");
    }
    text
}

fn summary(rows: &[&Classification]) -> String {
    let count = |wanted: fn(&Classification) -> bool| rows.iter().filter(|row| wanted(row)).count();
    let read = count(|row| row.read_only);
    let sensitive = count(|row| row.read_only && row.sensitive.is_some());
    let operations = if rows.len() == 1 { "operation" } else { "operations" };
    format!(
        "{} {operations}: {read} only read; refused in read-only mode: {}; need a grant by their exact name: {sensitive}",
        rows.len(),
        rows.len() - read
    )
}
