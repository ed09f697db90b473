//! Limits that are known before anything throttles.

use std::collections::HashSet;

use serde::Deserialize;
use thiserror::Error;

use crate::grant::Pattern;

/// A limit for the operations that a pattern stands for, together, in each account and region.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RateLimit {
    /// Over the IAM actions of operations, as in a grant: `iam:GetPolicy*`.
    pub operation: Pattern,
    /// Requests a second. Half a second's worth may come at once.
    pub per_second: f64,
}

/// The limits that come with this program cannot be read: a fault of the program.
#[derive(Debug, Error)]
#[error("the bundled limits: {0}")]
pub struct LimitsError(#[from] toml::de::Error);

/// All limits, in the order in which they are looked at.
#[derive(Debug)]
pub(crate) struct Limits {
    limits: Vec<RateLimit>,
    /// The services that they are of, so that others need no look.
    services: HashSet<Box<str>>,
}

/// The file of the bundled limits.
#[derive(Deserialize)]
struct Bundled {
    limit: Vec<Line>,
}

/// A limit, and where it is from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    operation: Pattern,
    per_second: f64,
    #[allow(dead_code, reason = "for readers of the file; that it is there is checked")]
    source: String,
}

impl Limits {
    /// The configured ones, and after them the bundled ones. The first whose pattern fits an operation holds for
    /// it, alone.
    pub(crate) fn new(configured: &[RateLimit]) -> Result<Self, LimitsError> {
        let Bundled { limit: bundled } = toml::from_str(include_str!("limits.toml"))?;
        let bundled =
            bundled.into_iter().map(|Line { operation, per_second, .. }| RateLimit { operation, per_second });
        let limits: Vec<_> = configured.iter().cloned().chain(bundled).collect();
        let services =
            limits.iter().map(|limit| limit.operation.service().to_ascii_lowercase().into()).collect();
        Ok(Self { limits, services })
    }

    /// The limit of an IAM action, and its number.
    pub(crate) fn of(&self, action: &str) -> Option<(usize, &RateLimit)> {
        let (service, _) = action.split_once(':')?;
        if !self.services.contains(service) && !self.services.contains("*") {
            return None;
        }
        self.limits.iter().enumerate().find(|(_, limit)| limit.operation.matches(action))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Pack;

    fn limit(operation: &str, per_second: f64) -> RateLimit {
        RateLimit { operation: operation.parse().unwrap(), per_second }
    }

    #[test]
    fn the_first_that_fits_holds() {
        let limits = Limits::new(&[limit("iam:GetPolicy*", 3.0), limit("IAM:*", 9.0)]).unwrap();
        let of = |action| limits.of(action).map(|(number, limit)| (number, limit.per_second));
        assert_eq!(of("iam:GetPolicyVersion"), Some((0, 3.0)));
        assert_eq!(of("iam:GetRole"), Some((1, 9.0)));
        assert_eq!(of("ec2:DescribeInstances"), None);
        assert_eq!(of("no action"), None);
        let every = Limits::new(&[limit("*:Describe*", 1.0)]).unwrap();
        assert_eq!(every.of("ec2:DescribeInstances").map(|(number, _)| number), Some(0));
        assert_eq!(every.of("ec2:GetConsoleOutput"), None);
    }

    /// A limit that fits nothing is a typing error.
    #[test]
    fn every_bundled_limit_is_reached_by_an_operation() {
        let limits = Limits::new(&[]).unwrap();
        let mut reached = HashSet::new();
        for service in ["iam", "lambda", "cloudfront", "route53", "wafv2", "service-quotas", "kinesis"] {
            for operation in Pack::bundled().service(service).unwrap().operations.values() {
                if let Some((number, limit)) = limits.of(&operation.iam_action) {
                    assert!((0.5..=100.0).contains(&limit.per_second), "{limit:?}");
                    reached.insert(number);
                }
            }
        }
        assert_eq!(reached.len(), limits.limits.len());
    }
}
