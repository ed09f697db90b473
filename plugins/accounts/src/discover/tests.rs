use tollgate_sdk::describe;

use super::*;
use crate::organization::selected;

fn accounts() -> Vec<Account> {
    vec![Account::new("222222222222", "prod", vec!["us-east-1".to_owned()])]
}

fn listed() -> Vec<Member> {
    selected::members(&json!({ "Accounts": [
        {
            "Id": "111111111111", "Arn": "arn:aws:organizations::111111111111:account/o-1/111111111111",
            "Email": "root@example.com", "Name": "Management", "Status": "ACTIVE", "State": "ACTIVE",
            "JoinedMethod": "INVITED", "JoinedTimestamp": "2020-01-01T00:00:00Z",
        },
        {
            "Id": "222222222222", "Arn": "arn:aws:organizations::111111111111:account/o-1/222222222222",
            "Name": "Production", "Status": "SUSPENDED",
        },
    ] }))
}

fn rows(query: &ListQuery, mut extras: Extras) -> Vec<Discovered> {
    let organization = Organization { id: "o-1".to_owned(), management: "111111111111".to_owned() };
    let registry = Registry::new(query, &accounts());
    listed().into_iter().map(|member| row(member, &organization, &registry, &mut extras)).collect()
}

#[test]
fn members_become_rows_whether_tollgate_knows_them_or_not() {
    let extras = Extras {
        paths: HashMap::from([("222222222222".to_owned(), "Root/Workloads".to_owned())]),
        services: Some(HashMap::from([(
            "222222222222".to_owned(),
            Some(vec!["config.amazonaws.com".to_owned()]),
        )])),
        tags: HashMap::new(),
    };
    let rows = rows(&ListQuery::default(), extras);
    insta::assert_snapshot!(serde_json::to_string_pretty(&rows).expect("JSON"), @r#"
    [
      {
        "id": "111111111111",
        "name": "Management",
        "email": "root@example.com",
        "state": "ACTIVE",
        "management": true,
        "registered": false,
        "registered_as": null,
        "joined": "2020-01-01T00:00:00Z",
        "joined_method": "INVITED",
        "path": null,
        "delegated_services": [],
        "tags": null,
        "arn": "arn:aws:organizations::111111111111:account/o-1/111111111111",
        "organization": "o-1"
      },
      {
        "id": "222222222222",
        "name": "Production",
        "email": null,
        "state": "SUSPENDED",
        "management": false,
        "registered": true,
        "registered_as": "prod",
        "joined": null,
        "joined_method": null,
        "path": "Root/Workloads",
        "delegated_services": [
          "config.amazonaws.com"
        ],
        "tags": null,
        "arn": "arn:aws:organizations::111111111111:account/o-1/222222222222",
        "organization": "o-1"
      }
    ]
    "#);
}

#[test]
fn what_nobody_asked_for_is_null() {
    let rows = rows(&ListQuery::default(), Extras::default());
    assert!(
        rows.iter().all(|row| row.path.is_none() && row.delegated_services.is_none() && row.tags.is_none())
    );
    let unknown =
        Extras { services: Some(HashMap::from([("222222222222".to_owned(), None)])), ..Extras::default() };
    let rows = self::rows(&ListQuery::default(), unknown);
    assert_eq!((&rows[0].delegated_services, &rows[1].delegated_services), (&Some(Vec::new()), &None));
}

#[test]
fn a_call_that_names_accounts_does_not_know_the_others() {
    let registered = |selectors: &[&str]| {
        let accounts = selectors.iter().map(|selector| (*selector).to_owned()).collect();
        let rows = rows(&ListQuery { accounts, ..ListQuery::default() }, Extras::default());
        [rows[0].registered, rows[1].registered]
    };
    assert_eq!(registered(&[]), [Some(false), Some(true)]);
    assert_eq!(registered(&["all"]), [Some(false), Some(true)]);
    assert_eq!(registered(&["prod"]), [None, Some(true)]);
}

#[test]
fn clients_see_a_small_tool() {
    let tool = describe::<accounts_discover>();
    insta::assert_snapshot!(tool.description, @"Lists all accounts of the AWS organisation, also those that Tollgate cannot ask (`registered`), with OU path, tags and delegated services on request. `accounts`: which of them to ask for the list.");
    insta::assert_snapshot!(tool.input_schema["properties"]["fields"]["description"], @r#""Default: id, name, state, registered, registered_as; more: email, management, joined, joined_method, path, delegated_services, tags[.<key>], arn, organization""#);
    assert!(tool.hints.read_only && tool.hints.open_world);
}
