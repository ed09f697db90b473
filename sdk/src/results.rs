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

/// Where a kept table goes on: its handle and an offset, as `r1f2e3d4c:100` in arguments and
/// answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The table.
    pub handle: String,
    /// The first row.
    pub offset: u64,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.handle, self.offset)
    }
}

impl FromStr for Cursor {
    type Err = ToolError;

    /// Reads a cursor; a handle alone begins at the first row.
    fn from_str(text: &str) -> Result<Self, ToolError> {
        let (handle, offset) = text.split_once(':').unwrap_or((text, "0"));
        match offset.parse() {
            Ok(offset) if !handle.is_empty() => Ok(Self { handle: handle.to_owned(), offset }),
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

/// Reads rows in their order, within so many rows and bytes of JSON, but one at least.
pub fn read(cursor: &Cursor, max_rows: u32, max_bytes: u32) -> Result<Page, Error> {
    page(store::read(&cursor.handle, cursor.offset, max_rows, max_bytes)?)
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
        let cursor = Cursor { handle: "r1".to_owned(), offset: 100 };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert_eq!("r1".parse(), Ok(Cursor { handle: "r1".to_owned(), offset: 0 }));
        for text in ["", ":", ":1", "r1:", "r1:-1", "r1:x"] {
            let error = text.parse::<Cursor>().expect_err(text).to_string();
            assert!(error.contains("give the `cursor` of an earlier answer"), "{error}");
        }
    }

    #[test]
    fn rows_are_read_back_in_the_order_of_their_places() {
        let handle = begin(&["a".to_owned()]).expect("kept");
        append(&handle, 1, &["[3]"]).expect("kept");
        append(&handle, 0, &["[1]", "[2]"]).expect("kept");
        let page = read(&Cursor { handle: handle.clone(), offset: 1 }, 1, 100).expect("there");
        assert_eq!((page.rows, page.row_count, page.next), (vec![vec![2.into()]], 3, Some(2)));
        discard(&handle);
        assert!(matches!(read(&Cursor { handle, offset: 0 }, 1, 100), Err(Error::Unknown(_))));
    }
}
