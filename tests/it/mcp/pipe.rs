//! What only a pipe can get wrong, and what calls tell and leave behind while they run.

use std::num::NonZero;
use std::thread::available_parallelism;
use std::time::Instant;

use serde_json::{Value, json};

use super::remote::Pipe;
use super::{AT_ONCE, initialize, legacy, modern, running, runtime, sleep};

fn ping(id: i64) -> Value {
    legacy(id, "ping", json!({}))
}

#[tokio::test]
async fn malformed_lines_are_answered_and_the_pipe_goes_on() {
    let mut pipe = Pipe::new(runtime().await);
    pipe.line("{\"jsonrpc\": \"2.0\", \"id\": 1, \"meth").await;
    let answer = pipe.receive().await;
    assert_eq!((&answer["error"]["code"], answer.get("id")), (&json!(-32700), None), "{answer}");
    pipe.line("[]").await;
    assert_eq!(pipe.receive().await["error"]["code"], -32600);
    // A client may begin with whatever it likes, and is served all the same.
    pipe.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
    assert_eq!(pipe.ask(ping(1)).await, json!({}));
    pipe.ask(initialize(2)).await;
}

#[tokio::test]
async fn two_requests_with_one_id_are_both_answered() {
    let runtime = runtime().await;
    let mut pipe = Pipe::new(runtime.clone());
    pipe.send(&modern(1, "tools/call", json!({ "name": "sleep", "arguments": { "milliseconds": 200 } })))
        .await;
    running(&runtime, 1).await;
    let refused = pipe.refused(modern(1, "tools/call", json!({ "name": "echo" }))).await;
    assert_eq!(refused["code"], -32600, "{refused}");
    let answer = pipe.receive().await;
    assert_eq!((&answer["id"], &answer["result"]["isError"]), (&json!(1), &json!(false)), "{answer}");
}

#[tokio::test]
async fn the_end_of_the_input_is_the_end() {
    let runtime = runtime().await;
    let start = Instant::now();
    assert_eq!(
        Pipe::new(runtime.clone()).end().await,
        Vec::<Value>::new(),
        "of a client that never said a word"
    );
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());

    // What was asked before is answered.
    let mut pipe = Pipe::new(runtime);
    pipe.send(&modern(1, "tools/call", json!({ "name": "sleep", "arguments": { "milliseconds": 300 } })))
        .await;
    let rest = pipe.end().await;
    assert_eq!((rest.len(), &rest[0]["id"]), (1, &json!(1)), "{rest:?}");
}

#[tokio::test]
async fn progress_grows_and_ends_before_the_result() {
    let mut pipe = Pipe::new(runtime().await);
    for request in [initialize(0), ping(1)] {
        pipe.ask(request).await;
    }
    let call = json!({ "name": "step", "_meta": { "progressToken": "p" } });
    for request in [modern(2, "tools/call", call.clone()), legacy(3, "tools/call", call)] {
        pipe.send(&request).await;
        let mut last = 0.0;
        let mut count = 0;
        let result = loop {
            let message = pipe.receive().await;
            if message["id"] == request["id"] {
                break message;
            }
            assert_eq!(message["method"], "notifications/progress", "{message}");
            let params = &message["params"];
            assert_eq!(
                (&params["progressToken"], &params["total"]),
                (&json!("p"), &json!(10_000.0)),
                "{message}"
            );
            let now = params["progress"].as_f64().expect("a number");
            assert!(now > last, "{now} after {last}");
            last = now;
            count += 1;
        };
        assert_eq!(result["result"]["isError"], false, "{result}");
        // The last one always comes; how many before it is a matter of time.
        assert_eq!(last, 10_000.0);
        assert!(count < 100, "{count} reports");
        assert_eq!(pipe.ask(ping(4)).await, json!({}), "nothing after the result");
    }
    // Who does not ask is not told.
    let quiet = pipe.ask(modern(5, "tools/call", json!({ "name": "step" }))).await;
    assert_eq!(quiet["isError"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_call_is_gone_at_once_and_never_answered() {
    let runtime = runtime().await;
    let mut pipe = Pipe::new(runtime.clone());
    pipe.ask(initialize(0)).await;
    for (id, request) in [(1, legacy(1, "tools/call", sleep())), (2, modern(2, "tools/call", sleep()))] {
        pipe.send(&request).await;
        running(&runtime, 1).await;
        let params = json!({ "requestId": id, "reason": "enough" });
        pipe.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params })).await;
        let took = running(&runtime, 0).await;
        assert!(took < AT_ONCE, "{took:?}");
        assert_eq!(pipe.ask(ping(id + 10)).await, json!({}), "the next message is another one's answer");
    }
    assert_eq!(pipe.end().await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_no_longer_reads_is_left() {
    let runtime = runtime().await;
    let pipe = Pipe::new(runtime.clone());
    let Pipe { served, .. } = {
        let mut pipe = pipe;
        pipe.send(&modern(1, "tools/call", json!({ "name": "sleep", "arguments": { "milliseconds": 50 } })))
            .await;
        running(&runtime, 1).await;
        pipe
    };
    served.await.expect("no panic").expect("ends well");
    assert_eq!(runtime.busy().running, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_loops_do_not_keep_others_waiting() {
    let runtime = runtime().await;
    let mut pipe = Pipe::new(runtime.clone());
    pipe.ask(initialize(0)).await;
    let loops = 2 * i64::try_from(available_parallelism().map_or(1, NonZero::get)).expect("few cores");
    for id in 1..=loops {
        pipe.send(&legacy(id, "tools/call", json!({ "name": "hostile_loop" }))).await;
    }
    running(&runtime, u32::try_from(loops).expect("few cores")).await;

    let mut pings = Vec::new();
    for id in 0..20 {
        let start = Instant::now();
        pipe.ask(ping(100 + id)).await;
        pings.push(start.elapsed());
    }
    pings.sort();
    assert!(pings[10] < AT_ONCE, "{pings:?}");

    let start = Instant::now();
    for id in 1..=loops {
        let params = json!({ "requestId": id });
        pipe.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params })).await;
    }
    running(&runtime, 0).await;
    assert!(start.elapsed() < 2 * AT_ONCE, "{:?}", start.elapsed());
}
