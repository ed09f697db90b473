//! The words that every list tool takes.

use schemars::JsonSchema;
use serde::Deserialize;

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
    /// Names, ids, env:prod, tag:team=payments or all (default)
    pub accounts: Vec<String>,
    /// Default: each account's configured ones; all: its enabled ones
    pub regions: Vec<String>,
    /// JMESPath condition on a row
    pub filter: Option<String>,
    /// Columns
    pub fields: Vec<String>,
    /// Count rows by these columns instead of listing them
    pub group_by: Vec<String>,
    /// At most so many rows; default: as many as fit into a short answer
    pub limit: Option<u32>,
    /// Goes on where an earlier answer ended; only `limit` counts beside it
    pub cursor: Option<String>,
}

impl ListQuery {
    /// Whether the query asks for a region: none named, or `all`, asks for each.
    pub fn wants_region(&self, region: &str) -> bool {
        self.regions.is_empty() || self.regions.iter().any(|wanted| wanted == "all" || wanted == region)
    }
}
