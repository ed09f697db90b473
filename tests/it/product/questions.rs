//! Questions as people ask them, each answered by one call, with the numbers that boto3 has.

use std::process::Command;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::organisation::{DEMO, MOTO, Organisation};
use super::session::Session;
use super::tokens::{ANSWER, tokens};
use super::tollgate;
use crate::mcp::clients::{Sdk, on_stdio};

#[derive(Deserialize)]
struct Questions {
    question: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    name: String,
    asks: String,
    tool: String,
    arguments: Value,
    /// Where the answer has what boto3 is asked for: JMESPath.
    read: String,
}

/// The questions, asked about an organisation whose account `production` has this id.
fn questions(production: &str) -> Vec<Question> {
    let text = include_str!("questions.toml").replace("$production", production);
    let Questions { question: questions } = toml::from_str(&text).expect("are questions");
    assert_eq!(questions.len(), 12);
    questions
}

impl Question {
    /// Whether an answer says what boto3 says.
    fn compare(&self, answer: &Value, expected: &Value) -> Result<(), String> {
        let read = jmespath::compile(&self.read).expect("is JMESPath");
        let found = read.search(answer).map_err(|error| format!("{error}: {answer}"))?;
        let found = serde_json::to_value(found).expect("is JSON");
        match found == *expected {
            true => Ok(()),
            false => Err(format!("boto3 says {expected}, the tool {found} in {answer}")),
        }
    }

    /// The same of what an MCP client has seen, which is short besides.
    fn compare_answer(&self, call: &Value, expected: &Value) -> Result<(), String> {
        let answer = &call["result"]["structuredContent"];
        self.compare(answer, expected)?;
        let text = call["result"]["content"][0]["text"].as_str().ok_or("there is no text")?;
        if text.lines().count() > 2 {
            return Err(format!("more than two lines: {text}"));
        }
        match tokens(&answer.to_string()) + tokens(text) {
            0..=ANSWER => Ok(()),
            more => Err(format!("{more} tokens: {answer}")),
        }
    }
}

fn production(organisation: &Organisation) -> &str {
    let mut accounts = organisation.accounts().iter();
    &accounts.find(|account| account.name == "production").expect("there is one").id
}

/// Asks all of it by the command line and by the official MCP client, and compares with boto3.
async fn judge(organisation: &Organisation, call: impl Fn() -> Command, serve: &Command) {
    let questions = questions(production(organisation));
    let expected: Map<String, Value> = organisation.judge("questions.py");
    let mut wrong = Vec::new();
    for question in &questions {
        // In the demo organisation all accounts can be reached.
        let may_be_nothing = question.name == "unreachable_accounts";
        if !may_be_nothing && [json!(null), json!(0), json!([])].contains(&expected[&question.name]) {
            wrong.push(format!("{}: boto3 finds nothing, so nothing is judged", question.asks));
        }
        let arguments = question.arguments.to_string();
        let mut command = call();
        let output = command.args([&question.tool, "--json", &arguments, "--output", "json"]).output();
        let output = output.expect("tollgate starts");
        let answer = serde_json::from_slice(&output.stdout)
            .map_err(|problem| format!("{problem}: {}", String::from_utf8_lossy(&output.stderr)));
        let right = answer.and_then(|answer| question.compare(&answer, &expected[&question.name]));
        wrong.extend(right.err().map(|reason| format!("{} (command line): {reason}", question.asks)));
    }

    let calls = questions
        .iter()
        .map(|question| json!({ "tool": question.tool, "arguments": question.arguments }))
        .collect::<Vec<_>>();
    let seen = Sdk::Python.run(json!({ "server": on_stdio(serve), "calls": calls })).await;
    for (question, call) in questions.iter().zip(seen["calls"].as_array().expect("calls")) {
        let right = question.compare_answer(call, &expected[&question.name]);
        wrong.extend(right.err().map(|reason| format!("{} (MCP): {reason}", question.asks)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
#[ignore = "needs the MCP clients and boto3: run cargo xtask test"]
async fn twelve_questions_about_the_demo_organisation() {
    let demo = |command: &str| {
        let mut tollgate = tollgate();
        tollgate.args([command, "--demo"]);
        tollgate
    };
    judge(&DEMO, || demo("call"), &demo("serve")).await;
}

#[tokio::test]
#[ignore = "needs the MCP clients, moto and boto3: run cargo xtask test"]
async fn twelve_questions_about_the_organisation_on_moto() {
    judge(&MOTO, || MOTO.command(&["call"]), &MOTO.command(&["serve"])).await;
}

/// What an agent has to go by: the tools that are named are there, and take what they are asked.
#[test]
fn every_question_fits_the_schema_of_its_tool() {
    let mut serve = tollgate();
    serve.args(["serve", "--demo"]);
    let tools = Session::start(serve).tools();
    for question in questions("222233334444") {
        let tool = tools.iter().find(|tool| tool["name"] == question.tool.as_str());
        let tool = tool.unwrap_or_else(|| panic!("{}: there is no {}", question.asks, question.tool));
        let schema = jsonschema::validator_for(&tool["inputSchema"]).expect("is a schema");
        let errors: Vec<String> =
            schema.iter_errors(&question.arguments).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", question.asks);
    }
}
