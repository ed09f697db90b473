//! Plugins in real sandboxes: what each guest tries, and what becomes of it.

mod aws;
mod hostile;
mod limits;
mod load;
mod tools;

use std::path::PathBuf;

use serde_json::Value;
use tollgate_aws::Client;
use tollgate_runtime::{
    Call, CallError, Caller, Config, Content, Limits, Outcome, Output, PluginConfig, Runtime,
};

use self::aws::{courier, fan};
use self::load::{ahead, clash, misnamed, newer, sockets, stuck, twice};
use self::tools::{asker, echo, keeper, sleeper, stepper};
use crate::guests::{Guest, for_each_guest};
use crate::mcp::conformance::conformance;

// A guest that is missing here is one that no test runs.
macro_rules! tested {
    ($($name:ident)*) => { $(#[allow(unused_imports, reason = "it is enough that it is there")] use self::$name as _;)* };
}
for_each_guest!(tested);

/// A runtime of these plugins, with compiled components kept between tests.
fn runtime(plugins: Vec<PluginConfig>, limits: Limits) -> Runtime {
    with_client(plugins, limits, client())
}

fn with_client(plugins: Vec<PluginConfig>, limits: Limits, client: Client) -> Runtime {
    let cache_dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("compiled");
    Runtime::new(Config { limits, cache_dir: Some(cache_dir), plugins }, client)
        .expect("sandboxes can be set up")
}

fn bundled(guests: &[Guest]) -> Runtime {
    runtime(guests.iter().map(|guest| guest.bundled()).collect(), Limits::default())
}

fn client() -> Client {
    Client::new(tollgate_aws::Config::default()).expect("a client needs nothing")
}

fn call(tool: &str, arguments: &str) -> Call {
    Call {
        tool: tool.to_owned(),
        arguments: arguments.to_owned(),
        answers: None,
        state: None,
        caller: Caller::local(),
        progress: None,
    }
}

async fn answer(runtime: &Runtime, tool: &str, arguments: &str) -> Output {
    complete(runtime.call(call(tool, arguments)).await.expect("the call succeeds"))
}

async fn data(runtime: &Runtime, tool: &str, arguments: &str) -> Value {
    let output = answer(runtime, tool, arguments).await;
    serde_json::from_str(output.structured.expect("there is structured content").get()).expect("it is JSON")
}

async fn error(runtime: &Runtime, tool: &str, arguments: &str) -> CallError {
    runtime.call(call(tool, arguments)).await.expect_err("the call fails")
}

fn complete(outcome: Outcome) -> Output {
    match outcome {
        Outcome::Complete(output) => output,
        Outcome::InputRequired(question) => panic!("an answer was expected: {question:?}"),
    }
}

fn text(output: &Output) -> &str {
    match &output.content[..] {
        [Content::Text(text)] => text,
        other => panic!("one text was expected: {other:?}"),
    }
}
