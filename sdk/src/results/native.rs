//! What stands for the host in native unit tests: tables of the thread.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
};

use serde_json::Value;

#[allow(dead_code, reason = "the cases of the contract")]
#[derive(Debug)]
pub(super) enum Error {
    Unknown(String),
    TooLarge(String),
    InvalidQuery(String),
    Timeout(String),
    Other(String),
}

pub(super) struct Page {
    pub(super) columns: Vec<String>,
    pub(super) rows: String,
    pub(super) row_count: u64,
    pub(super) next: Option<u64>,
}

#[derive(Default)]
struct Table {
    columns: Vec<String>,
    rows: BTreeMap<u32, Vec<Value>>,
}

thread_local! {
    static TABLES: RefCell<HashMap<String, Table>> = RefCell::default();
}

pub(super) fn begin(columns: &[String]) -> Result<String, Error> {
    TABLES.with_borrow_mut(|tables| {
        let handle = format!("r{}", tables.len());
        tables.insert(handle.clone(), Table { columns: columns.to_vec(), ..Table::default() });
        Ok(handle)
    })
}

pub(super) fn append(handle: &str, place: u32, rows: &str) -> Result<(), Error> {
    let rows: Vec<Value> = serde_json::from_str(rows).map_err(|error| Error::Other(error.to_string()))?;
    TABLES.with_borrow_mut(|tables| {
        let table = tables.get_mut(handle).ok_or_else(|| unknown(handle))?;
        table.rows.entry(place).or_default().extend(rows);
        Ok(())
    })
}

pub(super) fn read(handle: &str, offset: u64, max_rows: u32, max_bytes: u32) -> Result<Page, Error> {
    TABLES.with_borrow(|tables| {
        let table = tables.get(handle).ok_or_else(|| unknown(handle))?;
        let rows: Vec<String> = table.rows.values().flatten().map(Value::to_string).collect();
        let mut left = max_bytes as usize;
        let mut shown: Vec<&str> = Vec::new();
        for row in rows.iter().skip(offset as usize).take(max_rows as usize) {
            if row.len() + 1 > left && !shown.is_empty() {
                break;
            }
            left = left.saturating_sub(row.len() + 1);
            shown.push(row);
        }
        let next = offset + shown.len() as u64;
        Ok(Page {
            columns: table.columns.clone(),
            rows: format!("[{}]", shown.join(",")),
            row_count: rows.len() as u64,
            next: (next < rows.len() as u64).then_some(next),
        })
    })
}

#[allow(clippy::unused_async, reason = "as the host's")]
pub(super) async fn query(_: String, _: String, _: u32, _: u32) -> Result<Page, Error> {
    Err(Error::Other("there is no SQL outside a host".to_owned()))
}

pub(super) fn discard(handle: &str) {
    TABLES.with_borrow_mut(|tables| tables.remove(handle));
}

fn unknown(handle: &str) -> Error {
    Error::Unknown(format!("no result {handle}"))
}
