//! Why it is not known which accounts there are.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use crate::account::error::RegistryError;
use crate::account::nearest::{known, list};
use crate::credentials::CredentialsError;
use crate::error::Error;

/// Why it is not known which accounts there are.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum DiscoveryError {
    /// A source did not answer. The text says what to do.
    #[error("which accounts there are is not known: {action} as {who}: {error}{}", then(advice.as_deref()))]
    Asked {
        /// The IAM action.
        action: String,
        /// As whom it was asked: a role, or the base credentials.
        who: String,
        /// What came of it.
        error: Box<Error>,
        /// What somebody can do about it.
        advice: Option<String>,
    },
    /// Whose the base credentials are is not known. The text says why.
    #[error("which accounts there are is not known: {0}")]
    Own(Arc<CredentialsError>),
    /// A rule names an organizational unit that there is not. Correct it.
    #[error(
        "discovery.organizations.{key}: the organisation has no unit {}{}",
        list(std::slice::from_ref(rule)),
        known(nearest, "AWS Organizations shows which there are")
    )]
    UnknownUnit {
        /// `include` or `exclude`.
        key: &'static str,
        /// The rule.
        rule: String,
        /// The most similar rules about units that there are.
        nearest: Vec<String>,
    },
    /// A reader is none. Correct it.
    #[error(transparent)]
    Reader(#[from] RegistryError),
    /// There was a list, but it could not be renewed for so long that it is not true any more. The error says what to do.
    #[error("the list of accounts is more than {} s old, too old to be used, and could not be renewed: {error}", max_age.as_secs())]
    Outdated {
        /// How old it gets at most.
        max_age: Duration,
        /// Why there is no newer one.
        error: Arc<DiscoveryError>,
    },
    /// The first list is still on its way: an organisation with many accounts takes minutes. Ask again.
    #[error("which accounts there are is still being found out, after {} s: ask again in a while", waited.as_secs())]
    Loading {
        /// How long this call has waited.
        waited: Duration,
    },
    /// The list did not come in the time that it has at all. Narrow what is included, or look for what is slow.
    #[error("which accounts there are was not found out within {} s", limit.as_secs())]
    Slow {
        /// How long that may take.
        limit: Duration,
    },
}

impl DiscoveryError {
    /// Whether the same question may be answered in a while.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Asked { error, .. } => error.is_retryable(),
            Self::Own(error) => error.is_retryable(),
            Self::Outdated { error, .. } => error.is_retryable(),
            Self::Loading { .. } | Self::Slow { .. } => true,
            Self::UnknownUnit { .. } | Self::Reader(_) => false,
        }
    }
}

fn then(advice: Option<&str>) -> String {
    advice.map(|advice| format!("; {advice}")).unwrap_or_default()
}
