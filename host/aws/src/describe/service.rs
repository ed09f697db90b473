//! One service, with what it can do.

use serde::Serialize;

use super::classification::Classification;
use crate::endpoint::{Resolver, Scope};
use crate::model::{Operation, Protocol, Service};

/// A service and its operations.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceDescription {
    /// The SDK name, for example `logs`.
    pub name: Box<str>,
    /// The service id of the AWS SDKs, for example `CloudWatch Logs`.
    pub service_id: Box<str>,
    /// The name for people.
    pub full_name: Box<str>,
    /// The version of its API.
    pub api_version: Box<str>,
    /// The wire protocol that the engine speaks with it.
    pub protocol: Protocol,
    /// How often it is asked by who wants to know all of it.
    pub scope: Scope,
    /// The operations, sorted by name.
    pub operations: Vec<OperationSummary>,
}

/// One line about an operation.
#[derive(Clone, Debug, Serialize)]
pub struct OperationSummary {
    /// Its name, and what harm it can do.
    #[serde(flatten)]
    pub classification: Classification,
    /// What it does, in one line.
    pub doc: Option<Box<str>>,
}

impl ServiceDescription {
    /// The description of a service.
    #[must_use]
    pub fn of(service: &Service, resolver: &Resolver) -> Self {
        let summary = |operation: &Operation| OperationSummary {
            classification: Classification::of(service, operation),
            doc: operation.doc.clone(),
        };
        let mut operations: Vec<_> = service.operations().map(summary).collect();
        operations.sort_by(|left, right| left.classification.operation.cmp(&right.classification.operation));
        Self {
            name: service.name.clone(),
            service_id: service.service_id.clone(),
            full_name: service.full_name.clone(),
            api_version: service.api_version.clone(),
            protocol: service.protocol,
            scope: resolver.scope(service),
            operations,
        }
    }
}
