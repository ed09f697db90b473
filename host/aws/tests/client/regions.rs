//! Selections: accounts, and the regions that AWS says are enabled.

use serde_json::Value;
use tollgate_aws::account::{Account, Reach, Resolution, SelectorError};
use tollgate_aws::endpoint::Scope;
use tollgate_aws::grant::Mode;
use tollgate_aws::{Client, Config};

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
async fn denials_are_told_once_for_a_while() {
    // As IAM words them: no permission for ListRegions, an explicit denial by a policy of the organization for EC2.
    let server = Server::start(|request| {
        sts(request).unwrap_or_else(|| match request.action().as_str() {
            "DescribeRegions" => Reply::status(
                403,
                "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized to perform \
                 this operation. User: arn:aws:sts::222222222222:assumed-role/Reader/tollgate is not authorized to \
                 perform: ec2:DescribeRegions with an explicit deny in a service control policy</Message></Error></Errors>\
                 <RequestID>1</RequestID></Response>",
            ),
            _ => Reply::Answer(
                403,
                vec![("x-amzn-errortype", "AccessDeniedException:http://internal.amazon.com/".to_owned())],
                r#"{"message":"User: arn:aws:sts::222222222222:assumed-role/Reader/tollgate is not authorized to perform: account:ListRegions"}"#
                    .to_owned(),
            ),
        })
    })
    .await;
    let client = Client::new(config(&server, vec![with_role(PRODUCTION, "production")])).unwrap();
    let all = texts(&["all"]);
    for _ in 0..3 {
        let resolution = client.resolve(&all, &all, &Reach::All).await.unwrap();
        assert!(resolution.targets.is_empty());
        let (_, message) = &resolution.failures[0];
        assert!(
            message.contains("UnauthorizedOperation") && message.contains("ec2:DescribeRegions"),
            "{message}"
        );
    }
    assert_eq!(server.count("DescribeRegions"), 1);
    assert_eq!(server.received().len(), 3, "AssumeRole, ListRegions, DescribeRegions");
}

