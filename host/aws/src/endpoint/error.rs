//! Why a call has nowhere to go.

use super::rules::{Failure, RuleSetError};
use crate::profile::ProfileError;

/// No endpoint for a call. None of these goes away by trying again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// The region is not one by its spelling. Correct it.
    #[error("`{0}` is not a region name: use lower-case letters, digits and hyphens, as in `eu-west-1`")]
    Region(String),
    /// The pack has no endpoint rules for the service. Give it an endpoint URL.
    #[error("{service} has no endpoint rules: set an endpoint URL for it")]
    NoRules {
        /// The service.
        service: Box<str>,
    },
    /// The service's rules cannot be read. The pack and the program do not belong together.
    #[error("{service}: {reason}")]
    Unreadable {
        /// The service.
        service: Box<str>,
        /// What is wrong.
        reason: RuleSetError,
    },
    /// The rules have no endpoint for this call. The text, mostly AWS's own, says which input or setting
    /// to change.
    #[error("{service} has no endpoint for this call: {reason}")]
    Unresolved {
        /// The service.
        service: Box<str>,
        /// What the rules said.
        reason: Failure,
    },
    /// The endpoint can be signed for only in ways that this program does not have. There is no way round.
    #[error("{service} wants {schemes} for this endpoint, and Tollgate signs with sigv4 only")]
    Signature {
        /// The service.
        service: Box<str>,
        /// The ways to sign, with commas.
        schemes: String,
    },
    /// The service tells each account an address of its own for this operation, and is not asked for it. With an
    /// endpoint URL of its own it is called.
    #[error(
        "{service} wants to be asked for the address of {operation} first (DescribeEndpoints), which Tollgate does not do: set an endpoint URL for {service}"
    )]
    Discovery {
        /// The service.
        service: Box<str>,
        /// The operation.
        operation: Box<str>,
    },
    /// A member of the input is part of the host name and does not fit there. Correct it.
    #[error("`{0}` cannot begin a host name: its labels need 1 to 63 letters, digits and hyphens")]
    HostPrefix(String),
    /// An endpoint URL of the settings is not one. Correct it.
    #[error("{origin}: `{url}` is not an endpoint URL: it needs http or https, a host, and no query or user")]
    Url {
        /// Where it was set, for example `AWS_ENDPOINT_URL`.
        origin: String,
        /// What was set.
        url: String,
    },
    /// The path of a request has characters that a URI cannot have.
    #[error("`{0}` is not the path of a URI")]
    Path(String),
    /// A setting is none of the words that there are. Correct it.
    #[error("{origin}: expected {expected}, not `{value}`")]
    Setting {
        /// Where it was set, for example `AWS_USE_FIPS_ENDPOINT`.
        origin: String,
        /// What was set.
        value: String,
        /// What there is.
        expected: String,
    },
    /// The profile cannot be read. Mend the file that the text names.
    #[error(transparent)]
    Profile(#[from] ProfileError),
}
