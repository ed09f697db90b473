//! Who answered, and who did not: one failure never hides the rest.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{aws, budget};

/// Who answered, and who did not, of the targets that a table was made from.
///
/// A target is an account in a region, written `production/eu-west-1`, or an account, written
/// `production`. Those with the same trouble stand together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Coverage {
    /// How many answered in full.
    pub ok: u64,
    /// Refused: by the host, by the role that could not be assumed, or by AWS.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub denied: Vec<Gap>,
    /// Still throttled after the last retry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub throttled: Vec<Gap>,
    /// Failed otherwise, or answered in part.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<Gap>,
    /// Not asked, or not to the end: the call's time was up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Gap>,
}

/// Targets that did not answer, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Gap {
    /// The service's error code, else [`aws::Error::kind`], or `regions` where an account's regions
    /// could not be found out.
    pub code: String,
    /// What happened; of what AWS says, at most 300 characters.
    pub message: String,
    /// What to do, where the message does not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<&'static str>,
    /// How many targets.
    pub count: u64,
    /// Which ones, the first of them.
    pub targets: Vec<String>,
}

/// One target that did not answer, or not in full.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(super) place: String,
    class: Class,
    pub(super) code: String,
    pub(super) message: String,
}

/// What kind of trouble it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// The host refused it.
    Refused,
    /// The host found that the input does not fit.
    Invalid,
    /// AWS, or the role, refused it.
    Denied,
    Throttled,
    /// No answer, or none that helps.
    OutOfOrder,
    Failed,
    Skipped,
}

/// So many targets of a gap are named.
const NAMED: usize = 20;

/// AWS adds an encoded policy evaluation of a thousand characters to some refusals.
const ENCODED: &str = " Encoded authorization failure message:";

const LONGEST_MESSAGE: usize = 300;

impl Failure {
    /// A failed call.
    pub(crate) fn of_call(place: String, error: &aws::Error) -> Self {
        let message = match error {
            aws::Error::Service(error) => short(&error.message),
            // The host's own words say what to do to their end.
            error => error.to_string(),
        };
        let code = error.code().unwrap_or(error.kind()).to_owned();
        let class = Class::of(error);
        Self { place, class, code, message }
    }

    /// An account whose regions could not be found out.
    pub(crate) fn of_regions(place: String, message: &str) -> Self {
        Self { place, class: Class::Failed, code: "regions".to_owned(), message: short(message) }
    }

    /// `production/eu-west-1 AccessDenied`.
    pub(crate) fn in_words(&self) -> String {
        format!("{} {}", self.place, self.code)
    }
}

impl Class {
    fn of(error: &aws::Error) -> Self {
        match error {
            aws::Error::Denied(_) => Self::Refused,
            aws::Error::InvalidInput(_) => Self::Invalid,
            aws::Error::Credentials(_) => Self::Denied,
            aws::Error::Service(error) if is_denial(error) => Self::Denied,
            aws::Error::Throttled(_) => Self::Throttled,
            aws::Error::Timeout(_) if budget::time_left().is_zero() => Self::Skipped,
            aws::Error::Timeout(_) | aws::Error::Transport(_) => Self::OutOfOrder,
            aws::Error::Service(error) if error.status >= 500 => Self::OutOfOrder,
            _ => Self::Failed,
        }
    }
}

/// Whether AWS says that the role may not do that.
fn is_denial(error: &aws::ServiceError) -> bool {
    const WORDS: &[&str] =
        &["AccessDenied", "Unauthorized", "NotAuthorized", "AuthFailure", "Forbidden", "OptInRequired"];
    matches!(error.status, 401 | 403) || WORDS.iter().any(|word| error.code.contains(word))
}

impl Coverage {
    /// Puts together what answered and what did not.
    pub(crate) fn new(ok: u64, failures: &[Failure]) -> Self {
        let mut gaps: BTreeMap<(Class, &str, &str), Vec<&str>> = BTreeMap::new();
        for Failure { place, class, code, message } in failures {
            let places = gaps.entry((*class, code, message)).or_default();
            if !places.contains(&place.as_str()) {
                places.push(place);
            }
        }
        let mut coverage = Self { ok, ..Self::default() };
        for ((class, code, message), places) in gaps {
            let (list, advice) = match class {
                Class::Refused => (&mut coverage.denied, None),
                Class::Denied if code == "credentials" => (&mut coverage.denied, None),
                Class::Denied => {
                    (&mut coverage.denied, Some("let the account's role do this, or leave the account out"))
                }
                Class::Throttled => {
                    (&mut coverage.throttled, Some("ask again in a minute, or for fewer targets at once"))
                }
                Class::OutOfOrder => {
                    (&mut coverage.failed, Some("out of order there: ask again later, or leave these out"))
                }
                Class::Invalid | Class::Failed => (&mut coverage.failed, None),
                Class::Skipped => {
                    (&mut coverage.skipped, Some("ask again for these alone, or for fewer targets at once"))
                }
            };
            list.push(Gap {
                code: code.to_owned(),
                message: message.to_owned(),
                advice,
                count: places.len() as u64,
                targets: places.into_iter().take(NAMED).map(str::to_owned).collect(),
            });
        }
        coverage
    }

