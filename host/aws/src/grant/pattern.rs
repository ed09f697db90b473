//! Patterns over IAM actions.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A pattern over IAM actions, as in an IAM policy: `ec2:Describe*`.
///
/// `*` stands for any number of characters and `?` for exactly one; upper and lower case are the same. The
/// service is written out, or is `*` alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern {
    /// As it was written.
    text: Box<str>,
}

/// A text is not a pattern over IAM actions.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{text}` is not an IAM action pattern: {reason}; write it as `ec2:DescribeInstances` or `ec2:Describe*`"
)]
pub struct InvalidPattern {
    text: String,
    reason: &'static str,
}

impl Pattern {
    /// Whether an IAM action fits.
    #[must_use]
    pub fn matches(&self, action: &str) -> bool {
        fits(self.text.as_bytes(), action.as_bytes())
    }

    /// Whether it names an action without any wildcard.
    #[must_use]
    pub fn is_exactly(&self, action: &str) -> bool {
        !self.text.contains(['*', '?']) && self.text.eq_ignore_ascii_case(action)
    }

    /// The service before the colon; `*` for every one.
    pub(crate) fn service(&self) -> &str {
        self.text.split_once(':').map_or("", |(service, _)| service)
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for Pattern {
    type Err = InvalidPattern;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = |reason| InvalidPattern { text: text.to_owned(), reason };
        let (service, name) =
            text.split_once(':').ok_or_else(|| invalid("it has no `service:` before the action"))?;
        if service.is_empty() || name.is_empty() {
            return Err(invalid("the service and the action must not be empty"));
        }
        if service != "*" && !service.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(invalid("the service is written out, or is `*` alone"));
        }
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-*?".contains(&byte)) {
            return Err(invalid("an action has letters, digits, `-` and the wildcards `*` and `?`"));
        }
        Ok(Self { text: text.into() })
    }
}

impl TryFrom<String> for Pattern {
    type Error = InvalidPattern;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.text.into()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// Whether a text fits a pattern, in time by the product of their lengths at worst: on a mismatch, only the
/// latest `*` takes one character more.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut star = None;
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(b'?') => {
                at += 1;
                from += 1;
            }
            Some(byte) if byte.eq_ignore_ascii_case(&text[from]) => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some((star_at, taken)) => {
                    star = Some((star_at, taken + 1));
                    at = star_at + 1;
                    from = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}
