//! Why a tool call failed.

use std::fmt::Display;

use crate::{accounts, aws, cache};

/// Why a tool call failed. The text is shown to the client's model, so it says what to do next.
///
/// The errors of the SDK's own modules become a `ToolError` by `?`; for anything else there is
/// [`ToolError::failed`]:
///
/// ```
/// use tollgate_sdk::ToolError;
///
/// fn port(text: &str) -> Result<u16, ToolError> {
///     text.parse().map_err(|error| ToolError::failed(format!("no port in `{text}`: {error}")))
/// }
/// assert_eq!(port("http").unwrap_err().to_string(), "no port in `http`: invalid digit found in string");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ToolError {
    /// The arguments do not fit: call again with other ones. Says the JSON path, what came and what
    /// was expected.
    #[error("{0}")]
    InvalidArguments(String),
    /// The caller or the plugin may not do that. Says what was refused and what would allow it.
    #[error("{0}")]
    Denied(String),
    /// The tool tried and failed.
    #[error("{0}")]
    Failed(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl ToolError {
    /// A [`ToolError::Failed`] with this text.
    pub fn failed(text: impl Display) -> Self {
        Self::Failed(text.to_string())
    }

    /// A [`ToolError::InvalidArguments`] with this text; `path` is where in the arguments, for
    /// example `filter` or `targets[2].port`.
    pub fn invalid_argument(path: impl Display, text: impl Display) -> Self {
        Self::InvalidArguments(format!("`{path}`: {text}"))
    }
}

impl From<aws::Error> for ToolError {
    fn from(error: aws::Error) -> Self {
        match error {
            aws::Error::Denied(text) => Self::Denied(text),
            error => Self::Failed(error.to_string()),
        }
    }
}

impl From<accounts::Error> for ToolError {
    fn from(error: accounts::Error) -> Self {
        match error {
            accounts::Error::UnknownSelector(text) => Self::invalid_argument("accounts", text),
            accounts::Error::Other(text) => Self::Failed(text),
        }
    }
}

impl From<cache::Error> for ToolError {
    fn from(error: cache::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
