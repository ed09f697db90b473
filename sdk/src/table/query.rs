//! The words that every list tool takes.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Row;
use crate::ToolError;

/// The words that every list tool takes, as its argument or, beside others, flattened into it:
///
/// ```
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use tollgate_sdk::ListQuery;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Arguments {
///     /// Only snapshots older than so many days.
///     older_than_days: u32,
///     #[serde(flatten)]
///     query: ListQuery,
/// }
/// ```
///
/// The schema of a tool that returns a [`Table`](crate::Table) names its columns under `fields`, and
/// one of them in the example of `filter`. The host knows the word `accounts` too: it narrows what
/// the call may reach to them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ListQuery {
    /// Names, ids, env:prod, tag:team=payments; default: all
    pub accounts: Vec<String>,
    /// Default: as configured; all: every enabled one
    pub regions: Vec<String>,
    /// JMESPath condition on a row
    pub filter: Option<String>,
    /// Columns
    pub fields: Vec<String>,
    /// Count rows by these columns
    pub group_by: Vec<String>,
    /// Add up numeric columns, per group
    pub sum: Vec<String>,
    /// At most so many rows; default: what a short answer holds
    pub limit: Option<u32>,
    /// Of an earlier answer: goes on there
    pub cursor: Option<String>,
}

impl ListQuery {
    /// The page that is asked for in place of an answer; which is then as it was, so that nothing else
    /// can be asked of it.
    pub(super) fn page(&self) -> Result<Option<(&str, Option<u32>)>, ToolError> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let lists = [
            ("accounts", &self.accounts),
            ("regions", &self.regions),
            ("fields", &self.fields),
            ("group_by", &self.group_by),
            ("sum", &self.sum),
        ];
        let given = lists.iter().find(|(_, words)| !words.is_empty()).map(|(word, _)| *word);
        match given.or(self.filter.as_ref().map(|_| "filter")) {
            Some(word) => Err(ToolError::invalid_argument(
                "cursor",
                format!(
                    "goes on in an answer as it was: leave out `{word}`, or the cursor; result_query runs SQL over the whole answer"
                ),
            )),
            None => Ok(Some((cursor, self.limit))),
        }
    }

    /// Whether the answer depends on one of these columns: they are shown, counted, added up or filtered
    /// by. What costs a call of its own for every row need only be asked for then.
    pub fn wants<R: Row>(&self, columns: &[&str]) -> bool {
        let named = |path: &String| columns.iter().any(|column| path.split('.').next() == Some(column));
        let in_filter = |filter: &String| {
            filter.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| columns.contains(&word))
        };
        let by_default = self.fields.is_empty()
            && self.group_by.is_empty()
            && self.sum.is_empty()
            && (R::DEFAULT_FIELDS.is_empty() || columns.iter().any(|name| R::DEFAULT_FIELDS.contains(name)));
        by_default
            || self.fields.iter().any(named)
            || self.group_by.iter().chain(&self.sum).any(named)
            || self.filter.iter().any(in_filter)
    }

    /// Whether the query asks for a region: none named, or `all`, asks for each.
    pub fn wants_region(&self, region: &str) -> bool {
        self.regions.is_empty() || self.regions.iter().any(|wanted| wanted == "all" || wanted == region)
    }
}
