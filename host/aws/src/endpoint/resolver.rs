//! Resolving endpoints.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::Value as Json;

use super::address::Endpoint;
use super::builtins::Builtins;
use super::error::EndpointError;
use super::parameters;
use super::partition::PartitionIndex;
use super::rules::{AuthScheme, Resolved, RuleSet, RuleSetError, is_valid_host_label};
use super::settings::Settings;
use crate::model::{Operation, Pack, Partition, Service, Signature};

/// Resolves the endpoints of one pack's services. The rules of a service are parsed at its first call and
/// kept.
#[derive(Debug)]
pub struct Resolver {
    partitions: PartitionIndex,
    rules: RwLock<HashMap<Box<str>, Parsed>>,
    /// The home region of a service, by its name, in a partition.
    pub(super) homes: RwLock<Homes>,
}

type Homes = HashMap<(Box<str>, Box<str>), Option<String>>;
type Parsed = Result<Arc<RuleSet>, RuleSetError>;

impl Resolver {
    /// A resolver for the services of a pack.
    #[must_use]
    pub fn new(pack: &Pack) -> Self {
        Self {
            partitions: PartitionIndex::new(pack.partitions()),
            rules: RwLock::default(),
            homes: RwLock::default(),
        }
    }

    /// The partition of a region.
    #[must_use]
    pub fn partition(&self, region: &str) -> Option<&Partition> {
        self.partitions.of(region)
    }

    /// Finds where a call goes and how it is signed.
    ///
    /// # Errors
    ///
    /// The region is not one, or the service has no endpoint for such a call: see [`EndpointError`].
    pub fn resolve(
        &self,
        service: &Service,
        operation: &Operation,
        input: &Json,
        region: &str,
        settings: &Settings,
    ) -> Result<Endpoint, EndpointError> {
        check_region(region)?;
        let builtins = Builtins::new(service, region, settings)?.for_call(service, operation, input);
        if operation.endpoint_discovery && builtins.endpoint.is_none() {
            let (service, operation) = (service.name.clone(), operation.name.clone());
            return Err(EndpointError::Discovery { service, operation });
        }
        self.resolve_with(service, operation, input, &builtins)
    }

    /// The same with client settings of one's own, which are taken as they are.
    ///
    /// # Errors
    ///
    /// The service has no endpoint for such a call: see [`EndpointError`].
    pub fn resolve_with(
        &self,
        service: &Service,
        operation: &Operation,
        input: &Json,
        builtins: &Builtins<'_>,
    ) -> Result<Endpoint, EndpointError> {
        let resolved = self.evaluate(service, operation, input, builtins)?;
        let scheme = usable_scheme(service, resolved.schemes)?;
        let single = scheme.as_ref().and_then(|it| it.disable_double_encoding).unwrap_or(false);
        let (name, region) = scheme.map_or((None, None), |it| (it.signing_name, it.signing_region));

        let first = |(name, values): (_, Vec<_>)| values.into_iter().next().map(|value| (name, value));
        Ok(Endpoint {
            url: resolved.url,
            signing_region: region.or_else(|| builtins.region.map(str::to_owned)).unwrap_or_default(),
            signing_name: name.unwrap_or_else(|| service.signing_name.to_string()),
            double_encode: !single && service.signature != Signature::S3,
            headers: resolved.headers.into_iter().filter_map(first).collect(),
            takes_prefix: builtins.endpoint.is_none(),
        })
    }

    fn evaluate(
        &self,
        service: &Service,
        operation: &Operation,
        input: &Json,
        builtins: &Builtins<'_>,
    ) -> Result<Resolved, EndpointError> {
        let rules = match (self.rules_of(service), builtins.endpoint) {
            (Err(EndpointError::NoRules { .. }), Some(url)) => {
                return Ok(Resolved { url: url.to_owned(), schemes: Vec::new(), headers: Vec::new() });
            }
            (rules, _) => rules?,
        };
        let values = parameters::bind(&rules, service, operation, input, builtins)?;
        rules
            .evaluate(&self.partitions, values)
            .map_err(|reason| EndpointError::Unresolved { service: service.name.clone(), reason })
    }

    pub(super) fn rules_of(&self, service: &Service) -> Result<Arc<RuleSet>, EndpointError> {
        let unreadable = |reason| EndpointError::Unreadable { service: service.name.clone(), reason };
        let known = self.rules.read().unwrap_or_else(PoisonError::into_inner).get(&service.name).cloned();
        if let Some(parsed) = known {
            return parsed.map_err(unreadable);
        }
        let json = service
            .endpoint_rules
            .as_ref()
            .ok_or_else(|| EndpointError::NoRules { service: service.name.clone() })?;
        let parsed = RuleSet::read(json.get()).map(Arc::new);
        let mut rules = self.rules.write().unwrap_or_else(PoisonError::into_inner);
        rules.entry(service.name.clone()).or_insert(parsed).clone().map_err(unreadable)
    }

    /// The partitions, to be searched.
    pub(crate) fn partitions(&self) -> &PartitionIndex {
        &self.partitions
    }
}

/// Regions become part of host names and signatures, so nothing but a label may be one.
fn check_region(region: &str) -> Result<(), EndpointError> {
    let lower = !region.bytes().any(|it| it.is_ascii_uppercase());
    if lower && is_valid_host_label(region, false) {
        Ok(())
    } else {
        Err(EndpointError::Region(region.to_owned()))
    }
}

/// The first way to sign that we have; `None`: the service's usual one.
fn usable_scheme(
    service: &Service,
    mut schemes: Vec<AuthScheme>,
) -> Result<Option<AuthScheme>, EndpointError> {
    match schemes.iter().position(|it| &*it.name == "sigv4") {
        Some(usable) => Ok(Some(schemes.swap_remove(usable))),
        None if schemes.is_empty() => Ok(None),
        None => {
            let names = schemes.iter().map(|it| &*it.name).collect::<Vec<_>>();
            Err(EndpointError::Signature { service: service.name.clone(), schemes: names.join(", ") })
        }
    }
}
