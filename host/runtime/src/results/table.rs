//! One table: rows as JSON text, in the order of their places.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::ResultsError;

/// No table has more columns: SQLite has 2,000 at most.
const MAX_COLUMNS: usize = 1_000;

/// What a row costs besides its text.
const ROW_OVERHEAD: usize = size_of::<Box<RawValue>>();

/// What a place costs besides its rows.
const PLACE_OVERHEAD: usize = 64;

/// Columns and rows.
#[derive(Clone, Debug)]
pub(super) struct Table {
    columns: Vec<String>,
    /// Rows, each a JSON array, by place.
    rows: BTreeMap<u32, Vec<Box<RawValue>>>,
    row_count: u64,
    bytes: usize,
}

/// Some rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) columns: Vec<String>,
    /// A JSON array of arrays.
    pub(crate) rows: String,
    /// Rows in all.
    pub(crate) row_count: u64,
    /// The offset of the next row.
    pub(crate) next: Option<u64>,
}

impl Table {
    pub(super) fn new(columns: Vec<String>) -> Result<Self, ResultsError> {
        if columns.is_empty() || columns.len() > MAX_COLUMNS {
            let found = columns.len();
            return Err(ResultsError::Other(format!("{found} columns: a table has 1 to {MAX_COLUMNS}")));
        }
        let mut names: Vec<String> = columns.iter().map(|name| name.to_ascii_lowercase()).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() < columns.len() || names.first().is_some_and(String::is_empty) {
            return Err(ResultsError::Other("a column has a name of its own, whatever its case".to_owned()));
        }
        let bytes = columns.iter().map(|name| name.len() + size_of::<String>()).sum();
        Ok(Self { columns, rows: BTreeMap::new(), row_count: 0, bytes })
    }

    /// Adds rows; gives the bytes that they take.
    pub(super) fn append(
        &mut self,
        place: u32,
        rows: Vec<Box<RawValue>>,
        max_bytes: usize,
    ) -> Result<usize, ResultsError> {
        if rows.is_empty() {
            return Ok(0);
        }
        let grown = rows.iter().map(|row| row.get().len() + ROW_OVERHEAD).sum::<usize>();
        let grown = grown + if self.rows.contains_key(&place) { 0 } else { PLACE_OVERHEAD };
        if self.bytes + grown > max_bytes {
            return Err(ResultsError::TooLarge(format!(
                "the result is larger than {max_bytes} bytes: ask for fewer `fields`, or with a `filter`"
            )));
        }
        for row in &rows {
            let cells: Vec<&RawValue> = serde_json::from_str(row.get())
                .map_err(|error| ResultsError::Other(format!("a row is no array: {error}")))?;
            if cells.len() != self.columns.len() {
                let (found, wanted) = (cells.len(), self.columns.len());
                return Err(ResultsError::Other(format!("a row has {found} cells, and the table {wanted}")));
            }
        }
        self.bytes += grown;
        self.row_count += rows.len() as u64;
        self.rows.entry(place).or_default().extend(rows);
        Ok(grown)
    }

    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The rows in order, each a JSON array.
    pub(super) fn rows(&self) -> impl Iterator<Item = &str> {
        self.rows.values().flatten().map(|row| row.get())
    }

    /// Rows from an offset on, as many as fit, but one at least.
    pub(super) fn page(&self, offset: u64, max_rows: u32, max_bytes: usize) -> Page {
        let mut page = PageBuilder::new(max_rows, max_bytes);
        let skip = usize::try_from(offset).unwrap_or(usize::MAX);
        for row in self.rows().skip(skip) {
            if !page.push(row) {
                break;
            }
        }
        let next = offset.saturating_add(page.rows);
        Page {
            columns: self.columns.clone(),
            rows: page.finish(),
            row_count: self.row_count,
            next: (next < self.row_count).then_some(next),
        }
    }
}

/// Rows, put together up to a limit.
#[derive(Debug)]
pub(super) struct PageBuilder {
    text: String,
    pub(super) rows: u64,
    max_rows: u32,
    max_bytes: usize,
}

impl PageBuilder {
    pub(super) fn new(max_rows: u32, max_bytes: usize) -> Self {
        Self { text: "[".to_owned(), rows: 0, max_rows: max_rows.max(1), max_bytes }
    }

    /// Adds a row, unless it does not fit.
    pub(super) fn push(&mut self, row: &str) -> bool {
        let full = self.rows >= u64::from(self.max_rows) || self.text.len() + row.len() + 2 > self.max_bytes;
        if full && self.rows > 0 {
            return false;
        }
        if self.rows > 0 {
            self.text.push(',');
        }
        self.text.push_str(row);
        self.rows += 1;
        true
    }

    pub(super) fn finish(mut self) -> String {
        self.text.push(']');
        self.text
    }
}

/// Reads a JSON array of rows.
pub(super) fn rows(json: &str) -> Result<Vec<Box<RawValue>>, ResultsError> {
    serde_json::from_str(json).map_err(|error| ResultsError::Other(format!("rows are no array: {error}")))
}
