use rmcp::model::{ClientRequest, EmptyResult, ServerResult};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, DuplexStream, duplex};

use super::*;

/// A transport, and the client's two ends of it.
fn pair() -> (Lines<DuplexStream, DuplexStream>, DuplexStream, BufReader<DuplexStream>) {
    let (input, to_server) = duplex(MAX_LINE * 2);
    let (output, from_server) = duplex(1 << 16);
    (Lines::new(input, output), to_server, BufReader::new(from_server))
}

async fn answer(from_server: &mut BufReader<DuplexStream>) -> Value {
    let mut line = String::new();
    from_server.read_line(&mut line).await.expect("a line");
    serde_json::from_str(&line).expect("JSON")
}

fn ping(id: i64) -> String {
    format!("{}\n", json!({"jsonrpc": "2.0", "id": id, "method": "ping"}))
}

fn id(message: &ClientJsonRpcMessage) -> &RequestId {
    match message {
        JsonRpcMessage::Request(request) => {
            assert!(matches!(request.request, ClientRequest::PingRequest(_)));
            &request.id
        }
        other => panic!("{other:?} is no request"),
    }
}

#[tokio::test]
async fn reads_one_message_a_line_to_the_end() {
    let (mut lines, mut client, _output) = pair();
    let text = format!("\u{feff}{}\n  \r\n{}", ping(1).replace('\n', "\r\n"), ping(2).trim_end());
    client.write_all(text.as_bytes()).await.expect("written");
    drop(client);
    assert_eq!(id(&lines.receive().await.expect("a message")), &RequestId::Number(1));
    assert_eq!(
        id(&lines.receive().await.expect("the last line, without its newline")),
        &RequestId::Number(2)
    );
    assert!(lines.receive().await.is_none());
}

#[tokio::test]
async fn a_dropped_receive_loses_nothing() {
    let (mut lines, mut client, _output) = pair();
    let text = ping(7);
    let (first, second) = text.split_at(text.len() / 2);
    client.write_all(first.as_bytes()).await.expect("written");
    let dropped = tokio::time::timeout(std::time::Duration::from_millis(5), lines.receive()).await;
    assert!(dropped.is_err());
    client.write_all(second.as_bytes()).await.expect("written");
    assert_eq!(id(&lines.receive().await.expect("a message")), &RequestId::Number(7));
}

#[tokio::test]
async fn answers_what_it_cannot_handle_and_goes_on() {
    let (mut lines, mut client, mut output) = pair();
    let cases = [
        ("{\"jsonrpc\": \"2.0\", \"id\": 1, ".to_owned(), -32700, Value::Null),
        ("hello".to_owned(), -32700, Value::Null),
        ("\u{1}\u{2}".to_owned(), -32700, Value::Null),
        (json!([{"jsonrpc": "2.0", "id": 1, "method": "ping"}]).to_string(), -32600, Value::Null),
        (json!({"id": 3, "method": "ping"}).to_string(), -32600, json!(3)),
        (json!({"jsonrpc": "2.0", "id": "x"}).to_string(), -32600, json!("x")),
        (json!({"jsonrpc": "2.0", "id": null, "method": "ping"}).to_string(), -32600, Value::Null),
        ("42".to_owned(), -32600, Value::Null),
        ("x".repeat(MAX_LINE + 1), -32600, Value::Null),
    ];
    let mut text: String = cases.iter().map(|(line, ..)| format!("{line}\n")).collect();
    // Neither of these is ever answered.
    text += &format!("{}\n", json!({"method": "notifications/unheard-of"}));
    text += &format!("{}\n", json!({"jsonrpc": "2.0", "id": 1, "error": "odd"}));
    text += &ping(9);
    let reads = tokio::spawn(async move {
        let message = lines.receive().await.expect("a message");
        (lines, message)
    });
    client.write_all(text.as_bytes()).await.expect("written");
    for (line, code, id) in cases {
        let answer = answer(&mut output).await;
        let line = &line[..line.len().min(80)];
        assert_eq!(answer["error"]["code"], code, "{line}: {answer}");
        assert_eq!(answer["id"], id, "{line}: {answer}");
        assert_eq!(answer["jsonrpc"], "2.0");
    }
    let (_lines, message) = reads.await.expect("read");
    assert_eq!(id(&message), &RequestId::Number(9));
}

#[tokio::test]
async fn an_id_is_used_once_at_a_time() {
    let (mut lines, mut client, mut output) = pair();
    let done =
        || ServerJsonRpcMessage::response(ServerResult::EmptyResult(EmptyResult {}), RequestId::Number(1));

    client.write_all(format!("{}{}{}", ping(1), ping(1), ping(2)).as_bytes()).await.expect("written");
    assert_eq!(id(&lines.receive().await.expect("the first")), &RequestId::Number(1));
    assert_eq!(id(&lines.receive().await.expect("the third")), &RequestId::Number(2));
    let refused = answer(&mut output).await;
    assert_eq!((&refused["id"], &refused["error"]["code"]), (&json!(1), &json!(-32600)), "{refused}");

    // Answered, the id is free again; and so it is when cancelled.
    lines.send(done()).await.expect("sent");
    assert_eq!(answer(&mut output).await["result"], json!({}));
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}});
    client.write_all(format!("{}{cancel}\n{}", ping(1), ping(1)).as_bytes()).await.expect("written");
    assert_eq!(id(&lines.receive().await.expect("the first")), &RequestId::Number(1));
    assert!(matches!(lines.receive().await, Some(JsonRpcMessage::Notification(_))));
    assert_eq!(id(&lines.receive().await.expect("the second")), &RequestId::Number(1));
}

#[tokio::test]
async fn ends_when_nobody_reads() {
    let (mut lines, _client, output) = pair();
    drop(output);
    let sent = lines.send(ServerJsonRpcMessage::response(
        ServerResult::EmptyResult(EmptyResult {}),
        RequestId::Number(1),
    ));
    assert!(sent.await.is_err());
    assert!(lines.receive().await.is_none());
}

#[tokio::test]
async fn a_last_answer_is_written_before_the_pipe_is_closed() {
    let (mut lines, mut client, mut output) = pair();
    client.write_all(b"garbage\n").await.expect("written");
    drop(client);
    assert!(lines.receive().await.is_none());
    lines.close().await.expect("closed");
    let mut text = String::new();
    output.read_to_string(&mut text).await.expect("read");
    let answer: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(answer["error"]["code"], -32700);
}
