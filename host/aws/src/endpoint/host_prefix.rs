//! What some operations put before the host name, for example `{AccountId}.`.

use serde_json::Value as Json;

use super::error::EndpointError;
use super::rules::is_valid_host_label;
use crate::model::{Operation, Service};

/// The prefix of a call's host name, with the labels from its input.
pub(super) fn host_prefix(
    service: &Service,
    operation: &Operation,
    input: &Json,
) -> Result<Option<String>, EndpointError> {
    let Some(template) = operation.host_prefix.as_deref() else { return Ok(None) };
    if in_the_rules(service, operation) {
        return Ok(None);
    }
    let mut prefix = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((literal, after)) = rest.split_once('{') {
        prefix.push_str(literal);
        let Some((member, after)) = after.split_once('}') else { break };
        let label = input.get(member).and_then(Json::as_str).filter(|it| is_valid_host_label(it, true));
        prefix.push_str(label.ok_or_else(|| EndpointError::HostLabel { member: member.into() })?);
        rest = after;
    }
    prefix.push_str(rest);
    Ok(Some(prefix))
}

/// S3 Control's account is in its host names by the endpoint rules already.
fn in_the_rules(service: &Service, operation: &Operation) -> bool {
    let required = operation.static_context_params.as_ref().and_then(|it| it.get("RequiresAccountId"));
    &*service.name == "s3control" && required.is_some()
}
