//! What goes wrong on purpose, seen from a bare connection.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tollgate_sim::{Effect, Fault, Fixtures, Sim, SimConfig};

const SOON: Duration = Duration::from_secs(5);

async fn start(faults: Vec<Fault>) -> Sim {
    let config = SimConfig { faults, ..SimConfig::new(Fixtures::synthetic(1, 1, 1, 0)) };
    Sim::start(config).await.unwrap()
}

/// Sends an unsigned request: the answer is an error, unless a fault comes before.
async fn connect(sim: &Sim) -> TcpStream {
    let address = sim.endpoint_url().replace("http://", "");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: ec2.example\r\nconnection: close\r\n\r\n").await.unwrap();
    stream
}

async fn read_all(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    timeout(SOON, stream.read_to_end(&mut bytes)).await.expect("it does not end").map(|_| bytes)
}

fn split(response: &[u8]) -> (String, Vec<u8>) {
    let at = response.windows(4).position(|window| window == b"\r\n\r\n").expect("there is no head");
    (String::from_utf8_lossy(&response[..at]).into_owned(), response[at + 4..].to_vec())
}

fn content_length(head: &str) -> usize {
    let line =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("no content-length");
    line.parse().unwrap()
}

#[tokio::test]
async fn without_faults_an_unsigned_request_is_told_so() {
    let sim = start(vec![]).await;
    let (head, body) = split(&read_all(&mut connect(&sim).await).await.unwrap());
    assert!(head.starts_with("HTTP/1.1 403"), "{head}");
    assert!(head.contains("x-amzn-errortype: MissingAuthenticationTokenException"), "{head}");
    assert_eq!(body.len(), content_length(&head));
    sim.wait_until(|stats| stats.open_connections == 0).await;
    let total = sim.stats().total();
    assert_eq!((total.requests, total.failed, total.aborted, total.in_flight), (1, 1, 0, 0));
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    let sim = start(vec![Fault::new(Effect::Reset)]).await;
    let error = read_all(&mut connect(&sim).await).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(sim.stats().total().broken, 1);
}

#[tokio::test]
async fn a_truncated_body_ends_before_its_length() {
    let sim = start(vec![Fault::new(Effect::Truncate)]).await;
    let (head, body) = split(&read_all(&mut connect(&sim).await).await.unwrap());
    assert_eq!(body.len(), content_length(&head) / 2);
    assert!(!body.is_empty());
}

#[tokio::test]
async fn garbage_is_complete_and_means_nothing() {
    let sim = start(vec![Fault::new(Effect::Garbage)]).await;
    let (head, body) = split(&read_all(&mut connect(&sim).await).await.unwrap());
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(body.len(), content_length(&head));
    assert!(std::str::from_utf8(&body).is_err());
}

#[tokio::test]
async fn a_stalled_body_stops_until_the_client_has_gone() {
    let sim = start(vec![Fault::new(Effect::Stall)]).await;
    let mut stream = connect(&sim).await;
    let mut received = Vec::new();
    let half = |received: &[u8]| {
        let (head, body) = split(received);
        body.len() == content_length(&head) / 2
    };
    while !received.windows(4).any(|window| window == b"\r\n\r\n") || !half(&received) {
        timeout(SOON, stream.read_buf(&mut received)).await.expect("half of it does not come").unwrap();
    }
    assert!(timeout(Duration::from_millis(50), stream.read_u8()).await.is_err(), "more came");
    assert_eq!(sim.stats().in_flight, 1);
    drop(stream);
    timeout(SOON, sim.wait_until(|stats| stats.in_flight == 0)).await.unwrap();
    assert_eq!(sim.stats().total().aborted, 1);
}

#[tokio::test]
async fn a_client_that_goes_away_is_noticed_at_once() {
    let sim = start(vec![Fault::new(Effect::Latency(Duration::from_secs(60)))]).await;
    let streams = [connect(&sim).await, connect(&sim).await];
    timeout(SOON, sim.wait_until(|stats| stats.in_flight == 2)).await.unwrap();
    let gone = Instant::now();
    drop(streams);
    timeout(SOON, sim.wait_until(|stats| stats.total().aborted == 2)).await.unwrap();
    assert!(gone.elapsed() < Duration::from_millis(500), "{:?}", gone.elapsed());
    let stats = sim.stats();
    assert_eq!((stats.in_flight, stats.peak_in_flight, stats.connections), (0, 2, 2));
}

#[tokio::test]
async fn latency_delays_and_errors_are_the_ones_asked_for() {
    let error = Effect::Error { status: 503, code: "Unavailable".to_owned(), message: "later".to_owned() };
    let sim =
        start(vec![Fault::new(Effect::Latency(Duration::from_millis(40))), Fault::new(error).first(1)]).await;
    let sent = Instant::now();
    let (head, body) = split(&read_all(&mut connect(&sim).await).await.unwrap());
    assert!(sent.elapsed() >= Duration::from_millis(40));
    assert!(head.starts_with("HTTP/1.1 503"), "{head}");
    assert_eq!(body, br#"{"message":"later"}"#);
    sim.set_faults(vec![]);
    sim.reset_stats();
    let (head, _) = split(&read_all(&mut connect(&sim).await).await.unwrap());
    assert!(head.starts_with("HTTP/1.1 403"), "{head}");
    assert_eq!(sim.stats().total().requests, 1);
}

#[tokio::test]
async fn a_simulator_that_is_dropped_is_gone() {
    let sim = start(vec![Fault::new(Effect::Hang)]).await;
    let mut stream = connect(&sim).await;
    timeout(SOON, sim.wait_until(|stats| stats.in_flight == 1)).await.unwrap();
    let address = sim.endpoint_url().replace("http://", "");
    drop(sim);
    let end = timeout(SOON, stream.read_u8()).await.unwrap().unwrap_err();
    assert!(
        matches!(end.kind(), std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::ConnectionReset),
        "{end}"
    );
    assert!(TcpStream::connect(address).await.is_err());
}
