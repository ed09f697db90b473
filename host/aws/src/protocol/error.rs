//! What can go wrong between JSON and the wire.

use std::fmt::{self, Display, Formatter};

use thiserror::Error;

/// An input that cannot be sent. Nothing left this process.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum InvalidInput {
    /// Members are unknown, missing or of the wrong type. Correct what the problems name.
    #[error("the input of {service}:{operation} is wrong: {}{}", Problems(problems), Escape(problems))]
    Members {
        /// The service's SDK name.
        service: String,
        /// The operation's API name.
        operation: String,
        /// Every one that was found, in the order of the input.
        problems: Vec<Problem>,
    },
    /// The operation or a member of its input is a stream, which is not spoken. Use another operation, or
    /// leave the member out.
    #[error("{service}:{operation} streams `{member}`, which is not supported")]
    Streaming {
        /// The service's SDK name.
        service: String,
        /// The operation's API name.
        operation: String,
        /// The member that is the stream.
        member: String,
    },
}

/// One thing that is wrong with an input.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Where: `Filters[0].Values`; empty for the input as a whole.
    pub path: String,
    /// What.
    pub fault: Fault,
}

/// What is wrong with a part of an input.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// The structure has no such member.
    Unknown {
        /// The structure's name in the AWS model.
        structure: String,
        /// The member that was perhaps meant.
        nearest: Option<String>,
    },
    /// The member has to be given.
    Missing,
    /// The value is of another type.
    Type {
        /// What it has to be, with its article: `an array`.
        expected: &'static str,
        /// What it is, in short.
        found: String,
    },
    /// The value is smaller or shorter than AWS allows.
    TooSmall {
        /// The smallest value or length.
        minimum: f64,
        /// What it is: a value, or a length with its unit.
        found: String,
    },
    /// The value is in no enumeration of the model. AWS may know it by now.
    Value {
        /// How many values the model knows.
        known: usize,
        /// All of them, if they are few.
        told: Vec<String>,
        /// The one that was perhaps meant, if they are many.
        nearest: Option<String>,
        /// What it is, in short.
        found: String,
    },
    /// The value does not match the model's pattern.
    Pattern {
        /// The regular expression, in Java's dialect.
        pattern: String,
        /// What it is, in short.
        found: String,
    },
    /// A union has one member set, not none and not several.
    Union {
        /// How many it has.
        found: usize,
        /// The members to choose from.
        members: Vec<String>,
    },
    /// The text cannot travel where the model puts it.
    Text {
        /// Why not.
        reason: &'static str,
    },
    /// Structures within structures, deeper than any input of AWS.
    TooDeep,
}

/// The problems of a message: the first few in full.
struct Problems<'a>(&'a [Problem]);

/// How many problems a message has in full.
pub(super) const SHOWN: usize = 6;

/// How long a pattern a message shows, in characters.
const PATTERN_SHOWN: usize = 200;

impl Display for Problems<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        for (position, problem) in self.0.iter().take(SHOWN).enumerate() {
            if position > 0 {
                formatter.write_str("; ")?;
            }
            problem.fmt(formatter)?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(formatter, "; and {more} more"),
        }
    }
}

/// What to do where the model is wrong and the input is right.
struct Escape<'a>(&'a [Problem]);

impl Display for Escape<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let may_be_right =
            |problem: &Problem| matches!(problem.fault, Fault::Value { .. } | Fault::Pattern { .. });
        if !self.0.iter().any(may_be_right) {
            return Ok(());
        }
        formatter.write_str(
            " (if AWS takes such a value by now, `unknown_values = \"send\"` under `[aws]` in the configuration \
             lets it pass)",
        )
    }
}

impl Display for Problem {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => formatter.write_str("the input ")?,
            path => write!(formatter, "`{path}` ")?,
        }
        match &self.fault {
            Fault::Unknown { structure, nearest } => {
                write!(formatter, "is not a member of {structure}")?;
                nearest.iter().try_for_each(|nearest| write!(formatter, "; the nearest is `{nearest}`"))
            }
            Fault::Missing => formatter.write_str("is required"),
            Fault::Type { expected, found } => write!(formatter, "has to be {expected}, not {found}"),
            Fault::TooSmall { minimum, found } => {
                write!(formatter, "has to be at least {minimum}, not {found}")
            }
            Fault::Value { known, told, nearest, found } => {
                match told.as_slice() {
                    [] => write!(formatter, "has to be one of {known} known values, not {found}")?,
                    [only] => write!(formatter, "has to be `{only}`, not {found}")?,
                    told => write!(formatter, "has to be one of {}, not {found}", quoted(told))?,
                }
                nearest.iter().try_for_each(|nearest| write!(formatter, "; the nearest is `{nearest}`"))
            }
            Fault::Pattern { pattern, found } => {
                let shown: String = pattern.chars().take(PATTERN_SHOWN).collect();
                let more = if shown.len() < pattern.len() { "…" } else { "" };
                write!(formatter, "has to match `{shown}`{more}, not {found}")
            }
            Fault::Union { found, members } => {
                write!(formatter, "has to have exactly one of its members, not {found}: {}", quoted(members))
            }
            Fault::Text { reason } => formatter.write_str(reason),
            Fault::TooDeep => formatter.write_str("is nested too deeply"),
        }
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// A response that cannot be decoded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The body is not the XML that the protocol says, or it ends too early. Repeating a read may help.
    #[error("the answer of {operation} is not readable XML at byte {position}: {reason}")]
    Xml {
        /// The operation's API name.
        operation: String,
        /// Where in the body.
        position: u64,
        /// What is wrong there.
        reason: String,
    },
    /// The body is not the JSON that the protocol says, or it ends too early. Repeating a read may help.
    #[error("the answer of {operation} is not readable JSON: {reason}")]
    Json {
        /// The operation's API name.
        operation: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// The body is not the CBOR that the protocol says, or it ends too early. Repeating a read may help.
    #[error("the answer of {operation} is not readable CBOR: {reason}")]
    Cbor {
        /// The operation's API name.
        operation: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// The body has no content where the protocol wants some. Repeating a read may help.
    #[error("the answer of {operation} is empty")]
    Empty {
        /// The operation's API name.
        operation: String,
    },
    /// Status 200, but the body is an error document, as S3 sends it when it fails half-way. It counts as a
    /// server error: status 500.
    #[error(transparent)]
    Service(ServiceError),
    /// The answer is an event stream, which is not spoken.
    #[error("{operation} answers with an event stream, which is not supported")]
    Streaming {
        /// The operation's API name.
        operation: String,
    },
}

/// What AWS says when it refuses or fails.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{code} (status {status}): {message}")]
pub struct ServiceError {
    /// AWS's error code, for example `UnauthorizedOperation`; the status as text where the body has none.
    pub code: String,
    /// AWS's text for people; what the status means where the body has none. May be empty.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
    /// What AWS support asks for.
    pub request_id: Option<String>,
}