    /// What did not answer, whatever the reason.
    pub fn gaps(&self) -> impl Iterator<Item = &Gap> {
        [&self.denied, &self.throttled, &self.failed, &self.skipped].into_iter().flatten()
    }

    /// Whether everything answered in full.
    pub fn is_complete(&self) -> bool {
        self.gaps().next().is_none()
    }
}

/// Whether the host refused all of them.
pub(super) fn all_refused(failures: &[Failure]) -> bool {
    failures.iter().all(|failure| failure.class == Class::Refused)
}

/// What the host says of an input that fits none of them.
pub(super) fn all_invalid(failures: &[Failure]) -> Option<&str> {
    let (first, others) = failures.split_first()?;
    let same = |other: &Failure| other.class == Class::Invalid && other.message == first.message;
    (first.class == Class::Invalid && others.iter().all(same)).then_some(&first.message)
}

fn short(message: &str) -> String {
    let message = message.split(ENCODED).next().unwrap_or_default();
    match message.char_indices().nth(LONGEST_MESSAGE - 1) {
        Some((end, last)) if end + last.len_utf8() < message.len() => format!("{}…", &message[..end]),
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_cut_where_they_help_nobody() {
        assert_eq!(short("You may not. Encoded authorization failure message: abc"), "You may not.");
        assert_eq!(short(&"é".repeat(300)), "é".repeat(300));
        assert_eq!(short(&"é".repeat(301)), format!("{}…", "é".repeat(299)));
    }

    #[test]
    fn targets_with_the_same_trouble_stand_together() {
        let denied = |code| aws::Error::Service(aws::ServiceError::new(code, "You may not.", 400));
        let mut failures: Vec<Failure> = (0..30)
            .map(|number| Failure::of_call(format!("a{number}/eu-west-1"), &denied("AccessDeniedException")))
            .collect();
        let others = [
            aws::Error::Denied("grant ec2:DescribeVpcs".to_owned()),
            aws::Error::Throttled("still throttled".to_owned()),
            denied("NoSuchThing"),
            aws::Error::Service(aws::ServiceError::new("InternalError", "We are sorry.", 500)),
        ];
        failures.extend(others.iter().map(|error| Failure::of_call("b".to_owned(), error)));
        let coverage = Coverage::new(7, &failures);
        insta::assert_snapshot!(serde_json::to_string(&coverage).expect("JSON"), @r#"{"ok":7,"denied":[{"code":"denied","message":"grant ec2:DescribeVpcs","count":1,"targets":["b"]},{"code":"AccessDeniedException","message":"You may not.","advice":"let the account's role do this, or leave the account out","count":30,"targets":["a0/eu-west-1","a1/eu-west-1","a2/eu-west-1","a3/eu-west-1","a4/eu-west-1","a5/eu-west-1","a6/eu-west-1","a7/eu-west-1","a8/eu-west-1","a9/eu-west-1","a10/eu-west-1","a11/eu-west-1","a12/eu-west-1","a13/eu-west-1","a14/eu-west-1","a15/eu-west-1","a16/eu-west-1","a17/eu-west-1","a18/eu-west-1","a19/eu-west-1"]}],"throttled":[{"code":"throttled","message":"still throttled","advice":"ask again in a minute, or for fewer targets at once","count":1,"targets":["b"]}],"failed":[{"code":"InternalError","message":"We are sorry.","advice":"out of order there: ask again later, or leave these out","count":1,"targets":["b"]},{"code":"NoSuchThing","message":"You may not.","count":1,"targets":["b"]}]}"#);
        assert_eq!(coverage.gaps().count(), 5);
        assert!(!coverage.is_complete() && Coverage::new(7, &[]).is_complete());
    }
}
