//! Rows on their way into a table: filtered, counted, shown or kept.

use serde_json::{Map, Value};

use super::facets::Facets;
use super::groups::Groups;
use super::kept::{First, Kept};
use super::plan::Plan;
use crate::results::Cursor;
use crate::{ToolError, budget};

/// Where the rows of a call go.
pub(super) trait Sink {
    /// Takes in a row. Rows of a lower place come first.
    fn take(&mut self, place: u32, row: Map<String, Value>) -> Result<(), ToolError>;

    /// The first rows, within the limit of the query or the room of the answer.
    fn finish(self) -> Result<Shown, ToolError>;
}

/// The rows of a call so far.
#[derive(Debug)]
pub(super) struct Gather<'a> {
    plan: &'a Plan,
    /// How many rows matched.
    matched: u64,
    groups: Groups,
    facets: Facets,
    kept: Kept,
}

/// What an answer shows.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<Value>>,
    /// Rows, or groups, also those that are not shown.
    pub(super) row_count: u64,
    /// How many rows the groups count, where there are groups.
    pub(super) counted: Option<u64>,
    /// Where the table goes on.
    pub(super) cursor: Option<Cursor>,
    /// What is in all rows, where not all are shown.
    pub(super) facets: Map<String, Value>,
    /// Why some rows can neither be shown nor be kept.
    pub(super) lost: Option<String>,
}

impl<'a> Gather<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        let shown = plan.columns().len();
        Self {
            plan,
            matched: 0,
            groups: Groups::default(),
            facets: Facets::new(shown),
            kept: Kept::new(plan.kept_columns(), shown),
        }
    }
}

impl Sink for Gather<'_> {
    /// Takes in a row, if the filter lets it pass.
    fn take(&mut self, place: u32, row: Map<String, Value>) -> Result<(), ToolError> {
        if !self.plan.matches(&row)? {
            return Ok(());
        }
        self.matched += 1;
        let cells = self.plan.cells(&row);
        if self.plan.grouped {
            self.groups.add(cells, &self.plan.numbers(&row));
        } else if self.plan.limit != Some(0) {
            self.facets.add(&cells);
            self.kept.add(place, cells, self.plan.beside(&row));
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Shown, ToolError> {
        let columns = self.plan.columns();
        let (row_count, counted) = match self.plan.grouped {
            true => {
                let count = self.groups.len();
                if self.plan.limit != Some(0) {
                    self.groups.finish().into_iter().for_each(|cells| self.kept.add(0, cells, Vec::new()));
                }
                (count, Some(self.matched))
            }
            false => (self.matched, None),
        };
        let First { rows, cursor, lost } = self.kept.first(self.plan.limit, budget::room(self.plan.limit))?;
        let cut = (rows.len() as u64) < row_count;
        Ok(Shown {
            cursor,
            facets: if cut && counted.is_none() { self.facets.finish(&columns) } else { Map::new() },
            lost: lost.map(|error| error.to_string()),
            columns,
            rows,
            row_count,
            counted,
        })
    }
}
