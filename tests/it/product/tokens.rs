//! What an agent pays: the tokens of the tools, and of their answers.

use std::fmt::Write as _;

use serde_json::{Value, json};
use tollgate_sim::{Fixtures, SimConfig};

use super::organisation::Organisation;
use super::session::Session;
use super::tollgate;

/// What all bundled tools together may have, as the server lists them.
const TOOLS: usize = 10_000;

/// What an answer may have: about 4,000, as nobody counts them while it is made.
pub(super) const ANSWER: usize = 4_400;

/// How many tokens a text is, in the encoding `o200k_base`.
pub(super) fn tokens(text: &str) -> usize {
    tiktoken_rs::o200k_base_singleton().encode_ordinary(text).len()
}

fn demo() -> Session {
    let mut serve = tollgate();
    serve.args(["serve", "--demo"]);
    Session::start(serve)
}

#[test]
#[allow(clippy::print_stdout, reason = "a table for whoever wants to know: --nocapture")]
fn all_tools_together_are_small() {
    let tools = demo().tools();
    let size = |value: &Value| if value.is_null() { 0 } else { tokens(&value.to_string()) };
    let mut table =
        format!("{:<32} {:>6} {:>11} {:>6} {:>6}\n", "tool", "all", "description", "input", "output");
    for tool in &tools {
        let name = tool["name"].as_str().expect("a name");
        let parts = [tool, &tool["description"], &tool["inputSchema"], &tool["outputSchema"]].map(size);
        let [all, description, input, output] = parts;
        writeln!(table, "{name:<32} {all:>6} {description:>11} {input:>6} {output:>6}").expect("is a string");
    }
    let total = size(&json!({ "tools": tools }));
    writeln!(table, "{:<32} {total:>6}", "together").expect("is a string");
    print!("{table}");
    assert!(total <= TOOLS, "{total} tokens are more than {TOOLS}:\n{table}");
}

/// What an agent reads of an answer: the text and the structured content.
fn read(result: &Value) -> (usize, &Value) {
    assert_ne!(result["isError"], true, "{result}");
    let text = result["content"][0]["text"].as_str().expect("text");
    assert!(text.lines().count() <= 2, "{text}");
    let answer = &result["structuredContent"];
    (tokens(text) + tokens(&answer.to_string()), answer)
}

/// The columns of a page: none is empty in all of its rows.
fn columns(answer: &Value) -> Vec<String> {
    let columns: Vec<String> = serde_json::from_value(answer["columns"].clone()).expect("columns");
    for (index, name) in columns.iter().enumerate() {
        let mut cells = answer["rows"].as_array().expect("rows").iter().map(|row| &row[index]);
        let says_something = |cell: &Value| !cell.is_null() && *cell != json!("") && *cell != json!({});
        assert!(cells.any(says_something), "the column {name} is empty: {answer}");
    }
    columns
}

/// All columns of a table, as its tool's schema names them.
fn all_columns(session: &mut Session, name: &str) -> Vec<String> {
    let tools = session.tools();
    let tool = tools.iter().find(|tool| tool["name"] == name).expect("is there");
    let help = tool["inputSchema"]["properties"]["fields"]["description"].as_str().expect("names them");
    let names = help.trim_start_matches("Default: ").replace("; more: ", ", ").replace("[.<key>]", "");
    names.split(", ").map(str::to_owned).collect()
}

#[test]
fn every_instance_of_the_demo_with_all_columns_is_a_short_answer_and_a_cursor() {
    let mut session = demo();
    let fields = all_columns(&mut session, "ec2_list_instances");
    assert!(fields.len() > 10, "{fields:?}");
    let result = session.result("ec2_list_instances", &json!({ "fields": fields }));
    let (tokens, answer) = read(&result);
    assert!(tokens <= ANSWER, "{tokens} tokens: {answer}");
    columns(answer);
    assert_eq!(answer["summary"]["rows"], 41);
    assert!(answer["cursor"].is_string(), "all columns of 41 instances are more than that: {tokens}");
    assert!(answer["rows"].as_array().expect("rows").len() > 10, "{answer}");
}

#[test]
fn ten_thousand_instances_are_a_short_answer_and_a_cursor_to_all_of_them() {
    let organisation = Organisation::simulated(SimConfig::new(Fixtures::synthetic(10, 5, 200, 0)));
    let mut session = Session::start(organisation.command(&["serve"]));
    let result = session.result("ec2_list_instances", &json!({}));
    let (tokens, answer) = read(&result);
    assert!(tokens <= ANSWER, "{tokens} tokens: {answer}");
    let first = columns(answer);
    assert!(!first.contains(&"public_address".to_owned()), "nobody has one: {first:?}");
    assert_eq!((&answer["summary"]["rows"], &answer["truncated"]), (&json!(10_000), &json!(true)));
    // The summary counts what is not shown.
    assert_eq!(answer["summary"]["by"]["account"]["account-1"], 1_000);

    let mut ids = std::collections::BTreeSet::new();
    let mut page = answer.clone();
    loop {
        let id = columns(&page).iter().position(|name| name == "id").expect("the id");
        let rows = page["rows"].as_array().expect("rows");
        ids.extend(rows.iter().map(|row| row[id].as_str().expect("an id").to_owned()));
        let Some(cursor) = page["cursor"].as_str() else { break };
        let next = json!({ "cursor": cursor, "limit": 2_000 });
        page = session.call("ec2_list_instances", &next).expect("the table is kept");
    }
    assert_eq!(ids.len(), 10_000);
}
