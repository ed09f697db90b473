//! Which services answer once per account, not once per region.

use std::sync::PoisonError;

use super::builtins::Builtins;
use super::resolver::Resolver;
use super::rules::{Parameter, Value};
use crate::model::{Partition, Service};

/// Services of the commercial partition whose endpoints have a region's name by the rules, but exist in one
/// region alone, or answer the same for the whole account wherever they exist. From the regions that AWS
/// lists for each service in "Service endpoints and quotas".
const ONE_REGION: &[(&str, &str)] = &[
    ("cost-optimization-hub", "us-east-1"),
    ("cur", "us-east-1"),
    ("devicefarm", "us-west-2"),
    ("ecr-public", "us-east-1"),
    ("globalaccelerator", "us-west-2"),
    ("health", "us-east-1"),
    ("marketplace-agreement", "us-east-1"),
    ("marketplace-catalog", "us-east-1"),
    ("marketplace-entitlement", "us-east-1"),
    ("pricing", "us-east-1"),
    ("route53domains", "us-east-1"),
];

impl Resolver {
    /// Whether a service has one endpoint for all regions of a region's partition, so that asking it in
    /// several regions would give the same answer several times: IAM, Organizations, Cost Explorer, …
    #[must_use]
    pub fn is_account_wide(&self, service: &Service, region: &str) -> bool {
        self.home_region(service, region).is_some()
    }

    /// The region in which an account-wide service is asked, in the partition of `region`; `None` for a
    /// service with an endpoint per region.
    ///
    /// It follows from the rules: all regions of the partition have the same URL and the same region in the
    /// signature, which then is the answer. A service that needs an input to find its endpoint has one per
    /// region, and so has every service in a partition of one region. A short table adds those whose rules do
    /// not say it.
    #[must_use]
    pub fn home_region(&self, service: &Service, region: &str) -> Option<String> {
        let partition = self.partition(region)?;
        let key = (service.name.clone(), (&*partition.id).into());
        if let Some(home) = self.homes.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return home.clone();
        }
        // It takes an evaluation of the rules for each region.
        let home = self.find_home_region(service, partition);
        self.homes.write().unwrap_or_else(PoisonError::into_inner).insert(key, home.clone());
        home
    }

    fn find_home_region(&self, service: &Service, partition: &Partition) -> Option<String> {
        if &*partition.id == "aws"
            && let Some((_, home)) = ONE_REGION.iter().find(|(name, _)| *name == &*service.name)
        {
            return Some((*home).to_owned());
        }
        let mut endpoints = partition
            .regions
            .keys()
            .filter(|region| !region.ends_with("-global"))
            .map(|region| self.plain_endpoint(service, region));
        let first = endpoints.next()??;
        let mut several = false;
        for endpoint in endpoints {
            if endpoint? != first {
                return None;
            }
            several = true;
        }
        several.then_some(first.signing_region)
    }

    /// Where a call without any input would go.
    fn plain_endpoint(&self, service: &Service, region: &str) -> Option<PlainEndpoint> {
        let rules = self.rules_of(service).ok()?;
        let builtins = Builtins::bare(Some(region));
        let value = |parameter: &Parameter| -> Option<Value<'_>> { builtins.get(parameter.builtin?) };
        let values = rules.parameters().iter().map(value).collect();
        let resolved = rules.evaluate(self.partitions(), values).ok()?;
        let signing_region = resolved.schemes.into_iter().find_map(|it| it.signing_region);
        let signing_region = signing_region.unwrap_or_else(|| region.to_owned());
        Some(PlainEndpoint { url: resolved.url, signing_region })
    }
}

#[derive(PartialEq, Eq)]
struct PlainEndpoint {
    url: String,
    signing_region: String,
}
