//! Whatever comes instead of an answer becomes a typed error in time, in every protocol.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;
use tollgate_aws::grant::Mode;
use tollgate_aws::model::Pack;
use tollgate_aws::{Client, Error};

use crate::server::Reply;
use crate::world::*;

/// An operation without required members in each protocol.
const OPERATIONS: [(&str, &str); 7] = [
    ("ec2", "DescribeVpcs"),
    ("iam", "ListUsers"),
    ("s3", "ListBuckets"),
    ("dynamodb", "ListTables"),
    ("ecs", "ListClusters"),
    ("eks", "ListClusters"),
    ("eventbridgev2", "ListEventBuses"),
];

fn whole(status: u16, headers: &str, body: &[u8]) -> Reply {
    let head = format!("HTTP/1.1 {status} Scripted\r\n{headers}\r\n");
    Reply::Bytes([head.as_bytes(), body].concat())
}

type Answer = fn() -> Reply;

/// What comes instead of an answer.
const ANSWERS: [(&str, Answer); 16] = [
    ("reset", || Reply::Reset),
    ("closed without an answer", || Reply::Bytes(Vec::new())),
    ("stalled before the head", || Reply::Stall(Vec::new())),
    ("stalled in the head", || Reply::Stall(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec())),
    ("stalled in the body", || {
        Reply::Stall(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n<ListUsersResponse>".to_vec())
    }),
    ("truncated", || whole(200, "content-length: 500\r\n", b"{\"TableNames\": [")),
    ("no HTTP", || Reply::Bytes(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec())),
    ("a page with status 200", || Reply::ok("<!DOCTYPE html><html><body><p>Log in<br></body></html>")),
    ("a page with status 502", || Reply::status(502, "<html><h1>Bad gateway</h1></html>")),
    ("a content-length that is too short", || {
        whole(200, "content-length: 7\r\n", b"{\"Name\": \"longer than announced\"}")
    }),
    ("a content-length that is none", || whole(200, "content-length: many\r\n", b"{}")),
    ("an invalid chunk", || {
        whole(200, "transfer-encoding: chunked\r\n", b"5\r\n{\"Nam\r\nzz\r\ne\": 1}\r\n0\r\n\r\n")
    }),
    ("a chunk that is cut off", || {
        whole(200, "transfer-encoding: chunked\r\n", b"40\r\n<ListUsersResponse>")
    }),
    ("compressed and cut off", || {
        let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x56\xca";
        whole(200, &format!("content-encoding: gzip\r\ncontent-length: {}\r\n", gzip.len()), gzip)
    }),
    ("bytes that are no text", || whole(200, "content-length: 4\r\n", b"\xff\xfe\x00\xc3")),
    ("another protocol", || Reply::ok("a=1&b=2")),
];

/// What kind of error it is; none at all is told as well.
fn kind(outcome: Result<tollgate_aws::Response, Error>, what: &str) -> &'static str {
    match outcome {
        Err(Error::Transport { .. }) => "transport",
        Err(Error::Timeout { .. }) => "timeout",
        Err(Error::Response { .. }) => "response",
        Err(Error::Unavailable { .. }) => "unavailable",
        Err(Error::Service { status, .. }) if status >= 500 => "service",
        other => panic!("{what}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_that_is_none_in_every_protocol() {
    let pack = Pack::bundled();
    let protocols: BTreeSet<_> = OPERATIONS
        .iter()
        .map(|(service, _)| format!("{:?}", pack.service(service).unwrap().protocol))
        .collect();
    assert_eq!(protocols.len(), OPERATIONS.len(), "{protocols:?}");
    let kinds =
        join_all(OPERATIONS.map(|(service, operation)| ask_for_each(service, operation))).await.concat();
    let mut tally = BTreeMap::<_, usize>::new();
    for kind in &kinds {
        *tally.entry(*kind).or_default() += 1;
    }
    println!("{} answers that are none in {} protocols: {tally:?}", ANSWERS.len(), protocols.len());
    assert_eq!(kinds.len(), ANSWERS.len() * OPERATIONS.len());
}

/// Every answer that is none, each in an account of its own, so that none opens another's breaker.
async fn ask_for_each(service: &str, operation: &str) -> Vec<&'static str> {
    let server = server(|request, _| {
        let (_, reply) = ANSWERS[request.access_key()[4..].parse::<usize>().unwrap()];
        reply()
    })
    .await;
    let accounts: Vec<_> = (0..ANSWERS.len()).map(|number| format!("{number:012}")).collect();
    let entries = accounts.iter().map(|id| with_role(id, id)).collect();
    let config = config(&server, entries);
    let deadline = config.timeouts.call;
    let client = Client::new(config).unwrap();
    let calls = accounts.iter().zip(ANSWERS).map(|(account, (what, _))| {
        let client = client.clone();
        async move {
            let start = Instant::now();
            let everything = grant(Mode::ReadWrite, &["*:*"]);
            let outcome = client.call(&everything, request(account, service, operation, json!({}))).await;
            let what = format!("{service}:{operation}, {what}");
            assert!(start.elapsed() < deadline + Duration::from_secs(1), "{what}: {:?}", start.elapsed());
            kind(outcome, &what)
        }
    });
    join_all(calls).await
}
