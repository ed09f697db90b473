//! Sessions of roles: for whom, how narrow, through which roles, and how they are renewed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::future::join_all;
use serde_json::{Value, json};
use tollgate_aws::account::Account;
use tollgate_aws::grant::{Grant, Mode};
use tollgate_aws::{Client, Clock, Config, Principal};

use crate::server::{Received, Reply, Server};
use crate::world::{self, *};

const HUB: &str = "arn:aws:iam::999999999999:role/Hub";

/// A principal that may describe what EC2 has.
fn principal(caller: &str, plugin: &str, patterns: &[&str]) -> Principal {
    let layer = patterns.iter().map(|pattern| pattern.parse().unwrap()).collect();
    Principal::new(caller, plugin, Grant::new(Mode::ReadOnly, vec![layer]))
}

async fn ask_as(client: &Client, principal: &Principal, account: &str) {
    client.call(principal, request(account, "ec2", "DescribeVpcs", json!({}))).await.unwrap();
}

fn assumptions(server: &Server) -> Vec<Received> {
    server.received().into_iter().filter(|request| request.action() == "AssumeRole").collect()
}

/// The actions that a session policy allows.
fn allowed(request: &Received) -> Value {
    let policy: Value = serde_json::from_str(&request.form("Policy").unwrap()).unwrap();
    assert_eq!(policy["Version"], "2012-10-17");
    assert_eq!(policy["Statement"].as_array().unwrap().len(), 1);
    policy["Statement"][0]["Action"].clone()
}

#[tokio::test]
async fn the_whole_question_to_sts() {
    let server = world::server(|_, _| vpcs()).await;
    let mut account = with_role(PRODUCTION, "production");
    account.session_name = Some("ops".to_owned());
    account.duration_seconds = Some(1800);
    account.source_identity = true;
    account.session_tags = BTreeMap::from([
        ("Team".to_owned(), "platform".to_owned()),
        ("Who".to_owned(), "{caller} by {plugin}".to_owned()),
    ]);
    let client = Client::new(config(&server, vec![account])).unwrap();
    ask_as(&client, &principal("jane@example.com", "ec2", &["ec2:DescribeVpcs"]), PRODUCTION).await;
    let asked = &assumptions(&server)[0];
    let pairs: Vec<String> = asked
        .body
        .split('&')
        .map(|pair| percent_encoding::percent_decode_str(pair).decode_utf8().unwrap().into_owned())
        .collect();
    assert_eq!(
        pairs,
        [
            "Action=AssumeRole",
            "Version=2011-06-15",
            "RoleArn=arn:aws:iam::222222222222:role/Reader",
            "RoleSessionName=ops-ec2-jane@example.com",
            r#"Policy={"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:DescribeVpcs"],"Resource":"*"}]}"#,
            "DurationSeconds=1800",
            "Tags.member.1.Key=Team",
            "Tags.member.1.Value=platform",
            "Tags.member.2.Key=Who",
            "Tags.member.2.Value=jane@example.com by ec2",
            "ExternalId=shared-external-id",
            "SourceIdentity=jane@example.com",
        ]
    );
}

#[tokio::test]
async fn each_caller_and_plugin_has_a_session_of_its_own_narrowed_to_its_grant() {
    let server = world::server(|_, _| vpcs()).await;
    let client = client(&server);
    let narrow = ["ec2:DescribeVpcs"];
    let wide = ["ec2:DescribeVpcs", "ec2:DescribeSubnets"];
    for _ in 0..3 {
        for principal in [
            principal("jane", "ec2", &narrow),
            principal("john", "ec2", &narrow),
            principal("jane", "network", &narrow),
            principal("jane", "ec2", &wide),
        ] {
            ask_as(&client, &principal, PRODUCTION).await;
        }
    }
    let asked: Vec<_> = assumptions(&server)
        .iter()
        .map(|request| (request.form("RoleSessionName").unwrap(), allowed(request)))
        .collect();
    assert_eq!(
        asked,
        [
            ("tollgate-ec2-jane".to_owned(), json!(narrow)),
            ("tollgate-ec2-john".to_owned(), json!(narrow)),
            ("tollgate-network-jane".to_owned(), json!(narrow)),
            ("tollgate-ec2-jane".to_owned(), json!(["ec2:DescribeSubnets", "ec2:DescribeVpcs"])),
        ]
    );
}

