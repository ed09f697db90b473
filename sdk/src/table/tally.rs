//! What is kept of the rows of one target: no more than the answer can hold.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::plan::Plan;
use crate::ToolError;

/// The rows of one target so far, or its groups.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// How many rows matched.
    pub(super) matched: u64,
    /// The first of them, up to the limit.
    pub(super) rows: Vec<Vec<Value>>,
    /// The groups: cells and count, by the cells as JSON.
    pub(super) groups: BTreeMap<String, (Vec<Value>, u64)>,
    /// Whether AWS had more.
    pub(super) truncated: bool,
}

impl Tally {
    /// Takes in a row.
    pub(super) fn add(&mut self, plan: &Plan, row: Map<String, Value>) -> Result<(), ToolError> {
        if !plan.matches(&row)? {
            return Ok(());
        }
        self.matched += 1;
        if plan.grouped {
            self.count(plan.cells(&row), 1);
        } else if self.rows.len() < plan.limit {
            self.rows.push(plan.cells(&row));
        }
        Ok(())
    }

    /// Takes in what a later target gave.
    pub(super) fn merge(&mut self, later: Self, limit: usize) {
        self.matched += later.matched;
        self.truncated |= later.truncated;
        let room = limit.saturating_sub(self.rows.len());
        self.rows.extend(later.rows.into_iter().take(room));
        for (cells, count) in later.groups.into_values() {
            self.count(cells, count);
        }
    }

    fn count(&mut self, cells: Vec<Value>, count: u64) {
        let key = cells.iter().map(Value::to_string).collect::<Vec<_>>().join(",");
        self.groups.entry(key).or_insert((cells, 0)).1 += count;
    }
}
