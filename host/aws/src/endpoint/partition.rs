//! Partitions: the separate worlds of AWS (commercial, China, GovCloud, …), each with its own host names.

use std::collections::BTreeMap;

use regex_lite::Regex;
use serde::{Deserialize, Serialize};

/// All partitions: botocore's `partitions.json`, typed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Partitions {
    /// In order of precedence; the first one takes the regions that no partition knows.
    pub partitions: Vec<Partition>,
}

/// One partition.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Partition {
    /// The partition of an ARN, for example `aws-cn`.
    pub id: Box<str>,
    /// What endpoint rules may ask about it.
    pub outputs: Outputs,
    /// What its region names look like, also those of regions that are newer than the data.
    pub region_regex: RegionPattern,
    /// Its regions by name, with its pseudo-region (`aws-global`).
    pub regions: BTreeMap<Box<str>, Region>,
}

/// What endpoint rules may ask about a partition.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outputs {
    /// The domain of its endpoints, for example `amazonaws.com`.
    pub dns_suffix: Box<str>,
    /// The domain of its endpoints that answer over IPv6 as well.
    pub dual_stack_dns_suffix: Box<str>,
    /// The region that signs for services with one endpoint.
    pub implicit_global_region: Box<str>,
    /// It has endpoints with FIPS 140 validated cryptography.
    #[serde(rename = "supportsFIPS")]
    pub supports_fips: bool,
    /// It has endpoints that answer over IPv6.
    pub supports_dual_stack: bool,
}

/// One region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Region {
    /// Its name for people, for example `Europe (Ireland)`.
    #[serde(default)]
    pub description: Box<str>,
}

/// A regular expression over region names.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegionPattern(Regex);

impl TryFrom<String> for RegionPattern {
    type Error = regex_lite::Error;

    fn try_from(pattern: String) -> Result<Self, Self::Error> {
        Regex::new(&pattern).map(Self)
    }
}

impl From<RegionPattern> for String {
    fn from(pattern: RegionPattern) -> Self {
        pattern.0.as_str().to_owned()
    }
}

impl Partition {
    /// Whether a region is, or by its name must be, one of this partition.
    #[must_use]
    pub fn has(&self, region: &str) -> bool {
        self.regions.contains_key(region) || self.region_regex.0.is_match(region)
    }
}

impl Partitions {
    /// The partition of a region; one that no partition knows counts as commercial, as in every AWS SDK.
    /// `None` only without any partition.
    #[must_use]
    pub fn of(&self, region: &str) -> Option<&Partition> {
        self.partitions.iter().find(|partition| partition.has(region)).or(self.partitions.first())
    }
}
