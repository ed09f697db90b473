//! Whatever goes wrong on the wire becomes a typed error in time, and nothing is lost.

use std::time::{Duration, Instant};

use serde_json::json;
use tollgate_aws::grant::Mode;
use tollgate_aws::{Client, Concurrency, Config, Error};

use crate::server::{Reply, Server};
use crate::world::{self, *};

/// Fails so many times, and then is well.
async fn failing(times: usize, fail: impl Fn() -> Reply + Send + Sync + 'static) -> Server {
    world::server(move |_, count| if count < times { fail() } else { vpcs() }).await
}

#[tokio::test]
async fn throttled_twice_and_then_answered() {
    let server = failing(2, || ec2_error(503, "RequestLimitExceeded")).await;
    let response = ask(&client(&server)).await.unwrap();
    assert_eq!(output(&response), json!({"Vpcs": [{"VpcId": "vpc-1"}]}));
    assert_eq!(server.count("DescribeVpcs"), 3);
}

#[tokio::test]
async fn throttled_for_ever() {
    let server = failing(usize::MAX, || ec2_error(503, "RequestLimitExceeded")).await;
    let error = ask(&client(&server)).await.unwrap_err();
    assert!(
        matches!(&error, Error::Throttled { code, attempts: 3, .. } if code == "RequestLimitExceeded"),
        "{error:?}"
    );
    assert!(error.is_retryable());
    assert_eq!(server.count("DescribeVpcs"), 3);
}

#[tokio::test]
async fn what_the_service_refuses_is_asked_once() {
    let server = failing(usize::MAX, || ec2_error(403, "UnauthorizedOperation")).await;
    let error = ask(&client(&server)).await.unwrap_err();
    assert!(!error.is_retryable());
    let Error::Service { service, code, message, status, request_id } = error else { panic!("{error:?}") };
    assert_eq!((&*service, &*code, &*message, status), ("ec2", "UnauthorizedOperation", "because", 403));
    assert_eq!(request_id.as_deref(), Some("request-1"));
    assert_eq!(server.count("DescribeVpcs"), 1);
}

#[tokio::test]
async fn broken_connections_are_tried_again() {
    let truncated = b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n<DescribeVpcsResponse>".to_vec();
    let breaks: [fn() -> Reply; 4] = [
        || Reply::Reset,
        || Reply::Bytes(Vec::new()),
        || Reply::Bytes(b"this is no HTTP at all\r\n\r\n".to_vec()),
        || Reply::status(502, "<html><body>bad gateway</body></html>"),
    ];
    for fail in breaks {
        let server = failing(2, fail).await;
        assert!(ask(&client(&server)).await.is_ok());
    }
    let server = failing(2, move || Reply::Bytes(truncated.clone())).await;
    assert!(ask(&client(&server)).await.is_ok());
}

#[tokio::test]
async fn connections_that_always_break() {
    let server = failing(usize::MAX, || Reply::Reset).await;
    let error = ask(&client(&server)).await.unwrap_err();
    assert!(matches!(&error, Error::Transport { .. }) && error.is_retryable(), "{error:?}");
    assert_eq!(server.count("DescribeVpcs"), 3);

    let truncated = b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n<DescribeVpcsResponse>".to_vec();
    let server = failing(usize::MAX, move || Reply::Bytes(truncated.clone())).await;
    let error = ask(&client(&server)).await.unwrap_err();
    assert!(matches!(&error, Error::Transport { .. }), "{error:?}");
}

#[tokio::test]
async fn nobody_listens() {
    let server = failing(0, || Reply::Reset).await;
    let config = config(&server, vec![with_role(PRODUCTION, "production")]);
    drop(server);
    // The listener is closed as soon as its task has seen it.
    tokio::task::yield_now().await;
    let error = ask(&Client::new(config).unwrap()).await.unwrap_err();
    // The first who needs a connection is STS.
    let Error::Credentials(error) = error else { panic!("{error:?}") };
    assert!(error.is_retryable());
    assert!(error.to_string().contains("no connection to 127.0.0.1:"), "{error}");
}

