//! What somebody can do about an error of AWS.

use crate::error::Error;
use crate::model::Operation;

/// What services call it when the caller may not do something.
const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "NotAuthorized",
    "UnauthorizedException",
    "UnauthorizedOperation",
];

/// What services call it when they do not know the caller.
const UNKNOWN_CALLER: &[&str] = &["AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException"];

impl Error {
    /// What somebody can do about it, where its own text leaves that open.
    #[must_use]
    pub fn advice(&self, operation: &Operation) -> Option<String> {
        let action = &operation.iam_action;
        match self {
            Self::Service { code, message, .. } if DENIED.contains(&code.as_str()) => {
                Some(if message.contains("service control policy") {
                    format!(
                        "the organisation's service control policies deny {action}: no role of this account has it"
                    )
                } else if message.contains("explicit deny") {
                    format!("a policy denies {action}: find the one that the message names")
                } else {
                    format!("the account's role needs {action}")
                })
            }
            Self::Service { code, .. } if UNKNOWN_CALLER.contains(&code.as_str()) => Some(
                "the region may not be enabled in this account, or the credentials were revoked".to_owned(),
            ),
            Self::Service { code, .. } if code.starts_with("ExpiredToken") => {
                Some("the credentials have expired: log in again".to_owned())
            }
            Self::Service { code, .. }
                if matches!(code.as_str(), "OptInRequired" | "SubscriptionRequiredException") =>
            {
                Some("the account has not signed up for this service, or for this region".to_owned())
            }
            Self::Transport { .. } => {
                Some("check the network, and whether the service is there in this region".to_owned())
            }
            Self::Throttled { .. } | Self::Timeout { .. } => {
                Some("ask for less, for fewer targets, or later".to_owned())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Pack;

    fn advice(code: &str, message: &str) -> Option<String> {
        let error = Error::Service {
            service: "ec2".to_owned(),
            code: code.to_owned(),
            message: message.to_owned(),
            status: 403,
            request_id: None,
        };
        let ec2 = Pack::bundled().service("ec2").unwrap();
        error.advice(ec2.operation("DescribeVpcs").unwrap())
    }

    #[test]
    fn who_may_not_is_told_what_is_missing() {
        let text = |code, message| advice(code, message).unwrap();
        let message = "no identity-based policy allows the ec2:DescribeVpcs action";
        assert_eq!(text("UnauthorizedOperation", message), "the account's role needs ec2:DescribeVpcs");
        let message = "with an explicit deny in a service control policy";
        assert!(text("AccessDenied", message).starts_with("the organisation's service control policies"));
        let message = "with an explicit deny in an identity-based policy";
        assert!(text("AccessDenied", message).starts_with("a policy denies ec2:DescribeVpcs"));
        assert!(text("AuthFailure", "").contains("may not be enabled"));
        assert_eq!(advice("InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist"), None);
    }
}
