//! Who may assume which role, with what: trust policies, roles in between, source identities and session tags.

use std::collections::BTreeMap;

use serde_json::json;
use tollgate_aws::account::{Account, Target, standard_session_tags};
use tollgate_aws::grant::{Grant, Mode};
use tollgate_aws::{Client, Config, Error, Principal, Request};
use tollgate_sim::{Fixtures, OrgAccount, Organization, Sim, SimConfig, Trust};

const HOME: &str = "100000000000";
const HUB: &str = "111111111111";
const BEHIND: &str = "222222222222";

/// An organisation with a hub, and an account behind it as the test wants it.
async fn start(change: impl FnOnce(&mut OrgAccount)) -> Sim {
    let account = |id: &str| OrgAccount {
        id: id.to_owned(),
        name: format!("a{id}"),
        role: Some(role(id)),
        enabled: true,
        ..OrgAccount::default()
    };
    let mut behind = account(BEHIND);
    change(&mut behind);
    let organization = Organization {
        management_account: HOME.to_owned(),
        regions: vec!["us-east-1".to_owned()],
        accounts: vec![OrgAccount { role: None, ..account(HOME) }, account(HUB), behind],
        ..Organization::default()
    };
    Sim::start(SimConfig::new(Fixtures::new(organization))).await.unwrap()
}

fn role(id: &str) -> String {
    format!("arn:aws:iam::{id}:role/Reader")
}

fn entry() -> Account {
    Account { role: Some(role(BEHIND)), ..Account::new(BEHIND.parse().unwrap(), "behind") }
}

async fn ask(sim: &Sim, account: Account) -> Result<(), String> {
    let client = Client::new(Config { accounts: vec![account], ..sim.client_config() }).unwrap();
    let layer = vec!["ec2:Describe*".parse().unwrap()];
    let principal = Principal::new("jane@example.com", "ec2", Grant::new(Mode::ReadOnly, vec![layer]));
    let target = Target { account: BEHIND.parse().unwrap(), region: "us-east-1".to_owned() };
    let (service, operation) = ("ec2".to_owned(), "DescribeVpcs".to_owned());
    let input = json!({});
    let request = Request {
        target,
        service,
        operation,
        input,
        select: None,
        max_items: None,
        cursor: None,
        fresh: true,
    };
    match client.call(&principal, request).await {
        Ok(_) => Ok(()),
        Err(error @ Error::Credentials(_)) => Err(error.to_string()),
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn a_role_that_trusts_a_hub_is_reached_through_it_alone() {
    let sim = start(|behind| behind.trusts = vec![HUB.to_owned()]).await;
    let denied = ask(&sim, entry()).await.unwrap_err();
    assert!(denied.contains("is not authorized to perform: sts:AssumeRole"), "{denied}");
    ask(&sim, Account { via: vec![role(HUB)], ..entry() }).await.unwrap();
    let names: Vec<_> =
        sim.assumed_roles().into_iter().map(|role| (role.role_arn, role.session_name)).collect();
    assert_eq!(
        names,
        [(role(HUB), "tollgate".to_owned()), (role(BEHIND), "tollgate-ec2-jane@example.com".to_owned())]
    );
    assert!(sim.assumed_roles().iter().all(|role| role.policy.is_some()));
}

#[tokio::test]
async fn what_a_trust_policy_does_not_name_is_refused_and_said() {
    let sim = start(|_| {}).await;
    let text = ask(&sim, Account { source_identity: true, ..entry() }).await.unwrap_err();
    assert!(text.contains("take `source_identity` out of the account's entry"), "{text}");
    let text = ask(&sim, Account { session_tags: standard_session_tags(), ..entry() }).await.unwrap_err();
    assert!(text.contains("take `session_tags` out of the account's entry"), "{text}");
    ask(&sim, entry()).await.unwrap();
}

#[tokio::test]
async fn what_a_trust_policy_wants_is_sent_through_the_hub_as_well() {
    let sim = start(|behind| {
        behind.trusts = vec![HUB.to_owned()];
        behind.set_source_identity = Trust::Required;
        behind.tag_session = Trust::Required;
    })
    .await;
    let via = vec![role(HUB)];
    assert!(ask(&sim, Account { via: via.clone(), ..entry() }).await.is_err());
    let session_tags = BTreeMap::from([("Who".to_owned(), "{caller}".to_owned())]);
    ask(&sim, Account { via, source_identity: true, session_tags, ..entry() }).await.unwrap();
    let role = sim.assumed_roles().pop().unwrap();
    assert_eq!(role.source_identity.as_deref(), Some("jane@example.com"));
    assert_eq!(role.session_tags, [("Who".to_owned(), "jane@example.com".to_owned())]);
}

#[tokio::test]
async fn a_session_is_as_long_as_the_role_allows() {
    let sim = start(|behind| behind.max_session_seconds = Some(7200)).await;
    ask(&sim, Account { duration_seconds: Some(7200), ..entry() }).await.unwrap();
    assert_eq!(sim.assumed_roles()[0].duration.as_secs(), 7200);
    let text = ask(&sim, Account { duration_seconds: Some(43_200), ..entry() }).await.unwrap_err();
    assert!(text.contains("lower `duration_seconds` in the account's entry"), "{text}");
}
