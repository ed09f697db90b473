//! What the tests have in common: accounts, secrets, the answers of STS and EC2, and a quick client.

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use serde_json::{Value, json};
use tollgate_aws::account::{Account, AccountId, Target};
use tollgate_aws::grant::{Grant, Mode};
use tollgate_aws::{
    CacheConfig, Client, Config, Environment, Error, Principal, Request, Response, RetryConfig, Timeouts,
};

use crate::server::{Received, Reply, Server};

/// The account of the base credentials.
pub const HOME: &str = "111111111111";
/// An account with a role.
pub const PRODUCTION: &str = "222222222222";

pub const BASE_SECRET: &str = "base-secret-access-key";
pub const BASE_TOKEN: &str = "base-session-token";
pub const ROLE_SECRET: &str = "role-secret-access-key";
pub const ROLE_TOKEN: &str = "role-session-token";
pub const EXTERNAL_ID: &str = "shared-external-id";

pub fn id(text: &str) -> AccountId {
    text.parse().unwrap()
}

/// An account with a role, an external id and two regions.
pub fn with_role(digits: &str, name: &str) -> Account {
    let mut account = Account::new(id(digits), name);
    account.role = Some(format!("arn:aws:iam::{digits}:role/Reader"));
    account.external_id = Some(EXTERNAL_ID.into());
    account.regions = vec!["eu-west-1".to_owned(), "us-east-1".to_owned()];
    account
}

/// A configuration that waits for nothing long. It keeps no answers, since most tests count requests.
pub fn config(server: &Server, accounts: Vec<Account>) -> Config {
    let base = Credentials::new("AKIABASE", BASE_SECRET, Some(BASE_TOKEN.to_owned()), None, "test");
    Config {
        home_region: Some("us-east-1".to_owned()),
        endpoint_url: Some(server.url.clone()),
        accounts,
        environment: Environment::empty(),
        base_credentials: Some(SharedCredentialsProvider::new(base)),
        timeouts: Timeouts {
            connect: Duration::from_millis(500),
            read: Duration::from_millis(300),
            call: Duration::from_secs(5),
        },
        retry: RetryConfig {
            initial_backoff: Duration::from_millis(2),
            throttled_backoff: Duration::from_millis(2),
            max_backoff: Duration::from_millis(20),
            jitter: Arc::new(|| 0.5),
            ..RetryConfig::default()
        },
        cache: CacheConfig::off(),
        ..Config::default()
    }
}

/// The account `production`.
pub fn production() -> Account {
    with_role(PRODUCTION, "production")
}

/// Time enough for whatever is to come.
pub fn patient() -> Timeouts {
    let call = Duration::from_secs(60);
    Timeouts { connect: call, read: call, call }
}

/// A client with the account `production`.
pub fn client(server: &Server) -> Client {
    Client::new(config(server, vec![production()])).unwrap()
}

/// Allows these patterns.
pub fn grant(mode: Mode, patterns: &[&str]) -> Principal {
    let layer = patterns.iter().map(|pattern| pattern.parse().unwrap()).collect();
    Principal::new("tester", "test", Grant::new(mode, vec![layer]))
}

pub fn reading() -> Principal {
    grant(Mode::ReadOnly, &["ec2:Describe*", "ec2:Get*", "s3:List*", "s3:Get*", "sts:GetCallerIdentity"])
}

pub fn request(account: &str, service: &str, operation: &str, input: Value) -> Request {
    Request {
        target: Target { account: id(account), region: "eu-west-1".to_owned() },
        service: service.to_owned(),
        operation: operation.to_owned(),
        input,
        select: None,
        max_items: None,
        cursor: None,
        fresh: false,
    }
}

/// Asks `production` for its VPCs.
pub async fn ask(client: &Client) -> Result<Response, Error> {
    client.call(&reading(), request(PRODUCTION, "ec2", "DescribeVpcs", json!({}))).await
}

pub fn output(response: &Response) -> Value {
    serde_json::from_str(&response.output).unwrap()
}

/// What STS answers, if the request is for it.
pub fn sts(request: &Received) -> Option<Reply> {
    match request.action().as_str() {
        "AssumeRole" => Some(assumed(request)),
        "GetCallerIdentity" => {
            let account = if request.access_key() == "AKIABASE" { HOME } else { PRODUCTION };
            Some(Reply::ok(format!(
                "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
                 <GetCallerIdentityResult><Arn>arn:aws:iam::{account}:user/me</Arn><UserId>AIDA</UserId>\
                 <Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
            )))
        }
        _ => None,
    }
}

/// The credentials of the role that a request asks for.
pub fn assumed(request: &Received) -> Reply {
    let role = request.form("RoleArn").unwrap();
    let account = role.split(':').nth(4).unwrap();
    Reply::ok(format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
         <AssumedRoleUser><AssumedRoleId>AROA:tollgate</AssumedRoleId>\
         <Arn>arn:aws:sts::{account}:assumed-role/Reader/tollgate</Arn></AssumedRoleUser><Credentials>\
         <AccessKeyId>ASIA{account}</AccessKeyId><SecretAccessKey>{ROLE_SECRET}</SecretAccessKey>\
         <SessionToken>{ROLE_TOKEN}</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration>\
         </Credentials></AssumeRoleResult></AssumeRoleResponse>"
    ))
}

/// One VPC.
pub fn vpcs() -> Reply {
    Reply::ok(
        "<DescribeVpcsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><vpcSet><item>\
         <vpcId>vpc-1</vpcId></item></vpcSet></DescribeVpcsResponse>",
    )
}

/// An error of EC2.
pub fn ec2_error(status: u16, code: &str) -> Reply {
    Reply::status(
        status,
        format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>because</Message></Error></Errors>\
             <RequestID>request-1</RequestID></Response>"
        ),
    )
}

/// STS as it should be; everything else as the script says, which is told how many such requests came before.
pub async fn server(script: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static) -> Server {
    let count = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |request| {
        sts(request)
            .unwrap_or_else(|| script(request, count.fetch_add(1, std::sync::atomic::Ordering::SeqCst)))
    })
    .await
}
