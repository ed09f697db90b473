//! All pages of a table: agents pay for what they read, people and scripts want the whole answer.

use std::collections::HashSet;

use anyhow::{Result, bail};
use serde::de::{Error as _, IgnoredAny};
use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use tollgate_aws::Packed;
use tollgate_runtime::{Caller, Content, Outcome, Output, Runtime};

/// How many bytes of rows a page has: many for one call of a plugin, few for its memory and ours.
pub(super) const PAGE_BYTES: u32 = 512 << 10;

/// What list tools take beside words of their own.
const COMMON_WORDS: [&str; 7] = ["accounts", "regions", "filter", "fields", "group_by", "sum", "limit"];

/// A table as the tools answer it, or a page of one.
#[derive(Deserialize)]
struct Table {
    summary: Option<Value>,
    columns: Vec<String>,
    #[serde(deserialize_with = "Rows::pack")]
    rows: Rows,
    cursor: Option<String>,
    /// Of a page; the whole is another matter.
    #[serde(rename = "truncated")]
    _truncated: IgnoredAny,
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
    let mut next = table.cursor.take();
    let mut pages = vec![table];
    let mut read = HashSet::new();
    while let Some(cursor) = next {
        if !read.insert(cursor.clone()) {
            bail!("the page at {cursor} leads back to itself");
        }
        let page = match runtime.call(call(tool, arguments, &cursor)).await? {
            Outcome::Complete(page) => self::table(&page),
            Outcome::InputRequired(_) => None,
        };
        let Some(mut page) = page else { bail!("the page at {cursor} is no table: ask with a `limit`") };
        next = page.cursor.take();
        pages.push(page);
    }
    let whole = Whole::new(&pages);
    let text = answer.content.iter().find_map(|content| match content {
        Content::Text(text) => text.split_once('\n').map(|(_, rest)| rest),
        _ => None,
    });
    let more = if whole.truncated { ", and more that was not read" } else { "" };
    let text = [Some(format!("{} rows{more}", whole.rows.count())), text.map(str::to_owned)];
    let text = text.into_iter().flatten().collect::<Vec<_>>().join("\n");
    let structured = RawValue::from_string(serde_json::to_string(&whole)?)?;
    Ok(Output { content: vec![Content::Text(text)], structured: Some(structured), meta: answer.meta })
}

/// All pages as one table.
#[derive(Serialize)]
struct Whole<'a> {
    summary: Option<&'a Value>,
    columns: Vec<&'a str>,
    rows: AllRows<'a>,
    truncated: bool,
    #[serde(flatten)]
    other: Option<&'a Map<String, Value>>,
}

impl<'a> Whole<'a> {
    fn new(pages: &'a [Table]) -> Self {
        let mut columns: Vec<&str> = Vec::new();
        for name in pages.iter().flat_map(|page| &page.columns) {
            if !columns.contains(&name.as_str()) {
                columns.push(name);
            }
        }
        let rows = AllRows { columns: columns.clone(), pages };
        let summary = pages.first().and_then(|first| first.summary.as_ref());
        let known = summary.and_then(|summary| summary.get("rows")?.as_u64());
        let more_in_aws = summary.and_then(|summary| summary.get("more_in_aws")?.as_bool()) == Some(true);
        let truncated = more_in_aws || known.is_some_and(|known| known > rows.count() as u64);
        Self { summary, columns, rows, truncated, other: pages.first().map(|first| &first.other) }
    }
}

/// The rows of a page, packed: there may be very many pages.
struct Rows {
    count: usize,
    json: Packed,
}

impl Rows {
    fn pack<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = <&RawValue>::deserialize(deserializer)?;
        let rows: Vec<Vec<IgnoredAny>> = serde_json::from_str(json.get()).map_err(D::Error::custom)?;
        Ok(Self { count: rows.len(), json: Packed::new(json.get()) })
    }
}

/// The rows of all pages under the columns of all.
struct AllRows<'a> {
    columns: Vec<&'a str>,
    pages: &'a [Table],
}

impl AllRows<'_> {
    fn count(&self) -> usize {
        self.pages.iter().map(|page| page.rows.count).sum()
    }
}

impl Serialize for AllRows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_seq(Some(self.count()))?;
        for page in self.pages {
            let json = page.rows.json.text().unwrap_or_default();
            if page.columns == self.columns {
                let rows: Vec<&RawValue> = serde_json::from_str(&json).map_err(S::Error::custom)?;
                rows.into_iter().try_for_each(|row| all.serialize_element(row))?;
                continue;
            }
            // A page leaves out the columns that are empty in it.
            let places: Vec<Option<usize>> = self
                .columns
                .iter()
                .map(|name| page.columns.iter().position(|column| column == name))
                .collect();
            let rows: Vec<Vec<&RawValue>> = serde_json::from_str(&json).map_err(S::Error::custom)?;
            for cells in rows {
                let cell = |place: &Option<usize>| place.and_then(|at| cells.get(at).copied());
                all.serialize_element(&places.iter().map(cell).collect::<Vec<_>>())?;
            }
        }
        all.end()
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
        // Long enough to be packed.
        let long = "x".repeat(5_000);
        let pages = [
            json!({ "columns": ["id", "name"], "rows": [["a", long]], "truncated": true, "cursor": "r1:1",
                "summary": { "rows": 3 }, "coverage": { "ok": 1 } }),
            json!({ "columns": ["state", "id"], "rows": [["up", "b"]], "truncated": true, "cursor": "r1:2" }),
            json!({ "columns": ["id"], "rows": [["c"]], "truncated": false }),
        ];
        let pages: Vec<Table> =
            pages.iter().map(|page| serde_json::from_str(&page.to_string()).unwrap()).collect();
        let whole = |pages| serde_json::to_value(Whole::new(pages)).unwrap();
        let expected = json!({ "summary": { "rows": 3 }, "columns": ["id", "name", "state"],
            "rows": [["a", long, null], ["b", null, "up"], ["c", null, null]], "truncated": false,
            "coverage": { "ok": 1 } });
        assert_eq!(whole(&pages), expected);
        assert_eq!(whole(&pages[..2])["truncated"], true);
    }
}
