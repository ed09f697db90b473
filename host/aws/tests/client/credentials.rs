//! Credentials of accounts: cached, renewed, and explained where they cannot be had.
//!
//! The folders of `tests/credentials` are cases: what STS answers (`answer.xml` with the status of `case.json`), for
//! which account, and the whole text of the error. Roles in between that are not the one that `fails` are given.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError as ProviderError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use serde::Deserialize;
use serde_json::json;
use tollgate_aws::account::{Account, Target};
use tollgate_aws::credentials::CredentialsError;
use tollgate_aws::grant::Mode;
use tollgate_aws::{Client, Config, Error};

use crate::server::{Reply, Server};
use crate::world::{self, grant, *};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_calls_assume_the_role_once() {
    let server = Server::start(|request| match request.action().as_str() {
        "AssumeRole" => Reply::Later(Duration::from_millis(50), Box::new(assumed(request))),
        _ => vpcs(),
    })
    .await;
    let mut config = config(&server, vec![with_role(PRODUCTION, "production")]);
    config.timeouts.read = Duration::from_secs(5);
    let client = Client::new(config).unwrap();
    let calls: Vec<_> = (0..1000)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { ask(&client).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(server.count("AssumeRole"), 1);
    assert_eq!(server.count("DescribeVpcs"), 1000);
}

#[tokio::test]
async fn a_denied_role_causes_no_storm_and_hides_no_other_account() {
    let server = Server::start(|request| match request.form("RoleArn") {
        Some(role) if role.contains("333333333333") => Reply::status(
            403,
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>",
        ),
        Some(_) => assumed(request),
        None => vpcs(),
    })
    .await;
    let accounts = vec![with_role(PRODUCTION, "production"), with_role("333333333333", "closed")];
    let client = Client::new(config(&server, accounts)).unwrap();
    let grant = reading();
    let calls = (0..200).map(|n| {
        let account = if n % 2 == 0 { PRODUCTION } else { "333333333333" };
        client.call(&grant, request(account, "ec2", "DescribeVpcs", json!({})))
    });
    let answers = futures::future::join_all(calls).await;
    for (n, answer) in answers.iter().enumerate() {
        assert_eq!(answer.is_ok(), n % 2 == 0, "{answer:?}");
    }
    assert_eq!(server.count("AssumeRole"), 2);
}

#[tokio::test]
async fn a_session_that_was_ended_is_renewed_at_once() {
    let server =
        world::server(|_, count| if count == 0 { ec2_error(400, "ExpiredToken") } else { vpcs() }).await;
    ask(&client(&server)).await.unwrap();
    assert_eq!((server.count("AssumeRole"), server.count("DescribeVpcs")), (2, 2));

    let server = world::server(|_, _| ec2_error(400, "ExpiredToken")).await;
    let error = ask(&client(&server)).await.unwrap_err();
    assert!(matches!(&error, Error::Service { code, .. } if code == "ExpiredToken"), "{error:?}");
    assert_eq!((server.count("AssumeRole"), server.count("DescribeVpcs")), (2, 2));
}

#[tokio::test]
async fn an_account_without_role_is_the_base_credentials_own() {
    let server = world::server(|_, _| vpcs()).await;
    let own = Account::new(id(HOME), "home");
    let client = Client::new(config(&server, vec![own, Account::new(id(PRODUCTION), "production")])).unwrap();
    let grant = reading();
    let calls = (0..100).map(|_| client.call(&grant, request(HOME, "ec2", "DescribeVpcs", json!({}))));
    assert!(futures::future::join_all(calls).await.iter().all(Result::is_ok));
    assert_eq!(server.count("GetCallerIdentity"), 1);

    // Another account's answers must not pass for its own.
    let error = client.call(&grant, request(PRODUCTION, "ec2", "DescribeVpcs", json!({}))).await.unwrap_err();
    let Error::Credentials(error) = error else { panic!("{error:?}") };
    assert!(matches!(&*error, CredentialsError::OtherAccount { found, .. } if *found == id(HOME)));
    assert_eq!(
        error.to_string(),
        "account 222222222222 (\"production\") has no `role`, and the base credentials belong to account \
         111111111111: add a `role` to it, or use credentials of 222222222222"
    );
    assert_eq!(server.count("DescribeVpcs"), 100);
}

#[tokio::test]
async fn who_signs() {
    let server = world::server(|_, _| Reply::Reset).await;
    let target = Target { account: id(PRODUCTION), region: "eu-west-1".to_owned() };
    let identity = client(&server).caller_identity(&reading(), target.clone()).await.unwrap();
    assert_eq!((identity.account, &*identity.arn), (id(PRODUCTION), "arn:aws:iam::222222222222:user/me"));
    let nothing = grant(Mode::ReadOnly, &[]);
    assert!(matches!(client(&server).caller_identity(&nothing, target).await, Err(Error::Denied(_))));
}

/// Base credentials that change, or fail.
#[derive(Debug)]
struct Changing {
    loads: Arc<AtomicUsize>,
    fails: Option<fn() -> ProviderError>,
}

impl ProvideCredentials for Changing {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        self.loads.fetch_add(1, Ordering::SeqCst);
        future::ProvideCredentials::ready(match self.fails {
            Some(fail) => Err(fail()),
            None => Ok(Credentials::new("AKIABASE", BASE_SECRET, None, None, "changing")),
        })
    }
}

