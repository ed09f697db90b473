//! Names of single operations.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Pattern;
use crate::model::Operation;

/// The name of one operation: the prefix that IAM knows its service by, and its own name, for example
/// `lambda:ListFunctions` or `s3:ListBuckets`. Letter case does not matter, as in IAM.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Action(Box<str>);

/// A text is no such name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` names no single operation: write it out, without wildcards, as `lambda:ListFunctions`")]
pub struct InvalidAction {
    /// The text.
    pub text: String,
}

impl Action {
    /// The name of an operation.
    #[must_use]
    pub fn of(operation: &Operation) -> Self {
        let prefix = operation.iam_action.split(':').next().unwrap_or_default();
        Self(format!("{prefix}:{}", operation.name).into())
    }

    /// Whether it is an operation's.
    #[must_use]
    pub fn is(&self, operation: &Operation) -> bool {
        let own = operation.iam_action.split_once(':').map(|(prefix, _)| (prefix, &*operation.name));
        self.0.split_once(':').zip(own).is_some_and(|((prefix, name), (own_prefix, own_name))| {
            prefix.eq_ignore_ascii_case(own_prefix) && name.eq_ignore_ascii_case(own_name)
        })
    }
}

impl FromStr for Action {
    type Err = InvalidAction;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<Pattern>() {
            Ok(_) if !text.contains(['*', '?']) => Ok(Self(text.into())),
            _ => Err(InvalidAction { text: text.to_owned() }),
        }
    }
}

impl TryFrom<String> for Action {
    type Error = InvalidAction;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Action> for String {
    fn from(action: Action) -> Self {
        action.0.into()
    }
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
