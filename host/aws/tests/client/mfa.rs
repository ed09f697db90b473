//! Base credentials that need an MFA code: one question to a person for all roles.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::future::join_all;
use serde_json::json;
use tollgate_aws::credentials::{CredentialsError, Mfa, MfaPrompt};
use tollgate_aws::{Client, Config, Error};

use crate::server::{Received, Reply, Server};
use crate::world::*;

const DEVICE: &str = "arn:aws:iam::111111111111:mfa/jane";

/// STS that takes the code 123456 alone.
async fn server() -> Server {
    Server::start(|request| match request.action().as_str() {
        "GetSessionToken" => get_session_token(request),
        _ => sts(request).unwrap_or_else(vpcs),
    })
    .await
}

fn get_session_token(request: &Received) -> Reply {
    assert_eq!((request.access_key(), request.form("SerialNumber").as_deref()), ("AKIABASE", Some(DEVICE)));
    if request.form("TokenCode").as_deref() != Some("123456") {
        return Reply::status(
            403,
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>MultiFactorAuthentication failed with invalid MFA \
             one time pass code.</Message></Error></ErrorResponse>",
        );
    }
    Reply::ok(format!(
        "<GetSessionTokenResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetSessionTokenResult><Credentials>\
         <AccessKeyId>ASIAMFA</AccessKeyId><SecretAccessKey>{ROLE_SECRET}</SecretAccessKey>\
         <SessionToken>{ROLE_TOKEN}</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials>\
         </GetSessionTokenResult></GetSessionTokenResponse>"
    ))
}

/// A client whose person enters these, one after the other, and then nothing; counts the questions.
fn client(server: &Server, entered: &[&'static str]) -> (Client, Arc<AtomicUsize>) {
    let (entered, asked) = (Mutex::new(VecDeque::from(entered.to_vec())), Arc::new(AtomicUsize::new(0)));
    let count = asked.clone();
    let prompt = MfaPrompt::new(move |serial| {
        assert_eq!(serial, DEVICE);
        count.fetch_add(1, Ordering::SeqCst);
        let code =
            entered.lock().unwrap().pop_front().map(Into::into).ok_or_else(|| "nobody is there".to_owned());
        async { code }.boxed()
    });
    let accounts = vec![with_role(PRODUCTION, "production"), with_role("333333333333", "staging")];
    let mfa = Some(Mfa { serial: DEVICE.to_owned(), prompt });
    (Client::new(Config { mfa, ..config(server, accounts) }).unwrap(), asked)
}

#[tokio::test]
async fn one_code_for_all_roles() {
    let server = server().await;
    let (client, asked) = client(&server, &["123456"]);
    assert_eq!(asked.load(Ordering::SeqCst), 0, "nobody is asked before there is need");
    let principal = reading();
    let calls = (0..100).map(|n| {
        let account = if n % 2 == 0 { PRODUCTION } else { "333333333333" };
        client.call(&principal, request(account, "ec2", "DescribeVpcs", json!({})))
    });
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert_eq!((server.count("GetSessionToken"), server.count("AssumeRole")), (1, 2));
    let assumed = server.received().into_iter().filter(|request| request.action() == "AssumeRole");
    assert!(assumed.into_iter().all(|request| request.access_key() == "ASIAMFA"));
}

#[tokio::test]
async fn a_wrong_code_is_asked_for_again_but_not_for_ever() {
    let mistyped = server().await;
    let (client, asked) = self::client(&mistyped, &["111111", "123456"]);
    ask(&client).await.unwrap();
    assert_eq!((asked.load(Ordering::SeqCst), mistyped.count("GetSessionToken")), (2, 2));

    let wrong = server().await;
    let (client, asked) = self::client(&wrong, &["111111", "222222", "333333", "123456"]);
    let error = ask(&client).await.unwrap_err();
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    let text = error.to_string();
    assert!(text.contains("wait for a code that was not used before"), "{text}");
}

#[tokio::test]
async fn without_a_code_nothing_is_sent() {
    for (entered, reason) in [(&[] as &[&str], "nobody is there"), (&["12 34 56"], "no code of 6 digits")] {
        let server = server().await;
        let (client, _) = client(&server, entered);
        let error = ask(&client).await.unwrap_err();
        let Error::Credentials(error) = error else { panic!("{error:?}") };
        assert!(matches!(&*error, CredentialsError::NoMfaCode { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains(reason) && text.contains("start this program from a terminal"), "{text}");
        assert!(!text.contains("12 34 56"));
        assert_eq!(server.received().len(), 0);
    }
}
