//! The role in every account.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};
use thiserror::Error;

use crate::account::entry::account_of_role;
use crate::account::id::AccountId;

/// Stands for the account's id.
const ACCOUNT: &str = "{account}";

/// Stands for the partition: `aws`, `aws-cn`, …
const PARTITION: &str = "{partition}";

/// The role to assume in every account: its name, with its path if it has one, such as `ops/TollgateReadOnly`; or its
/// ARN with `{account}` and `{partition}` in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolePattern(String);

/// A text is no role that every account could have. Write its name, or its ARN with `{account}`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{text:?}: expected the name of a role such as \"TollgateReadOnly\", or an ARN such as \"arn:{{partition}}:iam::{{account}}:role/TollgateReadOnly\""
)]
pub struct InvalidRolePattern {
    text: String,
}

impl RolePattern {
    /// The ARN of the role in an account.
    #[must_use]
    pub fn arn(&self, partition: &str, account: AccountId) -> String {
        self.0.replace(PARTITION, partition).replace(ACCOUNT, account.as_str())
    }
}

impl FromStr for RolePattern {
    type Err = InvalidRolePattern;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pattern = if text.starts_with("arn:") {
            Self(text.to_owned())
        } else {
            Self(format!("arn:{PARTITION}:iam::{ACCOUNT}:role/{}", text.trim_start_matches('/')))
        };
        // Another account's id shows what does not follow it.
        let fits = ["123456789012", "210987654321"].iter().all(|id| {
            let id = id.parse::<AccountId>().ok();
            id.is_some_and(|id| account_of_role(&pattern.arn("aws", id)) == Some(id))
        });
        if fits { Ok(pattern) } else { Err(InvalidRolePattern { text: text.to_owned() }) }
    }
}

impl fmt::Display for RolePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RolePattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_paths_and_arns() {
        let arn = |text: &str| {
            let account = "222222222222".parse().unwrap();
            text.parse::<RolePattern>().map(|pattern| pattern.arn("aws-cn", account)).unwrap()
        };
        assert_eq!(arn("Reader"), "arn:aws-cn:iam::222222222222:role/Reader");
        assert_eq!(arn("/ops/Reader"), "arn:aws-cn:iam::222222222222:role/ops/Reader");
        assert_eq!(arn("arn:aws:iam::{account}:role/Reader"), "arn:aws:iam::222222222222:role/Reader");
        assert_eq!(
            arn("arn:{partition}:iam::{account}:role/Reader-{account}"),
            "arn:aws-cn:iam::222222222222:role/Reader-222222222222"
        );
    }

    #[test]
    fn roles_that_not_every_account_can_have() {
        for text in [
            "",
            "/",
            "my role",
            "Reader{region}",
            "arn:aws:iam::222222222222:role/Reader",
            "arn:aws:iam::{account}:user/Reader",
            "arn:{partition}:iam::{account}:role/",
        ] {
            let error = text.parse::<RolePattern>().unwrap_err().to_string();
            assert!(error.contains(r#"expected the name of a role such as "TollgateReadOnly""#), "{error}");
        }
    }
}
