//! What both eras get, each in its own shape.

use serde_json::{Value, json};

use super::remote::Pipe;
use super::{initialize, legacy, modern, runtime};

fn names(result: &Value) -> Vec<&str> {
    result["tools"]
        .as_array()
        .expect("tools")
        .iter()
        .map(|tool| tool["name"].as_str().expect("a name"))
        .collect()
}

#[tokio::test]
async fn both_eras_on_one_pipe() {
    let mut pipe = Pipe::new(runtime().await);
    let info = json!({
        "name": "tollgate",
        "title": "Tollgate",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Sandboxed tools for many AWS accounts",
    });

    let discovered = pipe.ask(modern(1, "server/discover", json!({}))).await;
    assert!(discovered["supportedVersions"].as_array().expect("versions").contains(&json!("2026-07-28")));
    assert_eq!(discovered["capabilities"], json!({ "tools": {} }));
    assert_eq!(discovered["_meta"]["io.modelcontextprotocol/serverInfo"], info, "{discovered}");
    assert!(discovered["instructions"].as_str().expect("instructions").len() < 600);

    let stateless = pipe.ask(modern(2, "tools/list", json!({}))).await;
    assert_eq!(
        (&stateless["resultType"], &stateless["cacheScope"], &stateless["nextCursor"]),
        (&json!("complete"), &json!("private"), &Value::Null),
        "{stateless}"
    );
    assert!(stateless["ttlMs"].is_u64());

    let initialized = pipe.ask(initialize(3)).await;
    assert_eq!(initialized["protocolVersion"], "2025-11-25");
    assert_eq!((&initialized["serverInfo"], &initialized["capabilities"]), (&info, &json!({ "tools": {} })));
    assert_eq!(initialized["instructions"], discovered["instructions"]);

    let session = pipe.ask(legacy(4, "tools/list", json!({}))).await;
    assert_eq!(session["tools"], stateless["tools"]);
    assert_eq!(session["resultType"], Value::Null);
    let sorted = names(&session);
    assert!(sorted.is_sorted() && sorted.contains(&"echo"), "{sorted:?}");
    assert_eq!(pipe.ask(modern(5, "tools/list", json!({}))).await, stateless, "the same each time");
}

#[tokio::test]
async fn a_version_of_the_future_is_negotiated_down() {
    let mut pipe = Pipe::new(runtime().await);
    let mut hello = initialize(1);
    for future in ["2026-07-28", "2099-01-01"] {
        hello["params"]["protocolVersion"] = json!(future);
        assert_eq!(pipe.ask(hello.clone()).await["protocolVersion"], "2025-11-25");
        // And so are the answers.
        assert_eq!(pipe.ask(legacy(2, "tools/list", json!({}))).await["resultType"], Value::Null);
    }
    let mut unknown = modern(3, "tools/list", json!({}));
    unknown["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2099-01-01");
    let refused = pipe.refused(unknown).await;
    assert_eq!(refused["code"], -32022);
    assert!(refused["data"]["supported"].as_array().expect("versions").contains(&json!("2026-07-28")));
}

#[tokio::test]
async fn a_tool_is_described_as_its_author_did() {
    let mut pipe = Pipe::new(runtime().await);
    let list = pipe.ask(modern(1, "tools/list", json!({}))).await;
    let echo = list["tools"].as_array().expect("tools").iter().find(|tool| tool["name"] == "echo");
    assert_eq!(
        echo.expect("there is one"),
        &json!({
            "name": "echo",
            "description": "The tool echo of a guest of the tests.",
            "inputSchema": { "type": "object" },
            "annotations": {
                "readOnlyHint": true, "destructiveHint": false, "idempotentHint": false, "openWorldHint": false,
            },
        })
    );
}

#[tokio::test]
async fn what_is_not_offered_is_not_found() {
    let mut pipe = Pipe::new(runtime().await);
    let reference =
        json!({ "ref": { "type": "ref/prompt", "name": "x" }, "argument": { "name": "a", "value": "b" } });
    let cases = [
        ("prompts/list", json!({})),
        ("prompts/get", json!({ "name": "x" })),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({ "uri": "test://x" })),
        ("completion/complete", reference),
        ("logging/setLevel", json!({ "level": "debug" })),
        ("subscriptions/listen", json!({ "notifications": { "toolsListChanged": true } })),
        ("tasks/get", json!({ "taskId": "x" })),
        ("tools/unheard-of", json!({})),
    ];
    pipe.ask(initialize(0)).await;
    for (method, params) in cases {
        for request in [legacy(1, method, params.clone()), modern(1, method, params)] {
            let refused = pipe.refused(request).await;
            assert_eq!(refused["code"], -32601, "{method}: {refused}");
        }
    }
}

