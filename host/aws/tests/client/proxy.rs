//! Proxies between the client and AWS.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tollgate_aws::{Client, ConfigError};

use crate::tls::{Authority, patient};
use crate::world::*;

/// A proxy that answers every `CONNECT` with a status and, where that is 200, connects to one port; it remembers what
/// it was asked.
struct Proxy {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn start(status: &'static str, to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let remembered = heads.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let heads = remembered.clone();
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        head.push(stream.read_u8().await.unwrap());
                    }
                    heads.lock().unwrap().push(String::from_utf8(head).unwrap());
                    stream.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes()).await.unwrap();
                    if status.starts_with("200") {
                        let mut host = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                        let _ = tokio::io::copy_bidirectional(&mut stream, &mut host).await;
                    }
                });
            }
        });
        Self { port, heads }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

const AWS: &[&str] = &["*.us-east-1.amazonaws.com", "*.eu-west-1.amazonaws.com"];

#[tokio::test]
async fn https_goes_through_a_tunnel() {
    let (server, authority) = (server(|_, _| vpcs()).await, Authority::new());
    let proxy = Proxy::start("200 Connection established", authority.front(AWS, 2999, &server).await).await;
    let mut config = patient(&server);
    let (url, bundle) = (format!("http://me:hunter2@localhost:{}", proxy.port), authority.bundle());
    config.environment = [("HTTPS_PROXY", &*url), ("AWS_CA_BUNDLE", &*bundle)].into_iter().collect();
    let client = Client::new(config).unwrap();
    ask(&client).await.unwrap();
    ask(&client).await.unwrap();
    let heads = proxy.heads();
    assert_eq!(heads.len(), 2, "connections are kept: {heads:?}");
    assert!(heads[0].starts_with("CONNECT sts.us-east-1.amazonaws.com:443 HTTP/1.1\r\n"), "{heads:?}");
    assert!(heads[1].starts_with("CONNECT ec2.eu-west-1.amazonaws.com:443 HTTP/1.1\r\n"), "{heads:?}");
    assert!(heads.iter().all(|head| head.contains("\r\nProxy-Authorization: Basic bWU6aHVudGVyMg==\r\n")));
    let received = server.received();
    assert_eq!(received.len(), 3);
    assert!(received.iter().all(|request| !request.headers.contains_key("proxy-authorization")));
    assert_eq!(received[1].headers["host"], "ec2.eu-west-1.amazonaws.com");
}

#[tokio::test]
async fn proxies_can_be_spoken_to_by_tls() {
    let (server, authority) = (server(|_, _| vpcs()).await, Authority::new());
    let proxy = Proxy::start("200 OK", authority.front(AWS, 2999, &server).await).await;
    let front = authority.front_of(&["localhost"], 2999, format!("127.0.0.1:{}", proxy.port)).await;
    let mut config = patient(&server);
    let (url, bundle) = (format!("https://localhost:{front}"), authority.bundle());
    config.environment = [("HTTPS_PROXY", &*url), ("AWS_CA_BUNDLE", &*bundle)].into_iter().collect();
    ask(&Client::new(config).unwrap()).await.unwrap();
    assert_eq!(proxy.heads().len(), 2);
}

#[tokio::test]
async fn http_is_sent_to_the_proxy_as_a_whole_url() {
    let server = server(|_, _| vpcs()).await;
    let mut config = patient(&server);
    config.endpoint_url = Some("http://aws.example/base".to_owned());
    let url = server.url.replace("http://", "http://me:hunter2@");
    config.environment = [("HTTP_PROXY", &url)].into_iter().collect();
    ask(&Client::new(config).unwrap()).await.unwrap();
    let received = server.received();
    assert_eq!(received.len(), 2);
    for request in received {
        assert_eq!(request.path, "http://aws.example/base");
        assert_eq!(request.headers["host"], "aws.example");
        assert_eq!(request.headers["proxy-authorization"], "Basic bWU6aHVudGVyMg==");
    }
}

#[tokio::test]
async fn this_machine_is_reached_directly() {
    let server = server(|_, _| vpcs()).await;
    let mut config = patient(&server);
    config.endpoint_url = Some(server.url.clone());
    config.environment =
        [("HTTP_PROXY", "http://127.0.0.1:1"), ("HTTPS_PROXY", "http://127.0.0.1:1")].into_iter().collect();
    ask(&Client::new(config).unwrap()).await.unwrap();
}

#[tokio::test]
async fn what_the_proxy_refuses_names_the_proxy_and_not_its_password() {
    for (status, told) in
        [("407 Proxy Authentication Required", "authorization required"), ("403 No", "unsuccessful")]
    {
        let (server, authority) = (server(|_, _| vpcs()).await, Authority::new());
        let proxy = Proxy::start(status, 1).await;
        let mut config = patient(&server);
        let (url, bundle) = (format!("http://me:hunter2@localhost:{}", proxy.port), authority.bundle());
        config.environment = [("HTTPS_PROXY", &*url), ("AWS_CA_BUNDLE", &*bundle)].into_iter().collect();
        let error = ask(&Client::new(config).unwrap()).await.unwrap_err().to_string();
        let named = format!("the proxy localhost:{} does not connect to it: ", proxy.port);
        assert!(error.contains(&named) && error.contains(told), "{error}");
        assert!(error.contains("sts.us-east-1.amazonaws.com") && !error.contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn a_proxy_that_is_none_is_refused_at_the_start() {
    let server = server(|_, _| vpcs()).await;
    let mut config = patient(&server);
    config.environment = [("HTTPS_PROXY", "socks5://me:hunter2@proxy")].into_iter().collect();
    let error = Client::new(config).unwrap_err();
    assert!(matches!(error, ConfigError::Proxy(_)), "{error}");
    assert_eq!(
        error.to_string(),
        "HTTPS_PROXY: `proxy` is no proxy: it needs `http://host:port` or `https://host:port`"
    );
}
