//! Partitions: the separate clouds of AWS, each with its regions and DNS suffixes.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex_lite::Regex;
use serde::{Deserialize, Serialize};

/// All partitions, as botocore's `partitions.json` has them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Partitions {
    /// In botocore's order: `aws` first.
    pub partitions: Vec<Partition>,
}

/// One partition.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Partition {
    /// Its id in ARNs, for example `aws-cn`.
    pub id: Box<str>,
    /// What its endpoints have in common.
    pub outputs: PartitionOutputs,
    /// A regular expression over the names of its regions, known or not.
    pub region_regex: Box<str>,
    /// The same, compiled at first use; `None`: it does not compile.
    #[serde(skip)]
    region_pattern: OnceLock<Option<Regex>>,
    /// Its known regions by name; a region may differ from the partition in some outputs.
    pub regions: BTreeMap<Box<str>, Region>,
}

impl Partition {
    /// Whether a region, known or not, is named as this partition's are.
    #[must_use]
    pub fn may_have(&self, region: &str) -> bool {
        let pattern = self.region_pattern.get_or_init(|| Regex::new(&self.region_regex).ok());
        pattern.as_ref().is_some_and(|pattern| pattern.is_match(region))
    }
}

/// What `aws.partition()` answers in endpoint rules.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartitionOutputs {
    /// The partition's id.
    pub name: Box<str>,
    /// The end of its host names.
    pub dns_suffix: Box<str>,
    /// The end of its host names with IPv4 and IPv6 addresses.
    pub dual_stack_dns_suffix: Box<str>,
    /// The region that signs for services with one endpoint.
    pub implicit_global_region: Box<str>,
    /// FIPS endpoints exist.
    #[serde(rename = "supportsFIPS")]
    pub supports_fips: bool,
    /// Dual-stack endpoints exist.
    pub supports_dual_stack: bool,
}

/// A region of a partition.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Region {
    /// Its name for people.
    #[serde(default)]
    pub description: Box<str>,
    /// The outputs in which it differs from its partition, under their names in endpoint rules.
    #[serde(flatten)]
    pub outputs: serde_json::Map<String, serde_json::Value>,
}
