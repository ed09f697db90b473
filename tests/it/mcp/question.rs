//! A tool that asks before it answers.

use serde_json::{Value, json};

use super::remote::Pipe;
use super::{initialize, legacy, modern, runtime};

fn answer(state: &Value, arguments: Value) -> Value {
    let answers = json!({ "name": { "action": "accept", "content": { "name": "Ada" } } });
    json!({ "name": "ask", "arguments": arguments, "inputResponses": answers, "requestState": state })
}

#[tokio::test]
async fn the_second_round_gets_the_answers_and_the_state() {
    let mut pipe = Pipe::new(runtime().await);
    let arguments = json!({ "a": 1, "b": 2 });
    let asked = pipe.ask(modern(1, "tools/call", json!({ "name": "ask", "arguments": arguments }))).await;
    assert_eq!(
        (&asked["resultType"], &asked["content"]),
        (&json!("input_required"), &Value::Null),
        "{asked}"
    );
    let request = &asked["inputRequests"]["name"];
    assert_eq!(
        (&request["method"], &request["params"]["message"]),
        (&json!("elicitation/create"), &json!("Who are you?")),
        "{asked}"
    );
    assert_eq!(request["params"]["requestedSchema"]["properties"]["name"]["type"], "string", "{asked}");

    let reordered = json!({ "b": 2, "a": 1 });
    let result = pipe.ask(modern(2, "tools/call", answer(&asked["requestState"], reordered))).await;
    assert_eq!(
        result["structuredContent"],
        json!({ "answers": { "name": { "action": "accept", "content": { "name": "Ada" } } }, "state": "asked once" })
    );
}

#[tokio::test]
async fn the_state_is_sealed_and_bound_to_its_call() {
    let mut pipe = Pipe::new(runtime().await);
    let asked = pipe.ask(modern(1, "tools/call", json!({ "name": "ask", "arguments": { "a": 1 } }))).await;
    let state = asked["requestState"].as_str().expect("a state").to_owned();
    assert!(!state.contains("asked"), "{state}");

    let forged = [json!("asked once"), json!(""), json!(&state[1..]), json!(format!("{state}A"))];
    let mut wrong: Vec<Value> = forged.iter().map(|state| answer(state, json!({ "a": 1 }))).collect();
    wrong.push(answer(&json!(state), json!({ "a": 2 })));
    let mut other = answer(&json!(state), json!({ "a": 1 }));
    other["name"] = json!("echo");
    wrong.push(other);
    for call in wrong {
        let refused = pipe.refused(modern(2, "tools/call", call)).await;
        assert_eq!(refused["code"], -32602, "{refused}");
        assert!(refused["message"].as_str().expect("text").contains("requestState"), "{refused}");
    }
    // Another process has another key.
    let mut second = Pipe::new(runtime().await);
    let refused = second.refused(modern(3, "tools/call", answer(&json!(state), json!({ "a": 1 })))).await;
    assert_eq!(refused["code"], -32602, "{refused}");
    pipe.ask(modern(4, "tools/call", answer(&json!(state), json!({ "a": 1 })))).await;
}

#[tokio::test]
async fn only_who_can_be_asked_is_asked() {
    let mut pipe = Pipe::new(runtime().await);
    let mut cannot = modern(1, "tools/call", json!({ "name": "ask" }));
    cannot["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({});
    let refused = pipe.refused(cannot).await;
    assert_eq!(refused["code"], -32021, "{refused}");
    assert_eq!(refused["data"]["requiredCapabilities"], json!({ "elicitation": {} }), "{refused}");

    // Nor is who has never said what it can do.
    let told = pipe.ask(legacy(3, "tools/call", json!({ "name": "ask" }))).await;
    assert_eq!(told["isError"], true);
    assert!(told["content"][0]["text"].as_str().expect("text").contains("elicitation"), "{told}");
}

#[tokio::test]
async fn a_session_is_asked_on_the_way() {
    let mut pipe = Pipe::new(runtime().await);
    pipe.ask(initialize(1)).await;
    pipe.send(&legacy(2, "tools/call", json!({ "name": "ask" }))).await;
    let asked = pipe.receive().await;
    assert_eq!(
        (&asked["method"], &asked["params"]["message"]),
        (&json!("elicitation/create"), &json!("Who are you?")),
        "{asked}"
    );
    let accepted = json!({ "action": "accept", "content": { "name": "Ada" } });
    pipe.send(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": accepted })).await;
    let answer = pipe.receive().await;
    assert_eq!(
        (&answer["id"], &answer["result"]["structuredContent"]),
        (&json!(2), &json!({ "answers": { "name": accepted }, "state": "asked once" })),
        "{answer}"
    );

    // A client that fails is told of as well.
    pipe.send(&legacy(3, "tools/call", json!({ "name": "ask" }))).await;
    let asked = pipe.receive().await;
    let error = json!({ "code": -32603, "message": "no screen" });
    pipe.send(&json!({ "jsonrpc": "2.0", "id": asked["id"], "error": error })).await;
    let answer = pipe.receive().await;
    assert_eq!(answer["result"]["isError"], true, "{answer}");
    assert!(answer["result"]["content"][0]["text"].as_str().expect("text").contains("no screen"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cancels_is_asked_no_more() {
    let runtime = runtime().await;
    let mut pipe = Pipe::new(runtime.clone());
    pipe.ask(initialize(1)).await;
    pipe.send(&legacy(2, "tools/call", json!({ "name": "ask" }))).await;
    let asked = pipe.receive().await;
    let params = json!({ "requestId": 2 });
    pipe.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params })).await;
    // An answer that comes all the same is nobody's.
    pipe.send(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": { "action": "cancel" } })).await;
    assert_eq!(pipe.ask(legacy(3, "ping", json!({}))).await, json!({}));
    assert_eq!(pipe.end().await, Vec::<Value>::new());
    assert_eq!(runtime.busy().running, 0);
}
