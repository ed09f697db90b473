//! Why there are no credentials for an account.

use std::error::Error as StdError;
use std::sync::Arc;

use aws_credential_types::provider::error::CredentialsError as ProviderError;

use super::secret::Secret;
use crate::Error;
use crate::account::AccountId;

/// Why an account's credentials cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
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
    /// A named profile gives no credentials. Mend what the reason names, in the AWS configuration files.
    #[error("the profile {profile:?} gives no credentials: {reason}; {advice}")]
    Profile {
        /// The profile.
        profile: String,
        /// What the chain says.
        reason: String,
        /// What to do about it.
        advice: &'static str,
    },
    /// The role could not be assumed. The text says what to check.
    #[error(
        "could not assume {role} for account {account} ({name:?}): {told}; {}",
        what_to_check(told, via.as_deref(), *external_id)
    )]
    AssumeRole {
        /// The account.
        account: AccountId,
        /// Its name.
        name: String,
        /// The role's ARN.
        role: String,
        /// The role that it was asked for as, if it was not the base credentials.
        via: Option<String>,
        /// Whether an external id was sent.
        external_id: bool,
        /// What STS told.
        told: Told,
    },
    /// A role that others are reached through could not be assumed. The text says what to check.
    #[error("could not assume {role}, which leads to other roles: {told}; {}", what_to_check(told, via.as_deref(), false))]
    AssumeHub {
        /// The role's ARN.
        role: String,
        /// The role that it was asked for as, if it was not the base credentials.
        via: Option<String>,
        /// What STS told.
        told: Told,
    },
    /// Nobody gave an MFA code. Start this program where somebody can be asked, or give it a session's credentials.
    #[error(
        "the base credentials need an MFA code of {serial}: {reason}; start this program from a terminal, or give it \
         the credentials of a session (`aws sts get-session-token --serial-number {serial} --token-code …`) and take \
         `mfa_serial` out of the configuration"
    )]
    NoMfaCode {
        /// The device.
        serial: String,
        /// Why there is no code.
        reason: String,
    },
    /// STS gave no session for an MFA code. The text says what to check.
    #[error("no session for the MFA code of {serial}: {told}; {}", what_mfa_lacks(told))]
    Mfa {
        /// The device.
        serial: String,
        /// What STS told.
        told: Told,
    },
    /// No policy could be made to narrow a session, and none goes without. Install this program anew.
    #[error("no session policy could be made: the model of this program is damaged: {reason}")]
    Policy {
        /// What is wrong with it.
        reason: String,
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
    #[error("STS did not tell whose the base credentials are: {told}; {}", what_to_check(told, None, false))]
    Identity {
        /// What STS told.
        told: Told,
    },
}

/// What STS told instead of credentials.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Told {
    /// The error code of STS, or `Timeout` or `Transport` where STS did not answer.
    pub code: String,
    /// The message of STS.
    pub message: String,
    /// Whether it may work in a while.
    pub retryable: bool,
}

impl Told {
    /// The code and the message of a failed question, or the trouble of the credentials that asked it.
    pub(super) fn by(error: Error) -> Result<Self, Arc<CredentialsError>> {
        let retryable = error.is_retryable();
        let (code, message) = match error {
            Error::Credentials(error) => return Err(error),
            Error::Service { code, message, .. } => (code, message),
            Error::Throttled { message, .. } => ("Throttled".to_owned(), message),
            Error::Timeout { reason } => ("Timeout".to_owned(), reason),
            Error::Transport { reason } => ("Transport".to_owned(), reason),
            error @ Error::Unavailable { .. } => ("Transport".to_owned(), error.to_string()),
            other => ("Failed".to_owned(), other.to_string()),
        };
        Ok(Self { code, message, retryable })
    }

    /// The same without a secret that was sent: STS repeats what it finds malformed.
    pub(super) fn without(mut self, secret: Option<&Secret>) -> Self {
        if let Some(secret) = secret.map(Secret::expose).filter(|secret| !secret.is_empty()) {
            self.message = self.message.replace(secret, "[redacted]");
        }
        self
    }

    /// Whether another code of the same device may do.
    pub(super) fn wrong_mfa_code(&self) -> bool {
        self.is_denied() && self.message.contains("MultiFactorAuthentication")
    }

