//! What only HTTP can get wrong.

use std::time::{Duration, Instant};

use ::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::remote::{Remote, read};
use super::{AT_ONCE, initialize, legacy, modern, running, runtime, sleep};

#[tokio::test]
async fn both_eras_on_one_endpoint() {
    let remote = Remote::new(runtime().await).await;
    let session = remote.session().await;
    let (_, legacy_list) = session.ask(legacy(1, "tools/list", json!({}))).await;
    let (status, modern_list) = remote.ask(modern(1, "tools/list", json!({}))).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(modern_list[0]["result"]["tools"], legacy_list[0]["result"]["tools"]);
    assert_eq!(modern_list[0]["result"]["cacheScope"], "private");
    assert_eq!(legacy_list[0]["result"].as_object().map(serde_json::Map::len), Some(1), "{legacy_list:?}");

    let call = json!({ "name": "echo", "arguments": { "a": 1 } });
    let response = remote
        .send(
            remote.post(&modern(2, "tools/call", call.clone())),
            modern(2, "tools/call", call.clone()).to_string(),
        )
        .await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json", "one message needs no stream");
    let (_, stateless) = read(response).await;
    let (_, in_session) = session.ask(legacy(2, "tools/call", call)).await;
    assert_eq!(stateless[0]["result"]["structuredContent"], json!({ "a": 1 }));
    assert_eq!(in_session[0]["result"]["structuredContent"], json!({ "a": 1 }));

    let (status, unknown) = remote.ask(modern(3, "tools/call", json!({ "name": "ecko" }))).await;
    assert_eq!((status, &unknown[0]["error"]["code"]), (StatusCode::OK, &json!(-32602)));
    let (status, _) = remote.ask(modern(4, "prompts/list", json!({}))).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn forged_hosts_and_origins_are_refused() {
    let remote = Remote::new(runtime().await).await;
    let list = modern(1, "tools/list", json!({}));
    let status = async |name: header::HeaderName, value: &str| {
        remote.send(remote.post(&list).header(name, value), list.to_string()).await.status()
    };
    let port = remote.address.port();
    for host in ["evil.example.com", "localhost.evil.example.com", "169.254.169.254", "127.0.0.1.nip.io"] {
        assert_eq!(status(header::HOST, host).await, StatusCode::FORBIDDEN, "{host}");
    }
    for host in [&format!("localhost:{port}"), "[::1]", "tollgate.example.com"] {
        assert_eq!(status(header::HOST, host).await, StatusCode::OK, "{host}");
    }
    let evil = [
        "https://evil.example.com",
        "null",
        "http://localhost.evil.example.com",
        "https://app.example.com:444",
        "x",
    ];
    for origin in evil {
        assert_eq!(status(header::ORIGIN, origin).await, StatusCode::FORBIDDEN, "{origin}");
    }
    for origin in
        ["http://localhost:6274", "http://127.0.0.1", "http://[::1]:3000", "https://app.example.com"]
    {
        assert_eq!(status(header::ORIGIN, origin).await, StatusCode::OK, "{origin}");
    }
    // Neither may open or use a session.
    for method in [Method::POST, Method::GET, Method::DELETE] {
        let request = remote.request(method, "/mcp").header(header::ORIGIN, "https://evil.example.com");
        assert_eq!(remote.send(request, initialize(1).to_string()).await.status(), StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn headers_and_body_must_agree() {
    let remote = Remote::new(runtime().await).await;
    let call = modern(1, "tools/call", json!({ "name": "echo" }));
    let headers = [
        ("tools/list", "echo", "2026-07-28"),
        ("tools/call", "sleep", "2026-07-28"),
        ("tools/call", "echo", "2025-11-25"),
    ];
    for (method, name, version) in headers {
        let request = remote.request(Method::POST, "/mcp");
        let request = request
            .header("Mcp-Method", method)
            .header("Mcp-Name", name)
            .header("MCP-Protocol-Version", version);
        let (status, answer) = read(remote.send(request, call.to_string()).await).await;
        assert_eq!(
            (status, &answer[0]["error"]["code"]),
            (StatusCode::BAD_REQUEST, &json!(-32020)),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn bodies_that_are_no_messages_are_named_as_such() {
    let remote = Remote::new(runtime().await).await;
    let post = || remote.request(Method::POST, "/mcp");
    for (body, code) in [("{\"jsonrpc\":", -32700), ("", -32700), ("[]", -32600), ("{\"id\":1}", -32600)] {
        let (status, answer) = read(remote.send(post(), body).await).await;
        assert_eq!(
            (status, &answer[0]["error"]["code"]),
            (StatusCode::BAD_REQUEST, &json!(code)),
            "{body}: {answer:?}"
        );
    }
    let large = modern(1, "tools/call", json!({ "name": "echo", "arguments": { "a": "x".repeat(4 << 20) } }));
    let (status, _) = read(remote.send(remote.post(&large), large.to_string()).await).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    let mut text = post();
    text.headers_mut().expect("headers").insert(header::CONTENT_TYPE, "text/plain".parse().expect("a value"));
    assert_eq!(remote.send(text, "{}").await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(
        remote.send(remote.request(Method::PUT, "/mcp"), "{}").await.status(),
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert_eq!(remote.send(remote.request(Method::GET, "/"), "").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn it_tells_that_it_lives_and_is_ready() {
    let remote = Remote::new(runtime().await).await;
    assert_eq!(remote.send(remote.request(Method::GET, "/healthz"), "").await.status(), StatusCode::OK);
    let start = Instant::now();
    loop {
        let status = remote.send(remote.request(Method::GET, "/readyz"), "").await.status();
        if status == StatusCode::OK {
            break;
        }
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(start.elapsed() < Duration::from_secs(20), "never ready");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_cancels_a_stateless_call() {
    let runtime = runtime().await;
    let remote = Remote::new(runtime.clone()).await;
    // With a token the answer is a stream, without one it is a single message that never comes.
    for meta in [json!({}), json!({ "progressToken": 1 })] {
        let mut call = sleep();
        call["_meta"] = meta;
        let call = modern(1, "tools/call", call);
        let pending = remote.send(remote.post(&call), call.to_string());
        tokio::select! {
            response = pending => panic!("{response:?} to a call that never ends"),
            _ = running(&runtime, 1) => {}
        }
        let took = running(&runtime, 0).await;
        assert!(took < AT_ONCE, "{took:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_session_a_notification_cancels_and_leaving_does_not() {
    let runtime = runtime().await;
    let remote = Remote::new(runtime.clone()).await;
    let session = remote.session().await;
    let response = session.send(&legacy(7, "tools/call", sleep())).await;
    running(&runtime, 1).await;
    drop(response);
    tokio::time::sleep(AT_ONCE).await;
    assert_eq!(runtime.busy().running, 1);

    let cancel =
        json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 7 } });
    assert_eq!(session.send(&cancel).await.status(), StatusCode::ACCEPTED);
    let took = running(&runtime, 0).await;
    assert!(took < AT_ONCE, "{took:?}");
}

#[tokio::test]
async fn a_session_ends_when_its_client_says_so() {
    let remote = Remote::new(runtime().await).await;
    let session = remote.session().await;
    assert_eq!(remote.send(session.request(Method::DELETE), "").await.status(), StatusCode::NO_CONTENT);
    assert_eq!(session.send(&legacy(1, "tools/list", json!({}))).await.status(), StatusCode::NOT_FOUND);
    let stranger = session.request(Method::POST);
    assert_eq!(remote.send(stranger, initialize(1).to_string()).await.status(), StatusCode::NOT_FOUND);
    let without = remote.request(Method::POST, "/mcp");
    let status = remote.send(without, legacy(1, "tools/list", json!({})).to_string()).await.status();
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn progress_comes_before_the_result() {
    let remote = Remote::new(runtime().await).await;
    let session = remote.session().await;
    let call = json!({ "name": "step", "_meta": { "progressToken": "p" } });
    let (_, stateless) = remote.ask(modern(1, "tools/call", call.clone())).await;
    let (_, in_session) = session.ask(legacy(2, "tools/call", call)).await;
    for messages in [stateless, in_session] {
        let (result, progress) = messages.split_last().expect("messages");
        assert_eq!(result["result"]["isError"], false, "{result}");
        let figures: Vec<f64> =
            progress.iter().map(|report| report["params"]["progress"].as_f64().expect("progress")).collect();
        assert!(figures.is_sorted_by(|one, next| one < next), "{figures:?}");
        assert_eq!(figures.last(), Some(&10_000.0));
    }
}

#[tokio::test]
async fn nothing_waits_for_the_network() {
    let remote = Remote::new(runtime().await).await;
    let session = remote.session().await;
    let mut fastest = Duration::MAX;
    for id in 0..20 {
        let start = Instant::now();
        session.ask(legacy(id, "ping", json!({}))).await;
        fastest = fastest.min(start.elapsed());
    }
    // Held back until it is acknowledged, an event comes 40 ms late, each time.
    assert!(fastest < Duration::from_millis(20), "{fastest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_in_flight_end_before_the_server_does() {
    let runtime = runtime().await;
    let remote = Remote::new(runtime.clone()).await;
    let session = remote.session().await;
    // A stream that nothing will ever come by does not count.
    let idle = remote.send(session.request(Method::GET), "").await;
    assert_eq!(idle.status(), StatusCode::OK);
    let nap = json!({ "name": "sleep", "arguments": { "milliseconds": 500 } });
    let stateless = remote.ask(modern(1, "tools/call", nap.clone()));
    let in_session = session.ask(legacy(1, "tools/call", nap));
    let stop = async {
        running(&runtime, 2).await;
        remote.stop();
        let start = Instant::now();
        while TcpStream::connect(remote.address).await.is_ok() {
            assert!(start.elapsed() < Duration::from_secs(5), "it still takes connections");
        }
        assert_eq!(runtime.busy().running, 2);
    };
    let ((_, one), (_, other), ()) = futures::join!(stateless, in_session, stop);
    for messages in [one, other] {
        assert_eq!(
            messages.last().map(|message| &message["result"]["isError"]),
            Some(&json!(false)),
            "{messages:?}"
        );
    }
    let start = Instant::now();
    drop(session);
    remote.served.await.expect("no panic").expect("ends well");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    drop(idle);
}

#[tokio::test]
async fn sessions_do_not_see_each_other() {
    let remote = Remote::new(runtime().await).await;
    let (one, other) = (remote.session().await, remote.session().await);
    assert_ne!(one.id, other.id);
    let echo = |text: &str| legacy(1, "tools/call", json!({ "name": "echo", "arguments": { "text": text } }));
    let ((_, first), (_, second)) = futures::join!(one.ask(echo("one")), other.ask(echo("other")));
    let text = |messages: &[Value]| messages[0]["result"]["structuredContent"]["text"].clone();
    assert_eq!((text(&first), text(&second)), (json!("one"), json!("other")));
}
