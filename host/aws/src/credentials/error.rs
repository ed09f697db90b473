//! Why there are no credentials for an account.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError as ProviderError;
use thiserror::Error;

use crate::account::AccountId;

/// Why an account's credentials cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// Nothing in the default chain has credentials. Log in, or set the environment or profile.
    #[error(
        "no base credentials were found: set AWS_PROFILE or AWS_ACCESS_KEY_ID, run `aws configure` or `aws sso login`, or give this machine a role"
    )]
    NotLoaded,
    /// The source of the base credentials did not answer. Check the network, or try again.
    #[error(
        "loading the base credentials took longer than {seconds} s: check that their source can be reached"
    )]
    TimedOut {
        /// How long was waited.
        seconds: u64,
    },
    /// The environment or profile is wrong. Mend what the reason names.
    #[error("the source of the base credentials is not properly configured: {reason}")]
    InvalidConfiguration {
        /// What the chain says.
        reason: String,
    },
    /// The source of the base credentials failed, an expired SSO session for one. Mend what the reason names.
    #[error("the base credentials could not be loaded: {reason}")]
    Provider {
        /// What the chain says.
        reason: String,
    },
    /// The role could not be assumed. The text says what to check.
    #[error(
        "could not assume {role} for account {account} ({name:?}): {code}: {message}; {}",
        what_to_check(code, *external_id)
    )]
    AssumeRole {
        /// The account.
        account: AccountId,
        /// Its name.
        name: String,
        /// The role's ARN.
        role: String,
        /// Whether an external id was sent.
        external_id: bool,
        /// The error code of STS, or `Timeout` or `Transport` where STS did not answer.
        code: String,
        /// The message of STS.
        message: String,
        /// Whether it may work in a while.
        retryable: bool,
    },
    /// The account has no role, and the base credentials are of another account. Give it a role, or use its own
    /// credentials.
    #[error(
        "account {account} ({name:?}) has no `role`, and the base credentials belong to account {found}: add a `role` to it, or use credentials of {account}"
    )]
    OtherAccount {
        /// The account that was asked for.
        account: AccountId,
        /// Its name.
        name: String,
        /// The account of the base credentials.
        found: AccountId,
    },
    /// STS does not tell whose the base credentials are. The text says what to check.
    #[error(
        "STS did not tell whose the base credentials are: {code}: {message}; {}",
        what_to_check(code, false)
    )]
    Identity {
        /// The error code of STS, or `Timeout` or `Transport` where STS did not answer.
        code: String,
        /// The message of STS.
        message: String,
        /// Whether it may work in a while.
        retryable: bool,
    },
}

impl CredentialsError {
    /// Whether the same call may work in a while.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::TimedOut { .. } => true,
            Self::AssumeRole { retryable, .. } | Self::Identity { retryable, .. } => *retryable,
            _ => false,
        }
    }

    /// What the default chain says, with the reasons behind it: they say which profile or file.
    pub(super) fn from_provider(error: &ProviderError) -> Self {
        match error {
            ProviderError::CredentialsNotLoaded(_) => Self::NotLoaded,
            ProviderError::ProviderTimedOut(details) => {
                Self::TimedOut { seconds: details.timeout_duration().as_secs() }
            }
            ProviderError::InvalidConfiguration(_) => Self::InvalidConfiguration { reason: reasons(error) },
            _ => Self::Provider { reason: reasons(error) },
        }
    }
}

/// The chain of reasons below an error, in one line of bounded length.
fn reasons(error: &ProviderError) -> String {
    let mut reasons = Vec::new();
    let mut next = error.source();
    while let Some(error) = next {
        let text = error.to_string();
        if reasons.last() != Some(&text) {
            reasons.push(text);
        }
        next = error.source();
    }
    if reasons.is_empty() {
        reasons.push(error.to_string());
    }
    reasons.join(": ").chars().take(600).collect()
}

/// The usual reasons of an STS error.
fn what_to_check(code: &str, external_id: bool) -> &'static str {
    match code {
        "AccessDenied" | "AccessDeniedException" if external_id => {
            "check that the role exists, that its trust policy names the principal of the base credentials and this `external_id`, and that the base credentials are allowed sts:AssumeRole on it"
        }
        "AccessDenied" | "AccessDeniedException" => {
            "check that the role exists, that its trust policy names the principal of the base credentials (and whether it asks for an `external_id`), and that the base credentials are allowed sts:AssumeRole on it"
        }
        "ExpiredToken" | "ExpiredTokenException" => "the base credentials have expired: log in again",
        "InvalidClientTokenId" | "UnrecognizedClientException" | "SignatureDoesNotMatch" => {
            "the base credentials are not valid: check the access key, or log in again"
        }
        "RegionDisabledException" => "STS is not active in the home region: set another `region`",
        "Timeout" | "Transport" => "check that the STS endpoint of the home region can be reached",
        "Throttled" => "try again in a moment",
        _ => "check the role and the base credentials",
    }
}
