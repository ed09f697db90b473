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
    ///
    /// Several services may sign with one name and even share operations: those in `preferred` come first.
    pub(crate) fn route<'a>(
        &self,
        incoming: &Incoming,
        signing_name: &str,
        preferred: impl Iterator<Item = &'a str>,
    ) -> Result<Routed, Problem> {
        let unknown = || Problem::UnknownOperation(describe(incoming));
        if incoming.path().starts_with("/v20180820/") && signing_name.starts_with("s3") {
            // S3 Control signs as S3 does, and its paths could be keys in buckets.
            let service = self.pack().service("s3control").map_err(|_| unknown())?;
            return self.route_in(incoming, service).ok_or_else(unknown);
        }
        let mut preferred = preferred.filter_map(|name| self.pack().service(name).ok());
        // Most services are called what they sign with. To look at all others is dear, once.
        let own = || self.pack().service(signing_name).ok();
        preferred
            .find_map(|service| {
                let fits = *service.signing_name == *signing_name;
                fits.then(|| self.route_in(incoming, service)).flatten()
            })
            .or_else(|| self.route_in(incoming, own()?))
            .map_or_else(|| self.search(incoming, signing_name)?.ok_or_else(unknown), Ok)
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

    /// The operation among all services that sign with a name.
    fn search(&self, incoming: &Incoming, signing_name: &str) -> Result<Option<Routed>, Problem> {
        // S3 has names of their own for directory buckets, Outposts and Object Lambda.
        let s3 = matches!(signing_name, "s3express" | "s3-outposts" | "s3-object-lambda").then_some("s3");
        let names = self.signing_with(signing_name).iter().map(AsRef::as_ref).chain(s3);
        let services: Vec<_> = names.filter_map(|name| self.pack().service(name).ok()).collect();
        if services.is_empty() {
            return Err(Problem::WrongSignature(format!(
                "Credential should be scoped to correct service: no service signs as '{signing_name}'."
            )));
        }
        Ok(services.into_iter().find_map(|service| self.route_in(incoming, service)))
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
            let operation = incoming.path().rsplit_once("/operation/")?.1;
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

/// What the message calls, for the error.
fn describe(incoming: &Incoming) -> String {
    if let Some(target) = incoming.header("x-amz-target") {
        return target.to_owned();
    }
    let action = incoming.form().and_then(|form| form.into_iter().find(|(name, _)| name == "Action"));
    action.map_or_else(|| format!("{} {}", incoming.method, incoming.path()), |(_, action)| action)
}