    fn is_denied(&self) -> bool {
        matches!(&*self.code, "AccessDenied" | "AccessDeniedException")
    }
}

impl CredentialsError {
    /// Whether the same call may work in a while.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::TimedOut { .. } => true,
            Self::AssumeRole { told, .. }
            | Self::AssumeHub { told, .. }
            | Self::Mfa { told, .. }
            | Self::Identity { told } => told.retryable,
            _ => false,
        }
    }

    /// What a named profile says.
    pub(super) fn from_profile(profile: &str, error: &ProviderError) -> Self {
        let advice = match error {
            ProviderError::ProviderTimedOut(_) => "check that its source can be reached",
            ProviderError::CredentialsNotLoaded(_) => {
                "look for it in ~/.aws/config and ~/.aws/credentials (or where AWS_CONFIG_FILE and \
                 AWS_SHARED_CREDENTIALS_FILE point)"
            }
            ProviderError::InvalidConfiguration(_) => "mend it in ~/.aws/config",
            _ => "log in again (`aws sso login` or `aws login`), or mend its source",
        };
        Self::Profile { profile: profile.to_owned(), reason: reasons(error), advice }
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

/// The usual reasons of an STS error, for a role that was asked for as another role or as the base credentials.
fn what_to_check(told: &Told, via: Option<&str>, external_id: bool) -> String {
    let asker = via.unwrap_or("the principal of the base credentials");
    let message = &*told.message;
    let advice = match &*told.code {
        _ if told.is_denied() && message.contains("sts:SetSourceIdentity") => {
            return format!(
                "the role's trust policy must allow {asker} sts:SetSourceIdentity beside sts:AssumeRole, and so must \
                 the permissions of who assumes it: add it, or take `source_identity` out of the account's entry"
            );
        }
        _ if told.is_denied() && message.contains("sts:TagSession") => {
            return format!(
                "the role's trust policy must allow {asker} sts:TagSession beside sts:AssumeRole, and so must the \
                 permissions of who assumes it: add it, or take `session_tags` out of the account's entry"
            );
        }
        _ if told.is_denied() => {
            let (who, allowed) = match via {
                Some(via) => (format!("names {via}"), "this role is"),
                None => {
                    ("names the principal of the base credentials".to_owned(), "the base credentials are")
                }
            };
            let id = match external_id {
                true => " and this `external_id`",
                false => " (and whether it asks for an `external_id`)",
            };
            return format!(
                "check that the role exists, that its trust policy {who}{id}, and that {allowed} allowed \
                 sts:AssumeRole on it"
            );
        }
        "ValidationError" if message.contains("MaxSessionDuration") => {
            "lower `duration_seconds` in the account's entry, or raise the role's maximum session duration in IAM"
        }
        "ValidationError" if message.contains("role chaining") => {
            "AWS gives a role that is assumed by a role one hour at most: take `duration_seconds` out of the \
             account's entry, or lower it to 3600"
        }
        "PackedPolicyTooLarge" | "PackedPolicyTooLargeException" => {
            "the shortest session policy is still too large with the session tags: give the account's entry fewer \
             or shorter `session_tags`"
        }
        "ExpiredToken" | "ExpiredTokenException" => "the base credentials have expired: log in again",
        "InvalidClientTokenId" | "UnrecognizedClientException" | "SignatureDoesNotMatch" => {
            "the base credentials are not valid: check the access key, or log in again"
        }
        "RegionDisabledException" => "STS is not active in the home region: set another `region`",
        "Timeout" | "Transport" => "check that the STS endpoint of the home region can be reached",
        "Throttled" => "try again in a moment",
        _ => "check the role and the base credentials",
    };
    advice.to_owned()
}

/// The usual reasons why there is no session for an MFA code.
fn what_mfa_lacks(told: &Told) -> &'static str {
    if told.wrong_mfa_code() {
        "check that `mfa_serial` is the device of the user whose access key is used, and wait for a code that was not \
         used before"
    } else if told.is_denied() {
        "AWS gives MFA sessions to the access keys of IAM users alone: take `mfa_serial` out of the configuration if \
         the base credentials are a session already"
    } else {
        "check the base credentials, and that STS can be reached"
    }
}
