//! Services and operations by the names that people know them by.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error::{UnknownOperation, UnknownService, most_similar, plain};
use super::pack::Pack;
use super::service::{Operation, Service};

/// What the AWS CLI calls some services, where it is none of their own names.
const COMMANDS: &[(&str, &str)] = &[("deploy", "codedeploy"), ("s3api", "s3")];

/// A service's names, without the rest of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// The SDK name, for example `logs`.
    pub name: Box<str>,
    /// The service id of the AWS SDKs, for example `CloudWatch Logs`.
    pub service_id: Box<str>,
    /// The name for people, for example `Amazon CloudWatch Logs`.
    pub full_name: Box<str>,
    /// The first label of its host names.
    pub endpoint_prefix: Box<str>,
    /// The service name in a signature, and often the IAM prefix.
    pub signing_name: Box<str>,
}

impl Names {
    fn all(&self) -> [&str; 5] {
        [&self.name, &self.service_id, &self.full_name, &self.endpoint_prefix, &self.signing_name]
    }
}

impl Pack {
    /// A service by any of its names, letter case and separators aside: `logs`, `CloudWatch Logs`,
    /// `cloudwatch-logs`; also by what the AWS CLI calls it, such as `s3api`.
    ///
    /// # Errors
    ///
    /// No service has that name, or several have it; the error tells the nearest. Or the pack is damaged.
    pub fn find(&self, spelling: &str) -> Result<Arc<Service>, UnknownService> {
        if let Ok(service) = self.service(spelling) {
            return Ok(service);
        }
        let wanted = plain(spelling);
        let command = COMMANDS.iter().find(|(command, _)| *command == wanted).map(|(_, name)| *name);
        let name = command.or_else(|| self.service_names().find(|name| plain(name) == wanted));
        if let Some(name) = name {
            return self.service(name);
        }
        let names = self.names()?;
        let mut same = names.iter().filter(|names| names.all().iter().any(|name| plain(name) == wanted));
        if let (Some(names), None) = (same.next(), same.next()) {
            return self.service(&names.name);
        }
        let known = names.iter().flat_map(Names::all);
        let suggestion = most_similar(spelling, known).and_then(|nearest| {
            let names = names.iter().find(|names| names.all().contains(&&*nearest))?;
            Some(names.name.to_string())
        });
        Err(UnknownService::NotThere { name: spelling.to_owned(), suggestion })
    }
}

impl Service {
    /// An operation by its name, letter case and separators aside: `DescribeInstances`, or `describe-instances` as
    /// the AWS CLI has it.
    ///
    /// # Errors
    ///
    /// The service has no operation of that name; the error tells the nearest.
    pub fn find(&self, spelling: &str) -> Result<&Operation, UnknownOperation> {
        self.operation(spelling).or_else(|unknown| {
            let wanted = plain(spelling);
            self.operations().find(|operation| plain(&operation.name) == wanted).ok_or(unknown)
        })
    }
}
