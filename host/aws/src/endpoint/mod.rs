//! Where a call goes: AWS's own endpoint rules, evaluated for one operation, input and region.

mod partition;

pub use partition::{Outputs, Partition, Partitions, Region, RegionPattern};
