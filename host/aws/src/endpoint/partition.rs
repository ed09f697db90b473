//! Which partition a region belongs to.

use crate::model::{Partition, Partitions};

/// The partitions of the pack, ready to be searched by region.
#[derive(Clone, Debug)]
pub struct PartitionIndex {
    partitions: Vec<Partition>,
}

impl PartitionIndex {
    /// A region pattern that cannot be read matches nothing: its partition still has the regions that it lists.
    #[must_use]
    pub fn new(partitions: &Partitions) -> Self {
        Self { partitions: partitions.partitions.clone() }
    }

    /// The partition of a region; one that no partition knows counts as commercial, as in every AWS SDK.
    /// `None` only without any partition.
    #[must_use]
    pub fn of(&self, region: &str) -> Option<&Partition> {
        let has =
            |partition: &&Partition| partition.regions.contains_key(region) || partition.may_have(region);
        self.partitions.iter().find(has).or(self.partitions.first())
    }

    /// The partition of an id, as it stands in ARNs.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Partition> {
        self.partitions.iter().find(|partition| &*partition.id == id)
    }
}
