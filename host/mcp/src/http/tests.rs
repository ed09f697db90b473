use std::error::Error as _;

use super::*;

fn options(address: &str) -> HttpOptions {
    HttpOptions {
        address: address.parse().expect("an address"),
        allow_remote_without_auth: false,
        allowed_hosts: vec!["tollgate.example.com:8080".to_owned()],
        allowed_origins: Vec::new(),
    }
}

#[tokio::test]
async fn an_address_that_others_reach_must_be_meant() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:127.0.0.1]:0"] {
        let refused = Http::bind(options(address)).await.expect_err("refused");
        assert!(matches!(refused, Error::RemoteWithoutAuth(_)), "{address}: {refused}");
        assert!(refused.to_string().contains("--allow-remote-without-auth"), "{refused}");
    }
    let meant = HttpOptions { allow_remote_without_auth: true, ..options("0.0.0.0:0") };
    assert_ne!(Http::bind(meant).await.expect("listens").address().port(), 0);
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let first = Http::bind(options("127.0.0.1:0")).await.expect("listens");
    let second = HttpOptions { address: first.address(), ..options("127.0.0.1:0") };
    let refused = Http::bind(second).await.expect_err("taken");
    assert_eq!(refused.to_string(), format!("cannot listen on {}", first.address()));
    assert!(refused.source().is_some());
}

#[tokio::test]
async fn the_address_itself_and_the_configured_names_are_allowed_hosts() {
    let hosts = async |address: &str| {
        let mut http = Http::bind(options("127.0.0.1:0")).await.expect("listens");
        http.address = address.parse().expect("an address");
        http.config(CancellationToken::new()).allowed_hosts
    };
    let loopback = ["localhost", "127.0.0.1", "[::1]"];
    let configured = "tollgate.example.com:8080";
    assert_eq!(hosts("0.0.0.0:80").await, [&loopback[..], &[configured]].concat());
    assert_eq!(hosts("192.0.2.1:80").await, [&loopback[..], &["192.0.2.1", configured]].concat());
    assert_eq!(hosts("[2001:db8::1]:80").await, [&loopback[..], &["[2001:db8::1]", configured]].concat());
}
