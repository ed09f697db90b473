//! Rows on their way into a table: what fits is shown, the rest is kept by the host.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::facets::Facets;
use super::groups::Groups;
use super::plan::Plan;
use crate::ToolError;
use crate::results::{self, Cursor};

/// So many bytes of rows are held in the sandbox before they go to the host.
const HELD: usize = 256 << 10;

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
    /// Rows in JSON that the host does not have yet, by place.
    held: BTreeMap<u32, Vec<String>>,
    held_bytes: usize,
    /// The table that the host keeps.
    handle: Option<String>,
    /// Why the host keeps no more rows.
    lost: Option<results::Error>,
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
            self.hold(place, cells);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Shown, ToolError> {
        let columns = self.plan.columns();
        let (row_count, counted) = match self.plan.grouped {
            true => {
                let groups = std::mem::take(&mut self.groups);
                let count = groups.len();
                if self.plan.limit != Some(0) {
                    for cells in groups.finish() {
                        self.hold(0, cells);
                    }
                }
                (count, Some(self.matched))
            }
            false => (self.matched, None),
        };
        let (rows, next) = match self.fitting() {
            Some(rows) => (rows, None),
            None => self.first_page()?,
        };
        let cut = (rows.len() as u64) < row_count;
        Ok(Shown {
            cursor: next.zip(self.handle).map(|(offset, handle)| Cursor { handle, offset }),
            facets: if cut && counted.is_none() { self.facets.finish(&columns) } else { Map::new() },
            lost: self.lost.map(|error| error.to_string()),
            columns,
            rows,
            row_count,
            counted,
        })
    }
}

impl<'a> Gather<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            matched: 0,
            groups: Groups::default(),
            facets: Facets::new(plan.columns().len()),
            held: BTreeMap::new(),
            held_bytes: 0,
            handle: None,
            lost: None,
        }
    }

    fn hold(&mut self, place: u32, cells: Vec<Value>) {
        if self.lost.is_some() {
            return;
        }
        let row = Value::Array(cells).to_string();
        self.held_bytes += row.len();
        self.held.entry(place).or_default().push(row);
        if self.held_bytes > HELD {
            self.hand_over();
        }
    }

    /// Gives what is held to the host.
    fn hand_over(&mut self) {
        let handle = match &self.handle {
            Some(handle) => Ok(handle.clone()),
            None => results::begin(&self.plan.columns()),
        };
        let appended = handle.and_then(|handle| {
            self.handle = Some(handle.clone());
            std::mem::take(&mut self.held)
                .iter()
                .try_for_each(|(place, rows)| results::append(&handle, *place, rows))
        });
        self.held_bytes = 0;
        self.lost = appended.err();
    }

    /// All rows, where they are few enough.
    fn fitting(&self) -> Option<Vec<Vec<Value>>> {
        if self.handle.is_some() || self.lost.is_some() {
            return None;
        }
        let rows: Vec<&String> = self.held.values().flatten().collect();
        let limit = self.plan.limit.map_or(usize::MAX, |limit| limit as usize);
        let room = self.plan.room() as usize;
        if rows.len() > limit || self.held_bytes + rows.len() > room {
            return None;
        }
        rows.into_iter().map(|row| serde_json::from_str(row).ok()).collect()
    }

    /// The first of many rows, read back from the host, which has all of them.
    fn first_page(&mut self) -> Result<(Vec<Vec<Value>>, Option<u64>), ToolError> {
        if !self.held.is_empty() {
            self.hand_over();
        }
        let Some(handle) = &self.handle else { return Ok((self.held_page(), None)) };
        let cursor = Cursor { handle: handle.clone(), offset: 0 };
        let page = results::read(&cursor, self.plan.limit.unwrap_or(u32::MAX), self.plan.room())?;
        Ok((page.rows, page.next))
    }

    /// What fits of the rows that the host did not take.
    fn held_page(&self) -> Vec<Vec<Value>> {
        let mut room = self.plan.room() as usize;
        let fits = |row: &&String| {
            room = room.saturating_sub(row.len() + 1);
            room > 0
        };
        let rows = self.held.values().flatten().take(self.plan.limit.unwrap_or(u32::MAX) as usize);
        rows.take_while(fits).filter_map(|row| serde_json::from_str(row).ok()).collect()
    }
}
