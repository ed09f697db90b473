//! What well-meaning guests can do.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use tollgate_runtime::{CallError, Caller, Hints, Outcome, Progress};

use super::{answer, bundled, call, complete, data, error, text};
use crate::guests::{ASKER, ECHO, KEEPER, SLEEPER, STEPPER};

#[tokio::test]
pub(super) async fn echo() {
    let runtime = bundled(&[ECHO]);
    // Kept to the letter: neither the order nor a number's form changes.
    let arguments = r#"{"b": 1.50, "a": "grün", "accounts": []}"#;
    let output = answer(&runtime, "echo", arguments).await;
    assert_eq!(output.structured.as_ref().unwrap().get(), arguments);
    assert_eq!(text(&output), arguments);

    let tools = runtime.tools(&Caller::local()).await.unwrap();
    let [tool] = &tools[..] else { panic!("one tool was expected: {tools:?}") };
    assert_eq!(tool.name, "echo");
    assert_eq!(tool.description, "The tool echo of a guest of the tests.");
    assert_eq!(tool.hints, Hints { read_only: true, ..Hints::default() });
    assert_eq!((tool.plugin.name.as_str(), tool.plugin.version.as_str()), ("echo", "1.2.3"));
    assert_eq!(tool.plugin.digest.len(), 64);
}

#[tokio::test]
async fn an_unknown_tool_names_the_nearest() {
    let runtime = bundled(&[ECHO, KEEPER]);
    let error = error(&runtime, "ecko", "{}").await;
    assert_eq!(error.to_string(), "there is no tool `ecko`; did you mean `echo`?");
    assert!(matches!(error, CallError::UnknownTool { .. }));
}

#[tokio::test]
async fn arguments_are_an_object() {
    let runtime = bundled(&[ECHO]);
    for wrong in ["", "[]", "1", "{", r#"{"accounts": "all"}"#, r#"{"accounts": ["a"], "accounts": ["b"]}"#] {
        let error = error(&runtime, "echo", wrong).await;
        assert!(matches!(error, CallError::InvalidArguments(_)), "{wrong}: {error:?}");
    }
    let long = format!(r#"{{"a": "{}"}}"#, "a".repeat(1 << 20));
    let CallError::InvalidArguments(text) = error(&runtime, "echo", &long).await else { panic!() };
    assert_eq!(text, format!("arguments: {} bytes are over the limit of 1048576 bytes", long.len()));
}

#[tokio::test]
pub(super) async fn asker() {
    let runtime = bundled(&[ASKER]);
    let Outcome::InputRequired(question) = runtime.call(call("ask", "{}")).await.unwrap() else { panic!() };
    assert_eq!(question.requests["name"]["method"], "elicitation/create");
    assert_eq!(question.state.as_deref(), Some("asked once"));

    let mut second = call("ask", "{}");
    second.answers = Some(r#"{"name": {"action": "accept"}}"#.to_owned());
    second.state = question.state;
    let output = complete(runtime.call(second).await.unwrap());
    assert_eq!(
        output.structured.unwrap().get(),
        r#"{"answers":{"name":{"action":"accept"}},"state":"asked once"}"#
    );
}

#[tokio::test]
pub(super) async fn keeper() {
    let runtime = bundled(&[KEEPER]);
    assert_eq!(data(&runtime, "keep", r#"{"key": "a"}"#).await, json!({ "value": null }));
    data(&runtime, "keep", r#"{"key": "a", "set": "kept"}"#).await;
    assert_eq!(
        data(&runtime, "keep", r#"{"key": "a"}"#).await,
        json!({ "value": "kept" }),
        "by another instance"
    );

    let mut stranger = call("keep", r#"{"key": "a"}"#);
    stranger.caller.reach = ["111111111111".parse().unwrap()].into_iter().collect();
    let seen = complete(runtime.call(stranger).await.unwrap());
    assert_eq!(seen.structured.unwrap().get(), r#"{"value":null}"#, "a caller of another reach");

    assert_eq!(data(&runtime, "keep", r#"{"key": "a", "delete": true}"#).await, json!({ "value": null }));
    let long = json!({ "key": "b", "set": "a".repeat(1_000_000 + 48_577) }).to_string();
    let CallError::InvalidArguments(_) = error(&runtime, "keep", &long).await else {
        panic!("over the input limit")
    };
}

#[tokio::test]
pub(super) async fn stepper() {
    let runtime = bundled(&[STEPPER]);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut call = call("step", "{}");
    call.progress = Some(Arc::new({
        let seen = seen.clone();
        move |progress: Progress| seen.lock().unwrap().push(progress)
    }));
    let started = Instant::now();
    runtime.call(call).await.unwrap();
    let most = started.elapsed().as_millis() / 50 + 2;

    let seen = seen.lock().unwrap();
    assert!(seen.len() as u128 <= most, "{} reports, at most {most}", seen.len());
    assert!(seen.iter().zip(&seen[1..]).all(|(before, after)| before.done < after.done), "{seen:?}");
    let first = Progress { done: 1, total: Some(10_000), message: Some("step 1[0m".to_owned()) };
    assert_eq!(seen.first(), Some(&first), "without the control character");
    assert_eq!(seen.last().map(|last| last.done), Some(10_000), "the last one passes");
}

#[tokio::test]
pub(super) async fn sleeper() {
    let runtime = bundled(&[SLEEPER]);
    answer(&runtime, "sleep", r#"{"milliseconds": 0}"#).await;
    let started = Instant::now();
    let calls = (0..16).map(|_| answer(&runtime, "sleep", r#"{"milliseconds": 500}"#));
    let answers = futures::future::join_all(calls).await;
    let took = started.elapsed();
    assert!(answers.iter().all(|answer| text(answer) == "slept"));
    assert!(took >= Duration::from_millis(500), "{took:?}");
    assert!(took < Duration::from_millis(1_500), "16 slow calls took {took:?}, one takes 500 ms");
}
