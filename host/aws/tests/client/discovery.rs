//! Accounts that are found out: in Organizations, and in a DynamoDB table.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use tollgate_aws::account::discovery::{Discovery, DynamoDb, Organizations, Reader, Template};
use tollgate_aws::account::{Account, Reach, Source};
use tollgate_aws::{CacheConfig, Client, Clock, Config, Error, Timeouts};

use crate::server::{Received, Reply, Server};
use crate::world::*;

const STAGING: &str = "333333333333";
const SANDBOX: &str = "444444444444";
const REFRESH: Duration = Duration::from_secs(600);
const MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Id, name, status and tags of an account, as they are listed below.
type Listed = (&'static str, &'static str, &'static str, Vec<(&'static str, &'static str)>);

/// What AWS knows, and how it behaves.
#[derive(Default)]
struct Aws {
    members: Vec<Listed>,
    items: Vec<Value>,
    denied: bool,
    delay: Duration,
}

struct World {
    aws: Arc<Mutex<Aws>>,
    server: Server,
    seconds: Arc<AtomicU64>,
}

impl World {
    async fn new(aws: Aws) -> Self {
        let aws = Arc::new(Mutex::new(aws));
        let shared = aws.clone();
        let server = Server::start(move |request| shared.lock().unwrap().answer(request)).await;
        Self { aws, server, seconds: Arc::default() }
    }

    fn config(&self, accounts: Vec<Account>, discovery: Discovery) -> Config {
        let (seconds, start) = (self.seconds.clone(), SystemTime::now());
        let clock = Clock::new(move || start + Duration::from_secs(seconds.load(Ordering::SeqCst)));
        Config { discovery: Some(discovery), clock, ..config(&self.server, accounts) }
    }

    fn client(&self, accounts: Vec<Account>, discovery: Discovery) -> Client {
        Client::new(self.config(accounts, discovery)).unwrap()
    }

    fn change(&self, change: impl FnOnce(&mut Aws)) {
        change(&mut self.aws.lock().unwrap());
    }

    fn advance(&self, time: Duration) {
        self.seconds.fetch_add(time.as_secs(), Ordering::SeqCst);
    }

    /// What was asked of Organizations and DynamoDB.
    fn asked(&self) -> Vec<Received> {
        self.server.received().into_iter().filter(|request| !operation(request).is_empty()).collect()
    }

    fn count(&self, name: &str) -> usize {
        self.asked().iter().filter(|request| operation(request) == name).count()
    }
}

/// The operation of a JSON protocol.
fn operation(request: &Received) -> &str {
    let target = request.headers.get("x-amz-target").map(String::as_str).unwrap_or_default();
    target.split_once('.').map_or("", |(_, operation)| operation)
}

impl Aws {
    fn answer(&self, request: &Received) -> Reply {
        if let Some(reply) = sts(request) {
            return reply;
        }
        if request.action() == "DescribeVpcs" {
            return vpcs();
        }
        let input: Value = serde_json::from_str(&request.body).unwrap();
        let reply = if self.denied {
            let text = r#"{"__type":"AccessDeniedException","Message":"You don't have permissions to access this resource."}"#;
            Reply::status(400, text)
        } else {
            Reply::ok(self.output(operation(request), &input).to_string())
        };
        if self.delay.is_zero() { reply } else { Reply::Later(self.delay, Box::new(reply)) }
    }

    fn output(&self, operation: &str, input: &Value) -> Value {
        match operation {
            // One on each page.
            "ListAccounts" => page(
                &self.members,
                &input["NextToken"],
                |(id, name, status, _)| json!({"Id": id, "Name": name, "Status": status}),
            ),
            "ListTagsForResource" => {
                let member = self.members.iter().find(|member| input["ResourceId"] == member.0).unwrap();
                let tags = member.3.iter().map(|(key, value)| json!({"Key": key, "Value": value}));
                json!({"Tags": tags.collect::<Vec<_>>()})
            }
            "ListRoots" => json!({"Roots": [{"Id": "r-ab12", "Name": "Root"}]}),
            "ListOrganizationalUnitsForParent" if input["ParentId"] == "r-ab12" => {
                json!({"OrganizationalUnits": [{"Id": "ou-ab12-11111111", "Name": "Workloads"}]})
            }
            "ListOrganizationalUnitsForParent" => json!({"OrganizationalUnits": []}),
            "ListAccountsForParent" => {
                let inside = |id: &str| (id == SANDBOX) == (input["ParentId"] == "r-ab12");
                let members = self.members.iter().filter(|member| inside(member.0));
                json!({"Accounts": members.map(|member| json!({"Id": member.0})).collect::<Vec<_>>()})
            }
            "Scan" => {
                let start = input["ExclusiveStartKey"]["account_id"]["S"].as_str();
                let first = self.items.iter().position(|item| item["account_id"]["S"].as_str() == start);
                let at = first.map_or(0, |first| first + 1);
                let item = self.items.get(at);
                let mut output = json!({"Items": item.into_iter().collect::<Vec<_>>(), "Count": 1});
                if at + 1 < self.items.len() {
                    output["LastEvaluatedKey"] = json!({"account_id": item.unwrap()["account_id"]});
                }
                output
            }
            other => panic!("{other} was not expected"),
        }
    }
}

fn page<T>(members: &[T], token: &Value, show: impl Fn(&T) -> Value) -> Value {
    let at: usize = token.as_str().unwrap_or("0").parse().unwrap();
    let mut output = json!({"Accounts": members.get(at).map(show).into_iter().collect::<Vec<_>>()});
    if at + 1 < members.len() {
        output["NextToken"] = json!((at + 1).to_string());
    }
    output
}

/// The management account, whose the base credentials are, and three others.
fn organisation() -> Aws {
    Aws {
        members: vec![
            (HOME, "management", "ACTIVE", vec![]),
            (PRODUCTION, "production", "ACTIVE", vec![("environment", "prod"), ("team", "payments")]),
            (STAGING, "staging", "ACTIVE", vec![("team", "payments")]),
            (SANDBOX, "sandbox", "SUSPENDED", vec![]),
        ],
        ..Aws::default()
    }
}

fn template() -> Template {
    Template {
        role: Some("Reader".parse().unwrap()),
        external_id: Some(EXTERNAL_ID.into()),
        regions: vec!["eu-west-1".to_owned()],
        ..Template::default()
    }
}

fn discovery() -> Discovery {
    Discovery {
        template: template(),
        organizations: None,
        dynamodb: None,
        refresh: REFRESH,
        max_age: MAX_AGE,
    }
}

fn of_organisation(include: &[&str], exclude: &[&str]) -> Discovery {
    let rules = |rules: &[&str]| rules.iter().map(|rule| rule.parse().unwrap()).collect();
    let organizations = Organizations {
        reader: None,
        include: rules(include),
        exclude: rules(exclude),
        environment_tag: "environment".to_owned(),
    };
    Discovery { organizations: Some(organizations), ..discovery() }
}

fn of_table() -> Discovery {
    let table =
        DynamoDb { table: "aws-accounts".to_owned(), region: "eu-central-1".to_owned(), reader: None };
    Discovery { dynamodb: Some(table), ..discovery() }
}

fn item(id: &str, name: &str, more: Value) -> Value {
    let mut item = json!({"account_id": {"S": id}, "name": {"S": name}});
    item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    item
}

async fn names(client: &Client, selectors: &[&str]) -> Result<Vec<String>, String> {
    let selectors: Vec<String> = selectors.iter().map(|&text| text.to_owned()).collect();
    let accounts = client.accounts(&selectors, &Reach::All).await.map_err(|error| error.to_string())?;
    Ok(accounts.iter().map(|account| account.name.clone()).collect())
}

/// Asks until the names are these: a renewal is under way that nobody waits for.
async fn until(client: &Client, expected: &[&str]) {
    let renewed = async {
        while names(client, &[]).await.unwrap() != expected {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), renewed).await.unwrap();
}

#[tokio::test]
async fn the_organisation_is_asked_once_when_somebody_needs_it() {
    let world = World::new(organisation()).await;
    let client = world.client(vec![], of_organisation(&[], &[]));
    assert!(world.server.received().is_empty(), "nothing at construction");
    assert!(client.known(id(PRODUCTION)).is_none());
    let many = (0..100).map(|_| names(&client, &[]));
    for names in futures::future::join_all(many).await {
        assert_eq!(names.unwrap(), ["management", "production", "staging"]);
    }
    assert_eq!((world.count("ListAccounts"), world.count("ListTagsForResource")), (4, 3), "four pages, once");
    assert_eq!(world.asked().len(), 7, "no units: no rule is about them");
    assert!(world.asked().iter().all(|request| request.scope()[2] == "us-east-1"));
    let registry = client.registry().await.unwrap();
    let production = registry.account(id(PRODUCTION)).unwrap();
    let expected = Account {
        role: Some(format!("arn:aws:iam::{PRODUCTION}:role/Reader")),
        external_id: Some(EXTERNAL_ID.into()),
        regions: vec!["eu-west-1".to_owned()],
        environment: Some("prod".to_owned()),
        tags: BTreeMap::from(
            [("environment", "prod"), ("team", "payments")]
                .map(|(key, value)| (key.to_owned(), value.to_owned())),
        ),
        source: Source::Organizations,
        ..Account::new(id(PRODUCTION), "production")
    };
    assert_eq!(**production, expected);
    assert_eq!(names(&client, &["env:prod"]).await.unwrap(), ["production"]);
    assert_eq!(names(&client, &["tag:team=payments"]).await.unwrap(), ["production", "staging"]);
    assert_eq!(client.known(id(PRODUCTION)).unwrap().name, "production");

    ask(&client).await.unwrap();
    let last = world.server.received().pop().unwrap();
    assert_eq!(last.access_key(), format!("ASIA{PRODUCTION}"), "by the role");
    client.call(&reading(), request(HOME, "ec2", "DescribeVpcs", json!({}))).await.unwrap();
    assert_eq!(world.server.received().pop().unwrap().access_key(), "AKIABASE", "our own account");
}

#[tokio::test]
async fn rules_about_units_ask_for_the_tree_and_tags_only_of_who_is_in() {
    let world = World::new(organisation()).await;
    let client = world.client(vec![], of_organisation(&["ou:Workloads"], &[HOME, "tag:environment=prod"]));
    assert_eq!(names(&client, &[]).await.unwrap(), ["staging"]);
    let of_tree = ["ListRoots", "ListOrganizationalUnitsForParent", "ListAccountsForParent"];
    assert_eq!(of_tree.map(|name| world.count(name)), [1, 2, 2]);
    assert_eq!(world.count("ListTagsForResource"), 2);

    let client = world.client(vec![], of_organisation(&["ou:Wrokloads"], &[]));
    let error = names(&client, &[]).await.unwrap_err();
    let told = "discovery.organizations.include: the organisation has no unit \"ou:Wrokloads\"; the nearest known: \"ou:Workloads\"";
    assert!(error.starts_with(told), "{error}");
    let client = world.client(vec![], of_organisation(&["tag:team=nobody"], &[]));
    let error = names(&client, &[]).await.unwrap_err();
    assert!(error.starts_with("there are no accounts: discovery found none"), "{error}");
    let error = client.call(&reading(), request(HOME, "ec2", "DescribeVpcs", json!({}))).await.unwrap_err();
    assert!(error.to_string().contains("no account matches"), "not the base credentials' own: {error}");
}

#[tokio::test]
async fn a_rule_that_fits_nobody_is_told_and_hides_nobody() {
    let world = World::new(organisation()).await;
    let exclude = ["prodction", SANDBOX, "tag:tollgate=off"];
    let client = world.client(vec![], of_organisation(&[], &exclude));
    assert_eq!(names(&client, &[]).await.unwrap(), ["management", "production", "staging"]);
    let registry = client.registry().await.unwrap();
    let told: Vec<_> =
        registry.idle_rules().iter().map(|idle| (idle.rule.to_string(), idle.is_wrong())).collect();
    let expected = [("prodction", true), ("tag:tollgate=off", false)];
    assert_eq!(told, expected.map(|(rule, wrong)| (rule.to_owned(), wrong)), "a suspended account is one");
    assert_eq!(
        registry.idle_rules()[0].to_string(),
        "discovery.organizations.exclude: the organisation has no account \"prodction\"; the nearest known: \"production\""
    );
    // An account that leaves takes no other one along.
    world.change(|aws| aws.members.retain(|member| member.0 != SANDBOX));
    world.advance(REFRESH * 2);
    assert_eq!(names(&client, &[]).await.unwrap(), ["management", "production", "staging"]);
    assert_eq!(client.registry().await.unwrap().idle_rules().len(), 3);
}

#[tokio::test]
async fn a_reader_is_assumed_for_these_questions_alone() {
    let world = World::new(organisation()).await;
    let mut discovery = of_organisation(&[], &[]);
    let reader = |account: &str| Reader {
        role: format!("arn:aws:iam::{account}:role/Lister"),
        via: vec![],
        external_id: Some("of-the-reader".into()),
    };
    discovery.organizations.as_mut().unwrap().reader = Some(reader("555555555555"));
    discovery.dynamodb =
        Some(DynamoDb { reader: Some(reader("666666666666")), ..of_table().dynamodb.unwrap() });
    let client = world.client(vec![], discovery);
    assert_eq!(names(&client, &[]).await.unwrap(), ["management", "production", "staging"]);
    let received = world.server.received();
    let mut assumed: Vec<_> = received
        .iter()
        .filter(|request| request.action() == "AssumeRole")
        .map(|request| {
            let policy: Value = serde_json::from_str(&request.form("Policy").unwrap()).unwrap();
            assert_eq!(request.form("RoleSessionName").unwrap(), "tollgate-discovery-host");
            assert_eq!(request.form("ExternalId").unwrap(), "of-the-reader");
            (request.form("RoleArn").unwrap(), policy["Statement"][0]["Action"].clone())
        })
        .collect();
    assumed.sort_by(|one, other| one.0.cmp(&other.0));
    let of_organizations = ["organizations:ListAccounts", "organizations:ListTagsForResource"];
    assert_eq!(
        assumed,
        [
            ("arn:aws:iam::555555555555:role/Lister".to_owned(), json!(of_organizations)),
            ("arn:aws:iam::666666666666:role/Lister".to_owned(), json!(["dynamodb:Scan"])),
        ]
    );
    for request in world.asked() {
        let account = if operation(&request) == "Scan" { "666666666666" } else { "555555555555" };
        assert_eq!(request.access_key(), format!("ASIA{account}"));
    }
}

#[tokio::test]
async fn a_table_is_read_to_its_end_and_its_entries_hold_before_those_of_the_organisation() {
    let mut aws = organisation();
    aws.items = vec![
        item(STAGING, "stage", json!({"environment": {"S": "test"}, "enabled": {"BOOL": false}})),
        item(PRODUCTION, "payments", json!({"role": {"S": "Other"}, "cost_center": {"N": "4100"}})),
        item("555555555555", "data", json!({"enabled": {"N": "1"}})),
    ];
    let world = World::new(aws).await;
    let discovery = Discovery { dynamodb: of_table().dynamodb, ..of_organisation(&[], &[]) };
    let file = Account { environment: Some("file".to_owned()), ..with_role(SANDBOX, "sandbox") };
    let client = world.client(vec![file], discovery);
    assert_eq!(names(&client, &[]).await.unwrap(), ["sandbox", "payments", "management"]);
    assert_eq!(names(&client, &["tag:cost_center=4100"]).await.unwrap(), ["payments"]);
    let error = names(&client, &[STAGING]).await.unwrap_err();
    assert!(error.starts_with("\"stage\" is disabled: enable it where its entry is"), "{error}");
    let registry = client.registry().await.unwrap();
    assert_eq!(
        registry.account(id(PRODUCTION)).unwrap().role.as_deref(),
        Some("arn:aws:iam::222222222222:role/Other")
    );
    let left_out: Vec<_> = registry.left_out().iter().map(|one| (one.account.as_str(), one.source)).collect();
    assert_eq!(left_out, [("555555555555", Source::DynamoDb)]);
    let scans: Vec<_> = world.asked().into_iter().filter(|request| operation(request) == "Scan").collect();
    assert_eq!(scans.len(), 3, "every page");
    for scan in scans {
        assert_eq!((scan.scope()[2], scan.access_key()), ("eu-central-1", "AKIABASE"));
        let input: Value = serde_json::from_str(&scan.body).unwrap();
        assert_eq!((&input["TableName"], &input["ConsistentRead"]), (&json!("aws-accounts"), &json!(true)));
    }
}

#[tokio::test]
async fn accounts_come_and_go_while_nobody_waits() {
    let world = World::new(organisation()).await;
    let client = world.client(vec![], of_organisation(&[], &[HOME]));
    let pinned = client.pinned();
    assert_eq!(names(&pinned, &[]).await.unwrap(), ["production", "staging"]);
    world.change(|aws| {
        aws.members.remove(1);
        aws.members.push(("555555555555", "new", "ACTIVE", vec![]));
    });
    assert_eq!(names(&client, &[]).await.unwrap(), ["production", "staging"], "the list is fresh");
    world.advance(REFRESH);
    assert_eq!(names(&client, &[]).await.unwrap(), ["production", "staging"], "nobody waits");
    until(&client, &["staging", "new"]).await;
    assert!(ask(&client).await.unwrap_err().to_string().contains("no account matches \"222222222222\""));
    assert_eq!(names(&pinned, &[]).await.unwrap(), ["production", "staging"], "a call keeps its accounts");
    ask(&pinned).await.unwrap();
    // Who comes after a long time waits for what is true now.
    world.change(|aws| drop(aws.members.pop()));
    world.advance(REFRESH * 2);
    assert_eq!(names(&client, &[]).await.unwrap(), ["staging"]);
}

#[tokio::test]
async fn the_last_list_stays_when_a_renewal_fails() {
    let world = World::new(organisation()).await;
    let client = world.client(vec![], of_organisation(&[], &[HOME]));
    assert_eq!(names(&client, &[]).await.unwrap(), ["production", "staging"]);
    let asked = world.asked().len();
    world.change(|aws| aws.denied = true);
    world.advance(REFRESH * 2);
    for _ in 0..10 {
        assert_eq!(names(&client, &[]).await.unwrap(), ["production", "staging"]);
    }
    assert_eq!(world.asked().len(), asked + 1, "not again and again");
    world.change(|aws| (aws.denied, aws.members) = (false, vec![(STAGING, "staging", "ACTIVE", vec![])]));
    world.advance(Duration::from_secs(60));
    assert_eq!(names(&client, &[]).await.unwrap(), ["staging"]);
}

#[tokio::test]
async fn a_list_that_cannot_be_renewed_is_not_used_for_ever() {
    let world = World::new(organisation()).await;
    let client = world.client(vec![with_role(SANDBOX, "sandbox")], of_organisation(&[], &[HOME]));
    let all = ["sandbox", "production", "staging"];
    assert_eq!(names(&client, &[]).await.unwrap(), all);
    world.change(|aws| aws.denied = true);
    world.advance(MAX_AGE - Duration::from_secs(1));
    assert_eq!(names(&client, &[]).await.unwrap(), all);
    assert!(client.known(id(PRODUCTION)).is_some());
    world.advance(Duration::from_secs(1));
    let error = ask(&client).await.unwrap_err();
    let told = "the list of accounts is more than 86400 s old, too old to be used, and could not be renewed: which accounts \
        there are is not known: organizations:ListAccounts as the base credentials: ";
    assert!(matches!(error, Error::Discovery(_)) && error.to_string().starts_with(told), "{error}");
    assert!(error.to_string().contains("the account's role needs organizations:ListAccounts"), "{error}");
    assert_eq!(names(&client, &["env:prod"]).await.unwrap_err(), error.to_string());
    assert!(client.known(id(PRODUCTION)).is_none());
    assert_eq!(names(&client, &["sandbox"]).await.unwrap(), ["sandbox"], "it is written down");
    world.change(|aws| aws.denied = false);
    world.advance(Duration::from_secs(60));
    assert_eq!(names(&client, &[]).await.unwrap(), all);
}

#[tokio::test]
async fn without_a_list_only_what_is_written_down_is_known() {
    let mut aws = organisation();
    aws.denied = true;
    let world = World::new(aws).await;
    let client = world.client(vec![with_role(SANDBOX, "sandbox")], of_organisation(&[], &[]));
    let told = "which accounts there are is not known: organizations:ListAccounts as the base credentials: organizations \
        answered AccessDeniedException (status 400): You don't have permissions to access this resource.; the account's \
        role needs organizations:ListAccounts, and Organizations answers only its management account and delegated \
        administrators: a role in one of these can be the `reader`";
    for selectors in [&[][..], &["all"], &["production"], &["sandbox", "production"], &["env:prod"]] {
        assert_eq!(names(&client, selectors).await.unwrap_err(), told);
    }
    let error = ask(&client).await.unwrap_err();
    assert!(matches!(&error, Error::Discovery(_)) && !error.is_retryable(), "{error}");
    assert_eq!(error.to_string(), told);
    assert_eq!(world.count("ListAccounts"), 1, "the failure is remembered");
    assert_eq!(names(&client, &["sandbox"]).await.unwrap(), ["sandbox"]);
    assert_eq!(names(&client, &[SANDBOX]).await.unwrap(), ["sandbox"]);
    client.call(&reading(), request(SANDBOX, "ec2", "DescribeVpcs", json!({}))).await.unwrap();
    world.change(|aws| aws.denied = false);
    world.advance(Duration::from_secs(5));
    assert_eq!(names(&client, &[]).await.unwrap(), ["sandbox", "management", "production", "staging"]);
}

#[tokio::test]
async fn a_long_list_is_loaded_on_when_nobody_waits_any_longer() {
    let mut aws = organisation();
    aws.delay = Duration::from_millis(60);
    let world = World::new(aws).await;
    let timeouts = Timeouts { call: Duration::from_millis(450), ..config(&world.server, vec![]).timeouts };
    let config = Config { timeouts, ..world.config(vec![], of_organisation(&["ou:Workloads"], &[])) };
    let client = Client::new(config).unwrap();
    let error = names(&client, &[]).await.unwrap_err();
    assert!(error.starts_with("which accounts there are is still being found out"), "{error}");
    let found = async { while names(&client, &[]).await.is_err() {} };
    tokio::time::timeout(Duration::from_secs(20), found).await.unwrap();
    assert_eq!(world.count("ListRoots"), 1, "one load, whoever asked");
    assert_eq!(names(&client, &[]).await.unwrap(), ["management", "production", "staging"]);
}

#[tokio::test]
async fn another_role_is_another_session_with_answers_of_its_own() {
    let with = |role: &str| vec![item(PRODUCTION, "production", json!({"role": {"S": role}}))];
    let world = World::new(Aws { items: with("First"), ..Aws::default() }).await;
    let time_to_live = REFRESH * 100;
    let cache = CacheConfig { time_to_live, ..CacheConfig::default() };
    let config = Config { cache, ..world.config(vec![], of_table()) };
    let client = Client::new(config).unwrap();
    let roles = || {
        let received = world.server.received();
        received.iter().filter_map(|request| request.form("RoleArn")).collect::<Vec<_>>()
    };
    let first = format!("arn:aws:iam::{PRODUCTION}:role/First");
    let second = format!("arn:aws:iam::{PRODUCTION}:role/Second");
    ask(&client).await.unwrap();
    ask(&client).await.unwrap();
    assert_eq!((roles(), world.server.count("DescribeVpcs")), (vec![first.clone()], 1));
    world.change(|aws| aws.items = with("Second"));
    world.advance(REFRESH * 2);
    ask(&client).await.unwrap();
    assert_eq!((roles(), world.server.count("DescribeVpcs")), (vec![first, second], 2));
}

#[tokio::test]
async fn a_discovery_that_cannot_be_is_refused_at_construction() {
    let world = World::new(Aws::default()).await;
    let refused =
        |discovery: Discovery| Client::new(world.config(vec![], discovery)).unwrap_err().to_string();
    let mut discovery = of_organisation(&[], &[]);
    discovery.organizations.as_mut().unwrap().reader =
        Some(Reader { role: "Lister".to_owned(), via: vec![], external_id: None });
    assert_eq!(
        refused(discovery),
        "discovery.organizations.reader: `role`: expected an ARN such as \"arn:aws:iam::123456789012:role/name\""
    );
    let template = Template { duration_seconds: Some(60), ..template() };
    assert_eq!(
        refused(Discovery { template, ..of_table() }),
        "discovery: `duration_seconds`: 900 to 43200 seconds"
    );
    let mut discovery = of_table();
    discovery.dynamodb.as_mut().unwrap().region = "eu-wset-1".to_owned();
    assert!(refused(discovery).contains("\"eu-wset-1\" is no AWS region"));
}
