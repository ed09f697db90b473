//! Short names of what ARNs name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What stands after the last slash: `web:42` of `arn:aws:ecs:eu-west-1:111111111111:task-definition/web:42`.
/// A name is its own.
pub(crate) fn short(arn: &str) -> &str {
    arn.rsplit_once('/').map_or(arn, |(_, name)| name)
}

/// The short name of what an ARN names, read from the ARN.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(from = "String")]
pub(crate) struct Name(String);

impl From<String> for Name {
    fn from(arn: String) -> Self {
        Self(short(&arn).to_owned())
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_arns_have_the_same_names() {
        assert_eq!(short("arn:aws:ecs:eu-west-1:111111111111:service/api"), "api");
        assert_eq!(short("arn:aws:ecs:eu-west-1:111111111111:service/main/api"), "api");
        assert_eq!(short("api"), "api");
    }
}
