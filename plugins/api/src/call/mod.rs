//! `aws_call`.

mod request;
mod rows;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};
use tollgate_sdk::{
    ListQuery, Rows, Table, ToolError, accounts,
    aws::{self, Target},
    catalog::{self, Scope},
    sweep_account_values, sweep_values, tool,
};

use request::{Asked, Request};

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Arguments {
    /// E.g. ec2
    service: Option<String>,
    /// E.g. DescribeAddresses
    operation: Option<String>,
    /// As in the API reference
    input: Option<Map<String, Value>>,
    /// In place of these: `aws ec2 describe-addresses --filters Name=domain,Values=vpc --query Addresses[].PublicIp`
    command: Option<String>,
    /// JMESPath on the output; default: its lists as rows
    select: Option<String>,
    #[serde(flatten)]
    query: ListQuery,
}

/// Calls any read operation of any AWS service, in all accounts and regions at once. For what no other tool here
/// answers; aws_search_operations finds operations.
#[tool(read_only, open_world, title = "AWS API")]
pub(crate) async fn aws_call(arguments: Arguments) -> Result<Table<Box<RawValue>>, ToolError> {
    let mut asked = Asked::of(arguments)?;
    if asked.query.cursor.is_some() {
        let nobody = async |_| Ok(Rows::default());
        return sweep_values(&asked.query, &[], nobody).await;
    }
    let (service, operation) = asked.operation();
    let description = catalog::describe(service, operation).await?;
    // Before anything else: what the input should be does not matter then.
    if let Some(refusal) = description.refusal {
        return Err(ToolError::Denied(refusal));
    }
    // Also where the operator lets the plugin write: what is told to clients is that this tool reads.
    if !["list", "read"].contains(&description.access.as_str()) {
        let text = format!(
            "aws_call only reads, and {service}:{operation} is of the access level {}",
            description.access
        );
        return Err(ToolError::Denied(text));
    }
    let request = Request::of(&asked, &description)?;
    let known = rows::members(&description, &request.place);
    let query = &mut asked.query;
    match description.scope {
        Scope::Regional => sweep_values(query, &known, async |target| request.send(&target).await).await,
        Scope::Public => {
            let first = accounts::list(&query.accounts).await?.into_iter().next();
            query.accounts = first.map(|account| account.id).into_iter().collect();
            sweep_account_values(query, &known, async |account| request.send(&account.target()).await).await
        }
        _ => sweep_account_values(query, &known, async |account| request.send(&account.target()).await).await,
    }
}

impl Request {
    async fn send(&self, target: &Target) -> Result<Rows<Box<RawValue>>, aws::Error> {
        let mut call = aws::call::<Box<RawValue>>(target, &self.service, &self.operation, &self.input);
        if let Some(select) = self.place.select() {
            call = call.select(select);
        }
        if let Some(items) = self.max_items {
            call = call.max_items(items);
        }
        Ok(call.await?.map(|output| self.place.rows(&output)).into())
    }
}