#[tokio::test]
async fn only_regions_of_the_partition_count() {
    let told = || {
        let names = ["eu-west-1", "cn-north-1", "evil.example/", "eu-nowhere-1", "us-east-1"];
        let regions = names.map(|name| format!(r#"{{"RegionName":"{name}","RegionOptStatus":"ENABLED"}}"#));
        Reply::ok(format!(r#"{{"Regions":[{}]}}"#, regions.join(",")))
    };
    let server = server(told).await;
    let client = Client::new(config(&server, vec![with_role(PRODUCTION, "production")])).unwrap();
    let regions = texts(&["all", "global"]);
    let resolution = client.resolve(&[], &regions, &Reach::All).await.unwrap();
    let expected = ["eu-west-1", "us-east-1", "global"].map(|region| (PRODUCTION.to_owned(), region));
    assert_eq!(targets(&resolution), expected);
    assert_eq!(server.count("DescribeRegions"), 0);
}

/// An account in China.
fn chinese() -> Account {
    let mut account = with_role("555555555555", "beijing");
    account.role = Some("arn:aws-cn:iam::555555555555:role/Reader".to_owned());
    account.regions = vec!["cn-north-1".to_owned()];
    account
}

#[tokio::test]
async fn accounts_are_asked_in_their_own_partition() {
    let server = server(denied).await;
    let accounts = vec![with_role(PRODUCTION, "production"), chinese()];
    let client = Client::new(config(&server, accounts)).unwrap();
    let resolve = async |selectors: &[&str], regions: &[&str]| {
        client.resolve(&texts(selectors), &texts(regions), &Reach::All).await
    };
    let both = resolve(&["all"], &["eu-west-1", "cn-north-1", "global"]).await.unwrap();
    let expected = [
        (PRODUCTION, "eu-west-1"),
        (PRODUCTION, "global"),
        ("555555555555", "cn-north-1"),
        ("555555555555", "global"),
    ];
    assert_eq!(targets(&both), expected.map(|(account, region)| (account.to_owned(), region)));
    let one = resolve(&["all"], &["eu-west-1"]).await.unwrap();
    assert_eq!(targets(&one), [(PRODUCTION.to_owned(), "eu-west-1")]);
    let told = "region eu-west-1 is in partition aws, account 555555555555 (\"beijing\") in aws-cn: name a region of aws-cn";
    assert_eq!(one.failures, [(id("555555555555"), told.to_owned())]);
    let error = resolve(&["production"], &["eu-west-1", "cn-north-1"]).await.unwrap_err();
    assert!(error.to_string().starts_with("region cn-north-1 is in partition aws-cn"), "{error}");

    let error = client.call(&reading(), request("555555555555", "ec2", "DescribeVpcs", Value::Null)).await;
    assert_eq!(error.unwrap_err().to_string(), told);
    assert!(server.received().is_empty(), "nobody was asked");
}

#[tokio::test]
async fn one_endpoint_is_asked_by_the_name_global() {
    let server = Server::start(|request| sts(request).unwrap_or_else(|| Reply::ok("{}"))).await;
    let mut nameless = with_role("333333333333", "nameless");
    nameless.regions = vec!["us-gov-east-1".to_owned()];
    nameless.role = Some("arn:aws-us-gov:iam::333333333333:role/Reader".to_owned());
    let accounts = vec![with_role(PRODUCTION, "production"), chinese(), nameless];
    let client = Client::new(config(&server, accounts)).unwrap();
    let reading =
        grant(Mode::ReadOnly, &["ce:*", "cost-optimization-hub:*", "health:*", "pricing:*", "ec2:Describe*"]);
    let asked = async |account: &str, region: &str, service: &str, operation: &str| {
        let mut request = request(account, service, operation, serde_json::json!({}));
        request.target.region = region.to_owned();
        client.call(&reading, request).await.unwrap();
        server.received().last().unwrap().scope()[2].to_owned()
    };
    for (account, region, service, operation, actual) in [
        (PRODUCTION, "global", "ce", "ListCostAllocationTags", "us-east-1"),
        ("555555555555", "global", "ce", "ListCostAllocationTags", "cn-northwest-1"),
        ("333333333333", "global", "ce", "ListCostAllocationTags", "us-gov-west-1"),
        (PRODUCTION, "global", "cost-optimization-hub", "ListEnrollmentStatuses", "us-east-1"),
        (PRODUCTION, "ap-south-1", "cost-optimization-hub", "ListEnrollmentStatuses", "us-east-1"),
        (PRODUCTION, "global", "health", "DescribeEventTypes", "us-east-1"),
        (PRODUCTION, "global", "pricing", "DescribeServices", "eu-central-1"),
        (PRODUCTION, "ap-south-1", "pricing", "DescribeServices", "ap-south-1"),
        (PRODUCTION, "sa-east-1", "pricing", "DescribeServices", "us-east-1"),
    ] {
        assert_eq!(asked(account, region, service, operation).await, actual, "{service} {account} {region}");
    }
    let mut regional = request(PRODUCTION, "ec2", "DescribeVpcs", Value::Null);
    regional.target.region = "global".to_owned();
    let error = client.call(&reading, regional).await.unwrap_err();
    assert_eq!(error.to_string(), "ec2 is regional: name a region in place of `global`");
    assert_eq!(client.scope("iam").unwrap(), Scope::Account);
    assert_eq!(client.scope("ec2").unwrap(), Scope::Regional);
    assert_eq!(client.scope("pricing").unwrap(), Scope::Public);
    assert!(client.scope("ec3").is_err());
}

#[tokio::test]
async fn operations_of_a_regional_service_may_answer_for_the_whole_account() {
    let client = Client::new(Config::default()).unwrap();
    let scope = |service: &str, operation: &str| {
        let service = client.pack().service(service).unwrap();
        client.operation_scope(&service, service.operation(operation).unwrap())
    };
    for (service, operation, expected) in [
        ("s3", "ListBuckets", Scope::Account),
        ("s3", "GetBucketPolicy", Scope::Account),
        ("s3", "ListDirectoryBuckets", Scope::Regional),
        ("sts", "GetCallerIdentity", Scope::Account),
        ("sts", "GetSessionToken", Scope::Regional),
        ("ec2", "DescribeRegions", Scope::Account),
        ("ec2", "DescribeVpcs", Scope::Regional),
        ("iam", "ListUsers", Scope::Account),
        ("pricing", "GetProducts", Scope::Public),
    ] {
        assert_eq!(scope(service, operation), expected, "{service} {operation}");
    }
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
    assert!(
        client.registry().await.unwrap().is_implicit() && server.received().is_empty(),
        "nothing at construction"
    );
    let many = (0..100).map(|_| client.accounts(&[], &Reach::All));
    for accounts in futures::future::join_all(many).await {
        let accounts = accounts.unwrap();
        assert_eq!(accounts.len(), 1);
        assert_eq!((accounts[0].id, &*accounts[0].regions), (id(HOME), &["us-east-1".to_owned()][..]));
    }
    assert_eq!(server.count("GetCallerIdentity"), 1);
    let error = client.accounts(&texts(&["111111111112"]), &Reach::All).await.unwrap_err();
    assert!(error.to_string().contains(HOME), "{error}");
    let elsewhere = client.call(&reading(), request(PRODUCTION, "ec2", "DescribeVpcs", Value::Null)).await;
    assert!(elsewhere.unwrap_err().to_string().contains("no account matches"));
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
