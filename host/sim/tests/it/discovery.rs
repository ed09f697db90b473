//! Accounts that Tollgate's client finds out by itself, in the demo organisation.

use serde_json::{Value, json};
use tollgate_aws::account::discovery::{
    DEFAULT_MAX_AGE, DEFAULT_REFRESH, Discovery, DynamoDb, Organizations, Reader, Template,
};
use tollgate_aws::account::{Reach, Source, Target};
use tollgate_aws::grant::{Grant, Mode};
use tollgate_aws::{Client, Config, Principal, Request};
use tollgate_sim::{DemoOptions, DemoOrg, Effect, Fault, Sim, SimConfig};

/// The demo organisation, cut into small pages.
fn demo() -> SimConfig {
    SimConfig { page_size: 2, ..DemoOrg::load(&DemoOptions::default()).unwrap().config }
}

async fn client(sim: &Sim, organizations: Option<Organizations>, dynamodb: Option<DynamoDb>) -> Client {
    let template = Template {
        role: Some("TollgateReadOnly".parse().unwrap()),
        external_id: Some("demo-ab8e18ef4ebe".into()),
        ..Template::default()
    };
    let discovery =
        Discovery { template, organizations, dynamodb, refresh: DEFAULT_REFRESH, max_age: DEFAULT_MAX_AGE };
    Client::new(Config { discovery: Some(discovery), ..sim.client_config() }).unwrap()
}

fn organizations(exclude: &[&str]) -> Organizations {
    Organizations {
        reader: None,
        include: Vec::new(),
        exclude: exclude.iter().map(|rule| rule.parse().unwrap()).collect(),
        environment_tag: "environment".to_owned(),
    }
}

async fn instances(client: &Client, account: &str) -> usize {
    let pattern = "ec2:DescribeInstances".parse().unwrap();
    let principal = Principal::new("tester", "test", Grant::new(Mode::ReadOnly, vec![vec![pattern]]));
    let request = Request {
        target: Target { account: account.parse().unwrap(), region: "us-east-1".to_owned() },
        service: "ec2".to_owned(),
        operation: "DescribeInstances".to_owned(),
        input: json!({}),
        select: Some("Reservations[].Instances[].InstanceId".to_owned()),
        max_items: None,
        cursor: None,
        fresh: true,
    };
    let response = client.call(&principal, request).await.unwrap();
    serde_json::from_str::<Value>(&response.output).unwrap().as_array().unwrap().len()
}

async fn names(client: &Client) -> Vec<String> {
    let accounts = client.accounts(&[], &Reach::All).await.unwrap();
    accounts.iter().map(|account| account.name.clone()).collect()
}

#[tokio::test]
async fn the_organisation_tells_its_accounts() {
    let sim = Sim::start(demo()).await.unwrap();
    let client = client(&sim, Some(organizations(&["legacy", "666677778888"])), None).await;
    assert_eq!(sim.stats().operation("organizations", "ListAccounts").succeeded, 0, "nothing at start");
    assert_eq!(
        names(&client).await,
        ["management", "production", "staging", "data", "security", "log-archive"]
    );
    assert_eq!(sim.stats().operation("organizations", "ListAccounts").succeeded, 4, "eight accounts");
    assert!(instances(&client, "222233334444").await > 0);
    let role = sim.assumed_roles().pop().unwrap();
    assert_eq!(role.role_arn, "arn:aws:iam::222233334444:role/TollgateReadOnly");
    assert_eq!(role.external_id.as_deref(), Some("demo-ab8e18ef4ebe"));
}

#[tokio::test]
async fn a_delegated_administrator_is_asked_for_units_and_tags() {
    let sim = Sim::start(demo()).await.unwrap();
    let reader = Reader {
        role: "arn:aws:iam::555566667777:role/TollgateReadOnly".to_owned(),
        via: Vec::new(),
        external_id: Some("demo-5d2d3ceb7abe".into()),
    };
    let source = Organizations {
        reader: Some(reader),
        include: ["ou:Workloads", "tag:team=security"].map(|rule| rule.parse().unwrap()).into(),
        exclude: vec!["ou:Workloads/Staging".parse().unwrap()],
        environment_tag: "team".to_owned(),
    };
    let client = client(&sim, Some(source), None).await;
    let accounts = client.accounts(&[], &Reach::All).await.unwrap();
    let found: Vec<_> =
        accounts.iter().map(|account| (&*account.name, account.environment.as_deref().unwrap())).collect();
    let expected = [
        ("production", "payments"),
        ("data", "analytics"),
        ("security", "security"),
        ("legacy", "payments"),
        ("log-archive", "security"),
    ];
    assert_eq!(found, expected);
    let policy = sim.assumed_roles().pop().unwrap().policy.unwrap();
    assert!(policy.contains("\"organizations:ListRoots\"") && !policy.contains("dynamodb"), "{policy}");
}

#[tokio::test]
async fn a_table_tells_accounts_with_roles_of_their_own() {
    let mut config = demo();
    let organization = config.fixtures.organization().clone();
    let items = organization.accounts.iter().filter(|account| account.role.is_some()).map(|account| {
        json!({
            "account_id": {"S": account.id},
            "name": {"S": account.name},
            "environment": {"S": account.environment},
            "enabled": {"BOOL": account.enabled},
            "external_id": {"S": account.external_id},
            "role": {"S": account.role},
            "regions": {"SS": account.regions},
            "team": {"S": account.tags["team"]},
        })
    });
    let output = json!({"Items": items.collect::<Vec<_>>(), "Count": 6, "ScannedCount": 6});
    config.fixtures.set("management", "eu-west-1", "dynamodb", "Scan", output).unwrap();
    let sim = Sim::start(config).await.unwrap();
    let table = DynamoDb { table: "aws-accounts".to_owned(), region: "eu-west-1".to_owned(), reader: None };
    let client = client(&sim, None, Some(table)).await;
    let registry = client.registry().await.unwrap();
    let expected = organization.registry().unwrap();
    assert_eq!(registry.accounts().len(), expected.len());
    for (found, written) in registry.accounts().iter().zip(&expected) {
        assert_eq!(
            (&found.name, found.enabled, found.source),
            (&written.name, written.enabled, Source::DynamoDb)
        );
        assert_eq!((&found.role, &found.external_id), (&written.role, &written.external_id));
    }
    for account in expected.iter().filter(|account| account.enabled) {
        instances(&client, account.id.as_str()).await;
    }
    assert_eq!(sim.assumed_roles().len(), 5, "every role took its external id");
}

#[tokio::test]
async fn throttles_and_resets_on_the_way_lose_no_account() {
    let sim = Sim::start(demo()).await.unwrap();
    sim.set_faults(vec![
        Fault::new(Effect::Throttle).operation("organizations", "ListTagsForResource").first(2),
        Fault::new(Effect::Reset).operation("organizations", "ListAccounts").first(1),
    ]);
    let client = client(&sim, Some(organizations(&[])), None).await;
    assert_eq!(names(&client).await.len(), 8);
    assert!(sim.stats().operation("organizations", "ListTagsForResource").failed >= 2);
}
