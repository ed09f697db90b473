//! Tables that are too large for one answer, kept for the caller by the host.
//!
//! A [`Table`](crate::Table) uses this by itself: what does not fit into an answer is kept, and the
//! answer's `cursor` names where it goes on. A table belongs to the caller of this call: a plugin that
//! works for that caller can read it once it is told its handle, and none that works for another.
//!
//! Outside a host, in a native unit test for one, tables are kept by the thread, and there is no
//! SQL.

use std::str::FromStr;

use serde_json::Value;

use crate::ToolError;

#[cfg(target_family = "wasm")]
use crate::bindings::tollgate::results::store;
#[cfg(not(target_family = "wasm"))]
use native as store;

#[cfg(not(target_family = "wasm"))]
mod native;

/// Why a table was not kept, or could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such table, or no longer: make it again.
    #[error("{0}")]
    Unknown(String),
    /// The table is over the host's limit: keep less.
    #[error("{0}")]
    TooLarge(String),
    /// The query is no SQL, or does more than read. Says what is wrong.
    #[error("{0}")]
    InvalidQuery(String),
    /// The query took too long: ask for something simpler.
    #[error("{0}")]
    Timeout(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// Some rows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows: a cell for each column.
    pub rows: Vec<Vec<Value>>,
    /// How many rows there are in all; of a query, as many as were read.
    pub row_count: u64,
    /// The offset of the next row, if there is one.
    pub next: Option<u64>,
}

/// Where a kept table goes on: its handle, an offset and how many columns are shown, as
/// `r3kq0v9w2mha:100:6` in arguments and answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The table.
    pub handle: String,
    /// The first row.
    pub offset: u64,
    /// So many columns are shown, the first ones; the table may hold more for who asks for them by
    /// SQL. None: all.
    pub shown: Option<usize>,
}

impl Cursor {
    /// The beginning of a table.
    pub fn new(handle: impl Into<String>) -> Self {
        Self { handle: handle.into(), offset: 0, shown: None }
    }

    /// The same table and columns from another row on.
    #[must_use]
    pub fn at(&self, offset: u64) -> Self {
        Self { offset, ..self.clone() }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.handle, self.offset)?;
        self.shown.map_or(Ok(()), |shown| write!(f, ":{shown}"))
    }
}

impl FromStr for Cursor {
    type Err = ToolError;

    /// Reads a cursor; a handle alone begins at the first row.
    fn from_str(text: &str) -> Result<Self, ToolError> {
        let mut parts = text.split(':');
        let handle = parts.next().filter(|handle| !handle.is_empty());
        let offset = parts.next().map_or(Ok(0), str::parse);
        let shown = parts.next().map(str::parse).transpose();
        match (handle, offset, shown, parts.next()) {
            (Some(handle), Ok(offset), Ok(shown), None) => {
                Ok(Self { handle: handle.to_owned(), offset, shown })
            }
            _ => Err(ToolError::invalid_argument(
                "cursor",
                format!("{text:?} is no cursor; give the `cursor` of an earlier answer as it is"),
            )),
        }
    }
}

/// Begins a table, and gives its handle.
pub fn begin(columns: &[String]) -> Result<String, Error> {
    Ok(store::begin(columns)?)
}

/// Adds rows, each a JSON array with a cell for each column. Those of a lower `place` come first,
/// whenever they are added.
pub fn append<S: AsRef<str>>(handle: &str, place: u32, rows: &[S]) -> Result<(), Error> {
    let rows = rows.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(",");
    Ok(store::append(handle, place, &format!("[{rows}]"))?)
}

/// Reads rows in their order, within so many rows and bytes of JSON, but one at least. What is not
/// shown does not count.
pub fn read(cursor: &Cursor, max_rows: u32, max_bytes: u32) -> Result<Page, Error> {
    let mut whole = page(store::read(&cursor.handle, cursor.offset, max_rows, max_bytes)?)?;
    let Some(shown) = cursor.shown.filter(|shown| *shown < whole.columns.len()) else { return Ok(whole) };
    whole.columns.truncate(shown);
    let mut room = max_bytes as usize;
    let mut fits = |row: &mut Vec<Value>, first: bool| {
        row.truncate(shown);
        let bytes = row.iter().map(|cell| json_len(cell) + 1).sum::<usize>() + 2;
        let fits = first || bytes <= room;
        room = room.saturating_sub(bytes);
        fits
    };
    let mut rows: Vec<Vec<Value>> = Vec::new();
    // With what is not shown a page of the host holds fewer rows than fit: so several are read.
    loop {
        for mut row in std::mem::take(&mut whole.rows) {
            if rows.len() as u64 >= u64::from(max_rows) || !fits(&mut row, rows.is_empty()) {
                return Ok(cut(whole, rows, cursor));
            }
            rows.push(row);
        }
        let Some(next) = whole.next.filter(|_| (rows.len() as u64) < u64::from(max_rows)) else {
            return Ok(cut(whole, rows, cursor));
        };
        let more = page(store::read(&cursor.handle, next, max_rows, max_bytes)?)?;
        whole = Page { columns: whole.columns, ..more };
    }
}