#[tokio::test]
async fn a_tool_is_called() {
    let mut pipe = Pipe::new(runtime().await);
    let arguments = json!({ "a": [1, 2.5, "x"], "b": { "c": null }, "big": 9_007_199_254_740_993_i64 });
    let call = json!({ "name": "echo", "arguments": arguments });
    let stateless = pipe.ask(modern(1, "tools/call", call.clone())).await;
    assert_eq!(stateless["structuredContent"], arguments);
    assert_eq!((&stateless["isError"], &stateless["resultType"]), (&json!(false), &json!("complete")));
    assert_eq!(stateless["content"], json!([{ "type": "text", "text": arguments.to_string() }]));

    pipe.ask(initialize(2)).await;
    let mut session = pipe.ask(legacy(3, "tools/call", call)).await;
    assert_eq!(session.as_object_mut().expect("an object").shift_remove("resultType"), None);
    assert_eq!(session["structuredContent"], arguments);

    // Arguments may be left out.
    let none = pipe.ask(modern(4, "tools/call", json!({ "name": "echo" }))).await;
    assert_eq!(none["structuredContent"], json!({}));
}

#[tokio::test]
async fn what_is_structured_is_sent_once() {
    let mut pipe = Pipe::new(runtime().await);
    // This one answers in structure alone: no text is made up from it.
    let answers = json!({ "name": { "action": "accept", "content": { "name": "Ada" } } });
    let asked = pipe.ask(modern(1, "tools/call", json!({ "name": "ask" }))).await;
    let again = json!({ "name": "ask", "inputResponses": answers, "requestState": asked["requestState"] });
    let result = pipe.ask(modern(2, "tools/call", again)).await;
    assert_eq!(result["content"], json!([]));
    assert!(result["structuredContent"].is_object(), "{result}");
}

#[tokio::test]
async fn misuse_is_an_error_of_the_protocol_and_failure_a_result() {
    let mut pipe = Pipe::new(runtime().await);
    let unknown = pipe.refused(modern(1, "tools/call", json!({ "name": "ecko" }))).await;
    assert_eq!(
        unknown,
        json!({
            "code": -32602,
            "message": "there is no tool `ecko`; did you mean `echo`?",
            "data": { "nearest": ["echo"] },
        })
    );
    for params in [json!({}), json!({ "name": 1 }), json!({ "name": "echo", "arguments": [] })] {
        let refused = pipe.refused(modern(2, "tools/call", params)).await;
        assert_eq!(refused["code"], -32602, "{refused}");
        assert!(refused["message"].as_str().expect("text").contains("`arguments`, an object"), "{refused}");
    }

    // The platform's own word: the arguments do not fit, and the model is told so.
    let call = json!({ "name": "echo", "arguments": { "accounts": "all" } });
    let invalid = pipe.ask(modern(3, "tools/call", call)).await;
    assert_eq!(invalid["isError"], true, "{invalid}");
    assert!(
        invalid["content"][0]["text"].as_str().expect("text").starts_with("invalid arguments: "),
        "{invalid}"
    );

    let broken = pipe.ask(modern(4, "tools/call", json!({ "name": "hostile_panic" }))).await;
    assert_eq!(broken["isError"], true, "{broken}");
    let text = broken["content"][0]["text"].as_str().expect("text");
    assert!(text.contains("the host's log") && !text.contains("secret"), "{text}");
}

#[tokio::test]
async fn a_guest_cannot_write_messages_of_its_own() {
    let mut pipe = Pipe::new(runtime().await);
    let result = pipe.ask(modern(1, "tools/call", json!({ "name": "hostile_forge" }))).await;
    // What it forged is text and data within the one answer.
    assert!(result["content"][0]["text"].as_str().expect("text").contains("forged"));
    assert!(result["structuredContent"]["b"]["jsonrpc"].is_string());
    assert_eq!(pipe.end().await, Vec::<Value>::new());
}
