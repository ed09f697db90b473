//! Reading the files of a Python wheel, which is a zip archive.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;
use zip::ZipArchive;

/// An open wheel.
pub(crate) struct Wheel {
    archive: ZipArchive<BufReader<File>>,
    names: Vec<String>,
}

impl Wheel {
    /// Opens the archive and reads its directory.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).with_context(|| path.display().to_string())?;
        let archive = ZipArchive::new(BufReader::new(file)).with_context(|| path.display().to_string())?;
        let mut names =
            archive.file_names().map(|name| Ok(name?.into_owned())).collect::<Result<Vec<_>>>()?;
        names.sort();
        Ok(Self { archive, names })
    }

    /// The paths of all files, sorted.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether there is such a file.
    fn has(&self, path: &str) -> bool {
        self.names.binary_search_by(|name| name.as_str().cmp(path)).is_ok()
    }

    /// A file's bytes.
    pub(crate) fn read(&mut self, path: &str) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut file = self.archive.by_name(path).with_context(|| path.to_owned())?;
        file.read_to_end(&mut bytes).with_context(|| path.to_owned())?;
        Ok(bytes)
    }

    /// A JSON file that may be there, as `<path>.json` or `<path>.json.gz`.
    pub(crate) fn json(&mut self, path: &str) -> Result<Option<Value>> {
        let plain = format!("{path}.json");
        let gzipped = format!("{path}.json.gz");
        let bytes = if self.has(&plain) {
            self.read(&plain)?
        } else if self.has(&gzipped) {
            let mut bytes = Vec::new();
            let compressed = self.read(&gzipped)?;
            flate2::read::GzDecoder::new(compressed.as_slice())
                .read_to_end(&mut bytes)
                .with_context(|| gzipped.clone())?;
            bytes
        } else {
            return Ok(None);
        };
        serde_json::from_slice(&bytes).map(Some).with_context(|| plain)
    }
}