/// The page that holds these rows.
fn cut(page: Page, rows: Vec<Vec<Value>>, cursor: &Cursor) -> Page {
    let next = cursor.offset + rows.len() as u64;
    Page { next: (next < page.row_count).then_some(next), rows, ..page }
}

/// How long a value is as JSON.
fn json_len(value: &Value) -> usize {
    match value {
        Value::Null => 4,
        value => value.to_string().len(),
    }
}

/// Runs one SQL query over a table, which is called `result`. It may only read.
pub async fn query(handle: &str, sql: &str, max_rows: u32, max_bytes: u32) -> Result<Page, Error> {
    page(store::query(handle.to_owned(), sql.to_owned(), max_rows, max_bytes).await?)
}

/// Forgets a table; one that is not there is no error.
pub fn discard(handle: &str) {
    store::discard(handle);
}

fn page(page: store::Page) -> Result<Page, Error> {
    let rows = serde_json::from_str(&page.rows).map_err(|error| Error::Other(format!("no rows: {error}")))?;
    Ok(Page { columns: page.columns, rows, row_count: page.row_count, next: page.next })
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Unknown(text) => Self::Unknown(text),
            store::Error::TooLarge(text) => Self::TooLarge(text),
            store::Error::InvalidQuery(text) => Self::InvalidQuery(text),
            store::Error::Timeout(text) => Self::Timeout(text),
            store::Error::Other(text) => Self::Other(text),
        }
    }
}

impl From<Error> for ToolError {
    fn from(error: Error) -> Self {
        match error {
            Error::Unknown(text) => Self::invalid_argument("cursor", text),
            Error::InvalidQuery(text) => Self::invalid_argument("sql", text),
            error => Self::Failed(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_as_they_are_written() {
        let cursor = Cursor::new("r1").at(100);
        assert_eq!(cursor.to_string().parse(), Ok(cursor.clone()));
        let cursor = Cursor { shown: Some(6), ..cursor };
        assert_eq!(cursor.to_string(), "r1:100:6");
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert_eq!("r1".parse(), Ok(Cursor::new("r1")));
        for text in ["", ":", ":1", "r1:", "r1:-1", "r1:x", "r1:1:", "r1:1:x", "r1:1:2:3"] {
            let error = text.parse::<Cursor>().expect_err(text).to_string();
            assert!(error.contains("give the `cursor` of an earlier answer"), "{error}");
        }
    }

    #[test]
    fn rows_are_read_back_in_the_order_of_their_places() {
        let handle = begin(&["a".to_owned()]).expect("kept");
        append(&handle, 1, &["[3]"]).expect("kept");
        append(&handle, 0, &["[1]", "[2]"]).expect("kept");
        let cursor = Cursor::new(handle.as_str()).at(1);
        let page = read(&cursor, 1, 100).expect("there");
        assert_eq!((page.rows, page.row_count, page.next), (vec![vec![2.into()]], 3, Some(2)));
        discard(&handle);
        assert!(matches!(read(&cursor, 1, 100), Err(Error::Unknown(_))));
    }

    #[test]
    fn what_is_not_shown_takes_no_room() {
        let handle = begin(&["id".to_owned(), "notes".to_owned()]).expect("kept");
        let notes = "x".repeat(1000);
        let rows: Vec<String> = (0..100).map(|number| format!(r#"[{number},"{notes}"]"#)).collect();
        append(&handle, 0, &rows).expect("kept");
        let cursor = Cursor { shown: Some(1), ..Cursor::new(handle) };
        let page = read(&cursor, u32::MAX, 150).expect("there");
        assert_eq!((page.columns.len(), page.rows.len(), page.next), (1, 32, Some(32)));
        let page = read(&cursor.at(32), 60, 15_000).expect("there");
        assert_eq!((page.rows.len(), page.rows[0][0].clone(), page.next), (60, 32.into(), Some(92)));
        let page = read(&cursor.at(92), u32::MAX, 15_000).expect("there");
        assert_eq!((page.rows.len(), page.next), (8, None));
        let page = read(&cursor, 1, 1).expect("there");
        assert_eq!(page.rows.len(), 1, "one at least");
    }
}
