//! Deadlines, cancellation and turns: nobody waits for longer than allowed, or behind everybody.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;
use tollgate_aws::{Client, Concurrency, Config, Error, Principal};

use crate::server::Reply;
use crate::world::*;

const MOMENT: Duration = Duration::from_millis(400);

/// One place, and little time for a call.
fn narrow(server: &crate::server::Server) -> Config {
    let mut config = config(server, vec![production()]);
    config.concurrency = Concurrency { total: 1, ..Concurrency::default() };
    config.timeouts.read = Duration::from_secs(30);
    config.timeouts.call = MOMENT;
    config
}

#[tokio::test]
async fn waiting_for_a_place_ends_with_the_call() {
    let server = server(|_, _| Reply::Stall(Vec::new())).await;
    let client = Client::new(narrow(&server)).unwrap();
    let start = Instant::now();
    let answers = join_all((0..20).map(|_| ask(&client))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(Error::Timeout { .. }))), "{answers:?}");
    assert!(start.elapsed() < 3 * MOMENT, "{:?}", start.elapsed());
    // Another one may have had the place in the moment when all of them ended.
    assert!(server.count("DescribeVpcs") <= 3, "the others never had a place");
}

#[tokio::test]
async fn waiting_for_credentials_ends_with_the_call() {
    let server = crate::server::Server::start(|request: &crate::server::Received| match &*request.action() {
        "AssumeRole" => Reply::Stall(Vec::new()),
        _ => vpcs(),
    })
    .await;
    let client = Client::new(narrow(&server)).unwrap();
    let start = Instant::now();
    let answers = join_all((0..20).map(|_| ask(&client))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(Error::Timeout { .. }))), "{answers:?}");
    assert!(start.elapsed() < 3 * MOMENT, "{:?}", start.elapsed());
    assert_eq!(server.count("DescribeVpcs"), 0);
}

#[tokio::test]
async fn a_dropped_call_leaves_its_place_to_others() {
    let server = server(|_, count| if count == 0 { Reply::Stall(Vec::new()) } else { vpcs() }).await;
    let mut config = narrow(&server);
    config.timeouts.call = Duration::from_secs(20);
    let client = Client::new(config).unwrap();
    let first = tokio::spawn({
        let client = client.clone();
        async move { ask(&client).await }
    });
    server.stalled().await;
    let waiting: Vec<_> = (0..5)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { ask(&client).await })
        })
        .collect();
    tokio::task::yield_now().await;
    // One that holds the place and one that waits for it.
    first.abort();
    waiting[1].abort();
    for (number, call) in waiting.into_iter().enumerate() {
        match call.await {
            Ok(answer) => drop(answer.unwrap()),
            Err(gone) => assert!(gone.is_cancelled() && number == 1),
        }
    }
    assert!((5..=6).contains(&server.count("DescribeVpcs")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_question_is_answered_beside_a_huge_sweep() {
    let server = server(|_, _| Reply::Later(Duration::from_millis(10), Box::new(vpcs()))).await;
    let mut config = config(&server, vec![production()]);
    config.concurrency = Concurrency { total: 8, ..Concurrency::default() };
    config.timeouts = patient();
    let client = Client::new(config).unwrap();
    let asks = |principal: &Principal, requests: usize| {
        let (client, principal) = (client.clone(), principal.clone());
        let asks = (0..requests).map(move |_| {
            let (client, principal) = (client.clone(), principal.clone());
            tokio::spawn(async move {
                client.call(&principal, request(PRODUCTION, "ec2", "DescribeVpcs", json!({}))).await
            })
        });
        join_all(asks.collect::<Vec<_>>())
    };
    let (sweeper, other) = (reading(), Principal { caller: "another".into(), ..reading() });
    let sweep = asks(&sweeper, 850);
    while server.count("DescribeVpcs") < 50 {
        tokio::task::yield_now().await;
    }
    for (whose, principal) in [("another caller's", &other), ("another call of the same", &reading())] {
        let before = server.count("DescribeVpcs");
        let answers = asks(principal, 1).await;
        assert!(answers.into_iter().all(|answer| answer.unwrap().is_ok()));
        let meanwhile = server.count("DescribeVpcs") - before;
        println!("{whose} question, beside 850 in 8 places: answered after {meanwhile} requests");
        assert!(meanwhile <= 60, "{meanwhile}");
    }
    assert!(server.count("DescribeVpcs") < 800, "the sweep goes on");
    assert!(sweep.await.into_iter().all(|answer| answer.unwrap().is_ok()));
    assert_eq!(server.count("DescribeVpcs"), 852);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_answers_take_turns_and_all_arrive() {
    let vpc = "<item><vpcId>vpc-1</vpcId></item>";
    let padding = " ".repeat(1_500_000);
    let body = format!("<DescribeVpcsResponse>{padding}<vpcSet>{vpc}</vpcSet></DescribeVpcsResponse>");
    let server = server(move |_, _| Reply::ok(body.clone())).await;
    let mut config = config(&server, vec![production()]);
    config.concurrency = Concurrency { answer_bytes: 0, large_answers: 2, ..Concurrency::default() };
    config.timeouts = patient();
    let client = Client::new(config).unwrap();
    let answers = join_all((0..40).map(|_| ask(&client))).await;
    for answer in answers {
        assert_eq!(output(&answer.unwrap()), json!({ "Vpcs": [{ "VpcId": "vpc-1" }] }));
    }
}
