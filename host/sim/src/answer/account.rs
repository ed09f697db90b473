//! The organisation as AWS tells about it: `account` and `organizations`.

use serde_json::{Map, Value, json};

use super::{Call, object};
use crate::problem::Problem;

/// `account:ListRegions`: the organisation's regions, as the account has enabled them.
pub(super) fn answer(call: &Call<'_>) -> Option<Map<String, Value>> {
    if *call.operation.name != *"ListRegions" {
        return None;
    }
    let organization = call.world.fixtures.organization();
    let disabled = organization.account(&call.place.account).map(|account| &account.disabled_regions[..]);
    let wanted = call.input.get("RegionOptStatusContains").and_then(Value::as_array);
    let regions: Vec<Value> = organization
        .regions
        .iter()
        .map(|region| {
            let disabled = disabled.unwrap_or_default().contains(region);
            (region, if disabled { "DISABLED" } else { "ENABLED_BY_DEFAULT" })
        })
        .filter(|(_, status)| wanted.is_none_or(|wanted| wanted.iter().any(|wanted| wanted == status)))
        .map(|(region, status)| json!({ "RegionName": region, "RegionOptStatus": status }))
        .collect();
    Some(object(json!({ "Regions": regions })))
}

/// `organizations:ListAccounts` and `DescribeOrganization`, which only the management account may ask.
pub(super) fn organizations(call: &Call<'_>) -> Result<Option<Map<String, Value>>, Problem> {
    let organization = call.world.fixtures.organization();
    let management = &organization.management_account;
    let output = match &*call.operation.name {
        "ListAccounts" => {
            let accounts: Vec<Value> = organization
                .accounts
                .iter()
                .map(|account| {
                    json!({
                        "Id": account.id,
                        "Arn": format!("arn:aws:organizations::{management}:account/{ORGANIZATION}/{}", account.id),
                        "Email": format!("aws+{}@example.com", account.name),
                        "Name": account.name,
                        "Status": "ACTIVE",
                        "State": "ACTIVE",
                        "JoinedMethod": "CREATED",
                        "JoinedTimestamp": "2023-03-01T09:00:00Z",
                    })
                })
                .collect();
            json!({ "Accounts": accounts })
        }
        "DescribeOrganization" => json!({
            "Organization": {
                "Id": ORGANIZATION,
                "Arn": format!("arn:aws:organizations::{management}:organization/{ORGANIZATION}"),
                "FeatureSet": "ALL",
                "MasterAccountArn":
                    format!("arn:aws:organizations::{management}:account/{ORGANIZATION}/{management}"),
                "MasterAccountId": management,
                "MasterAccountEmail": "aws+management@example.com",
            },
        }),
        _ => return Ok(None),
    };
    if call.place.account != *management {
        return Err(Problem::Denied {
            who: call.identity.arn.clone(),
            action: call.operation.iam_action.to_string(),
            resource: Some("*".to_owned()),
        });
    }
    Ok(Some(object(output)))
}

const ORGANIZATION: &str = "o-exampleorg1";
