//! The table: what every list tool answers.
//!
//! A tool gives rows of a type of its own; the words of the call's [`ListQuery`] filter them,
//! choose columns, count groups and bound the answer, in the sandbox, before anything is sent to
//! the client.

use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

mod columns;
mod failure;
mod filter;
mod path;
mod plan;
mod query;
mod rows;
mod summary;
mod sweep;
mod tally;
#[cfg(test)]
mod tests;

use columns::Columns;
pub use failure::Failure;
use plan::Plan;
pub use query::ListQuery;
pub use rows::Rows;
pub use sweep::{sweep, sweep_accounts};
use tally::Tally;

use crate::{IntoOutput, Outcome, Output, ToolError};

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
}

/// Rows as arrays under one list of columns, with the failures per target: one failure never hides
/// the rest.
///
/// Made by [`sweep`], [`sweep_accounts`] or, of rows that come from nowhere else, by [`Table::new`].
/// Its structured output is
///
/// ```json
/// {"columns": ["account", "region", "id"],
///  "rows": [["production", "eu-west-1", "i-0123"]],
///  "row_count": 812,
///  "truncated": true,
///  "errors": [{"account": "staging", "region": "us-east-1", "kind": "service",
///              "code": "UnauthorizedOperation", "message": "You are not authorized to …"}]}
/// ```
///
/// - `row_count` is how many rows matched, also beyond `limit`;
/// - `truncated` says that there is more than `rows` holds: cut by `limit`, or by the host;
/// - with `group_by` the columns are those of the groups and `count`, by falling count.
#[derive(Clone, Debug, PartialEq)]
pub struct Table<R> {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
    row_count: u64,
    truncated: bool,
    errors: Vec<Failure>,
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
        let plan = Plan::new(query, &Columns::of::<R>())?;
        let mut tally = Tally::default();
        for row in rows {
            tally.add(&plan, columns::members(&row)?)?;
        }
        let totals = plan.finish([tally]);
        let summary = summary::of(&totals, &summary::Reach::default(), &[]);
        Ok(Self::from_totals(totals, Vec::new(), summary))
    }

    fn from_totals(totals: plan::Totals, errors: Vec<Failure>, summary: String) -> Self {
        Self {
            columns: totals.columns,
            truncated: totals.truncated,
            row_count: totals.row_count,
            rows: totals.rows,
            errors,
            summary,
            row: PhantomData,
        }
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

    /// What failed, by target.
    pub fn errors(&self) -> &[Failure] {
        &self.errors
    }

    /// The table in a sentence.
    pub fn summary(&self) -> &str {
        &self.summary
    }
}

impl<R: Row> IntoOutput for Table<R> {
    fn output_schema() -> Option<Value> {
        let text = json!({ "type": "string" });
        Some(json!({
            "type": "object",
            "properties": {
                "columns": { "type": "array", "items": text },
                "rows": { "type": "array", "items": { "type": "array" } },
                "row_count": { "type": "integer", "description": "Rows that matched, also beyond `limit`" },
                "truncated": { "type": "boolean", "description": "There is more than `rows` holds" },
                "errors": {
                    "type": "array",
                    "description": "Targets that did not answer",
                    "items": {
                        "type": "object",
                        "properties": {
                            "account": text, "region": text, "kind": text, "code": text, "message": text,
                        },
                        "required": ["account", "kind", "message"],
                    },
                },
            },
            "required": ["columns", "rows", "row_count", "truncated", "errors"],
        }))
    }

    fn complete_input_schema(schema: &mut Value) {
        let columns = Columns::of::<R>();
        let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
        for (word, description) in [("filter", columns.filter_help()), ("fields", columns.fields_help())] {
            if let Some(Value::Object(property)) = properties.get_mut(word) {
                property.insert("description".into(), description.into());
            }
        }
    }

    fn into_outcome(self) -> Result<Outcome, ToolError> {
        #[derive(Serialize)]
        struct Structured<'a> {
            columns: &'a [String],
            rows: &'a [Vec<Value>],
            row_count: u64,
            truncated: bool,
            errors: &'a [Failure],
        }
        let structured = Structured {
            columns: &self.columns,
            rows: &self.rows,
            row_count: self.row_count,
            truncated: self.truncated,
            errors: &self.errors,
        };
        Output::text(&self.summary).with_structured(&structured).map(Outcome::Complete)
    }
}
