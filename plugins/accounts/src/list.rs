//! `accounts_list`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use tollgate_sdk::{ListQuery, Row, Table, ToolError, accounts, tool};

#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Account {
    id: String,
    name: String,
    environment: Option<String>,
    /// The configured regions.
    regions: Vec<String>,
    tags: BTreeMap<String, String>,
}

impl Row for Account {
    const FROM_TARGETS: bool = false;
}

impl From<accounts::Account> for Account {
    fn from(account: accounts::Account) -> Self {
        Self {
            id: account.id,
            name: account.name,
            environment: account.environment,
            regions: account.regions,
            tags: account.tags,
        }
    }
}

/// Lists the AWS accounts that Tollgate can ask, with what selects them; accounts_discover has all of the
/// organisation. `regions`: those configured for one of them.
#[tool(read_only, title = "AWS accounts")]
pub(crate) async fn accounts_list(query: ListQuery) -> Result<Table<Account>, ToolError> {
    table(&query, accounts::list(&query.accounts).await?)
}

fn table(query: &ListQuery, accounts: Vec<accounts::Account>) -> Result<Table<Account>, ToolError> {
    let asked_for =
        |account: &accounts::Account| account.regions.iter().any(|region| query.wants_region(region));
    Table::new(query, accounts.into_iter().filter(asked_for).map(Account::from))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn accounts() -> Vec<accounts::Account> {
        let account = |id: &str, name: &str, regions: &[&str]| {
            accounts::Account::new(id, name, regions.iter().map(|region| (*region).to_owned()).collect())
        };
        let mut production = account("111111111111", "production", &["us-east-1", "eu-west-1"]);
        production.environment = Some("prod".to_owned());
        production.tags.insert("team".to_owned(), "payments".to_owned());
        vec![production, account("222222222222", "sandbox", &["us-east-1"])]
    }

    #[test]
    fn accounts_are_rows_without_a_target() {
        let table = table(&ListQuery::default(), accounts()).expect("the default fits");
        assert_eq!(table.columns(), ["id", "name", "environment", "regions", "tags"]);
        assert_eq!(
            json!(table.rows()),
            json!([
                ["111111111111", "production", "prod", ["us-east-1", "eu-west-1"], { "team": "payments" }],
                ["222222222222", "sandbox", null, ["us-east-1"], {}],
            ])
        );
    }

    #[test]
    fn clients_see_a_small_tool() {
        let tool = tollgate_sdk::describe::<accounts_list>();
        insta::assert_snapshot!(tool.description, @"Lists the AWS accounts that Tollgate can ask, with what selects them; accounts_discover has all of the organisation. `regions`: those configured for one of them.");
        insta::assert_snapshot!(tool.input_schema["properties"]["fields"], @r#"{"type":"array","items":{"type":"string"},"description":"Default: id, name, environment, regions, tags[.<key>]"}"#);
        assert!(tool.hints.read_only && !tool.hints.open_world);
    }

    #[test]
    fn regions_keep_the_accounts_configured_for_one_of_them() {
        let query = ListQuery { regions: vec!["eu-west-1".to_owned()], ..ListQuery::default() };
        let table = table(&query, accounts()).expect("the query fits");
        assert_eq!((table.row_count(), &table.rows()[0][1]), (1, &json!("production")));
    }
}
