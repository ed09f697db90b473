//! `provenance.toml`: which sources the committed pack is made of.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::types::service::Service;

/// What the file begins with.
const HEAD: &str =
    "# What pack.bin is made of. Written by `cargo xtask model`; `--update` takes newer sources.\n\n";

/// The file.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Provenance {
    /// The Python packages whose data is used.
    #[serde(rename = "source")]
    pub(crate) sources: Vec<Source>,
    /// What they gave.
    pub(crate) pack: Option<Built>,
}

/// A Python package.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// Its name in the package index.
    pub(crate) package: String,
    /// The pinned version.
    pub(crate) version: String,
    /// The wheel's file name.
    pub(crate) file: String,
    /// The wheel's digest.
    pub(crate) sha256: String,
    /// Its licence.
    pub(crate) license: String,
    /// What is taken from it.
    pub(crate) gives: String,
}

/// The pack that was built.
#[derive(Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Built {
    /// Its digest.
    pub(crate) sha256: String,
    /// Its length.
    pub(crate) bytes: usize,
    /// How many services it has.
    pub(crate) services: usize,
    /// How many operations.
    pub(crate) operations: usize,
    /// How many shapes.
    pub(crate) shapes: usize,
    /// How many operations have a paginator.
    pub(crate) paginators: usize,
    /// How many of these are not botocore's.
    pub(crate) own_paginators: usize,
    /// How many operations are refused unless granted by name.
    pub(crate) sensitive: usize,
    /// How many members have values that are withheld.
    pub(crate) redactions: usize,
    /// How many operations have which access level.
    pub(crate) access: BTreeMap<String, usize>,
}

impl Provenance {
    /// Reads the file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        toml::from_str(&text).with_context(|| path.display().to_string())
    }

    /// Writes the file.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let text = format!("{HEAD}{}", toml::to_string(self)?);
        std::fs::write(path, text).with_context(|| path.display().to_string())
    }
}

impl Built {
    /// Counts and digests.
    pub(crate) fn new(services: &[Service], own_paginators: usize, file: &[u8]) -> Self {
        let mut built = Self {
            sha256: sha256(file),
            bytes: file.len(),
            services: services.len(),
            shapes: services.iter().map(|service| service.shapes.len()).sum(),
            redactions: services
                .iter()
                .flat_map(|service| service.redactions.iter())
                .map(|(_, rules)| rules.len())
                .sum(),
            own_paginators,
            ..Self::default()
        };
        for operation in services.iter().flat_map(|service| service.operations.values()) {
            built.operations += 1;
            built.paginators += usize::from(operation.paginator.is_some());
            built.sensitive += usize::from(operation.sensitive.is_some());
            *built.access.entry(operation.access.name().to_owned()).or_default() += 1;
        }
        built
    }
}

/// The SHA-256 digest in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
