//! Whom a function's resource policy lets in.

use serde_json::{Map, Value};
use tollgate_sdk::Arn;

#[cfg(test)]
mod tests;

/// Whether a statement of the policy lets everybody in: it allows something to any principal, under no
/// condition that says who it must be. Denials are not weighed: better shown than missed.
pub(crate) fn is_public(policy: &Value) -> bool {
    statements(policy).iter().any(|statement| {
        statement.get("Effect").and_then(Value::as_str) == Some("Allow")
            && is_anybody(statement)
            && !statement.get("Condition").is_some_and(names_somebody)
    })
}

/// The statements of a policy, which may be one outside of any list.
pub(crate) fn statements(policy: &Value) -> &[Value] {
    match policy.get("Statement") {
        Some(Value::Array(statements)) => statements,
        Some(statement) => std::slice::from_ref(statement),
        None => &[],
    }
}

/// Whether the principal is `*`, alone or among others. All but some are anybody as well.
fn is_anybody(statement: &Value) -> bool {
    let has_star = |value: &Value| values(value).iter().any(|value| value.as_str() == Some("*"));
    statement.get("NotPrincipal").is_some()
        || match statement.get("Principal") {
            Some(Value::Object(kinds)) => kinds.values().any(has_star),
            Some(principal) => has_star(principal),
            None => false,
        }
}

/// Whether one of the conditions, all of which must hold, lets in only callers that it names.
fn names_somebody(conditions: &Value) -> bool {
    let Some(conditions) = conditions.as_object() else { return false };
    conditions.iter().any(|(operator, keys)| {
        let compare = Compare::of(operator);
        let keys = keys.as_object().into_iter().flat_map(Map::iter);
        compare.is_some_and(|compare| keys.into_iter().any(|(key, given)| compare.names(key, values(given))))
    })
}

/// How an operator compares, of those by which a condition can name its callers: negations cannot, and
/// what ends with `IfExists` or begins with `ForAllValues` holds for a caller of whom the key is not known.
#[derive(Clone, Copy)]
enum Compare {
    Text,
    Network,
}

/// What tells a caller from others. Tags do not: whoever calls sets them.
const IDENTITIES: [&str; 16] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "lambda:sourcefunctionarn",
];

impl Compare {
    fn of(operator: &str) -> Option<Self> {
        let operator = operator.to_ascii_lowercase();
        match operator.strip_prefix("foranyvalue:").unwrap_or(&operator) {
            "stringequals" | "stringequalsignorecase" | "stringlike" | "arnequals" | "arnlike" => {
                Some(Self::Text)
            }
            "ipaddress" => Some(Self::Network),
            _ => None,
        }
    }

    /// Whether each of the values, which are alternatives, names somebody.
    fn names(self, key: &str, given: &[Value]) -> bool {
        let key = key.to_ascii_lowercase();
        let names = |value: &Value| match (self, value.as_str()) {
            (Self::Text, Some(text)) => IDENTITIES.contains(&key.as_str()) && is_particular(text),
            (Self::Network, Some(network)) => key == "aws:sourceip" && is_narrow(network),
            (_, None) => false,
        };
        !given.is_empty() && given.iter().all(names)
    }
}

/// Whether a text stands for one caller: an ARN by its account, and where it has none, as those of buckets,
/// by the resource.
fn is_particular(text: &str) -> bool {
    let open = |text: &str| text.contains(['*', '?']);
    match Arn::parse(text) {
        Some(arn) if arn.account.is_empty() => !open(&arn.resource),
        Some(arn) => !open(&arn.account),
        None => !open(text),
    }
}

/// Whether a network is one that somebody may have, by AWS's own measure: /8 at most, or /32 of IPv6.
fn is_narrow(network: &str) -> bool {
    let widest = if network.contains(':') { 32 } else { 8 };
    network.split_once('/').is_none_or(|(_, bits)| bits.parse::<u8>().is_ok_and(|bits| bits >= widest))
}

/// A value or a list of them.
fn values(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        value => std::slice::from_ref(value),
    }
}
