//! `accounts_validate_access`.

use schemars::JsonSchema;
use serde::Serialize;
use tollgate_sdk::accounts::Account;
use tollgate_sdk::aws;
use tollgate_sdk::credentials;
use tollgate_sdk::{ListQuery, Row, Table, ToolError, budget, sweep_accounts, tool};

use trouble::Trouble;

mod trouble;

#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Access {
    id: String,
    name: String,
    reachable: bool,
    /// The ARN that asks AWS there.
    identity: Option<String>,
    code: Option<String>,
    message: Option<String>,
    /// What mends it.
    advice: Option<String>,
}

impl Row for Access {
    const FROM_TARGETS: bool = false;
}

/// Tries each account: can it be reached, as which identity, and if not, why and what mends it. Those that cannot:
/// filter `!reachable`.
#[tool(read_only, open_world, title = "Access to accounts")]
pub(crate) async fn accounts_validate_access(query: ListQuery) -> Result<Table<Access>, ToolError> {
    sweep_accounts(&query, async |account| {
        match credentials::caller_identity(&account.target()).await {
            // The time was up before the account could show anything.
            Err(error @ aws::Error::Timeout(_)) if budget::time_left().is_zero() => Err(error),
            tried => Ok(vec![access(account, tried.map(|identity| identity.arn))]),
        }
    })
    .await
}

fn access(account: Account, tried: Result<String, aws::Error>) -> Access {
    let Trouble { code, message, advice } = tried.as_ref().err().map(Trouble::of).unwrap_or_default();
    Access {
        id: account.id,
        name: account.name,
        reachable: tried.is_ok(),
        identity: tried.ok(),
        code,
        message,
        advice,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tollgate_sdk::describe;

    use super::*;

    fn tried() -> Vec<Access> {
        let account = |id: &str, name: &str| Account::new(id, name, vec!["us-east-1".to_owned()]);
        let arn = "arn:aws:sts::111111111111:assumed-role/Reader/tollgate";
        let throttled = aws::Error::Throttled("sts still throttled".to_owned());
        vec![
            access(account("111111111111", "production"), Ok(arn.to_owned())),
            access(account("222222222222", "staging"), Err(throttled)),
        ]
    }

    #[test]
    fn an_account_that_cannot_be_reached_is_a_row() {
        let table = Table::new(&ListQuery::default(), tried()).expect("the default fits");
        insta::assert_snapshot!(json!([table.columns(), table.rows()]), @r#"[["id","name","reachable","identity","code","message","advice"],[["111111111111","production",true,"arn:aws:sts::111111111111:assumed-role/Reader/tollgate",null,null,null],["222222222222","staging",false,null,"throttled","sts still throttled","ask again in a minute, or for fewer accounts at once"]]]"#);
    }

    #[test]
    fn one_filter_finds_those_that_cannot_be_reached() {
        let query = ListQuery { filter: Some("!reachable".to_owned()), ..ListQuery::default() };
        let table = Table::new(&query, tried()).expect("the filter fits");
        assert_eq!((table.row_count(), &table.rows()[0][1]), (1, &json!("staging")));
    }

    #[test]
    fn clients_see_a_small_tool() {
        let tool = describe::<accounts_validate_access>();
        insta::assert_snapshot!(tool.description, @"Tries each account: can it be reached, as which identity, and if not, why and what mends it. Those that cannot: filter `!reachable`.");
        insta::assert_snapshot!(tool.input_schema["properties"]["fields"]["description"], @r#""Default: id, name, reachable, identity, code, message, advice""#);
        assert!(tool.hints.read_only && tool.hints.open_world);
    }
}
