//! `sensitive.toml`: operations that are refused unless granted by their exact name.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::patterns::Patterns;
use super::types::service::{Operation, Service};

/// The curated list.
pub(crate) struct Sensitive {
    entries: Vec<Entry>,
    guard: Entry,
}

/// Operations with a reason in common.
struct Entry {
    reason: String,
    operations: Patterns,
    except: Patterns,
}

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    sensitive: Vec<Written>,
    guard: Written,
}

/// An entry of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    reason: String,
    operations: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
}

impl Sensitive {
    /// Reads the list.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let file: File = toml::from_str(&text).with_context(|| path.display().to_string())?;
        let entries = file.sensitive.into_iter().map(Entry::new).collect::<Result<_>>()?;
        Ok(Self { entries, guard: Entry::new(file.guard)? })
    }

    /// Why an operation is sensitive, if it is.
    pub(crate) fn reason(&mut self, service: &str, operation: &str) -> Option<Box<str>> {
        let name = format!("{service}.{operation}");
        let mut reason = None;
        // Every entry is asked, to learn which patterns are of use.
        for entry in self.entries.iter_mut().chain([&mut self.guard]) {
            if entry.matches(&name) {
                reason = reason.or_else(|| Some(entry.reason.as_str().into()));
            }
        }
        reason
    }

    /// Fails if a pattern matched nothing; those of the guard may.
    pub(crate) fn finish(self) -> Result<()> {
        for entry in self.entries {
            entry.operations.finish("sensitive.toml")?;
            entry.except.finish("sensitive.toml")?;
        }
        self.guard.except.finish("sensitive.toml")
    }
}

impl Entry {
    fn new(written: Written) -> Result<Self> {
        ensure!(!written.reason.is_empty(), "sensitive.toml: no reason for {:?}", written.operations);
        Ok(Self {
            reason: written.reason,
            operations: Patterns::new(written.operations),
            except: Patterns::new(written.except),
        })
    }

    fn matches(&mut self, name: &str) -> bool {
        self.operations.matches(name) && !self.except.matches(name)
    }
}

/// Fills in the exact grants: a sensitive operation whose action allows a harmless one as well is granted by its
/// own name, lest a grant of the harmless one reaches it.
pub(crate) fn name_exact_grants(services: &mut [Service]) {
    let operations = || services.iter().flat_map(|service| service.operations.values());
    let harmless: HashSet<String> = operations()
        .filter(|operation| operation.sensitive.is_none())
        .map(|operation| operation.iam_action.to_lowercase())
        .collect();
    for operation in services.iter_mut().flat_map(|service| service.operations.values_mut()) {
        operation.exact_grant = exact_grant(operation, &harmless);
    }
}

fn exact_grant(operation: &Operation, harmless: &HashSet<String>) -> Option<Box<str>> {
    operation.sensitive.as_ref()?;
    let (prefix, action) = operation.iam_action.split_once(':')?;
    let own_name = operation.name.eq_ignore_ascii_case(action);
    (!own_name && harmless.contains(&operation.iam_action.to_lowercase()))
        .then(|| format!("{prefix}:{}", operation.name).into())
}
