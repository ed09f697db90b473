//! What a query makes of rows: checked against the columns before anything is asked.

use serde_json::{Map, Value};

use super::{ListQuery, columns::Columns, filter::Filter, path::Path};
use crate::ToolError;

/// A query that fits its table.
#[derive(Debug)]
pub(super) struct Plan {
    filter: Option<Filter>,
    /// What is shown, or counted by.
    paths: Vec<Path>,
    /// The other columns of the rows: kept with those that are shown, for SQL to ask for.
    beside: Vec<Path>,
    /// Whether rows are counted by the paths rather than listed.
    pub(super) grouped: bool,
    /// What is added up in each group.
    sums: Vec<Path>,
    pub(super) limit: Option<u32>,
}

impl Plan {
    pub(super) fn new(query: &ListQuery, columns: &Columns) -> Result<Self, ToolError> {
        let filter = query.filter.as_deref().map(|text| Filter::new(text, columns)).transpose()?;
        let grouped = !query.group_by.is_empty() || !query.sum.is_empty();
        let parse = |argument: &'static str, texts: &[String]| -> Result<Vec<Path>, ToolError> {
            texts.iter().map(|text| Path::parse(argument, text, columns)).collect()
        };
        let paths = if grouped {
            parse("group_by", &query.group_by)?
        } else if query.fields.is_empty() {
            columns.default.iter().map(|name| Path::column(name)).collect()
        } else {
            let mut paths: Vec<Path> = columns.leading.iter().map(|name| Path::column(name)).collect();
            for path in parse("fields", &query.fields)? {
                if !paths.iter().any(|chosen| chosen.name() == path.name()) {
                    paths.push(path);
                }
            }
            paths
        };
        let is_shown = |name: &str| paths.iter().any(|path| path.name() == name);
        let beside = columns.filled().filter(|name| !grouped && !is_shown(name)).map(Path::column).collect();
        let sums = query.sum.iter().map(|text| Path::parse_numeric("sum", text, columns));
        Ok(Self { filter, paths, beside, grouped, sums: sums.collect::<Result<_, _>>()?, limit: query.limit })
    }

    /// Whether the filter lets a row pass.
    pub(super) fn matches(&self, row: &Map<String, Value>) -> Result<bool, ToolError> {
        self.filter.as_ref().map_or(Ok(true), |filter| filter.matches(row))
    }

    /// The cells of a row that the answer shows or counts by.
    pub(super) fn cells(&self, row: &Map<String, Value>) -> Vec<Value> {
        self.paths.iter().map(|path| path.cell(row)).collect()
    }

    /// The cells of a row that are not shown.
    pub(super) fn beside(&self, row: &Map<String, Value>) -> Vec<Value> {
        self.beside.iter().map(|path| path.cell(row)).collect()
    }

    /// The cells of a row that are added up.
    pub(super) fn numbers(&self, row: &Map<String, Value>) -> Vec<Value> {
        self.sums.iter().map(|path| path.cell(row)).collect()
    }

    /// The names of the answer's columns.
    pub(super) fn columns(&self) -> Vec<String> {
        let mut columns: Vec<String> = self.paths.iter().map(Path::name).collect();
        if self.grouped {
            columns.push("count".to_owned());
            columns.extend(self.sums.iter().map(|path| format!("sum_{}", path.name())));
        }
        columns
    }

    /// The names of the columns that are kept: those of the answer, and those beside.
    pub(super) fn kept_columns(&self) -> Vec<String> {
        let mut columns = self.columns();
        columns.extend(self.beside.iter().map(Path::name));
        columns
    }
}
