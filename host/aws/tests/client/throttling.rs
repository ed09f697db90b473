//! Throttling loses nothing, and rates are kept.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;
use tollgate_aws::grant::Mode;
use tollgate_aws::{Client, Config, Error, RateLimit, Response};

use crate::server::Reply;
use crate::world::*;

/// Asks for one VPC by its number.
async fn ask_for(client: &Client, account: &str, number: usize) -> Result<Response, Error> {
    let input = json!({ "VpcIds": [format!("vpc-{number}")] });
    client.call(&reading(), request(account, "ec2", "DescribeVpcs", input)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenth_throttled_at_200_at_once_loses_nothing() {
    // The first attempt of every tenth call is throttled, and of every fiftieth the second one as well.
    let attempts = Mutex::new(HashMap::<usize, usize>::new());
    let server = server(move |request, _| {
        let number: usize = request.form("VpcId.1").unwrap()[4..].parse().unwrap();
        let mut attempts = attempts.lock().unwrap();
        let attempt = attempts.entry(number).or_default();
        *attempt += 1;
        let throttled = match *attempt {
            1 => number.is_multiple_of(10),
            2 => number.is_multiple_of(50),
            _ => false,
        };
        let answer = if throttled { ec2_error(503, "RequestLimitExceeded") } else { vpcs() };
        Reply::Later(Duration::from_millis(20), Box::new(answer))
    })
    .await;
    // All on their way at once: fifty in each account.
    let accounts: Vec<_> = (0..4).map(|n| format!("{n:012}")).collect();
    let entries = accounts.iter().map(|id| with_role(id, id)).collect();
    let client = Client::new(Config { timeouts: patient(), ..config(&server, entries) }).unwrap();
    let start = Instant::now();
    let calls = (0..200).map(|number| ask_for(&client, &accounts[number / 50], number));
    let answers = join_all(calls).await;
    let lost: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    let sent = server.count("DescribeVpcs");
    println!(
        "200 calls at once, a tenth throttled: {} lost, {sent} requests, {} on their way at most, {} retries at 5 of \
         500 tokens for each account, {:?}",
        lost.len(),
        server.most_in_flight(),
        sent - 200,
        start.elapsed(),
    );
    assert!(lost.is_empty(), "{lost:?}");
    assert_eq!(sent, 200 + 20 + 4, "not one more than was throttled");
}

#[tokio::test]
async fn a_service_that_always_throttles_is_not_stormed() {
    let server = server(|_, _| ec2_error(503, "RequestLimitExceeded")).await;
    let mut config = config(&server, vec![production()]);
    config.timeouts.call = Duration::from_secs(2);
    let client = Client::new(config).unwrap();
    let start = Instant::now();
    let answers = join_all((0..200).map(|number| ask_for(&client, PRODUCTION, number))).await;
    let sent = server.count("DescribeVpcs");
    println!("200 calls at once, all throttled: {sent} requests, {:?}", start.elapsed());
    for answer in answers {
        let error = answer.unwrap_err();
        // On a busy machine the two seconds may be over before it is known that no retry fits into them.
        assert!(matches!(error, Error::Throttled { .. } | Error::Timeout { .. }), "{error:?}");
        assert!(error.is_retryable());
    }
    // The quota alone would let 300 through.
    assert!(sent < 200, "{sent}");
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_configured_limit_is_kept_and_what_would_come_too_late_is_told_at_once() {
    let server = server(|_, _| vpcs()).await;
    let mut config = config(&server, vec![production()]);
    config.limits = vec![RateLimit { operation: "ec2:DescribeV*".parse().unwrap(), per_second: 10.0 }];
    config.timeouts.call = Duration::from_secs(1);
    let client = Client::new(config).unwrap();
    let start = Instant::now();
    let first_error = std::sync::OnceLock::new();
    let answers = join_all((0..40).map(|number| {
        let (client, first_error) = (&client, &first_error);
        async move {
            let answer = ask_for(client, PRODUCTION, number).await;
            if answer.is_err() {
                first_error.get_or_init(|| start.elapsed());
            }
            answer
        }
    }))
    .await;
    assert!(start.elapsed() < Duration::from_millis(1500), "{:?}", start.elapsed());
    assert!(first_error.get() < Some(&Duration::from_millis(700)), "{first_error:?}");
    let served = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(server.count("DescribeVpcs"), served);
    assert!((10..=15).contains(&served), "five at once and ten a second: {served}");
    let error = answers.into_iter().find_map(Result::err).unwrap();
    let Error::Throttled { code, attempts: 0, .. } = &error else { panic!("{error:?}") };
    assert_eq!(code, "ClientRateLimit");
    assert!(error.to_string().starts_with("ec2 not asked: "), "{error}");
    assert!(error.to_string().contains("the limit for `ec2:DescribeV*`"), "{error}");
    // Other operations are not held back.
    let regions = request(PRODUCTION, "ec2", "DescribeRegions", json!({}));
    client.call(&reading(), regions).await.unwrap();
}

#[tokio::test]
async fn a_pause_that_would_not_end_in_time_is_not_begun() {
    let server = server(|_, _| ec2_error(503, "RequestLimitExceeded")).await;
    let mut config = config(&server, vec![production()]);
    config.retry.throttled_backoff = Duration::from_secs(20);
    config.retry.max_backoff = Duration::from_secs(20);
    let start = Instant::now();
    let error = ask(&Client::new(config).unwrap()).await.unwrap_err();
    assert!(matches!(error, Error::Throttled { attempts: 1, .. }), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[tokio::test]
async fn what_the_model_calls_retryable_is_tried_again() {
    // Neither this code nor this status says so by itself.
    let answer = |status, body: &str| Reply::status(status, body);
    let server = server(move |_, count| match count {
        0 | 1 => answer(400, r#"{"__type": "InternalServerException", "message": "in a moment"}"#),
        _ => answer(200, r#"{"AcmeEndpoints": []}"#),
    })
    .await;
    let everything = grant(Mode::ReadWrite, &["*:*"]);
    client(&server)
        .call(&everything, request(PRODUCTION, "acm", "ListAcmeEndpoints", json!({})))
        .await
        .unwrap();
    let not_sts = server.received().iter().filter(|request| request.action().is_empty()).count();
    assert_eq!(not_sts, 3);
}
