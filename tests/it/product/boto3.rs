//! Every tool beside boto3, on moto and on the demo organisation: the same rows, over all pages.
//!
//! What is asked stands in `tests/emulator/families`. On the demo organisation boto3 judges the
//! simulator too: it reads the same answers.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::organisation::{DEMO, MOTO, Organisation};
use super::session::Session;

/// What a tool is asked, and what boto3 finds.
#[derive(Deserialize)]
struct Check {
    name: String,
    tool: String,
    arguments: Map<String, Value>,
    #[serde(flatten)]
    found: Found,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Found {
    /// All rows of a table.
    Rows(Vec<Map<String, Value>>),
    /// Members of the only match of a tool that describes something.
    Match(Map<String, Value>),
}

/// The tools that ask AWS for nothing, or for whatever they are told.
const UNJUDGED: [&str; 4] = ["aws_call", "aws_describe_operation", "aws_search_operations", "result_query"];

static ON_MOTO: LazyLock<Vec<Check>> = LazyLock::new(|| MOTO.judge("inventory.py"));
static ON_DEMO: LazyLock<Vec<Check>> = LazyLock::new(|| DEMO.judge("inventory.py"));

#[test]
#[ignore = "needs moto and boto3: run cargo xtask test"]
fn every_tool_finds_on_moto_what_boto3_finds() {
    judge(&MOTO, &ON_MOTO);
}

#[test]
#[ignore = "needs boto3: run cargo xtask test"]
fn every_tool_finds_in_the_demo_organisation_what_boto3_finds() {
    judge(&DEMO, &ON_DEMO);
}

#[test]
#[ignore = "needs moto and boto3: run cargo xtask test"]
fn every_tool_is_judged() {
    let judged: BTreeSet<&str> = ON_MOTO.iter().chain(ON_DEMO.iter()).map(|check| &*check.tool).collect();
    let tools = Session::start(DEMO.command(&["serve"])).tools();
    let tools = tools.iter().map(|tool| tool["name"].as_str().expect("a name"));
    let left: Vec<&str> = tools.filter(|tool| !judged.contains(tool)).collect();
    assert_eq!(left, UNJUDGED);
}

fn judge(organisation: &Organisation, checks: &[Check]) {
    let mut session = Session::start(organisation.command(&["serve"]));
    let mut wrong = String::new();
    for check in checks {
        let outcome = match &check.found {
            Found::Rows(rows) => check.rows(rows, organisation, &mut session),
            Found::Match(members) => check.describes(members, &mut session),
        };
        if let Err(reason) = outcome {
            writeln!(wrong, "{}: {reason}", check.name).expect("a string takes all");
        }
    }
    assert!(!checks.is_empty() && wrong.is_empty(), "on {}:\n{wrong}", organisation.name());
}

/// The words that made an answer what it is: a page of it takes none of them.
const COMMON_WORDS: [&str; 7] = ["accounts", "regions", "filter", "fields", "group_by", "sum", "limit"];

impl Check {
    /// Whether the tool's rows are these, in any order.
    fn rows(
        &self,
        expected: &[Map<String, Value>],
        organisation: &Organisation,
        session: &mut Session,
    ) -> Result<(), String> {
        let first = expected.first().ok_or("boto3 finds no rows: nothing is judged")?;
        let columns: Vec<&String> =
            first.keys().filter(|name| !["account", "region"].contains(&name.as_str())).collect();
        let mut arguments = self.arguments.clone();
        arguments.entry("fields").or_insert_with(|| json!(columns));
        let mut rows = Vec::new();
        loop {
            let answer = session.call(&self.tool, &Value::Object(arguments.clone()))?;
            gaps(&answer, organisation)?;
            rows.extend(page(&answer));
            match (&answer["cursor"], &answer["truncated"]) {
                (Value::String(cursor), _) => {
                    arguments.retain(|word, _| !COMMON_WORDS.contains(&word.as_str()));
                    arguments.insert("cursor".to_owned(), json!(cursor));
                }
                (_, Value::Bool(false)) => break,
                _ => return Err("not all rows came, and no cursor leads to the rest".to_owned()),
            };
        }
        let (mut expected, mut rows) = (sorted(expected), sorted(&rows));
        let same: BTreeSet<String> = expected.iter().filter(|row| rows.contains(row)).cloned().collect();
        if expected == rows {
            return Ok(());
        }
        let counts = format!("{} rows, boto3 finds {}", rows.len(), expected.len());
        expected.retain(|row| !same.contains(row));
        rows.retain(|row| !same.contains(row));
        expected.truncate(5);
        rows.truncate(5);
        Err(format!(
            "{counts}\n  only boto3: {}\n  only the tool: {}",
            expected.join("\n    "),
            rows.join("\n    ")
        ))
    }

    /// Whether the tool finds one thing, with these members among others.
    fn describes(&self, members: &Map<String, Value>, session: &mut Session) -> Result<(), String> {
        let answer = session.call(&self.tool, &Value::Object(self.arguments.clone()))?;
        let wanted = filled(&Value::Object(members.clone())).unwrap_or_default();
        match answer["matches"].as_array().map(Vec::as_slice) {
            Some([found]) if contains(found, &wanted) => Ok(()),
            _ => Err(format!("expected {wanted}\n  of {answer}")),
        }
    }
}

/// The rows of a page as objects.
fn page(answer: &Value) -> Vec<Map<String, Value>> {
    let columns: Vec<&str> =
        answer["columns"].as_array().expect("columns").iter().filter_map(Value::as_str).collect();
    let object = |row: &Value| {
        let cells = row.as_array().expect("a row").clone();
        columns.iter().copied().map(str::to_owned).zip(cells).collect()
    };
    answer["rows"].as_array().expect("rows").iter().map(object).collect()
}

/// Nobody fails to answer but the accounts that cannot be reached.
fn gaps(answer: &Value, organisation: &Organisation) -> Result<(), String> {
    let locked = |target: &Value| {
        let account = target.as_str().and_then(|target| target.split('/').next());
        organisation.accounts().iter().any(|known| Some(known.name.as_str()) == account && !known.reachable)
    };
    let lists = answer["coverage"].as_object().into_iter().flat_map(Map::values).filter_map(Value::as_array);
    for gap in lists.flatten() {
        if !gap["targets"].as_array().is_some_and(|targets| targets.iter().all(locked)) {
            return Err(format!("did not answer: {gap}"));
        }
    }
    Ok(())
}

/// The rows as text, in order, each with its members in order and without the empty ones: a page leaves out
/// the columns in which none of its rows has anything.
fn sorted(rows: &[Map<String, Value>]) -> Vec<String> {
    let text = |row: &Map<String, Value>| {
        let mut row: Value = row
            .iter()
            .filter(|(_, value)| !is_empty(value))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        row.sort_all_objects();
        row.to_string()
    };
    let mut rows: Vec<String> = rows.iter().map(text).collect();
    rows.sort_unstable();
    rows
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        value => value.is_null(),
    }
}

/// A value without what is empty in it: the tools that describe tell nothing of that.
fn filled(value: &Value) -> Option<Value> {
    let value = match value {
        Value::Object(members) => {
            members.iter().filter_map(|(name, value)| Some((name.clone(), filled(value)?))).collect()
        }
        Value::Array(items) => items.iter().filter_map(filled).collect(),
        value => value.clone(),
    };
    (!is_empty(&value)).then_some(value)
}

/// Whether a value is the wanted one; of an object, whether it has the wanted members.
fn contains(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| contains(found.get(name).unwrap_or(&Value::Null), wanted))
        }
        (found, wanted) => found == wanted,
    }
}
