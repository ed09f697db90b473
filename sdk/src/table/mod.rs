//! The table: what every list tool answers.
//!
//! A tool gives rows of a type of its own; the words of the call's [`ListQuery`] filter them,
//! choose columns, count groups and bound the answer, in the sandbox, before anything is sent to
//! the client.

use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json, value::RawValue};

mod columns;
mod coverage;
mod facets;
mod filter;
mod gather;
mod groups;
mod kept;
mod parts;
mod path;
mod plan;
mod query;
mod rows;
mod summary;
mod survey;
mod sweep;
#[cfg(test)]
mod tests;
mod values;

use columns::Columns;
pub(crate) use coverage::Failure;
pub use coverage::{Coverage, Gap};
use gather::{Gather, Shown, Sink};
pub use parts::sweep_parts;
use plan::Plan;
pub use query::ListQuery;
pub use rows::Rows;
pub(crate) use summary::all_failed;
pub use survey::survey;
pub(crate) use sweep::{Place, each_account, targets};
pub use sweep::{sweep, sweep_accounts};
pub use values::{sweep_account_values, sweep_values};

use crate::{
    IntoOutput, Outcome, Output, ToolError, budget,
    results::{self, Cursor},
};

/// The rows of a [`Table`]: a struct whose members are the columns, in this order.
///
/// ```
/// use schemars::JsonSchema;
/// use serde::Serialize;
/// use tollgate_sdk::{Row, Tags};
///
/// #[derive(Serialize, JsonSchema)]
/// struct Volume {
///     id: String,
///     size_gib: u32,
///     tags: Tags,
/// }
///
/// impl Row for Volume {
///     const DEFAULT_FIELDS: &'static [&'static str] = &["id", "size_gib"];
/// }
/// ```
pub trait Row: Serialize + JsonSchema {
    /// The columns of a call that names no `fields`: as few as answer the usual question. Empty:
    /// all.
    const DEFAULT_FIELDS: &'static [&'static str] = &[];

    /// Whether the rows come from targets, as those of a [`sweep`] do. The table then begins with
    /// the columns `account` (its name) and `region`, and knows `account_id` besides. A row with a
    /// member `region` of its own says there where it is; it may be `null`.
    const FROM_TARGETS: bool = true;

    /// What the word `regions` does in the tools that list these rows.
    const REGIONS: Regions = if Self::FROM_TARGETS { Regions::Asked } else { Regions::None };
}

/// What the word `regions` of a [`ListQuery`] does. A tool for which it does nothing does not take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regions {
    /// It says which regions are asked, as in a [`sweep`]: those that are configured, unless it names others.
    Asked,
    /// It keeps the rows that are in these regions, as in [`sweep_accounts`], and global ones. Nothing named: all.
    Kept,
    /// Nothing.
    None,
}

/// Rows as arrays under one list of columns, with who answered and who did not: one failure never
/// hides the rest.
///
/// Made by [`sweep`], [`sweep_accounts`], [`survey`], of JSON by [`sweep_values`], or, of rows that come from
/// nowhere else, by [`Table::new`].
/// Its structured output is
///
/// ```json
/// {"summary": {"rows": 812, "by": {"state": {"running": 790, "stopped": 22}}},
///  "columns": ["account", "region", "id", "state"],
///  "rows": [["production", "eu-west-1", "i-0123", "running"]],
///  "cursor": "r1f2e3d4c:1",
///  "truncated": true,
///  "coverage": {"ok": 7, "denied": [{"code": "UnauthorizedOperation", "message": "You are not …",
///               "advice": "let the account's role do this, …", "count": 1, "targets": ["staging/us-east-1"]}]}}
/// ```
///
/// - `rows` are as many as fit into a short answer, or as many as `limit` says; columns in which
///   none of them has anything are left out;
/// - `summary.rows` is how many matched; where not all are shown, `summary.by` counts them by the
///   columns that have few values; `summary.more_in_aws` stands there where AWS has more than was read, by
///   the host's limits, so that the counts are too low;
/// - `truncated` says that there is more than `rows` holds, and `cursor` where it goes on: the host
///   keeps the whole table for a while, and the tool `result_query` reads it too;
/// - with `group_by` the columns are those of the groups and `count`, by falling count; with `sum` they
///   are followed by one for each sum, `sum_size_gib`, and the largest first sum comes first.
#[derive(Clone, Debug, PartialEq)]
pub struct Table<R> {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
    row_count: u64,
    by: Map<String, Value>,
    more_in_aws: bool,
    cursor: Option<String>,
    truncated: bool,
    coverage: Option<Coverage>,
    summary: String,
    row: PhantomData<fn() -> R>,
}

