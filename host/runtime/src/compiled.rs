//! Compiled components, kept on disk.
//!
//! A file is a header and wasmtime's own serialized component. What it holds is machine code that
//! the host will run, so a file counts only where nobody else can have written it and where its
//! digest is right; anything else is compiled anew, never an error. There are no locks: files are
//! written aside and renamed into place, so two hosts at once at worst do the same work twice.

use std::fs;
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

/// The last byte is the version of the header.
const MAGIC: &[u8; 16] = b"tollgate-cwasm\0\x01";
const DIGEST: usize = 32;
const HEADER: usize = MAGIC.len() + 2 * DIGEST;
const EXTENSION: &str = "cwasm";

/// What was not used for so long is deleted: every version of a plugin and of the host leaves a file.
const KEEP: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// A hit is noted at most this often.
const TOUCH: Duration = Duration::from_secs(24 * 60 * 60);

/// The directory of compiled components.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    directory: PathBuf,
    /// What decides whether compiled code fits: wasmtime, its configuration, the machine.
    engine: [u8; DIGEST],
}

impl Compiled {
    /// Keeps compiled components in a directory, which is made when it is first written to.
    pub(crate) fn new(directory: PathBuf, engine: &Engine) -> Self {
        let mut hasher = DigestHasher(Sha256::new());
        hasher.0.update(concat!("tollgate ", env!("CARGO_PKG_VERSION"), "\0"));
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Self { directory, engine: hasher.0.finalize().into() }
    }

    /// The component of these bytes: from the directory where it is there, else compiled, and then
    /// kept. The error is the compiler's.
    pub(crate) fn component(
        &self,
        engine: &Engine,
        bytes: &[u8],
        digest: [u8; DIGEST],
    ) -> wasmtime::Result<Component> {
        let key = self.key(digest);
        let path = self.path(key);
        match self.read(&path, key) {
            Ok(Some(payload)) => match deserialize(engine, &payload) {
                Ok(component) => return Ok(component),
                Err(error) => refused(&path, &error),
            },
            Ok(None) => {}
            Err(why) => refused(&path, &why),
        }
        let component = Component::from_binary(engine, bytes)?;
        if let Err(error) =
            component.serialize().map_err(io::Error::other).and_then(|payload| self.write(key, &payload))
        {
            tracing::warn!(
                directory = %self.directory.display(),
                %error,
                "a compiled plugin cannot be kept; the next start compiles it again"
            );
        }
        Ok(component)
    }

    fn key(&self, digest: [u8; DIGEST]) -> [u8; DIGEST] {
        Sha256::new().chain_update(self.engine).chain_update(digest).finalize().into()
    }

    fn path(&self, key: [u8; DIGEST]) -> PathBuf {
        self.directory.join(hex(&key)).with_extension(EXTENSION)
    }

    /// The verified payload of a file; `None` where there is none.
    fn read(&self, path: &Path, key: [u8; DIGEST]) -> Result<Option<Vec<u8>>, Refused> {
        let mut file = match fs::File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        only_ours(&fs::symlink_metadata(&self.directory)?)?;
        let metadata = file.metadata()?;
        only_ours(&metadata)?;
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
        io::Read::read_to_end(&mut file, &mut bytes)?;

        let (header, payload) = bytes.split_at_checked(HEADER).ok_or(Refused::Torn)?;
        let (magic, digests) = header.split_at(MAGIC.len());
        let (of_key, of_payload) = digests.split_at(DIGEST);
        if magic != MAGIC || of_key != key {
            return Err(Refused::Foreign);
        }
        if of_payload != Sha256::digest(payload).as_slice() {
            return Err(Refused::Torn);
        }
        if metadata.modified()?.elapsed().is_ok_and(|age| age > TOUCH) {
            // Only so that the file is not deleted as unused: no harm where it fails.
            let _ = file.set_modified(SystemTime::now());
        }
        Ok(Some(bytes.split_off(HEADER)))
    }

    fn write(&self, key: [u8; DIGEST], payload: &[u8]) -> io::Result<()> {
        make_directory(&self.directory)?;
        only_ours(&fs::symlink_metadata(&self.directory)?).map_err(io::Error::other)?;
        let mut file = tempfile::Builder::new().prefix(".").suffix(".tmp").tempfile_in(&self.directory)?;
        file.write_all(MAGIC)?;
        file.write_all(&key)?;
        file.write_all(&Sha256::digest(payload))?;
        file.write_all(payload)?;
        file.as_file().sync_all()?;
        file.persist(self.path(key)).map_err(|error| error.error)?;
        self.delete_unused();
        Ok(())
    }

    /// Deletes our own files that were not used for long, and what a crash left half-written.
    fn delete_unused(&self) {
        let Ok(entries) = fs::read_dir(&self.directory) else { return };
        for entry in entries.flatten() {
            let path = entry.path();
            let ours = path.extension().is_some_and(|extension| extension == EXTENSION || extension == "tmp");
            let age = entry
                .metadata()
                .and_then(|metadata| metadata.modified())
                .ok()
                .and_then(|at| at.elapsed().ok());
            if ours && age.is_some_and(|age| age > KEEP) {
                let _ = fs::remove_file(path);
            }
        }
    }
}

/// Why a file does not count.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("it is torn")]
    Torn,
    #[error("it was not written by this version")]
    Foreign,
    #[cfg(unix)]
    #[error("it, or its directory, belongs to somebody else")]
    NotOurs,
    #[cfg(unix)]
    #[error("others may write to it, or to its directory")]
    Writable,
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
}

fn refused(path: &Path, why: &dyn std::fmt::Display) {
    tracing::warn!(file = %path.display(), "a compiled plugin is ignored and compiled anew: {why}");
}

#[allow(unsafe_code, reason = "wasmtime cannot prove that bytes came out of its own compiler")]
fn deserialize(engine: &Engine, payload: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: the payload must be what `Component::serialize` gave, unchanged. `Compiled::read`
    // returns it only from a file and a directory that belong to this user and that nobody else
    // may write to, under our magic and this very key, with a matching SHA-256; and it was read
    // into memory before it was checked, so it cannot change any more.
    unsafe { Component::deserialize(engine, payload) }
}

#[cfg(unix)]
fn only_ours(metadata: &fs::Metadata) -> Result<(), Refused> {
    use std::os::unix::fs::MetadataExt;
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(Refused::NotOurs);
    }
    // A symbolic link has all permission bits set: it is refused here as well.
    if metadata.mode() & 0o022 != 0 {
        return Err(Refused::Writable);
    }
    Ok(())
}

#[cfg(not(unix))]
fn only_ours(_: &fs::Metadata) -> Result<(), Refused> {
    // The user's own cache directory is protected by its access control list.
    Ok(())
}

fn make_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Lets `Hash` write into SHA-256, so that a key is the same in every process.
struct DigestHasher(Sha256);

impl Hasher for DigestHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        digest.iter().take(8).fold(0, |number, &byte| number << 8 | u64::from(byte))
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
