//! `aliases.toml`: IAM's names for services and operations.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// The table, and what of it was of use.
pub(super) struct Aliases {
    file: File,
    used: BTreeSet<String>,
}

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Service to IAM prefixes.
    prefixes: BTreeMap<String, Vec<String>>,
    /// Service to the IAM prefix of actions that are HTTP methods.
    methods: BTreeMap<String, String>,
    /// Service and operation to IAM action.
    actions: BTreeMap<String, BTreeMap<String, String>>,
}

impl Aliases {
    /// Reads the file.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let file = toml::from_str(&text).with_context(|| path.display().to_string())?;
        Ok(Self { file, used: BTreeSet::new() })
    }

    /// Further IAM prefixes of a service.
    pub(super) fn prefixes(&mut self, service: &str) -> Vec<String> {
        self.used.insert(service.to_owned());
        self.file.prefixes.get(service).cloned().unwrap_or_default()
    }

    /// The IAM prefix of a service whose actions are HTTP methods.
    pub(super) fn method_prefix(&self, service: &str) -> Option<String> {
        self.file.methods.get(service).cloned()
    }

    /// The IAM action of an operation.
    pub(super) fn action(&mut self, service: &str, operation: &str) -> Option<String> {
        let action = self.file.actions.get(service)?.get(operation)?;
        self.used.insert(format!("{service}.{operation}"));
        Some(action.clone())
    }

    /// Fails if an entry names no service or operation.
    pub(super) fn finish(self) -> Result<()> {
        let services = self.file.prefixes.keys().chain(self.file.methods.keys()).cloned();
        let operations = self.file.actions.iter().flat_map(|(service, operations)| {
            operations.keys().map(move |operation| format!("{service}.{operation}"))
        });
        for name in services.chain(operations) {
            ensure!(self.used.contains(&name), "aliases.toml: there is no `{name}`");
        }
        Ok(())
    }
}
