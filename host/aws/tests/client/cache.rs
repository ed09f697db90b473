//! Answers that are given again: to whom, for how long, and when not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tollgate_aws::account::Account;
use tollgate_aws::grant::Mode;
use tollgate_aws::{CacheConfig, Client, Clock, Config, Error, Principal, Request};

use crate::server::{Reply, Server};
use crate::world::{self, grant, *};

/// A client that keeps answers for ten seconds.
fn keeping(server: &Server, accounts: Vec<Account>) -> Client {
    Client::new(Config { cache: CacheConfig::default(), ..config(server, accounts) }).unwrap()
}

fn production(server: &Server) -> Client {
    keeping(server, vec![with_role(PRODUCTION, "production")])
}

/// A server whose every answer is another: the VPC has the number of the request.
async fn counting() -> Server {
    world::server(|_, count| numbered(count)).await
}

fn numbered(number: usize) -> Reply {
    Reply::ok(format!(
        "<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-{number}</vpcId></item></vpcSet></DescribeVpcsResponse>"
    ))
}

fn vpcs_request(input: Value) -> Request {
    request(PRODUCTION, "ec2", "DescribeVpcs", input)
}

/// The number of the request that this call is answered by.
async fn number(client: &Client, principal: &Principal, request: Request) -> String {
    let response = client.call(principal, request).await.unwrap();
    let (_, rest) = response.output.split_once("vpc-").unwrap();
    rest.chars().take_while(char::is_ascii_digit).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_identical_calls_send_one_request() {
    let server =
        world::server(|_, count| Reply::Later(Duration::from_millis(50), Box::new(numbered(count)))).await;
    let mut config = config(&server, vec![with_role(PRODUCTION, "production")]);
    config.timeouts.read = Duration::from_secs(5);
    let client = Client::new(Config { cache: CacheConfig::default(), ..config }).unwrap();
    let calls: Vec<_> = (0..1000)
        .map(|_| {
            let client = client.clone();
            // Each is a call of its own.
            tokio::spawn(async move { number(&client, &reading(), vpcs_request(json!({}))).await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), "0");
    }
    assert_eq!(server.count("DescribeVpcs"), 1);
}

#[tokio::test]
async fn for_a_while_unless_fresh_is_asked_for() {
    let server = counting().await;
    let seconds = Arc::new(AtomicU64::new(1 << 30));
    let clock = {
        let seconds = seconds.clone();
        Clock::new(move || -> SystemTime {
            UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::Relaxed))
        })
    };
    let config = config(&server, vec![with_role(PRODUCTION, "production")]);
    let client = Client::new(Config { cache: CacheConfig::default(), clock, ..config }).unwrap();
    let principal = reading();
    let ask = |fresh| number(&client, &principal, Request { fresh, ..vpcs_request(json!({})) });
    assert_eq!(ask(false).await, "0");
    seconds.fetch_add(9, Ordering::Relaxed);
    assert_eq!(ask(false).await, "0");
    seconds.fetch_add(1, Ordering::Relaxed);
    assert_eq!(ask(false).await, "1");
    assert_eq!(ask(true).await, "2");
    assert_eq!(ask(false).await, "2");
}

#[tokio::test]
async fn switched_off_every_call_asks() {
    let server = counting().await;
    let config = config(&server, vec![with_role(PRODUCTION, "production")]);
    let client = Client::new(Config { cache: CacheConfig::off(), ..config }).unwrap();
    let principal = reading();
    let calls = (0..5).map(|_| number(&client, &principal, vpcs_request(json!({}))));
    futures::future::join_all(calls).await;
    assert_eq!(server.count("DescribeVpcs"), 5);
}

#[tokio::test]
async fn all_that_decides_the_answer_is_in_the_question() {
    let server = counting().await;
    let client =
        keeping(&server, vec![with_role(PRODUCTION, "production"), with_role("333333333333", "staging")]);
    let request = || vpcs_request(json!({"Filters": [{"Name": "state", "Values": ["available"]}]}));
    let elsewhere = |region: &str| {
        let mut request = request();
        request.target.region = region.to_owned();
        request
    };
    let mut other_account = request();
    other_account.target.account = id("333333333333");
    let wider = grant(Mode::ReadOnly, &["ec2:Describe*", "ec2:Get*"]);
    let mut other_plugin = reading();
    other_plugin.plugin = "other".into();
    let questions = [
        (reading(), request()),
        (reading(), elsewhere("us-east-1")),
        (reading(), other_account),
        (reading(), vpcs_request(json!({"Filters": [{"Name": "state", "Values": ["pending"]}]}))),
        (reading(), Request { operation: "DescribeSubnets".to_owned(), ..request() }),
        (reading(), Request { select: Some("@".to_owned()), ..request() }),
        (reading(), Request { max_items: Some(5), ..request() }),
        (wider, request()),
        (other_plugin, request()),
    ];
    for _ in 0..2 {
        for (principal, request) in &questions {
            client.call(principal, request.clone()).await.unwrap();
        }
    }
    let asked = server.received().len() - server.count("AssumeRole");
    assert_eq!(asked, questions.len(), "each once");

    // The same in other words.
    let same = json!({"VpcIds": null, "Filters": [{"Values": ["available"], "Name": "state"}]});
    client.call(&reading(), vpcs_request(same)).await.unwrap();
    assert_eq!(server.received().len() - server.count("AssumeRole"), questions.len());
}

