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
/// organisation.
#[tool(read_only, title = "AWS accounts")]
pub(crate) async fn accounts_list(query: ListQuery) -> Result<Table<Account>, ToolError> {
    Table::new(&query, accounts::list(&query.accounts).await?.into_iter().map(Account::from))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn accounts() -> Vec<Account> {
        let account = |id: &str, name: &str, regions: &[&str]| {
            accounts::Account::new(id, name, regions.iter().map(|region| (*region).to_owned()).collect())
        };
        let mut production = account("111111111111", "production", &["us-east-1", "eu-west-1"]);
        production.environment = Some("prod".to_owned());
        production.tags.insert("team".to_owned(), "payments".to_owned());
        [production, account("222222222222", "sandbox", &["us-east-1"])].map(Account::from).into()
    }

    #[test]
    fn accounts_are_rows_without_a_target() {
        let table = Table::new(&ListQuery::default(), accounts()).expect("the default fits");
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
        insta::assert_snapshot!(tool.description, @"Lists the AWS accounts that Tollgate can ask, with what selects them; accounts_discover has all of the organisation.");
        insta::assert_snapshot!(tool.input_schema["properties"]["fields"], @r#"{"type":"array","items":{"type":"string"},"description":"Default: id, name, environment, regions, tags[.<key>]"}"#);
        assert!(tool.hints.read_only && !tool.hints.open_world);
    }

    #[test]
    fn a_filter_keeps_the_accounts_that_are_configured_for_a_region() {
        let filter = Some("contains(regions, 'eu-west-1')".to_owned());
        let table =
            Table::new(&ListQuery { filter, ..ListQuery::default() }, accounts()).expect("the query fits");
        assert_eq!((table.row_count(), &table.rows()[0][1]), (1, &json!("production")));
    }
}
