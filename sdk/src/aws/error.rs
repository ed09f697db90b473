//! Why a call to AWS failed.

use std::fmt;

use crate::bindings::tollgate::aws::api;

/// Why a call to AWS failed. In a [`sweep`](crate::sweep) it fails the one target, and
/// becomes a gap of the table's coverage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The host refused it: not granted, a write in read-only mode, a sensitive read not granted by
    /// its exact name, or an account that this call may not reach. Names the grant that would
    /// allow it.
    #[error("{0}")]
    Denied(String),
    /// Unknown service or operation, or an input that does not fit: mend the plugin. Nothing was
    /// sent.
    #[error("{0}")]
    InvalidInput(String),
    /// No credentials for the account: the role could not be assumed.
    #[error("{0}")]
    Credentials(String),
    /// The service answered an error that a retry does not mend.
    #[error("{0}")]
    Service(ServiceError),
    /// Still throttled after the last retry.
    #[error("{0}")]
    Throttled(String),
    /// No answer in time.
    #[error("{0}")]
    Timeout(String),
    /// The connection failed, or what came back was no AWS answer.
    #[error("{0}")]
    Transport(String),
    /// The output is not what the plugin decodes it to: the JSON path and what is there.
    #[error("{0}")]
    UnexpectedOutput(String),
    /// The output is a part of what AWS has, and a part does not do: see [`Response::whole`](super::Response::whole).
    #[error("{0}")]
    Truncated(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl Error {
    /// The kind as one word, the code of a gap where no service answered one: `denied`, `invalid-input`,
    /// `credentials`, `service`, `throttled`, `timeout`, `transport`, `unexpected-output`,
    /// `truncated` or `other`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Denied(_) => "denied",
            Self::InvalidInput(_) => "invalid-input",
            Self::Credentials(_) => "credentials",
            Self::Service(_) => "service",
            Self::Throttled(_) => "throttled",
            Self::Timeout(_) => "timeout",
            Self::Transport(_) => "transport",
            Self::UnexpectedOutput(_) => "unexpected-output",
            Self::Truncated(_) => "truncated",
            Self::Other(_) => "other",
        }
    }

    /// The service's error code, for example `NoSuchBucket`, where the service answered.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Service(error) => Some(&error.code),
            _ => None,
        }
    }

    /// Whether the service says that what was named is not there: `NoSuchBucket`,
    /// `InvalidInstanceID.NotFound`, `ResourceNotFoundException`.
    pub fn is_not_found(&self) -> bool {
        self.code().is_some_and(|code| code.contains("NotFound") || code.starts_with("NoSuch"))
    }

    /// The same error, told where it happened: `context` stands before the text.
    ///
    /// ```
    /// use tollgate_sdk::aws;
    ///
    /// let error = aws::Error::Timeout("no answer within 10 s".into()).context("bucket logs");
    /// assert_eq!(error.to_string(), "bucket logs: no answer within 10 s");
    /// ```
    pub fn context(mut self, context: impl fmt::Display) -> Self {
        let (Self::Denied(text)
        | Self::InvalidInput(text)
        | Self::Credentials(text)
        | Self::Service(ServiceError { message: text, .. })
        | Self::Throttled(text)
        | Self::Timeout(text)
        | Self::Transport(text)
        | Self::UnexpectedOutput(text)
        | Self::Truncated(text)
        | Self::Other(text)) = &mut self;
        *text = format!("{context}: {text}");
        self
    }
}

/// An error that the AWS service answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceError {
    /// The error code, for example `UnauthorizedOperation`.
    pub code: String,
    /// The message.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
    /// The request id, for a support case.
    pub request_id: Option<String>,
}

impl ServiceError {
    /// An error as a unit test needs it.
    pub fn new(code: impl Into<String>, message: impl Into<String>, status: u16) -> Self {
        Self { code: code.into(), message: message.into(), status, request_id: None }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl From<api::Error> for Error {
    fn from(error: api::Error) -> Self {
        match error {
            api::Error::Denied(text) => Self::Denied(text),
            api::Error::InvalidInput(text) => Self::InvalidInput(text),
            api::Error::Credentials(text) => Self::Credentials(text),
            api::Error::Service(error) => Self::Service(ServiceError {
                code: error.code,
                message: error.message,
                status: error.status,
                request_id: error.request_id,
            }),
            api::Error::Throttled(text) => Self::Throttled(text),
            api::Error::Timeout(text) => Self::Timeout(text),
            api::Error::Transport(text) => Self::Transport(text),
            api::Error::Other(text) => Self::Other(text),
        }
    }
}