#[tokio::test]
async fn nobody_without_the_grant_sees_what_is_known() {
    let server = counting().await;
    let client = production(&server);
    number(&client, &reading(), vpcs_request(json!({}))).await;
    for patterns in [&["s3:*"] as &[&str], &["ec2:DescribeSubnets"], &[]] {
        let error = client.call(&grant(Mode::ReadOnly, patterns), vpcs_request(json!({}))).await.unwrap_err();
        assert!(matches!(error, Error::Denied(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_service_for_the_whole_account_is_asked_once_for_all_regions() {
    let server = world::server(|_, count| {
        Reply::ok(format!(
            "<ListRolesResponse><ListRolesResult><Roles>\
             <member><RoleName>a{count}</RoleName></member><member><RoleName>b{count}</RoleName></member>\
             </Roles></ListRolesResult></ListRolesResponse>"
        ))
    })
    .await;
    let client = production(&server);
    let principal = grant(Mode::ReadOnly, &["iam:List*"]);
    let ask = async |region: &str, cursor| {
        let mut request = request(PRODUCTION, "iam", "ListRoles", json!({}));
        request.target.region = region.to_owned();
        client.call(&principal, Request { max_items: Some(1), cursor, ..request }).await.unwrap()
    };
    let (one, two) = (ask("eu-west-1", None).await, ask("us-east-1", None).await);
    assert_eq!((&one, server.count("ListRoles")), (&two, 1));
    // And what one region's answer continues with is good in the other.
    let rest = ask("us-east-1", one.cursor).await;
    assert!(rest.output.contains("\"b1\"") && !rest.truncated, "{rest:?}");
}

#[tokio::test]
async fn errors_are_told_to_those_who_waited_and_not_kept() {
    let server = world::server(|_, count| match count {
        0 => Reply::Later(Duration::from_millis(50), Box::new(ec2_error(403, "UnauthorizedOperation"))),
        _ => numbered(count),
    })
    .await;
    let client = production(&server);
    let principal = reading();
    let calls = (0..100).map(|_| client.call(&principal, vpcs_request(json!({}))));
    for outcome in futures::future::join_all(calls).await {
        let error = outcome.unwrap_err();
        assert!(
            matches!(&error, Error::Service { code, .. } if code == "UnauthorizedOperation"),
            "{error:?}"
        );
    }
    assert_eq!(server.count("DescribeVpcs"), 1);
    assert_eq!(number(&client, &principal, vpcs_request(json!({}))).await, "1");
}

#[tokio::test]
async fn a_call_that_is_dropped_takes_nobody_with_it() {
    let server = world::server(|_, count| match count {
        0 => Reply::Stall(Vec::new()),
        _ => numbered(count),
    })
    .await;
    let mut config = config(&server, vec![with_role(PRODUCTION, "production")]);
    config.timeouts.read = Duration::from_secs(60);
    let client = Client::new(Config { cache: CacheConfig::default(), ..config }).unwrap();
    let principal = reading();
    let (dropped, others) = tokio::join!(
        async {
            tokio::select! {
                outcome = client.call(&principal, vpcs_request(json!({}))) => Some(outcome),
                () = server.stalled() => None,
            }
        },
        futures::future::join_all((0..10).map(|_| number(&client, &principal, vpcs_request(json!({})))))
    );
    assert!(dropped.is_none());
    assert_eq!(others, vec!["1"; 10]);
    assert_eq!(server.count("DescribeVpcs"), 2);
}

#[tokio::test]
async fn a_change_hides_what_was_known_of_its_account() {
    let server = world::server(|request, count| match request.action().as_str() {
        "CreateTags" => ec2_error(400, "InvalidID"),
        _ => numbered(count),
    })
    .await;
    let client =
        keeping(&server, vec![with_role(PRODUCTION, "production"), with_role("333333333333", "staging")]);
    let principal = grant(Mode::ReadWrite, &["ec2:*"]);
    let mut other = vpcs_request(json!({}));
    other.target.account = id("333333333333");
    assert_eq!(number(&client, &principal, vpcs_request(json!({}))).await, "0");
    assert_eq!(number(&client, &principal, other.clone()).await, "1");
    // It says that it failed, but who knows.
    let tags = json!({"Resources": ["vpc-1"], "Tags": [{"Key": "a", "Value": "b"}]});
    client.call(&principal, request(PRODUCTION, "ec2", "CreateTags", tags)).await.unwrap_err();
    assert_eq!(number(&client, &principal, vpcs_request(json!({}))).await, "3");
    assert_eq!(number(&client, &principal, other).await, "1");
}

#[tokio::test]
async fn secrets_are_asked_for_each_time() {
    let server = world::server(|_, count| {
        Reply::Answer(
            200,
            vec![("content-type", "application/x-amz-json-1.1".to_owned())],
            format!(r#"{{"SecretString":"{count}"}}"#),
        )
    })
    .await;
    let client = production(&server);
    let principal = grant(Mode::ReadOnly, &["secretsmanager:GetSecretValue"]);
    for number in 0..3 {
        let request = request(PRODUCTION, "secretsmanager", "GetSecretValue", json!({"SecretId": "a"}));
        let response = client.call(&principal, request).await.unwrap();
        assert_eq!(output(&response), json!({ "SecretString": number.to_string() }));
    }
}
