//! Which partition a region belongs to.

use regex_lite::Regex;

use crate::model::{Partition, Partitions};

/// The partitions of the pack, ready to be searched by region.
#[derive(Clone, Debug)]
pub struct PartitionIndex {
    entries: Vec<(Option<Regex>, Partition)>,
}

impl PartitionIndex {
    /// Compiles the region patterns. A pattern that cannot be read matches nothing: its partition still
    /// has the regions that it lists.
    #[must_use]
    pub fn new(partitions: &Partitions) -> Self {
        let compile = |partition: &Partition| (Regex::new(&partition.region_regex).ok(), partition.clone());
        Self { entries: partitions.partitions.iter().map(compile).collect() }
    }

    /// The partition of a region; one that no partition knows counts as commercial, as in every AWS SDK.
    /// `None` only without any partition.
    #[must_use]
    pub fn of(&self, region: &str) -> Option<&Partition> {
        let has = |(pattern, partition): &&(Option<Regex>, Partition)| {
            partition.regions.contains_key(region) || pattern.as_ref().is_some_and(|it| it.is_match(region))
        };
        self.entries.iter().find(has).or(self.entries.first()).map(|(_, partition)| partition)
    }
}
