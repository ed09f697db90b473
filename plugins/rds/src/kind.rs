//! The two kinds of databases: a DB instance, or a cluster of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

// Without a docstring: it would stand in the schema of every tool that takes kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Instance,
    Cluster,
}

impl Kind {
    /// The kinds that a list of them asks for: all where it is empty.
    pub(crate) fn wanted(kinds: &[Self]) -> impl Iterator<Item = Self> {
        [Self::Instance, Self::Cluster].into_iter().filter(|kind| kinds.is_empty() || kinds.contains(kind))
    }
}
