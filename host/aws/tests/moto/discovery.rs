//! Accounts as moto's Organizations and DynamoDB tell of them, judged by boto3.

use std::collections::BTreeMap;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use serde_json::{Value, json};
use tollgate_aws::account::discovery::{
    DEFAULT_MAX_AGE, DEFAULT_REFRESH, Discovery, DynamoDb, Organizations, Reader, Template,
};
use tollgate_aws::account::{Account, Source, Target};
use tollgate_aws::grant::{Grant, Mode};
use tollgate_aws::{Client, Config, Principal};

use crate::judge::{Judge, Question, World};

const REGION: &str = "us-east-1";

/// The accounts of an organisation and of a table, and a call into one of them.
pub(crate) async fn finds_what_boto3_finds(judge: &mut Judge, world: &World) {
    let manager = world.accounts.keys().next().unwrap();
    let reader = || {
        Some(Reader {
            role: format!("arn:aws:iam::{manager}:role/{}", world.role),
            via: vec![],
            external_id: None,
        })
    };
    let organizations = |include: &[&str]| Organizations {
        reader: reader(),
        include: include.iter().map(|rule| rule.parse().unwrap()).collect(),
        exclude: vec![manager.parse().unwrap()],
        environment_tag: "team".to_owned(),
    };
    let mut ask = |service: &str, operation: &str, input: Value| {
        let answer = judge.answer(&Question {
            account: manager.clone(),
            region: REGION.to_owned(),
            service: service.to_owned(),
            operation: operation.to_owned(),
            input,
            checked: false,
            pages: 1,
            fails: None,
            writes: false,
            empty: false,
        });
        answer["value"].clone()
    };

    let listed = ask("organizations", "ListAccounts", json!({}));
    let active = listed["Accounts"].as_array().unwrap().iter().filter(|one| one["Status"] == "ACTIVE");
    let active: Vec<&Value> = active.filter(|one| one["Id"] != manager.as_str()).collect();
    assert_eq!((active.len(), listed["Accounts"].as_array().unwrap().len()), (3, 5), "one is closed");
    let expected: BTreeMap<String, (String, BTreeMap<String, String>)> = active
        .into_iter()
        .map(|one| {
            let id = one["Id"].as_str().unwrap();
            let tags = ask("organizations", "ListTagsForResource", json!({"ResourceId": id}));
            let tags =
                tags["Tags"].as_array().unwrap().iter().map(|tag| (text(&tag["Key"]), text(&tag["Value"])));
            (id.to_owned(), (text(&one["Name"]), tags.collect()))
        })
        .collect();
    let client = client(world, Some(organizations(&[])), None);
    let registry = client.registry().await.unwrap();
    let found: BTreeMap<_, _> = registry
        .accounts()
        .iter()
        .map(|one| (one.id.to_string(), (one.name.clone(), one.tags.clone())))
        .collect();
    assert_eq!(found, expected);
    assert!(registry.accounts().iter().all(|one| one.environment.as_deref() == Some(&*one.tags["team"])));

    let root = text(&ask("organizations", "ListRoots", json!({}))["Roots"][0]["Id"]);
    let units = ask("organizations", "ListOrganizationalUnitsForParent", json!({"ParentId": root}));
    let unit = text(&units["OrganizationalUnits"][0]["Id"]);
    let inside = ask("organizations", "ListAccountsForParent", json!({"ParentId": unit}));
    let inside: Vec<String> =
        inside["Accounts"].as_array().unwrap().iter().map(|one| text(&one["Id"])).collect();
    assert_eq!(inside.len(), 1);
    for rule in ["ou:Production", unit.as_str()] {
        let registry = self::client(world, Some(organizations(&[rule])), None).registry().await.unwrap();
        let found: Vec<String> = registry.accounts().iter().map(|one| one.id.to_string()).collect();
        assert_eq!(found, inside, "{rule}");
    }
    into_a_discovered_account(&client, &registry.accounts()[0]).await;

    let scanned = ask("dynamodb", "Scan", json!({"TableName": "accounts", "ConsistentRead": true}));
    let items = scanned["Items"].as_array().unwrap();
    let expected: BTreeMap<String, Account> =
        items.iter().map(|item| expected_entry(item, &world.role)).collect();
    let table = DynamoDb { table: "accounts".to_owned(), region: REGION.to_owned(), reader: reader() };
    let registry = self::client(world, None, Some(table)).registry().await.unwrap();
    let found: BTreeMap<String, Account> =
        registry.accounts().iter().map(|one| (one.id.to_string(), Account::clone(one))).collect();
    assert_eq!((found.len(), registry.left_out()), (5, &[][..]));
    assert_eq!(found, expected);
}

/// An entry, as the item of boto3 says.
fn expected_entry(item: &Value, role: &str) -> (String, Account) {
    let id = text(&item["account_id"]["S"]);
    let mut regions: Vec<String> = item["regions"]["SS"].as_array().unwrap().iter().map(text).collect();
    regions.sort();
    let account = Account {
        role: Some(format!("arn:aws:iam::{id}:role/{role}")),
        environment: Some(text(&item["environment"]["S"])),
        enabled: item["enabled"]["BOOL"].as_bool().unwrap(),
        regions,
        tags: BTreeMap::from([("cost_center".to_owned(), text(&item["cost_center"]["N"]))]),
        source: Source::DynamoDb,
        ..Account::new(id.parse().unwrap(), text(&item["name"]["S"]))
    };
    (id, account)
}

async fn into_a_discovered_account(client: &Client, account: &Account) {
    let named = vec!["sts:GetCallerIdentity".parse().unwrap()];
    let principal = Principal::new("jane", "test", Grant::new(Mode::ReadOnly, vec![named]));
    let target = Target { account: account.id, region: REGION.to_owned() };
    let identity = client.caller_identity(&principal, target).await.unwrap();
    assert_eq!(identity.account, account.id);
}

fn client(world: &World, organizations: Option<Organizations>, dynamodb: Option<DynamoDb>) -> Client {
    let keys = Credentials::new(&world.base.access_key_id, &world.base.secret_access_key, None, None, "test");
    let template = Template { role: Some(world.role.parse().unwrap()), ..Template::default() };
    Client::new(Config {
        home_region: Some(REGION.to_owned()),
        endpoint_url: Some(world.endpoint.clone()),
        discovery: Some(Discovery {
            template,
            organizations,
            dynamodb,
            refresh: DEFAULT_REFRESH,
            max_age: DEFAULT_MAX_AGE,
        }),
        base_credentials: Some(SharedCredentialsProvider::new(keys)),
        ..Config::default()
    })
    .unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