#[tokio::test]
async fn base_credentials_that_fail_are_explained() {
    type Fail = fn() -> ProviderError;
    let cases: [(Fail, &str); 4] = [
        (ProviderError::not_loaded_no_source, "no base credentials were found: set AWS_PROFILE"),
        (|| ProviderError::provider_timed_out(Duration::from_secs(7)), "took longer than 7 s"),
        (
            || ProviderError::invalid_configuration("profile `x` was not defined"),
            "profile `x` was not defined",
        ),
        (|| ProviderError::provider_error("the SSO session has expired"), "the SSO session has expired"),
    ];
    for (fail, text) in cases {
        let server = world::server(|_, _| vpcs()).await;
        let loads = Arc::new(AtomicUsize::new(0));
        let base = SharedCredentialsProvider::new(Changing { loads: loads.clone(), fails: Some(fail) });
        let config = Config {
            base_credentials: Some(base),
            ..config(&server, vec![with_role(PRODUCTION, "production")])
        };
        let client = Client::new(config).unwrap();
        assert_eq!(loads.load(Ordering::SeqCst), 0, "nothing at construction");
        let answers = futures::future::join_all((0..100).map(|_| ask(&client))).await;
        for answer in answers {
            let error = answer.unwrap_err();
            assert!(matches!(error, Error::Credentials(_)) && error.to_string().contains(text), "{error}");
        }
        assert_eq!(loads.load(Ordering::SeqCst), 1, "the failure is remembered");
        assert!(server.received().is_empty());
    }
}

#[derive(Deserialize)]
struct Case {
    status: u16,
    #[serde(default)]
    external_id: bool,
    #[serde(default)]
    via: Vec<String>,
    fails: Option<String>,
    duration_seconds: Option<u32>,
    #[serde(default)]
    source_identity: bool,
    #[serde(default)]
    session_tags: BTreeMap<String, String>,
    requests: usize,
    retryable: bool,
    error: String,
}

#[tokio::test]
async fn cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/credentials");
    let mut count = 0;
    for case in std::fs::read_dir(&folder).unwrap() {
        let path = case.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let case: Case = serde_json::from_slice(&std::fs::read(path.join("case.json")).unwrap()).unwrap();
        let answer = std::fs::read_to_string(path.join("answer.xml")).unwrap();
        let status = case.status;
        let fails = case.fails.unwrap_or_else(|| "arn:aws:iam::222222222222:role/Reader".to_owned());
        let server = Server::start(move |request| match request.form("RoleArn") {
            Some(role) if role != fails => assumed(request),
            _ => Reply::status(status, answer.clone()),
        })
        .await;
        let mut account = Account {
            via: case.via,
            duration_seconds: case.duration_seconds,
            source_identity: case.source_identity,
            session_tags: case.session_tags,
            ..with_role(PRODUCTION, "production")
        };
        if !case.external_id {
            account.external_id = None;
        }
        let client = Client::new(config(&server, vec![account])).unwrap();
        let error = ask(&client).await.unwrap_err();
        assert!(matches!(error, Error::Credentials(_)), "{name}: {error:?}");
        assert_eq!(error.to_string(), case.error, "{name}");
        assert_eq!(
            (server.received().len(), error.is_retryable()),
            (case.requests, case.retryable),
            "{name}"
        );
        count += 1;
    }
    assert!(count >= 15, "{count} cases");
}
