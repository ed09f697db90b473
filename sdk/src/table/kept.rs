//! The rows of a table until all are there: a few in the sandbox, more of them with the host.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::ToolError;
use crate::results::{self, Cursor};

/// So many bytes of rows are held in the sandbox before they go to the host.
const HELD: usize = 256 << 10;

/// Rows in the order of their places.
#[derive(Debug)]
pub(super) struct Kept {
    /// All columns of the rows, the shown ones first.
    columns: Vec<String>,
    shown: usize,
    /// Rows in JSON that the host does not have, by place.
    held: BTreeMap<u32, Vec<String>>,
    held_bytes: usize,
    /// How many bytes the shown cells of all rows have.
    shown_bytes: usize,
    /// The table that the host keeps.
    handle: Option<String>,
    /// Why the host keeps no more rows.
    lost: Option<results::Error>,
}

/// The first rows.
#[derive(Debug)]
pub(super) struct First {
    pub(super) rows: Vec<Vec<Value>>,
    /// Where the table goes on.
    pub(super) cursor: Option<Cursor>,
    /// Why some rows can neither be shown nor be kept.
    pub(super) lost: Option<results::Error>,
}

impl Kept {
    pub(super) fn new(columns: Vec<String>, shown: usize) -> Self {
        Self {
            columns,
            shown,
            held: BTreeMap::new(),
            held_bytes: 0,
            shown_bytes: 0,
            handle: None,
            lost: None,
        }
    }

    /// Adds a row: the shown cells, and those beside. Rows of a lower place come first.
    pub(super) fn add(&mut self, place: u32, shown: Vec<Value>, beside: Vec<Value>) {
        if self.lost.is_some() {
            return;
        }
        let mut row = Value::Array(shown).to_string();
        self.shown_bytes += row.len() + 1;
        if !beside.is_empty() {
            row.pop();
            row.push(',');
            row.push_str(&Value::Array(beside).to_string()[1..]);
        }
        self.held_bytes += row.len();
        self.held.entry(place).or_default().push(row);
        if self.held_bytes > HELD {
            self.hand_over();
        }
    }

    /// Gives what is held to the host.
    fn hand_over(&mut self) {
        self.lost = self.try_hand_over().err();
    }

    fn try_hand_over(&mut self) -> Result<(), results::Error> {
        let handle = match &self.handle {
            Some(handle) => handle.clone(),
            None => results::begin(&self.columns)?,
        };
        self.handle = Some(handle.clone());
        // What the host does not take stays here, to be shown.
        while let Some((place, rows)) = self.held.first_key_value() {
            results::append(&handle, *place, rows)?;
            self.held.pop_first();
        }
        self.held_bytes = 0;
        Ok(())
    }

    /// The first rows, so many and so many bytes at most.
    pub(super) fn first(mut self, limit: Option<u32>, room: u32) -> Result<First, ToolError> {
        let limit = limit.unwrap_or(u32::MAX);
        if self.handle.is_none() && self.lost.is_none() {
            let count = self.held.values().map(Vec::len).sum::<usize>();
            if count <= limit as usize && self.shown_bytes <= room as usize {
                return Ok(First { rows: self.held_rows(limit, room), cursor: None, lost: None });
            }
            self.hand_over();
        } else if self.lost.is_none() && !self.held.is_empty() {
            self.hand_over();
        }
        let Some(handle) = self.handle.take() else {
            return Ok(First { rows: self.held_rows(limit, room), cursor: None, lost: self.lost });
        };
        let cursor =
            Cursor { shown: (self.shown < self.columns.len()).then_some(self.shown), ..Cursor::new(handle) };
        let page = results::read(&cursor, limit, room)?;
        Ok(First { rows: page.rows, cursor: page.next.map(|offset| cursor.at(offset)), lost: self.lost })
    }

    /// The shown cells of the rows that are held, as many as fit.
    fn held_rows(&self, limit: u32, room: u32) -> Vec<Vec<Value>> {
        let mut room = room as usize;
        let shown = |row: &String| {
            let mut cells: Vec<Value> = serde_json::from_str(row).ok()?;
            cells.truncate(self.shown);
            let bytes = Value::from(cells.as_slice()).to_string().len() + 1;
            room = room.checked_sub(bytes)?;
            Some(cells)
        };
        self.held.values().flatten().take(limit as usize).map_while(shown).collect()
    }
}
