//! Which services answer once per account, not once per region.

use std::borrow::Cow;
use std::sync::PoisonError;

use serde::Serialize;

use super::builtins::Builtins;
use super::resolver::Resolver;
use super::rules::{Parameter, Value};
use crate::model::{Operation, Partition, Service};

/// The region of a target that is asked once for a whole account.
pub const GLOBAL: &str = "global";

/// How often a service, or an operation, is asked by who wants to know all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Scope {
    /// In every region of every account: most services.
    Regional,
    /// Once in every account, with the region [`GLOBAL`]: IAM, Organizations, Cost Explorer, …
    Account,
    /// Once in any account, with the region [`GLOBAL`]: what it knows is AWS's own, the price list for one.
    Public,
}

/// Services of the commercial partition whose answers are the same for all accounts, and the regions that have
/// them.
const PUBLIC: &[(&str, &[&str])] = &[("pricing", &["us-east-1", "eu-central-1", "ap-south-1"])];

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
    ("managedblockchain-query", "us-east-1"),
    ("marketplace-agreement", "us-east-1"),
    ("marketplace-catalog", "us-east-1"),
    ("marketplace-entitlement", "us-east-1"),
    ("marketplacecommerceanalytics", "us-east-1"),
    ("mturk", "us-east-1"),
    ("nova-act", "us-east-1"),
    ("route53-recovery-readiness", "us-west-2"),
    ("route53domains", "us-east-1"),
    ("sagemaker-geospatial", "us-west-2"),
];

/// Operations of regional services that answer the same for the whole account, whichever region is asked.
const ACCOUNT_WIDE: &[(&str, &str)] = &[
    ("ec2", "DescribeRegions"),
    ("sts", "DecodeAuthorizationMessage"),
    ("sts", "GetAccessKeyInfo"),
    ("sts", "GetCallerIdentity"),
];

/// S3 lists all buckets in every region, and a request for one bucket goes where the bucket is. What remains regional
/// are the buckets of a zone.
const S3_REGIONAL: &[&str] = &["ListDirectoryBuckets"];

/// The partition whose services the tables are about.
const COMMERCIAL: &str = "aws";

impl Resolver {
    /// How often a service is asked by who wants to know all of it, as it is in the commercial partition.
    #[must_use]
    pub fn scope(&self, service: &Service) -> Scope {
        if public(service).is_some() {
            return Scope::Public;
        }
        let commercial = self.partitions().by_id(COMMERCIAL);
        let home = commercial.and_then(|partition| self.home_in(service, partition));
        if home.is_some() { Scope::Account } else { Scope::Regional }
    }

    /// How often an operation is asked by who wants to know all of it.
    #[must_use]
    pub fn operation_scope(&self, service: &Service, operation: &Operation) -> Scope {
        let names = (&*service.name, &*operation.name);
        match self.scope(service) {
            Scope::Regional if names.0 == "s3" && !S3_REGIONAL.contains(&names.1) => Scope::Account,
            Scope::Regional if ACCOUNT_WIDE.contains(&names) => Scope::Account,
            scope => scope,
        }
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
        self.home_in(service, self.partition(region)?)
    }

    /// The region that is asked in place of [`GLOBAL`], in a partition; `None` for a service that is asked region by
    /// region. The nearest to `near`, where there is a choice.
    pub(crate) fn global_region(
        &self,
        service: &Service,
        partition: &Partition,
        near: Option<&str>,
    ) -> Option<String> {
        if self.scope(service) == Scope::Regional {
            return None;
        }
        let commercial = &*partition.id == COMMERCIAL;
        let nearest = public(service).filter(|_| commercial).and_then(|regions| nearest(regions, near));
        let home = nearest.map(str::to_owned).or_else(|| self.home_in(service, partition));
        Some(home.unwrap_or_else(|| partition.outputs.implicit_global_region.to_string()))
    }

    /// The region that is asked in place of a region of a partition: a service of one region is asked there.
    pub(crate) fn region_in_place<'a>(
        &self,
        service: &Service,
        partition: &Partition,
        region: &'a str,
    ) -> Cow<'a, str> {
        if &*partition.id != COMMERCIAL {
            return Cow::Borrowed(region);
        }
        let nearest = public(service).and_then(|regions| nearest(regions, Some(region)));
        nearest.or_else(|| one_region(service)).map_or(Cow::Borrowed(region), Cow::Borrowed)
    }

    fn home_in(&self, service: &Service, partition: &Partition) -> Option<String> {
        let key = (service.name.clone(), partition.id.clone());
        if let Some(home) = self.homes.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return home.clone();
        }
        // It takes an evaluation of the rules for each region.
        let home = self.find_home(service, partition);
        self.homes.write().unwrap_or_else(PoisonError::into_inner).insert(key, home.clone());
        home
    }

    fn find_home(&self, service: &Service, partition: &Partition) -> Option<String> {
        if &*partition.id == COMMERCIAL
            && let Some(home) = one_region(service)
        {
            return Some(home.to_owned());
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

fn public(service: &Service) -> Option<&'static [&'static str]> {
    PUBLIC.iter().find(|(name, _)| *name == &*service.name).map(|(_, regions)| *regions)
}

fn one_region(service: &Service) -> Option<&'static str> {
    ONE_REGION.iter().find(|(name, _)| *name == &*service.name).map(|(_, home)| *home)
}

/// The region itself, else one of its continent or the one that is next to it, else the first.
fn nearest(regions: &[&'static str], near: Option<&str>) -> Option<&'static str> {
    let near = near.unwrap_or_default();
    let continent = match near.split('-').next() {
        Some("af" | "eu" | "il" | "me") => "eu-",
        Some("ap") => "ap-",
        _ => "us-",
    };
    let same = regions.iter().find(|region| **region == near);
    same.or_else(|| regions.iter().find(|region| region.starts_with(continent))).or(regions.first()).copied()
}

#[derive(PartialEq, Eq)]
struct PlainEndpoint {
    url: String,
    signing_region: String,
}