#[tokio::test]
async fn roles_in_between_are_assumed_once_for_all_accounts() {
    let server = world::server(|_, _| vpcs()).await;
    let behind = |digits: &str, name: &str| Account { via: vec![HUB.to_owned()], ..with_role(digits, name) };
    let accounts = vec![behind(PRODUCTION, "production"), behind("333333333333", "staging")];
    let client = Client::new(config(&server, accounts)).unwrap();
    let principals = [principal("jane", "ec2", &["ec2:*"]), principal("john", "ec2", &["ec2:*"])];
    let calls = principals.iter().flat_map(|one| [(one, PRODUCTION), (one, "333333333333")]);
    join_all(calls.map(|(principal, account)| ask_as(&client, principal, account))).await;

    let asked = assumptions(&server);
    assert_eq!(asked.len(), 5);
    let (hub, roles): (Vec<_>, Vec<_>) =
        asked.iter().partition(|request| request.form("RoleArn").as_deref() == Some(HUB));
    assert_eq!(hub.len(), 1);
    assert_eq!(
        (hub[0].access_key(), hub[0].form("RoleSessionName").as_deref()),
        ("AKIABASE", Some("tollgate"))
    );
    assert_eq!(allowed(hub[0]), json!(["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]));
    assert!(hub[0].form("ExternalId").is_none());
    assert!(
        roles.iter().all(|request| request.access_key() == "ASIA999999999999"),
        "signed by the hub's session"
    );
}

#[tokio::test]
async fn the_session_of_a_role_in_between_that_was_ended_is_renewed() {
    let ended = AtomicUsize::new(0);
    let server = Server::start(move |request| match request.form("RoleArn").as_deref() {
        Some(HUB) => assumed(request),
        Some(_) if ended.fetch_add(1, Ordering::SeqCst) == 0 => Reply::status(
            403,
            "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>ended</Message></Error></ErrorResponse>",
        ),
        Some(_) => assumed(request),
        None => vpcs(),
    })
    .await;
    let account = Account { via: vec![HUB.to_owned()], ..with_role(PRODUCTION, "production") };
    let client = Client::new(config(&server, vec![account])).unwrap();
    ask(&client).await.unwrap();
    let roles: Vec<_> = assumptions(&server).iter().map(|request| request.form("RoleArn").unwrap()).collect();
    let reader = "arn:aws:iam::222222222222:role/Reader";
    assert_eq!(roles, [HUB, reader, HUB, reader]);
}

#[tokio::test]
async fn a_policy_that_aws_finds_too_large_is_sent_shorter_and_stays_so() {
    let server = Server::start(|request| match request.form("Policy") {
        Some(policy) if policy.len() > 1000 => Reply::status(
            400,
            "<ErrorResponse><Error><Code>PackedPolicyTooLarge</Code><Message>112%</Message></Error></ErrorResponse>",
        ),
        Some(_) => assumed(request),
        None => vpcs(),
    })
    .await;
    let client = client(&server);
    ask_as(&client, &principal("jane", "ec2", &["ec2:*", "s3:*"]), PRODUCTION).await;
    let lengths =
        || assumptions(&server).iter().map(|one| one.form("Policy").unwrap().len()).collect::<Vec<_>>();
    let first = lengths();
    assert!(first.len() >= 2 && first.is_sorted_by(|longer, shorter| longer > shorter), "{first:?}");
    assert!(*first.last().unwrap() <= 1000);
    ask_as(&client, &principal("john", "ec2", &["ec2:*", "s3:*"]), PRODUCTION).await;
    assert_eq!(lengths().len(), first.len() + 1, "known to be too large for everybody");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_goes_does_not_end_what_others_wait_for() {
    let server = Server::start(|request| match request.action().as_str() {
        "AssumeRole" => Reply::Later(Duration::from_millis(100), Box::new(assumed(request))),
        _ => vpcs(),
    })
    .await;
    let client = client(&server);
    assert!(tokio::time::timeout(Duration::from_millis(30), ask(&client)).await.is_err());
    ask(&client).await.unwrap();
    assert_eq!(server.count("AssumeRole"), 1);
}

/// A role session that holds for an hour after the epoch, and a clock that the test sets.
struct Hour {
    seconds: Arc<AtomicU64>,
}

impl Hour {
    fn set(&self, seconds: u64) {
        self.seconds.store(seconds, Ordering::SeqCst);
    }

    fn clock(&self) -> Clock {
        let (seconds, start) = (self.seconds.clone(), SystemTime::now());
        Clock::new(move || start + Duration::from_secs(seconds.load(Ordering::SeqCst)))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_a_renewal() {
    let hour = Hour { seconds: Arc::default() };
    let seconds = hour.seconds.clone();
    let start = SystemTime::now();
    let server = Server::start(move |request| match request.action().as_str() {
        "AssumeRole" => {
            let now = seconds.load(Ordering::SeqCst);
            let answer = session(&format!("ASIA{now}"), start + Duration::from_secs(now + 3600));
            // The renewal is answered when the test has seen that nobody waited for it.
            if now == 0 { answer } else { Reply::Later(Duration::from_millis(200), Box::new(answer)) }
        }
        _ => vpcs(),
    })
    .await;
    let config = Config { clock: hour.clock(), ..config(&server, vec![with_role(PRODUCTION, "production")]) };
    let client = Client::new(config).unwrap();
    let key = async || {
        ask(&client).await.unwrap();
        let received = server.received();
        received
            .iter()
            .rev()
            .find(|request| request.action() == "DescribeVpcs")
            .unwrap()
            .access_key()
            .to_owned()
    };
    assert_eq!(key().await, "ASIA0");
    hour.set(3600 - 200);
    assert_eq!(key().await, "ASIA0", "still valid");
    assert_eq!(key().await, "ASIA0", "still under way");
    while key().await == "ASIA0" {
        tokio::task::yield_now().await;
    }
    assert_eq!(key().await, "ASIA3400");
    assert_eq!(server.count("AssumeRole"), 2);
}

/// What `AssumeRole` answers: this key until then.
fn session(key: &str, expiry: SystemTime) -> Reply {
    let seconds = expiry.duration_since(UNIX_EPOCH).unwrap().as_secs();
    let expiry = time::OffsetDateTime::from_unix_timestamp(seconds.try_into().unwrap()).unwrap();
    let expiry = expiry.format(&time::format_description::well_known::Rfc3339).unwrap();
    Reply::ok(format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
         <AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId>\
         <Arn>arn:aws:sts::{PRODUCTION}:assumed-role/Reader/x</Arn></AssumedRoleUser><Credentials>\
         <AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{ROLE_SECRET}</SecretAccessKey>\
         <SessionToken>{ROLE_TOKEN}</SessionToken><Expiration>{expiry}</Expiration>\
         </Credentials></AssumeRoleResult></AssumeRoleResponse>"
    ))
}
