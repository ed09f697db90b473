//! Why an account cannot be reached, and what mends it.

use tollgate_sdk::aws;

/// Why an account cannot be reached.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Trouble {
    /// What AWS calls it, else the kind of error.
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    /// What mends it, unless the message says so.
    pub(super) advice: Option<String>,
}

impl Trouble {
    pub(super) fn of(error: &aws::Error) -> Self {
        let (code, message, told) = match error {
            aws::Error::Credentials(text) => of_credentials(text),
            aws::Error::Service(error) => (error.code.as_str(), error.message.as_str(), None),
            error => return Self::new(error.kind(), &error.to_string(), of_kind(error).map(str::to_owned)),
        };
        let advice = of_reason(message).or_else(|| of_code(code).filter(|_| told.is_none()));
        Self::new(code, message, advice.or(told).map(str::to_owned))
    }

    fn new(code: &str, message: &str, advice: Option<String>) -> Self {
        Self { code: Some(code.to_owned()), message: Some(message.to_owned()), advice }
    }
}

/// The code of STS, what happened, and what the host advises: it writes `what: code: message; advice`, and only
/// `what: advice` where nobody was asked.
fn of_credentials(text: &str) -> (&str, &str, Option<&str>) {
    let (message, advice) = match text.rsplit_once("; ") {
        Some((message, advice)) => (message, Some(advice)),
        None => (text, None),
    };
    let code = message.split(": ").skip(1).find(|part| is_code(part)).unwrap_or("credentials");
    (code, message, advice)
}

/// Whether it is written as AWS writes error codes: `AccessDenied`.
fn is_code(text: &str) -> bool {
    text.len() > 3
        && text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// What AWS says of the policy that is in the way.
fn of_reason(message: &str) -> Option<&'static str> {
    const REASONS: [(&str, &str); 6] = [
        (
            "service control policy",
            "a service control policy of the organisation denies it: accounts_relationships says which are attached \
             where; let one except this role",
        ),
        (
            "resource control policy",
            "a resource control policy of the organisation denies it: accounts_relationships says which are attached \
             where; let one except the identity that asks",
        ),
        ("permissions boundary", "the permissions boundary of the identity that asks must allow it"),
        ("explicit deny", "a policy denies it to the identity that asks: take that statement out"),
        ("no identity-based policy", "allow the identity that asks sts:AssumeRole on the role"),
        ("no resource-based policy", "let the role's trust policy name the identity that asks"),
    ];
    REASONS.iter().find(|(reason, _)| message.contains(reason)).map(|(_, advice)| *advice)
}

/// What an error code of STS calls for.
fn of_code(code: &str) -> Option<&'static str> {
    Some(match code {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
            "the credentials have expired: log in again"
        }
        "InvalidClientTokenId" | "UnrecognizedClientException" => {
            "the region may not be enabled in the account, or the credentials were revoked"
        }
        "RegionDisabledException" => {
            "STS is not active in this region: put another one first in the account's `regions`"
        }
        "SignatureDoesNotMatch" | "RequestTimeTooSkewed" => {
            "check the secret key of the base credentials, and the clock of this machine"
        }
        "AccessDenied" | "AccessDeniedException" => "the account's role needs sts:GetCallerIdentity",
        _ => return None,
    })
}