impl<R: Row> Table<R> {
    /// A table of rows that do not come from targets, for a row type whose
    /// [`Row::FROM_TARGETS`] is `false`.
    ///
    /// ```
    /// use schemars::JsonSchema;
    /// use serde::Serialize;
    /// use tollgate_sdk::{ListQuery, Row, Table};
    ///
    /// #[derive(Serialize, JsonSchema)]
    /// struct Region {
    ///     name: &'static str,
    ///     partition: &'static str,
    /// }
    ///
    /// impl Row for Region {
    ///     const FROM_TARGETS: bool = false;
    /// }
    ///
    /// let query = ListQuery { filter: Some("partition == 'aws-cn'".into()), ..ListQuery::default() };
    /// let regions = [
    ///     Region { name: "eu-west-1", partition: "aws" },
    ///     Region { name: "cn-north-1", partition: "aws-cn" },
    /// ];
    /// let table = Table::new(&query, regions)?;
    /// assert_eq!(table.rows(), [["cn-north-1", "aws-cn"]]);
    /// # Ok::<(), tollgate_sdk::ToolError>(())
    /// ```
    pub fn new(query: &ListQuery, rows: impl IntoIterator<Item = R>) -> Result<Self, ToolError> {
        if let Some((cursor, limit)) = query.page()? {
            return Self::resume(cursor, limit);
        }
        let plan = Plan::new(query, &Columns::of::<R>())?;
        let mut gather = Gather::new(&plan);
        for row in rows {
            gather.take(0, columns::members(&row)?)?;
        }
        let shown = gather.finish()?;
        let summary = summary::of(&shown, &summary::Reach::default(), &[], false);
        Ok(Self::of_shown(shown, None, false, summary))
    }
}

impl<R> Table<R> {
    fn of_shown(shown: Shown, coverage: Option<Coverage>, more_in_aws: bool, summary: String) -> Self {
        let Shown { mut columns, mut rows, row_count, counted: _, cursor, facets, lost } = shown;
        let truncated = more_in_aws || lost.is_some() || (rows.len() as u64) < row_count;
        drop_empty(&mut columns, &mut rows);
        let cursor = cursor.map(|cursor| cursor.to_string());
        Self {
            columns,
            rows,
            row_count,
            by: facets,
            more_in_aws,
            cursor,
            truncated,
            coverage,
            summary,
            row: PhantomData,
        }
    }

    /// Goes on in the table of an earlier call.
    fn resume(cursor: &str, limit: Option<u32>) -> Result<Self, ToolError> {
        let begin: Cursor = cursor.parse()?;
        let page = results::read(&begin, limit.unwrap_or(u32::MAX), budget::room(limit))?;
        let results::Page { mut columns, mut rows, row_count, next } = page;
        let cursor = next.map(|offset| begin.at(offset).to_string());
        let summary = summary::of_page(begin.offset, rows.len() as u64, row_count, cursor.as_deref());
        drop_empty(&mut columns, &mut rows);
        Ok(Self {
            truncated: cursor.is_some(),
            columns,
            rows,
            row_count,
            by: Map::new(),
            more_in_aws: false,
            cursor,
            coverage: None,
            summary,
            row: PhantomData,
        })
    }
}

