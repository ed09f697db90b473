//! What every operation of the pack needs in IAM, read without the shapes.

use std::collections::HashMap;

use serde::Deserialize;

use super::service::Access;

/// What decides whether an operation may be sent.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Permission {
    /// The IAM action, for example `ec2:DescribeInstances`.
    #[serde(rename = "iam_action")]
    pub(crate) action: Box<str>,
    /// Its access level.
    pub(crate) access: Access,
    /// Why the operation is sensitive, if it is.
    #[serde(default)]
    pub(crate) sensitive: Option<Box<str>>,
    /// As in [`Operation`](super::Operation).
    #[serde(default)]
    pub(crate) exact_grant: Option<Box<str>>,
}

/// A service, of which nothing but the permissions is read.
#[derive(Deserialize)]
pub(super) struct Permissions {
    pub(super) operations: HashMap<Box<str>, Permission>,
}
