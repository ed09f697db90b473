//! All pages of a table: agents pay for what they read, people and scripts want the whole answer.

use std::collections::HashSet;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use tollgate_runtime::{Caller, Content, Outcome, Output, Runtime};

/// How many bytes of rows a page has: the runtime takes 4 MiB of an answer in all.
pub(super) const PAGE_BYTES: u32 = 2 << 20;

/// What list tools take beside words of their own.
const COMMON_WORDS: [&str; 7] = ["accounts", "regions", "filter", "fields", "group_by", "sum", "limit"];

/// A table as the tools answer it.
#[derive(Serialize, Deserialize)]
struct Table {
    summary: Option<Value>,
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    truncated: bool,
    #[serde(flatten)]
    other: Map<String, Value>,
}

/// The answer with the rows of all further pages. What is no table, or whole already, stays as it is.
///
/// # Errors
///
/// A page is not there, or is no table.
pub(super) async fn follow(
    runtime: &Runtime,
    tool: &str,
    arguments: &Map<String, Value>,
    answer: Output,
) -> Result<Output> {
    let Some(mut table) = table(&answer) else { return Ok(answer) };
    if table.cursor.is_none() {
        return Ok(answer);
    }
    let mut read = HashSet::new();
    while let Some(cursor) = table.cursor.take() {
        if !read.insert(cursor.clone()) {
            bail!("the page at {cursor} leads back to itself");
        }
        let page = match runtime.call(call(tool, arguments, &cursor)).await? {
            Outcome::Complete(page) => self::table(&page),
            Outcome::InputRequired(_) => None,
        };
        let Some(page) = page else { bail!("the page at {cursor} is no table: ask with a `limit`") };
        table.add(page);
    }
    let rows = table.rows.len();
    let known = table.summary.as_ref().and_then(|summary| summary.get("rows")?.as_u64());
    let more_in_aws = table.summary.as_ref().and_then(|summary| summary.get("more_in_aws")?.as_bool());
    table.truncated = more_in_aws == Some(true) || known.is_some_and(|known| known > rows as u64);
    let text = answer.content.iter().find_map(|content| match content {
        Content::Text(text) => text.split_once('\n').map(|(_, rest)| rest),
        _ => None,
    });
    let more = if table.truncated { ", and more that was not read" } else { "" };
    let text = [Some(format!("{rows} rows{more}")), text.map(str::to_owned)];
    let text = text.into_iter().flatten().collect::<Vec<_>>().join("\n");
    let structured = RawValue::from_string(serde_json::to_string(&table)?)?;
    Ok(Output { content: vec![Content::Text(text)], structured: Some(structured), meta: answer.meta })
}

impl Table {
    /// Adds the rows of a page. A page leaves out the columns that are empty in it.
    fn add(&mut self, page: Self) {
        for name in &page.columns {
            if !self.columns.contains(name) {
                self.columns.push(name.clone());
                self.rows.iter_mut().for_each(|row| row.push(Value::Null));
            }
        }
        let places: Vec<Option<usize>> =
            self.columns.iter().map(|name| page.columns.iter().position(|column| column == name)).collect();
        for mut row in page.rows {
            let mut cell = |place: &Option<usize>| place.and_then(|at| row.get_mut(at)).map(Value::take);
            self.rows.push(places.iter().map(|place| cell(place).unwrap_or_default()).collect());
        }
        self.cursor = page.cursor;
    }
}

fn table(output: &Output) -> Option<Table> {
    serde_json::from_str(output.structured.as_ref()?.get()).ok()
}

/// The call for a page: with the tool's own words, and without those that made the answer what it is.
fn call(tool: &str, arguments: &Map<String, Value>, cursor: &str) -> tollgate_runtime::Call {
    let mut arguments = arguments.clone();
    arguments.retain(|word, _| !COMMON_WORDS.contains(&word.as_str()));
    arguments.insert("cursor".to_owned(), cursor.into());
    tollgate_runtime::Call {
        tool: tool.to_owned(),
        arguments: Value::Object(arguments).to_string(),
        answers: None,
        state: None,
        caller: Caller::local(),
        progress: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_of_pages_stand_under_the_columns_of_all() {
        let table = |value: Value| serde_json::from_value::<Table>(value).unwrap();
        let mut whole = table(json!({ "columns": ["id", "name"], "rows": [["a", "x"]], "truncated": true,
            "cursor": "r1:1", "coverage": { "ok": 1 } }));
        whole.add(table(
            json!({ "columns": ["state", "id"], "rows": [["up", "b"]], "truncated": true, "cursor": "r1:2" }),
        ));
        whole.add(table(json!({ "columns": ["id"], "rows": [["c"]], "truncated": false })));
        assert_eq!(whole.columns, ["id", "name", "state"]);
        assert_eq!(json!(whole.rows), json!([["a", "x", null], ["b", null, "up"], ["c", null, null]]));
        assert_eq!((whole.cursor, whole.other["coverage"]["ok"].as_u64()), (None, Some(1)));
    }
}