/// Leaves out the columns in which no row has anything.
fn drop_empty(columns: &mut Vec<String>, rows: &mut [Vec<Value>]) {
    if rows.is_empty() {
        return;
    }
    for index in (0..columns.len()).rev() {
        if rows.iter().all(|row| row.get(index).is_none_or(is_empty)) {
            columns.remove(index);
            for row in rows.iter_mut().filter(|row| index < row.len()) {
                row.remove(index);
            }
        }
    }
}

/// Whether a value says nothing.
pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

impl<R> Table<R> {
    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The rows: a cell for each column.
    pub fn rows(&self) -> &[Vec<Value>] {
        &self.rows
    }

    /// How many rows, or groups, matched: also those beyond the limit.
    pub fn row_count(&self) -> u64 {
        self.row_count
    }

    /// Whether there is more than the rows hold.
    pub fn truncated(&self) -> bool {
        self.truncated
    }

    /// Where the table goes on, for [`ListQuery::cursor`].
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Who answered, and who did not; none where nobody was asked.
    pub fn coverage(&self) -> Option<&Coverage> {
        self.coverage.as_ref()
    }

    /// The table in two lines at most.
    pub fn summary(&self) -> &str {
        &self.summary
    }
}

/// The schema of every table.
fn output_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "summary": { "type": "object" },
            "columns": { "type": "array" },
            "rows": { "type": "array" },
            "cursor": { "type": "string" },
            "truncated": { "type": "boolean" },
            "coverage": { "type": "object" },
        },
        "required": ["summary", "columns", "rows", "truncated"],
    })
}

/// Says in the schema of the arguments what `filter` and `fields` may name.
fn describe_words(schema: &mut Value, filter: String, fields: String) {
    describe_word(schema, "filter", filter);
    describe_word(schema, "fields", fields);
}

fn describe_word(schema: &mut Value, word: &str, description: String) {
    if let Some(Value::Object(property)) = schema.pointer_mut(&format!("/properties/{word}")) {
        property.insert("description".into(), description.into());
    }
}

impl<R: Row> IntoOutput for Table<R> {
    fn output_schema() -> Option<Value> {
        Some(output_schema())
    }

    fn complete_input_schema(schema: &mut Value) {
        let columns = Columns::of::<R>();
        describe_words(schema, columns.filter_help(), columns.fields_help());
        if R::REGIONS == Regions::Kept {
            describe_word(schema, "regions", "Only rows of these; default: all".to_owned());
        }
        let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
        if columns.numeric().next().is_none() {
            properties.shift_remove("sum");
        }
        if R::REGIONS == Regions::None {
            properties.shift_remove("regions");
        }
    }

    fn into_outcome(self) -> Result<Outcome, ToolError> {
        self.outcome()
    }
}

impl IntoOutput for Table<Box<RawValue>> {
    fn output_schema() -> Option<Value> {
        Some(output_schema())
    }

    fn complete_input_schema(schema: &mut Value) {
        describe_words(schema, "JMESPath on a row".to_owned(), "Default: all columns".to_owned());
    }

    fn into_outcome(self) -> Result<Outcome, ToolError> {
        self.outcome()
    }
}

impl<R> Table<R> {
    fn outcome(self) -> Result<Outcome, ToolError> {
        #[derive(Serialize)]
        struct Structured<'a> {
            summary: Counts<'a>,
            columns: &'a [String],
            rows: &'a [Vec<Value>],
            #[serde(skip_serializing_if = "Option::is_none")]
            cursor: &'a Option<String>,
            truncated: bool,
            #[serde(skip_serializing_if = "Option::is_none")]
            coverage: &'a Option<Coverage>,
        }
        #[derive(Serialize)]
        struct Counts<'a> {
            rows: u64,
            #[serde(skip_serializing_if = "Map::is_empty")]
            by: &'a Map<String, Value>,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            more_in_aws: bool,
        }
        let structured = Structured {
            summary: Counts { rows: self.row_count, by: &self.by, more_in_aws: self.more_in_aws },
            columns: &self.columns,
            rows: &self.rows,
            cursor: &self.cursor,
            truncated: self.truncated,
            coverage: &self.coverage,
        };
        Output::text(&self.summary).with_structured(&structured).map(Outcome::Complete)
    }
}
