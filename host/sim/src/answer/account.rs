//! `account`: the regions follow from the organisation.

use serde_json::{Map, Value, json};

use super::{Call, object};

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
