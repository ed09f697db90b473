//! `overrides.toml`: access levels that IAM's data does not have, or has wrong in effect.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::model::patterns::Patterns;
use crate::model::types::service::Access;

/// The table.
pub(super) struct Overrides(Vec<(Patterns, Access)>);

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "override")]
    overrides: Vec<Entry>,
}

/// An entry.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    operations: Vec<String>,
    access: Access,
    reason: String,
}

impl Overrides {
    /// Reads the file.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let file: File = toml::from_str(&text).with_context(|| path.display().to_string())?;
        let mut entries = Vec::new();
        for entry in file.overrides {
            ensure!(
                !entry.reason.is_empty(),
                "overrides.toml: an entry has no reason: {:?}",
                entry.operations
            );
            entries.push((Patterns::new(entry.operations), entry.access));
        }
        Ok(Self(entries))
    }

    /// What an operation's level is instead.
    pub(super) fn level(&mut self, service: &str, operation: &str, data: Access) -> Result<Option<Access>> {
        let name = format!("{service}.{operation}");
        for (patterns, access) in &mut self.0 {
            if patterns.matches(&name) {
                ensure!(*access != data, "overrides.toml: the data says of `{name}` what the entry says");
                return Ok(Some(*access));
            }
        }
        Ok(None)
    }

    /// Fails if a pattern matched nothing.
    pub(super) fn finish(self) -> Result<()> {
        self.0.into_iter().try_for_each(|(patterns, _)| patterns.finish("overrides.toml"))
    }
}
