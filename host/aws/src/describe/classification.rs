//! How operations are classified: the table that decides what read-only means.

use serde::Serialize;
use thiserror::Error;

use super::redacted::redacted;
use crate::grant::{InvalidPattern, Pattern};
use crate::model::{Access, Operation, Pack, Service, UnknownOperation, UnknownService};

/// What the model says about the harm that an operation can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Classification {
    /// The service's SDK name.
    pub service: Box<str>,
    /// The operation's API name.
    pub operation: Box<str>,
    /// IAM's access level.
    pub access: Access,
    /// Whether it passes where only reading is allowed.
    pub read_only: bool,
    /// Why it is refused unless granted by its exact name; absent: wildcards reach it.
    pub sensitive: Option<Box<str>>,
    /// The IAM action that allows it.
    pub iam_action: Box<str>,
    /// The exact name that a grant needs if the operation is sensitive; mostly the IAM action.
    pub exact_grant: Box<str>,
    /// Where its answer has values that are redacted unless they are revealed, and in which case.
    pub redacted: Vec<String>,
}

impl Classification {
    /// The classification of an operation.
    #[must_use]
    pub fn of(service: &Service, operation: &Operation) -> Self {
        Self {
            service: service.name.clone(),
            operation: operation.name.clone(),
            access: operation.access,
            read_only: operation.access.is_read_only(),
            sensitive: operation.sensitive.clone(),
            iam_action: operation.iam_action.clone(),
            exact_grant: operation.exact_grant().into(),
            redacted: redacted(service, operation),
        }
    }

    /// Whether a pattern names it: by its IAM action, by what a grant needs for it, or by its own names, for
    /// example `elbv2:DescribeLoadBalancers`.
    #[must_use]
    pub fn is_named_by(&self, pattern: &Pattern) -> bool {
        pattern.matches(&self.iam_action)
            || pattern.matches(&self.exact_grant)
            || pattern.matches(&format!("{}:{}", self.service, self.operation))
    }
}

/// The classifications of a whole pack.
#[derive(Debug)]
pub struct Classifications {
    rows: Vec<Classification>,
}

impl Classifications {
    /// All operations of a pack, by service and name. Reads the whole pack, which takes about half a second, and keeps
    /// the rows alone.
    ///
    /// # Errors
    ///
    /// The pack is damaged.
    pub fn of(pack: &Pack) -> Result<Self, UnknownService> {
        let mut rows = Vec::new();
        for name in pack.service_names() {
            let service = pack.read_service(name)?;
            let first = rows.len();
            rows.extend(service.operations().map(|operation| Classification::of(&service, operation)));
            if let Some(rows) = rows.get_mut(first..) {
                rows.sort_by(|left, right| left.operation.cmp(&right.operation));
            }
        }
        Ok(Self { rows })
    }

    /// All of them.
    #[must_use]
    pub fn rows(&self) -> &[Classification] {
        &self.rows
    }

    /// The operations that a text names: an IAM pattern, or a service and an operation in any spelling, with a
    /// colon between them: `ec2:Describe*`, `elasticloadbalancing:*`, `s3api:get-object`.
    ///
    /// # Errors
    ///
    /// It names none; the error tells the nearest.
    pub fn named(&self, pack: &Pack, text: &str) -> Result<Vec<&Classification>, UnknownPattern> {
        let patterns: Vec<Pattern> = match (text.parse(), respelt(pack, text)) {
            (Ok(pattern), respelt) => std::iter::once(pattern).chain(respelt).collect(),
            (Err(_), Some(respelt)) => vec![respelt],
            (Err(invalid), None) => return Err(invalid.into()),
        };
        let fits = |row: &&Classification| patterns.iter().any(|pattern| row.is_named_by(pattern));
        let found: Vec<_> = self.rows.iter().filter(fits).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let (service, operation) = text.split_once(':').unwrap_or((text, ""));
        if text.contains(['*', '?']) {
            return Err(UnknownPattern::Nothing { pattern: text.to_owned() });
        }
        Err(match pack.find(service)?.find(operation) {
            Err(unknown) => unknown.into(),
            // Cannot be: it would have been found.
            Ok(_) => UnknownPattern::Nothing { pattern: text.to_owned() },
        })
    }
}

/// The pattern with the service's SDK name, and the operation without the hyphens of the AWS CLI.
fn respelt(pack: &Pack, text: &str) -> Option<Pattern> {
    let (service, operation) = text.split_once(':')?;
    let service = pack.find(service).ok()?;
    format!("{}:{}", service.name, operation.replace(['-', '_'], "")).parse().ok()
}

/// A text names no operation.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnknownPattern {
    /// It is no pattern. Write it as the text says.
    #[error(transparent)]
    Pattern(#[from] InvalidPattern),
    /// There is no such service. Use the nearest.
    #[error(transparent)]
    Service(#[from] UnknownService),
    /// The service has no such operation. Use the nearest.
    #[error(transparent)]
    Operation(#[from] UnknownOperation),
    /// Its wildcards fit no operation and no IAM action of one.
    #[error("`{pattern}` fits no operation, and no IAM action of one")]
    Nothing {
        /// The pattern.
        pattern: String,
    },
}
