//! One table: rows as JSON, packed, in the order of their places.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use tollgate_aws::Packed;

use super::ResultsError;

/// No table has more columns: SQLite has 2,000 at most.
const MAX_COLUMNS: usize = 1_000;

/// What a place costs besides its rows: its part of the map, and a vector's first room.
const PLACE_OVERHEAD: usize = 64 + 4 * size_of::<Rows>();

/// Columns and rows.
#[derive(Clone, Debug)]
pub(super) struct Table {
    columns: Vec<String>,
    /// As they were added, by place.
    rows: BTreeMap<u32, Vec<Rows>>,
    row_count: u64,
    /// Of memory.
    bytes: usize,
    /// Of JSON, which a query unpacks.
    json_bytes: usize,
}

/// Some rows that were added at once.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    count: u64,
    /// Cells of each.
    width: usize,
    /// An array of arrays.
    json: Packed,
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
        Ok(Self { columns, rows: BTreeMap::new(), row_count: 0, bytes, json_bytes: 0 })
    }

    /// Adds rows, if the whole has so many bytes of JSON at most; gives the bytes of memory that they take.
    pub(super) fn append(&mut self, place: u32, rows: Rows, max_bytes: usize) -> Result<usize, ResultsError> {
        if rows.count == 0 {
            return Ok(0);
        }
        if rows.width != self.columns.len() {
            let (found, wanted) = (rows.width, self.columns.len());
            return Err(ResultsError::Other(format!("a row has {found} cells, and the table {wanted}")));
        }
        let place_bytes = if self.rows.contains_key(&place) { 0 } else { PLACE_OVERHEAD };
        let grown = size_of::<Rows>() + rows.json.size() + place_bytes;
        let json_bytes = self.json_bytes.saturating_add(rows.json.length());
        if json_bytes > max_bytes {
            return Err(ResultsError::TooLarge(format!(
                "the result is larger than {max_bytes} bytes: ask for fewer `fields`, or with a `filter`"
            )));
        }
        self.bytes += grown;
        self.json_bytes = json_bytes;
        self.row_count += rows.count;
        self.rows.entry(place).or_default().push(rows);
        Ok(grown)
    }

    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The rows by place, those of one place as they were added.
    pub(super) fn rows(&self) -> impl Iterator<Item = &Rows> {
        self.rows.values().flatten()
    }

    /// Rows from an offset on, as many as fit, but one at least.
    pub(super) fn page(&self, offset: u64, max_rows: u32, max_bytes: usize) -> Result<Page, ResultsError> {
        let mut page = PageBuilder::new(max_rows, max_bytes);
        let mut skip = offset;
        'full: for rows in self.rows() {
            if skip >= rows.count {
                skip -= rows.count;
                continue;
            }
            let json = rows.json()?;
            let skipped = usize::try_from(std::mem::take(&mut skip)).unwrap_or(usize::MAX);
            for row in each(&json)?.into_iter().skip(skipped) {
                if !page.push(row.get()) {
                    break 'full;
                }
            }
        }
        let next = offset.saturating_add(page.rows);
        Ok(Page {
            columns: self.columns.clone(),
            rows: page.finish(),
            row_count: self.row_count,
            next: (next < self.row_count).then_some(next),
        })
    }
}

impl Rows {
    /// Packs a JSON array of rows, which are arrays of the same length.
    pub(super) fn new(json: &str) -> Result<Self, ResultsError> {
        let rows: Vec<Vec<IgnoredAny>> = serde_json::from_str(json)
            .map_err(|error| ResultsError::Other(format!("rows are no array of arrays: {error}")))?;
        let width = rows.first().map_or(0, Vec::len);
        if let Some(other) = rows.iter().find(|row| row.len() != width) {
            let reason = format!("a row has {width} cells, and another one {}", other.len());
            return Err(ResultsError::Other(reason));
        }
        Ok(Self { count: rows.len() as u64, width, json: Packed::new(json) })
    }

    /// The array.
    pub(super) fn json(&self) -> Result<String, ResultsError> {
        self.json.text().ok_or_else(|| ResultsError::Other("what was kept cannot be read".to_owned()))
    }
}

/// The rows of an array, each a JSON array.
pub(super) fn each(json: &str) -> Result<Vec<&RawValue>, ResultsError> {
    serde_json::from_str(json).map_err(|error| ResultsError::Other(format!("rows are no array: {error}")))
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
