//! A target that did not answer.

use serde::Serialize;

use crate::aws;

/// A target, or an account, that did not answer, or not in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Failure {
    /// The account's name, as in the rows.
    pub account: String,
    /// The region; none where the account as a whole failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// [`aws::Error::kind`], or `regions` where the account's regions could not be found out.
    pub kind: &'static str,
    /// The error code of the AWS service, where it answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What happened, at most 300 characters.
    pub message: String,
}

/// AWS adds an encoded policy evaluation of a thousand characters to some refusals.
const ENCODED: &str = " Encoded authorization failure message:";
const LONGEST_MESSAGE: usize = 300;

impl Failure {
    /// A failed call.
    pub(super) fn of_call(account: &str, region: Option<&str>, error: &aws::Error) -> Self {
        let message = match error {
            aws::Error::Service(error) => error.message.clone(),
            error => error.to_string(),
        };
        Self {
            account: account.to_owned(),
            region: region.map(str::to_owned),
            kind: error.kind(),
            code: error.code().map(str::to_owned),
            message: short(&message),
        }
    }

    /// An account whose regions could not be found out.
    pub(super) fn of_regions(account: &str, message: &str) -> Self {
        Self {
            account: account.to_owned(),
            region: None,
            kind: "regions",
            code: None,
            message: short(message),
        }
    }

    /// Where: `production/eu-west-1`, or `production`.
    pub(super) fn place(&self) -> String {
        match &self.region {
            Some(region) => format!("{}/{region}", self.account),
            None => self.account.clone(),
        }
    }

    /// What, in a word: the service's code, else the kind.
    pub(super) fn word(&self) -> &str {
        self.code.as_deref().unwrap_or(self.kind)
    }
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
}
