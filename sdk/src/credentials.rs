//! Who the host is in an account. Keys never reach a plugin.
//!
//! ```no_run
//! use tollgate_sdk::{aws, credentials};
//!
//! async fn role(target: &aws::Target) -> Result<String, aws::Error> {
//!     Ok(credentials::caller_identity(target).await?.arn)
//! }
//! ```

use crate::{
    aws::{Error, Target},
    bindings::tollgate::aws::{api, credentials},
};

/// The identity that signs the requests to a target.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The account id: 12 digits.
    pub account: String,
    /// The ARN of the assumed role or the user.
    pub arn: String,
    /// The unique id of the role session or the user.
    pub user_id: String,
}

/// Asks STS who signs the requests to a target. Needs the grant `sts:GetCallerIdentity`.
pub async fn caller_identity(target: &Target) -> Result<Identity, Error> {
    let target = api::Target { account: target.account.clone(), region: target.region.clone() };
    let identity = credentials::caller_identity(target).await?;
    Ok(Identity { account: identity.account, arn: identity.arn, user_id: identity.user_id })
}
