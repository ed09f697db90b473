//! Why a call failed.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use crate::account::SelectorError;
use crate::account::discovery::DiscoveryError;
use crate::credentials::CredentialsError;
use crate::endpoint::EndpointError;
use crate::grant::Refusal;
use crate::model::{UnknownOperation, UnknownService};
use crate::protocol::InvalidInput;
use crate::sign::SignError;

/// Why a call failed.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The grant does not allow the operation. Nothing was sent. The text names the grant that would allow it.
    #[error(transparent)]
    Denied(#[from] Refusal),
    /// The request does not fit. Nothing was sent. Correct what the text names.
    #[error(transparent)]
    Invalid(#[from] InvalidRequest),
    /// There are no credentials for the account. The text says which role, and what to check.
    #[error(transparent)]
    Credentials(Arc<CredentialsError>),
    /// Which accounts there are is not known, and therefore whether there is this one. The text says why, and what to do.
    #[error(transparent)]
    Discovery(Arc<DiscoveryError>),
    /// AWS answered an error that a retry does not mend. Look at its code.
    #[error("{service} answered {code} (status {status}): {message}")]
    Service {
        /// The service.
        service: String,
        /// The error code, for example `UnauthorizedOperation`.
        code: String,
        /// The message.
        message: String,
        /// The HTTP status.
        status: u16,
        /// The request id, for a support case.
        request_id: Option<String>,
    },
    /// Still throttled after the last retry, or held back by the client, since its turn would not come in time. Ask
    /// for less, or later.
    #[error("{service} {}: {code}: {message}", throttled(*attempts))]
    Throttled {
        /// The service.
        service: String,
        /// The error code.
        code: String,
        /// The message.
        message: String,
        /// How often it was sent.
        attempts: u32,
    },
    /// No whole answer in time. Ask for less, or later.
    #[error("no answer in time: {reason}")]
    Timeout {
        /// What was waited for, and for how long.
        reason: String,
    },
    /// Earlier requests came to no answer, so nothing was sent. Check the network, the endpoint, and the region, or
    /// ask again later.
    #[error(
        "{service} in {region} did not answer {:.1} s ago: {reason}; nothing was sent, it is tried again {}",
        since.as_secs_f64(),
        when(*again)
    )]
    Unavailable {
        /// The service.
        service: String,
        /// The region.
        region: String,
        /// What failed, and where.
        reason: String,
        /// How long ago.
        since: Duration,
        /// When it will be tried again; nothing while somebody tries.
        again: Option<Duration>,
    },
    /// The connection failed. Check the network, the endpoint, and the region.
    #[error("{reason}")]
    Transport {
        /// What failed, and where.
        reason: String,
    },
    /// What came back is no answer of AWS. Check the endpoint: is a proxy in between?
    #[error("not an AWS answer: {reason}")]
    Response {
        /// What is wrong with it.
        reason: String,
    },
    /// The answer is larger than is held in memory. Ask for less, with a filter or a smaller page.
    #[error("the answer is larger than {limit} bytes: ask for less, with a filter or a smaller page")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The service has no endpoint for this call. The text says why.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The request could not be signed. The text says why.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// A fault of this program, told as it is.
    #[error("internal error: {reason}")]
    Internal {
        /// What happened.
        reason: String,
    },
}

/// Why a request does not fit.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum InvalidRequest {
    /// No such service. Use the nearest.
    #[error(transparent)]
    Service(#[from] UnknownService),
    /// No such operation. Use the nearest.
    #[error(transparent)]
    Operation(#[from] UnknownOperation),
    /// The input does not fit the model. Correct the member that the text names.
    #[error(transparent)]
    Input(#[from] InvalidInput),
    /// The target's account or region is not there, or the account is disabled.
    #[error(transparent)]
    Target(#[from] SelectorError),
    /// The `select` expression cannot be used. Correct it.
    #[error("select: {reason}")]
    Select {
        /// What is wrong, and where.
        reason: String,
    },
    /// `max_items` is zero. Leave it out, or ask for one at least.
    #[error("max_items: at least 1, or leave it out")]
    MaxItems,
    /// The cursor is not one of this request. Begin without one.
    #[error("cursor: {reason}; begin again without a cursor")]
    Cursor {
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl Error {
    /// Whether the same call may work in a while.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Throttled { .. }
            | Self::Timeout { .. }
            | Self::Unavailable { .. }
            | Self::Transport { .. }
            | Self::Response { .. } => true,
            Self::Service { status, .. } => *status >= 500,
            Self::Credentials(error) => error.is_retryable(),
            Self::Discovery(error) => error.is_retryable(),
            _ => false,
        }
    }

    pub(crate) fn call_timeout(after: Duration) -> Self {
        Self::Timeout { reason: format!("the whole call took longer than {} s", after.as_secs_f32()) }
    }
}

fn throttled(attempts: u32) -> String {
    match attempts {
        0 => "not asked".to_owned(),
        1 => "still throttled after 1 attempt".to_owned(),
        attempts => format!("still throttled after {attempts} attempts"),
    }
}

fn when(again: Option<Duration>) -> String {
    again.map_or_else(|| "right now".to_owned(), |again| format!("in {:.1} s", again.as_secs_f64()))
}

impl From<Arc<CredentialsError>> for Error {
    fn from(error: Arc<CredentialsError>) -> Self {
        Self::Credentials(error)
    }
}
