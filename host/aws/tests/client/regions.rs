//! Selections: accounts, and the regions that AWS says are enabled.

use serde_json::Value;
use tollgate_aws::Client;
use tollgate_aws::account::{Account, Reach, Resolution, SelectorError};

use crate::server::{Received, Reply, Server};
use crate::world::*;

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

fn targets(resolution: &Resolution) -> Vec<(String, &str)> {
    resolution.targets.iter().map(|target| (target.account.to_string(), &*target.region)).collect()
}

/// STS, `account:ListRegions` as told, and `ec2:DescribeRegions`.
async fn server(list_regions: impl Fn() -> Reply + Send + Sync + 'static) -> Server {
    Server::start(move |request| match request.form("RoleArn") {
        Some(role) if role.contains("444444444444") => Reply::status(
            403,
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>",
        ),
        _ => sts(request).unwrap_or_else(|| regions(request, &list_regions)),
    })
    .await
}

fn regions(request: &Received, list_regions: &impl Fn() -> Reply) -> Reply {
    match request.action().as_str() {
        "DescribeRegions" => {
            assert_eq!(request.form("AllRegions").as_deref(), Some("false"));
            let items: String = ["us-east-1", "eu-west-1", "ap-south-1"]
                .map(|region| format!("<item><regionName>{region}</regionName></item>"))
                .concat();
            Reply::ok(format!(
                "<DescribeRegionsResponse><regionInfo>{items}</regionInfo></DescribeRegionsResponse>"
            ))
        }
        "" => list_regions(),
        other => panic!("{other}"),
    }
}

fn denied() -> Reply {
    Reply::Answer(
        403,
        vec![("x-amzn-errortype", "AccessDeniedException".to_owned())],
        r#"{"message": "no"}"#.to_owned(),
    )
}

fn accounts() -> Vec<Account> {
    let mut bare = with_role("333333333333", "bare");
    bare.regions.clear();
    vec![with_role(PRODUCTION, "production"), bare, with_role("444444444444", "broken")]
}

#[tokio::test]
async fn regions_of_the_account_or_as_asked() {
    let server = server(denied).await;
    let client = Client::new(config(&server, accounts())).unwrap();
    let resolve = async |selectors: &[&str], regions: &[&str]| {
        client.resolve(&texts(selectors), &texts(regions), &Reach::All).await
    };
    let own = resolve(&["production", "bare"], &[]).await.unwrap();
    let expected = [(PRODUCTION, "eu-west-1"), (PRODUCTION, "us-east-1"), ("333333333333", "us-east-1")];
    assert_eq!(targets(&own), expected.map(|(account, region)| (account.to_owned(), region)));
    let asked = resolve(&["bare", "production"], &["eu-north-1", "us-west-2", "eu-north-1"]).await.unwrap();
    let expected = [
        (PRODUCTION, "eu-north-1"),
        (PRODUCTION, "us-west-2"),
        ("333333333333", "eu-north-1"),
        ("333333333333", "us-west-2"),
    ];
    assert_eq!(targets(&asked), expected.map(|(account, region)| (account.to_owned(), region)));
    let error = resolve(&["production"], &["us-west-9000"]).await.unwrap_err();
    assert!(matches!(error, SelectorError::UnknownRegion { .. }), "{error}");
    assert!(error.to_string().contains("us-west-2"), "{error}");
    let error = resolve(&["production"], &["eu-north-1"; 101]).await.unwrap_err();
    assert_eq!(error.to_string(), "more than 100 regions in one selection");
    let error = resolve(&["production"; 1001], &[]).await.unwrap_err();
    assert_eq!(error.to_string(), "more than 1000 selectors in one selection");
    let listed = client.accounts(&texts(&["bare"]), &Reach::All).await.unwrap();
    assert_eq!(listed[0].regions, ["us-east-1"], "the home region");
    assert!(server.received().is_empty(), "nobody was asked");
}

#[tokio::test]
async fn all_regions_are_asked_for_once_and_failures_stay_alone() {
    let server = server(denied).await;
    let client = Client::new(config(&server, accounts())).unwrap();
    let (all, regions) = (texts(&["all"]), texts(&["all"]));
    let many = (0..50).map(|_| client.resolve(&all, &regions, &Reach::All));
    for resolution in futures::future::join_all(many).await {
        let resolution = resolution.unwrap();
        let found: Vec<_> = targets(&resolution);
        let expected: Vec<_> = [PRODUCTION, "333333333333"]
            .into_iter()
            .flat_map(|account| {
                ["ap-south-1", "eu-west-1", "us-east-1"].map(|region| (account.to_owned(), region))
            })
            .collect();
        assert_eq!(found, expected);
        assert_eq!(resolution.failures.len(), 1);
        let (account, message) = &resolution.failures[0];
        assert_eq!(account.as_str(), "444444444444");
        assert!(message.contains("could not assume arn:aws:iam::444444444444:role/Reader"), "{message}");
    }
    assert_eq!(server.count("DescribeRegions"), 2);
    assert_eq!(server.count("AssumeRole"), 3);
}

#[tokio::test]
async fn a_caller_resolves_what_it_reaches() {
    let server = server(denied).await;
    let client = Client::new(config(&server, accounts())).unwrap();
    let reach: Reach = [id("333333333333")].into_iter().collect();
    let resolution = client.resolve(&[], &[], &reach).await.unwrap();
    assert_eq!(targets(&resolution), [("333333333333".to_owned(), "us-east-1")]);
    let error = client.resolve(&texts(&["production"]), &[], &reach).await.unwrap_err();
    assert!(matches!(error, SelectorError::Unknown { .. }), "{error}");
}

#[tokio::test]
async fn without_accounts_there_is_the_base_credentials_own() {
    let server = server(denied).await;
    let client = Client::new(config(&server, vec![])).unwrap();
    assert!(client.registry().is_implicit() && server.received().is_empty(), "nothing at construction");
    let many = (0..100).map(|_| client.accounts(&[], &Reach::All));
    for accounts in futures::future::join_all(many).await {
        let accounts = accounts.unwrap();
        assert_eq!(accounts.len(), 1);
        assert_eq!((accounts[0].id, &*accounts[0].regions), (id(HOME), &["us-east-1".to_owned()][..]));
    }
    assert_eq!(server.count("GetCallerIdentity"), 1);
    let error = client.accounts(&texts(&["production"]), &Reach::All).await.unwrap_err();
    assert!(error.to_string().contains(HOME), "{error}");
    let elsewhere = client.call(&reading(), request(PRODUCTION, "ec2", "DescribeVpcs", Value::Null)).await;
    assert!(elsewhere.unwrap_err().to_string().contains(HOME));
    let here = request(HOME, "ec2", "DescribeRegions", serde_json::json!({"AllRegions": false}));
    assert!(client.call(&reading(), here).await.is_ok());
    assert_eq!(server.received().last().unwrap().access_key(), "AKIABASE");
}

#[tokio::test]
async fn the_identity_of_unusable_base_credentials_is_an_error() {
    let server = Server::start(|_| {
        Reply::status(
            403,
            "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>bad</Message></Error></ErrorResponse>",
        )
    })
    .await;
    let client = Client::new(config(&server, vec![])).unwrap();
    let error = client.accounts(&[], &Reach::All).await.unwrap_err();
    assert!(error.to_string().contains("check the access key, or log in again"), "{error}");
    let many = (0..100).map(|_| client.accounts(&[], &Reach::All));
    assert!(futures::future::join_all(many).await.iter().all(Result::is_err));
    assert_eq!(server.count("GetCallerIdentity"), 1, "the failure is remembered");
}
