//! From a message to the operation that it calls.

mod rest;
mod services;

use std::sync::Arc;

use tollgate_aws::model::{Protocol, Service};

pub(crate) use services::Catalog;

use crate::problem::Problem;
use crate::wire::{Incoming, Routed};

impl Catalog {
    /// The operation that a message calls, among the services that sign with that name.
    pub(crate) fn route(&self, incoming: &Incoming, signing_name: &str) -> Result<Routed, Problem> {
        self.find(incoming, signing_name)?.ok_or_else(|| Problem::UnknownOperation(describe(incoming)))
    }

    /// The unsigned operation that a message calls, among the services that the fixtures name.
    pub(crate) fn route_unsigned<'a>(
        &self,
        incoming: &Incoming,
        services: impl Iterator<Item = &'a str>,
    ) -> Option<Routed> {
        services.filter_map(|name| self.pack().service(name).ok()).find_map(|service| {
            let routed = self.route_in(incoming, service)?;
            routed
                .service
                .operation(&routed.operation)
                .is_ok_and(|operation| operation.unsigned)
                .then_some(routed)
        })
    }

    fn find(&self, incoming: &Incoming, signing_name: &str) -> Result<Option<Routed>, Problem> {
        // Most services are called what they sign with. To look at all others is dear, once.
        let own = (!is_s3_control(incoming)).then(|| self.pack().service(signing_name).ok()).flatten();
        if let Some(routed) = own.and_then(|service| self.route_in(incoming, service)) {
            return Ok(Some(routed));
        }
        let candidates = self.signing_with(signing_name);
        if candidates.is_empty() {
            return Err(Problem::WrongSignature(format!(
                "Credential should be scoped to correct service: no service signs as '{signing_name}'."
            )));
        }
        Ok(candidates
            .iter()
            .filter_map(|name| self.pack().service(name).ok())
            .find_map(|service| self.route_in(incoming, service)))
    }

    fn route_in(&self, incoming: &Incoming, service: Arc<Service>) -> Option<Routed> {
        let whole = |operation: &str, protocol: Protocol, service: Arc<Service>| {
            let operation = service.operations.get(operation)?.name.clone();
            Some(Routed { service, operation, protocol, labels: Vec::new() })
        };
        if let Some(target) = incoming.header("x-amz-target") {
            let (prefix, operation) = target.rsplit_once('.')?;
            if service.target_prefix.as_deref() != Some(prefix) {
                return None;
            }
            let protocol = match incoming.header("content-type") {
                Some(kind) if kind.starts_with("application/x-amz-json-1.0") => Protocol::AwsJson10,
                _ => Protocol::AwsJson11,
            };
            return whole(operation, protocol, service);
        }
        if incoming.header("smithy-protocol") == Some("rpc-v2-cbor") {
            let operation = incoming.path.rsplit_once("/operation/")?.1;
            return whole(operation, Protocol::RpcV2Cbor, service);
        }
        let form = if is_rest(service.protocol) { None } else { incoming.form() };
        if let Some(form) = form {
            let value =
                |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
            if value("Version").is_some_and(|version| version != &*service.api_version) {
                return None;
            }
            let protocol =
                if service.protocol == Protocol::Ec2Query { Protocol::Ec2Query } else { Protocol::AwsQuery };
            return whole(value("Action")?, protocol, service);
        }
        if !is_rest(service.protocol) {
            return None;
        }
        let (operation, labels) = self.rest(&service).matching(incoming, &service)?;
        let protocol = service.protocol;
        Some(Routed { service, operation, protocol, labels })
    }
}

fn is_rest(protocol: Protocol) -> bool {
    matches!(protocol, Protocol::RestXml | Protocol::RestJson1)
}

/// S3 Control signs as `s3`, and its paths could be keys in buckets.
fn is_s3_control(incoming: &Incoming) -> bool {
    incoming.path.starts_with("/v20180820/") && incoming.headers.contains_key("x-amz-account-id")
}

/// What the message calls, for the error.
fn describe(incoming: &Incoming) -> String {
    if let Some(target) = incoming.header("x-amz-target") {
        return target.to_owned();
    }
    let action = incoming.form().and_then(|form| form.into_iter().find(|(name, _)| name == "Action"));
    action.map_or_else(|| format!("{} {}", incoming.method, incoming.path), |(_, action)| action)
}
