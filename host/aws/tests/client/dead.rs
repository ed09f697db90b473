//! A region that does not answer costs one time-out, whatever is asked of it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tollgate_aws::{Client, Config, Error, Response};

use crate::server::Reply;
use crate::world::*;

const CALLS: usize = 50;

async fn ask_all(client: &Client) -> (Vec<Error>, Duration) {
    let start = Instant::now();
    let answers: Vec<Result<Response, Error>> = join_all((0..CALLS).map(|_| ask(client))).await;
    (answers.into_iter().filter_map(Result::err).collect(), start.elapsed())
}

fn unavailable(errors: &[Error]) -> usize {
    errors.iter().filter(|error| matches!(error, Error::Unavailable { .. })).count()
}

/// A port at which connections neither come about nor are refused: its line of those to be accepted is full.
struct BlackHole {
    address: SocketAddr,
    _listener: TcpListener,
    _full: Vec<TcpStream>,
}

impl BlackHole {
    async fn dig() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut full = Vec::new();
        while let Ok(Ok(stream)) =
            tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address)).await
        {
            full.push(stream);
        }
        Self { address, _listener: listener, _full: full }
    }
}

#[tokio::test]
async fn a_region_to_which_no_connection_comes_about() {
    let sts = server(|_, _| Reply::Reset).await;
    let hole = BlackHole::dig().await;
    let mut config = config(&sts, vec![production()]);
    config.endpoint_urls.insert("ec2".to_owned(), format!("http://{}", hole.address));
    config.timeouts.connect = Duration::from_secs(1);
    config.timeouts.read = Duration::from_secs(10);
    config.timeouts.call = Duration::from_secs(20);
    let client = Client::new(config).unwrap();
    let (errors, first) = ask_all(&client).await;
    assert_eq!(errors.len(), CALLS);
    assert!(errors.iter().all(|error| error.is_retryable()), "{errors:?}");
    let (again, second) = ask_all(&client).await;
    println!(
        "{CALLS} calls into a black hole, 1 s to connect: {first:?}; {CALLS} more: {second:?}, {} not sent",
        unavailable(&again)
    );
    assert!(
        first >= Duration::from_secs(1) && first < Duration::from_millis(1900),
        "one time-out: {first:?}"
    );
    assert_eq!(unavailable(&again), CALLS);
    assert!(second < Duration::from_millis(500), "{second:?}");
    let text = again[0].to_string();
    assert!(text.starts_with("ec2 in eu-west-1 did not answer "), "{text}");
    assert!(text.contains(&format!("no connection to {}", hole.address)), "{text}");
    assert!(text.contains("nothing was sent, it is tried again in "), "{text}");
}

#[tokio::test]
async fn a_region_that_accepts_and_never_answers() {
    let server = server(|_, _| Reply::Stall(Vec::new())).await;
    let client = client(&server);
    let (errors, first) = ask_all(&client).await;
    let sent = server.count("DescribeVpcs");
    let (again, second) = ask_all(&client).await;
    println!(
        "{CALLS} calls without an answer, 0.3 s to wait: {first:?}, {sent} requests; {CALLS} more: {second:?}, {} \
         requests",
        server.count("DescribeVpcs") - sent
    );
    assert_eq!(errors.len(), CALLS);
    assert!(errors.iter().all(|error| matches!(error, Error::Timeout { .. } | Error::Unavailable { .. })));
    // The first two that fail may be tried again before the third opens the breaker.
    assert!(sent <= CALLS + 2, "{sent}");
    assert_eq!(unavailable(&again), CALLS);
    assert_eq!(server.count("DescribeVpcs"), sent);
}

#[tokio::test]
async fn a_dead_region_is_no_other_regions_or_accounts_trouble() {
    let staging = with_role("333333333333", "staging");
    let server = server(|request, _| match request.scope()[2] {
        "eu-west-1" if request.access_key() == "ASIA222222222222" => Reply::Stall(Vec::new()),
        _ => vpcs(),
    })
    .await;
    let client = Client::new(config(&server, vec![production(), staging])).unwrap();
    let (errors, _) = ask_all(&client).await;
    assert_eq!(errors.len(), CALLS);
    let mut elsewhere = request(PRODUCTION, "ec2", "DescribeVpcs", json!({}));
    elsewhere.target.region = "us-east-1".to_owned();
    client.call(&reading(), elsewhere).await.unwrap();
    client.call(&reading(), request("333333333333", "ec2", "DescribeVpcs", json!({}))).await.unwrap();
    let other_service = request(PRODUCTION, "sts", "GetCallerIdentity", json!({}));
    client.call(&reading(), other_service).await.unwrap();
    assert!(matches!(ask(&client).await, Err(Error::Unavailable { .. })));
}

#[tokio::test]
async fn an_unreachable_sts_costs_one_time_out_for_all_accounts() {
    let hole = BlackHole::dig().await;
    let sts = server(|_, _| vpcs()).await;
    let accounts: Vec<_> = (0..CALLS).map(|n| with_role(&format!("{n:012}"), &format!("a{n}"))).collect();
    let mut config: Config = config(&sts, accounts);
    config.endpoint_urls.insert("sts".to_owned(), format!("http://{}", hole.address));
    config.timeouts.connect = Duration::from_secs(1);
    config.timeouts.read = Duration::from_secs(10);
    config.timeouts.call = Duration::from_secs(20);
    let client = Client::new(config).unwrap();
    let ask = |n| client.call(&GRANT, request(&format!("{n:012}"), "ec2", "DescribeVpcs", json!({})));
    let start = Instant::now();
    let answers = join_all((0..CALLS).map(ask)).await;
    assert!(start.elapsed() < Duration::from_millis(1900), "{:?}", start.elapsed());
    assert!(
        answers.iter().all(|answer| matches!(answer, Err(Error::Credentials(error)) if error.is_retryable()))
    );
}

static GRANT: std::sync::LazyLock<tollgate_aws::Principal> = std::sync::LazyLock::new(reading);
