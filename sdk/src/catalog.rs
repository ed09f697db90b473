//! What the host knows of AWS: all operations of all services, to be searched and described. Asking
//! contacts nobody.
//!
//! ```no_run
//! use tollgate_sdk::{ToolError, catalog};
//!
//! async fn operations_for(text: &str) -> Result<Vec<String>, ToolError> {
//!     let found = catalog::search(text, None, 5).await?;
//!     Ok(found.into_iter().map(|operation| format!("{}:{}", operation.service, operation.name)).collect())
//! }
//! ```

use serde::Deserialize;
use serde_json::Value;

use crate::{ToolError, bindings::tollgate::catalog::operations};

/// An operation, in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The service's SDK name, for example `elbv2`.
    pub service: String,
    /// The operation's API name.
    pub name: String,
    /// What it does.
    pub doc: Option<String>,
    /// IAM's access level: `list`, `read`, `write`, `tagging`, `permissions-management`, or
    /// `unclassified`, which counts as `write`.
    pub access: String,
    /// Why this plugin may not call it, and what would allow it; none: it may.
    pub refusal: Option<String>,
}

/// All that there is to know before an operation is called.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Description {
    /// The service's SDK name, for example `elbv2`.
    pub service: String,
    /// The operation's API name.
    pub operation: String,
    /// What it does, in a line.
    pub doc: Option<String>,
    /// IAM's access level; see [`Operation::access`].
    pub access: String,
    /// Why this plugin may not call it, and what would allow it; none: it may.
    pub refusal: Option<String>,
    /// The IAM action that allows it.
    pub iam_action: String,
    /// Why only a grant of its exact name allows it.
    pub sensitive: Option<String>,
    /// Where its answer has values that are redacted.
    pub redacted: Vec<String>,
    /// How often it is asked by who wants to know all of it.
    pub scope: Scope,
    /// Whether the host merges pages.
    pub paged: bool,
    /// The JMESPath expressions of the items of its pages in the output.
    pub items: Vec<String>,
    /// The member of the input that bounds a page.
    pub page_size: Option<String>,
    /// AWS asks not to use it any more.
    pub deprecated: bool,
    /// The JSON Schema of its input, draft 2020-12.
    pub input_schema: Value,
    /// The JSON Schema of its output, draft 2020-12.
    pub output_schema: Value,
}

/// How often an operation is asked by who wants to know all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Scope {
    /// In every region of every account.
    Regional,
    /// Once in every account: all its regions have the same answer.
    Account,
    /// Once in any account: all have the same answer.
    Public,
}

/// Why the catalog has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such service; names the nearest.
    #[error("{0}")]
    UnknownService(String),
    /// The service has no such operation; names the nearest.
    #[error("{0}")]
    UnknownOperation(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// The operations that fit a text best, so many at most, the best first: words, in any order, of what
/// they are called and do, such as `s3 bucket encryption`. `service` leaves out the others.
pub async fn search(text: &str, service: Option<&str>, limit: u32) -> Result<Vec<Operation>, Error> {
    let found = operations::search(text.to_owned(), service.map(str::to_owned), limit).await?;
    Ok(found.into_iter().map(Operation::from).collect())
}

/// The description of an operation, in any usual spelling of its names: `logs` or `cloudwatch-logs`,
/// `DescribeInstances` or `describe-instances`.
pub async fn describe(service: &str, operation: &str) -> Result<Description, Error> {
    let json = operations::describe(service.to_owned(), operation.to_owned()).await?;
    serde_json::from_str(&json).map_err(|error| Error::Other(format!("no description: {error}")))
}

impl From<operations::Operation> for Operation {
    fn from(operation: operations::Operation) -> Self {
        let operations::Operation { service, name, doc, access, refusal } = operation;
        Self { service, name, doc, access, refusal }
    }
}

impl From<operations::Error> for Error {
    fn from(error: operations::Error) -> Self {
        match error {
            operations::Error::UnknownService(text) => Self::UnknownService(text),
            operations::Error::UnknownOperation(text) => Self::UnknownOperation(text),
            operations::Error::Other(text) => Self::Other(text),
        }
    }
}

impl From<Error> for ToolError {
    fn from(error: Error) -> Self {
        match error {
            Error::UnknownService(text) => Self::invalid_argument("service", text),
            Error::UnknownOperation(text) => Self::invalid_argument("operation", text),
            Error::Other(text) => Self::Failed(text),
        }
    }
}