/// What errors call for that no service answered.
fn of_kind(error: &aws::Error) -> Option<&'static str> {
    Some(match error {
        aws::Error::Throttled(_) => "ask again in a minute, or for fewer accounts at once",
        aws::Error::Timeout(_) | aws::Error::Transport(_) => {
            "check that the STS endpoint of the account's first region can be reached from here: network, proxy, \
             `endpoint_url`"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tollgate_sdk::aws::{Error, ServiceError};

    use super::*;

    fn credentials(told: &str, advice: &str) -> Error {
        let role = "arn:aws:iam::222222222222:role/Reader";
        Error::Credentials(format!(
            "could not assume {role} for account 222222222222 (\"production\"): {told}; {advice}"
        ))
    }

    fn service(code: &str, message: &str) -> Error {
        Error::Service(ServiceError::new(code, message, 403))
    }

    /// `code | advice`
    fn short(error: &Error) -> String {
        let Trouble { code, advice, .. } = Trouble::of(error);
        format!("{} | {}", code.unwrap_or_default(), advice.unwrap_or_default())
    }

    #[test]
    fn the_advice_of_the_host_is_told_once() {
        let error = credentials("AccessDenied: You may not", "check that the role exists");
        let Trouble { code, message, advice } = Trouble::of(&error);
        assert_eq!(code.as_deref(), Some("AccessDenied"));
        assert_eq!(
            message.as_deref(),
            Some(
                "could not assume arn:aws:iam::222222222222:role/Reader for account 222222222222 (\"production\"): \
                 AccessDenied: You may not"
            )
        );
        assert_eq!(advice.as_deref(), Some("check that the role exists"));
    }

    /// What the host writes of every answer of STS that its own tests know.
    #[test]
    fn every_text_of_the_host_comes_apart() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../host/aws/tests/credentials");
        let mut known = 0;
        for case in fs::read_dir(folder).expect("the host's cases") {
            let text = fs::read_to_string(case.expect("a folder").path().join("case.json")).expect("a case");
            let case: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            let Some(text) = case["error"].as_str() else { continue };
            let Trouble { code, message, advice } = Trouble::of(&Error::Credentials(text.to_owned()));
            assert!(code.is_some_and(|code| code != "credentials"), "{text}");
            assert_eq!(format!("{}; {}", message.unwrap_or_default(), advice.unwrap_or_default()), text);
            known += 1;
        }
        assert!(known >= 10, "{known}");
    }

    #[test]
    fn each_trouble_has_its_remedy() {
        let user = "User: arn:aws:iam::111111111111:user/me is not authorized to perform: sts:AssumeRole on resource: x";
        let check = "check that the role exists, that its trust policy names the principal";
        let troubles = [
            credentials(&format!("AccessDenied: {user}"), check),
            credentials(
                &format!("AccessDenied: {user} with an explicit deny in a service control policy"),
                check,
            ),
            credentials(
                &format!("AccessDenied: {user} with an explicit deny in an identity-based policy"),
                check,
            ),
            credentials(&format!("AccessDenied: {user} because no identity-based policy allows it"), check),
            credentials(&format!("AccessDenied: {user} because no permissions boundary allows it"), check),
            credentials(
                "ExpiredToken: The token is expired",
                "the base credentials have expired: log in again",
            ),
            credentials("Throttled: Rate exceeded", "try again in a moment"),
            Error::Credentials(
                "no base credentials were found: set AWS_PROFILE or run `aws sso login`".to_owned(),
            ),
            Error::Credentials("the profile \"x\" gives no credentials: expired; log in again".to_owned()),
            service("InvalidClientTokenId", "The security token included in the request is invalid."),
            service("RegionDisabledException", "STS is not activated in this region"),
            service("Teapot", "I am one"),
            Error::Throttled("sts still throttled after 3 attempts: Throttling: Rate exceeded".to_owned()),
            Error::Timeout("no answer in time".to_owned()),
            Error::Transport("cannot connect to sts.eu-west-1.amazonaws.com".to_owned()),
            Error::Denied("sts:GetCallerIdentity is not granted".to_owned()),
        ];
        insta::assert_snapshot!(troubles.iter().map(short).collect::<Vec<_>>().join("\n"), @"
        AccessDenied | check that the role exists, that its trust policy names the principal
        AccessDenied | a service control policy of the organisation denies it: accounts_relationships says which are attached where; let one except this role
        AccessDenied | a policy denies it to the identity that asks: take that statement out
        AccessDenied | allow the identity that asks sts:AssumeRole on the role
        AccessDenied | the permissions boundary of the identity that asks must allow it
        ExpiredToken | the base credentials have expired: log in again
        Throttled | try again in a moment
        credentials | 
        credentials | log in again
        InvalidClientTokenId | the region may not be enabled in the account, or the credentials were revoked
        RegionDisabledException | STS is not active in this region: put another one first in the account's `regions`
        Teapot | 
        throttled | ask again in a minute, or for fewer accounts at once
        timeout | check that the STS endpoint of the account's first region can be reached from here: network, proxy, `endpoint_url`
        transport | check that the STS endpoint of the account's first region can be reached from here: network, proxy, `endpoint_url`
        denied |
        ");
    }
}