#[tokio::test]
async fn a_stalled_body_times_out_each_time() {
    let server =
        failing(usize::MAX, || Reply::Stall(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n<De".to_vec()))
            .await;
    let start = Instant::now();
    let error = ask(&client(&server)).await.unwrap_err();
    assert!(matches!(&error, Error::Timeout { .. }) && error.is_retryable(), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    assert_eq!(server.count("DescribeVpcs"), 3);

    let server = failing(1, || Reply::Stall(Vec::new())).await;
    assert!(ask(&client(&server)).await.is_ok());
}

#[tokio::test]
async fn a_body_that_drips_ends_with_the_call() {
    let server = failing(usize::MAX, || Reply::Drip).await;
    let mut config = config(&server, vec![with_role(PRODUCTION, "production")]);
    config.timeouts.call = Duration::from_millis(700);
    let start = Instant::now();
    let error = ask(&Client::new(config).unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("the whole call took longer than 0.7 s"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[tokio::test]
async fn answers_that_are_none() {
    for body in ["", "this is not XML", "<DescribeVpcsResponse><vpcSet><item>", "{\"json\": true}"] {
        let server = failing(usize::MAX, move || Reply::ok(body)).await;
        let error = ask(&client(&server)).await.unwrap_err();
        assert!(matches!(&error, Error::Response { .. }), "{body}: {error:?}");
    }
    let server =
        failing(usize::MAX, || Reply::status(500, "<!DOCTYPE html><html><h1>Oops</h1></html>")).await;
    let error = ask(&client(&server)).await.unwrap_err();
    assert!(matches!(&error, Error::Service { status: 500, .. }) && error.is_retryable(), "{error:?}");
    assert_eq!(server.count("DescribeVpcs"), 3);
}

#[tokio::test]
async fn bodies_larger_than_allowed_are_not_read() {
    let announced = b"HTTP/1.1 200 OK\r\ncontent-length: 9999999999\r\n\r\n<De".to_vec();
    let mut chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..64 {
        chunked.extend_from_slice(b"400\r\n");
        chunked.extend_from_slice(&[b' '; 1024]);
        chunked.extend_from_slice(b"\r\n");
    }
    for bytes in [announced, chunked] {
        let server = failing(usize::MAX, move || Reply::Bytes(bytes.clone())).await;
        let config = Config {
            max_response_bytes: 32 * 1024,
            ..config(&server, vec![with_role(PRODUCTION, "production")])
        };
        let error = ask(&Client::new(config).unwrap()).await.unwrap_err();
        assert!(matches!(&error, Error::TooLarge { limit: 32_768 }), "{error:?}");
        assert_eq!(server.count("DescribeVpcs"), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_among_many() {
    // Every third request fails in one way or another.
    let server = world::server(|_, count| match count % 9 {
        0 => Reply::Reset,
        3 => ec2_error(503, "RequestLimitExceeded"),
        6 => Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n<".to_vec()),
        _ => Reply::Later(Duration::from_millis(3), Box::new(vpcs())),
    })
    .await;
    let accounts: Vec<_> = (0..20).map(|n| with_role(&format!("{n:012}"), &format!("a{n}"))).collect();
    let mut config = config(&server, accounts);
    config.retry.max_attempts = Some(12);
    config.timeouts.call = Duration::from_secs(60);
    let client = Client::new(config).unwrap();
    let grant = reading();
    let calls = (0..400).map(|n| {
        let request = request(&format!("{:012}", n % 20), "ec2", "DescribeVpcs", json!({}));
        client.call(&grant, request)
    });
    let answers = futures::future::join_all(calls).await;
    let lost = answers.iter().filter(|answer| answer.is_err()).count();
    assert_eq!((answers.len(), lost), (400, 0), "{:?}", answers.iter().find(|answer| answer.is_err()));
    assert_eq!(server.count("AssumeRole"), 20);
}

#[tokio::test]
async fn no_more_at_once_than_configured() {
    let server = world::server(|_, _| Reply::Later(Duration::from_millis(20), Box::new(vpcs()))).await;
    let accounts = vec![with_role(PRODUCTION, "production"), with_role("333333333333", "staging")];
    let limited = |total, per_account| {
        let concurrency = Concurrency { total, per_account, ..Concurrency::default() };
        Client::new(Config { concurrency, ..config(&server, accounts.clone()) }).unwrap()
    };
    for (client, most) in [(limited(5, 64), 5), (limited(64, 3), 6)] {
        let before = server.most_in_flight();
        let grant = reading();
        // The questions to STS do not count.
        for account in [PRODUCTION, "333333333333"] {
            client.call(&grant, request(account, "ec2", "DescribeVpcs", json!({}))).await.unwrap();
        }
        let calls = (0..40).map(|n| {
            let account = if n % 2 == 0 { PRODUCTION } else { "333333333333" };
            client.call(&grant, request(account, "ec2", "DescribeVpcs", json!({})))
        });
        assert!(futures::future::join_all(calls).await.iter().all(Result::is_ok));
        assert!(before <= most && server.most_in_flight() == most, "{} > {most}", server.most_in_flight());
    }
}

#[tokio::test]
async fn dropping_the_call_closes_the_connection() {
    let server = world::server(|_, _| Reply::Stall(Vec::new())).await;
    let client = client(&server);
    let call = tokio::spawn(async move { ask(&client).await });
    server.stalled().await;
    let start = Instant::now();
    call.abort();
    tokio::time::timeout(Duration::from_millis(100), server.abandoned()).await.unwrap();
    assert!(call.await.unwrap_err().is_cancelled());
    assert!(start.elapsed() < Duration::from_millis(100));
    assert_eq!(server.count("DescribeVpcs"), 1);
}

#[tokio::test]
async fn retries_carry_the_same_idempotency_token() {
    let server = world::server(|_, count| match count {
        0 => Reply::Reset,
        _ => Reply::ok("<CreateVolumeResponse><volumeId>vol-1</volumeId></CreateVolumeResponse>"),
    })
    .await;
    let request =
        request(PRODUCTION, "ec2", "CreateVolume", json!({"AvailabilityZone": "eu-west-1a", "Size": 1}));
    client(&server).call(&grant(Mode::ReadWrite, &["ec2:CreateVolume"]), request).await.unwrap();
    let received = server.received();
    let tokens: Vec<_> = received.iter().filter_map(|request| request.form("ClientToken")).collect();
    assert_eq!(tokens.len(), 2);
    assert_eq!(tokens[0], tokens[1]);
}
