//! What a query makes of rows: checked against the columns before anything is asked.

use std::cmp::{Ordering, Reverse};

use serde_json::{Map, Value};

use super::{ListQuery, columns::Columns, filter::Filter, path::Path, tally::Tally};
use crate::ToolError;

/// A query that fits its table.
#[derive(Debug)]
pub(super) struct Plan {
    filter: Option<Filter>,
    paths: Vec<Path>,
    /// Whether rows are counted by the paths rather than listed.
    pub(super) grouped: bool,
    pub(super) limit: usize,
}

/// All rows, cut and sorted.
#[derive(Debug)]
pub(super) struct Totals {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<Value>>,
    /// Rows, or groups, also beyond the limit.
    pub(super) row_count: u64,
    /// How many rows the groups count, where there are groups.
    pub(super) counted: Option<u64>,
    pub(super) truncated: bool,
    /// Whether AWS had more than was read.
    pub(super) cut_by_host: bool,
}

impl Plan {
    pub(super) fn new(query: &ListQuery, columns: &Columns) -> Result<Self, ToolError> {
        let filter = query.filter.as_deref().map(|text| Filter::new(text, columns)).transpose()?;
        let grouped = !query.group_by.is_empty();
        let parse = |argument: &'static str, texts: &[String]| -> Result<Vec<Path>, ToolError> {
            texts.iter().map(|text| Path::parse(argument, text, columns)).collect()
        };
        let paths = if grouped {
            parse("group_by", &query.group_by)?
        } else if query.fields.is_empty() {
            columns.default.iter().map(|name| Path::column(name)).collect()
        } else {
            let mut paths: Vec<Path> = columns.leading.iter().map(|name| Path::column(name)).collect();
            let chosen = parse("fields", &query.fields)?;
            paths.extend(chosen.into_iter().filter(|path| !columns.leading.contains(&path.name().as_str())));
            paths
        };
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        Ok(Self { filter, paths, grouped, limit })
    }

    /// Whether the filter lets a row pass.
    pub(super) fn matches(&self, row: &Map<String, Value>) -> Result<bool, ToolError> {
        self.filter.as_ref().map_or(Ok(true), |filter| filter.matches(row))
    }

    /// The cells of a row that the answer shows or counts by.
    pub(super) fn cells(&self, row: &Map<String, Value>) -> Vec<Value> {
        self.paths.iter().map(|path| path.cell(row)).collect()
    }

    /// Merges what the targets gave, in their order.
    pub(super) fn finish(&self, tallies: impl IntoIterator<Item = Tally>) -> Totals {
        let mut columns: Vec<String> = self.paths.iter().map(Path::name).collect();
        let mut all = Tally::default();
        for tally in tallies {
            all.merge(tally, self.limit);
        }
        let cut_by_host = all.truncated;
        let (mut rows, row_count, counted) = if self.grouped {
            columns.push("count".to_owned());
            let groups = all.groups.len() as u64;
            (by_count(all.groups.into_values().collect()), groups, Some(all.matched))
        } else {
            (all.rows, all.matched, None)
        };
        rows.truncate(self.limit);
        let truncated = cut_by_host || (rows.len() as u64) < row_count;
        Totals { columns, rows, row_count, counted, truncated, cut_by_host }
    }
}

/// Groups as rows: the largest first, equal ones by their cells.
fn by_count(mut groups: Vec<(Vec<Value>, u64)>) -> Vec<Vec<Value>> {
    groups.sort_by(|(a, a_count), (b, b_count)| {
        Reverse(a_count).cmp(&Reverse(b_count)).then_with(|| {
            a.iter().zip(b).map(|(a, b)| compare(a, b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        })
    });
    let row = |(mut cells, count): (Vec<Value>, u64)| {
        cells.push(count.into());
        cells
    };
    groups.into_iter().map(row).collect()
}

/// An order over all JSON: numbers and texts as one expects, anything else by its text.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => {
            x.as_f64().unwrap_or_default().total_cmp(&y.as_f64().unwrap_or_default())
        }
        (Value::String(x), Value::String(y)) => x.cmp(y),
        _ => rank(a).cmp(&rank(b)).then_with(|| a.to_string().cmp(&b.to_string())),
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Bool(_) => 0,
        Value::Number(_) => 1,
        Value::String(_) => 2,
        Value::Array(_) => 3,
        Value::Object(_) => 4,
        Value::Null => 5,
    }
}
