//! The guests: components that `build.rs` makes of `tests/guests`.

use std::path::{Path, PathBuf};

use tollgate_aws::grant::Mode;
use tollgate_runtime::{PluginConfig, Source};

include!(concat!(env!("OUT_DIR"), "/guests.rs"));

/// One component.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guest {
    pub(crate) name: &'static str,
    pub(crate) bytes: &'static [u8],
}

impl Guest {
    /// As part of the host: it holds what it requests.
    pub(crate) fn bundled(self) -> PluginConfig {
        let source = Source::Bundled { name: self.name.to_owned(), bytes: self.bytes };
        PluginConfig { source, grant: None, mode: Mode::ReadOnly, reveal: Vec::new() }
    }

    /// With an operator's grant.
    pub(crate) fn granted(self, patterns: &[&str], mode: Mode) -> PluginConfig {
        let grant = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        PluginConfig { grant: Some(grant), mode, ..self.bundled() }
    }

    /// Written to a directory.
    pub(crate) fn written(self, directory: &Path) -> PathBuf {
        let path = directory.join(self.name).with_extension("wasm");
        std::fs::write(&path, self.bytes).expect("the component can be written");
        path
    }
}

/// A plugin from a file, granted nothing.
pub(crate) fn file(path: PathBuf) -> PluginConfig {
    PluginConfig { source: Source::File(path), grant: None, mode: Mode::ReadOnly, reveal: Vec::new() }
}
