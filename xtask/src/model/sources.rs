//! Fetching the pinned wheels.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::provenance::{Provenance, Source, sha256};
use super::wheel::Wheel;

/// The wheels, verified.
pub(crate) struct Wheels(BTreeMap<String, PathBuf>);

impl Wheels {
    /// Opens a package's wheel.
    pub(crate) fn open(&self, package: &str) -> Result<Wheel> {
        let path = self.0.get(package).with_context(|| format!("provenance.toml has no source {package}"))?;
        Wheel::open(path)
    }
}

/// Downloads what is not there yet and verifies every digest; with `update` takes the newest versions and
/// pins them.
pub(crate) fn fetch(provenance: &mut Provenance, cache: &Path, update: bool) -> Result<Wheels> {
    let mut wheels = BTreeMap::new();
    for source in &mut provenance.sources {
        if update {
            pin_newest(source, cache)?;
        }
        let path = cache.join(&source.file);
        if !path.exists() {
            download(&format!("{}=={}", source.package, source.version), cache)?;
        }
        let found = sha256(&std::fs::read(&path).with_context(|| path.display().to_string())?);
        ensure!(
            found == source.sha256,
            "{} has the digest {found}, not {} as provenance.toml says: delete it if a download was broken off",
            path.display(),
            source.sha256
        );
        wheels.insert(source.package.clone(), path);
    }
    Ok(Wheels(wheels))
}

/// Replaces a source's pin by its newest version.
fn pin_newest(source: &mut Source, cache: &Path) -> Result<()> {
    let fresh = cache.join("newest").join(&source.package);
    if fresh.exists() {
        std::fs::remove_dir_all(&fresh).with_context(|| fresh.display().to_string())?;
    }
    download(&source.package, &fresh)?;
    let path = std::fs::read_dir(&fresh)?
        .next()
        .with_context(|| format!("pip downloaded nothing for {}", source.package))??
        .path();
    let file = path.file_name().and_then(|name| name.to_str()).context("the wheel's name is not text")?;
    let version =
        file.split('-').nth(1).with_context(|| format!("{file} is not the name of a wheel"))?.to_owned();
    file.clone_into(&mut source.file);
    source.sha256 = sha256(&std::fs::read(&path)?);
    source.version = version;
    std::fs::rename(&path, cache.join(&source.file)).with_context(|| path.display().to_string())
}

/// Runs pip, which knows the package index that this machine uses.
fn download(requirement: &str, into: &Path) -> Result<()> {
    let status = Command::new("python3")
        .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"])
        .args(["--only-binary", ":all:", "--dest"])
        .arg(into)
        .arg(requirement)
        .status()
        .context("python3 is needed to download the sources")?;
    ensure!(status.success(), "pip could not download {requirement}");
    Ok(())
}
