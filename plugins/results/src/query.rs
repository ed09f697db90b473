//! `result_query`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tollgate_sdk::{
    Json, ToolError, budget,
    results::{self, Cursor, Page},
    tool,
};

#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Of an earlier answer
    cursor: String,
    /// One SELECT (SQLite) over the whole table `result`, e.g. SELECT account, count(*) FROM result GROUP BY 1; lists
    /// and objects are JSON text: json_extract(tags,'$.team')
    sql: Option<String>,
    /// At most so many rows; default: what a short answer holds
    limit: Option<u32>,
}

#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Answer {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
    /// Where the table goes on; never of SQL, which has `LIMIT` and `OFFSET`.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    truncated: bool,
}

/// Goes on in an answer that was cut, or runs SQL over all its rows. Asks AWS for nothing.
#[tool(read_only, idempotent, title = "Earlier results")]
pub(crate) async fn result_query(arguments: Arguments) -> Result<Json<Answer>, ToolError> {
    let Arguments { cursor, sql, limit } = arguments;
    let cursor: Cursor = cursor.parse()?;
    let room = budget::room(limit);
    let limit = limit.unwrap_or(u32::MAX);
    match sql {
        None => Ok(page_of_table(&cursor, results::read(&cursor, limit, room)?)),
        Some(sql) => Ok(answer_of_sql(results::query(&cursor.handle, &sql, limit, room).await?)),
    }
}

fn page_of_table(cursor: &Cursor, page: Page) -> Json<Answer> {
    let shown = page.rows.len() as u64;
    let summary = match shown {
        0 => format!("no rows from {} on: there are {}", cursor.offset + 1, page.row_count),
        _ => format!("rows {} to {} of {}", cursor.offset + 1, cursor.offset + shown, page.row_count),
    };
    let cursor = page.next.map(|offset| cursor.at(offset).to_string());
    let truncated = cursor.is_some();
    Json::new(Answer { columns: page.columns, rows: page.rows, cursor, truncated }, summary)
}

fn answer_of_sql(page: Page) -> Json<Answer> {
    let truncated = page.next.is_some();
    let count = page.rows.len();
    let summary = match truncated {
        true => format!("the first {count} rows; more with LIMIT and OFFSET {count}"),
        false if count == 1 => "1 row".to_owned(),
        false => format!("{count} rows"),
    };
    Json::new(Answer { columns: page.columns, rows: page.rows, cursor: None, truncated }, summary)
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use tollgate_sdk::{describe, run};

    use super::*;

    #[test]
    fn a_table_is_read_page_by_page() {
        let handle = results::begin(&["id".to_owned(), "size".to_owned()]).expect("kept");
        results::append(&handle, 0, &[r#"["a",1]"#, r#"["b",2]"#, r#"["c",3]"#]).expect("kept");
        let first = block_on(run::<result_query>(&format!(r#"{{"cursor": "{handle}", "limit": 2}}"#)));
        insta::assert_snapshot!(format!("{first:?}").replace(&handle, "HANDLE"), @r#"Ok(Complete(Output { content: [Text("rows 1 to 2 of 3")], structured: Some("{\"columns\":[\"id\",\"size\"],\"rows\":[[\"a\",1],[\"b\",2]],\"cursor\":\"HANDLE:2\",\"truncated\":true}"), meta: None }))"#);
        let last = block_on(run::<result_query>(&format!(r#"{{"cursor": "{handle}:2"}}"#)));
        insta::assert_snapshot!(format!("{last:?}").replace(&handle, "HANDLE"), @r#"Ok(Complete(Output { content: [Text("rows 3 to 3 of 3")], structured: Some("{\"columns\":[\"id\",\"size\"],\"rows\":[[\"c\",3]],\"truncated\":false}"), meta: None }))"#);
    }

    #[test]
    fn a_cut_answer_of_sql_says_how_to_go_on() {
        let page = |next| {
            let handle = results::begin(&["n".to_owned()]).expect("kept");
            results::append(&handle, 0, &["[1]", "[2]"]).expect("kept");
            let mut page = results::read(&Cursor::new(handle), 10, 100).expect("there");
            page.next = next;
            format!("{:?}", answer_of_sql(page))
        };
        insta::assert_snapshot!([page(None), page(Some(2))].join("\n"), @r#"
        Json { data: Answer { columns: ["n"], rows: [[Number(1)], [Number(2)]], cursor: None, truncated: false }, summary: "2 rows" }
        Json { data: Answer { columns: ["n"], rows: [[Number(1)], [Number(2)]], cursor: None, truncated: true }, summary: "the first 2 rows; more with LIMIT and OFFSET 2" }
        "#);
    }

    #[test]
    fn what_is_not_there_is_an_argument_to_correct() {
        for (arguments, part) in [
            (r#"{"cursor": "r-none"}"#, "no result"),
            (r#"{"cursor": ":"}"#, "give the `cursor` of an earlier answer"),
            (r#"{}"#, "cursor"),
        ] {
            let error = block_on(run::<result_query>(arguments)).expect_err(arguments);
            assert!(matches!(error, ToolError::InvalidArguments(_)), "{error:?}");
            assert!(error.to_string().contains(part), "{error}");
        }
    }

    #[test]
    fn clients_see_a_small_tool() {
        let tool = describe::<result_query>();
        insta::assert_snapshot!(tool.description, @"Goes on in an answer that was cut, or runs SQL over all its rows. Asks AWS for nothing.");
        insta::assert_snapshot!(tool.input_schema, @r#"{"type":"object","properties":{"cursor":{"type":"string","description":"Of an earlier answer"},"sql":{"type":"string","description":"One SELECT (SQLite) over the whole table `result`, e.g. SELECT account, count(*) FROM result GROUP BY 1; lists and objects are JSON text: json_extract(tags,'$.team')"},"limit":{"type":"integer","description":"At most so many rows; default: what a short answer holds"}},"required":["cursor"],"additionalProperties":false}"#);
        assert!(tool.hints.read_only && !tool.hints.open_world);
    }
}
