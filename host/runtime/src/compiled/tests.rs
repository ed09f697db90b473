use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// The smallest component there is: a header.
const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

struct Kept {
    _directory: tempfile::TempDir,
    engine: Engine,
    compiled: Compiled,
}

impl Kept {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let engine = Engine::default();
        let compiled = Compiled::new(directory.path().join("made/when/needed"), &engine);
        Self { _directory: directory, engine, compiled }
    }

    fn key(&self) -> [u8; DIGEST] {
        self.compiled.key(Sha256::digest(EMPTY).into())
    }

    fn path(&self) -> PathBuf {
        self.compiled.path(self.key())
    }

    fn component(&self) {
        self.compiled.component(&self.engine, EMPTY, Sha256::digest(EMPTY).into()).unwrap();
    }

    fn read(&self) -> Result<Option<Vec<u8>>, Refused> {
        self.compiled.read(&self.path(), self.key())
    }

    /// Spoils the file, expects that it is refused for this reason, then mended by the next load.
    fn spoil(&self, spoil: impl FnOnce(Vec<u8>) -> Vec<u8>, why: &str) {
        let bytes = fs::read(self.path()).unwrap();
        fs::write(self.path(), spoil(bytes)).unwrap();
        assert_eq!(self.read().unwrap_err().to_string(), why);
        self.component();
        assert!(self.read().unwrap().is_some(), "compiled anew and kept");
    }
}

#[test]
fn what_was_compiled_is_found_again() {
    let kept = Kept::new();
    assert!(kept.read().unwrap().is_none());
    kept.component();
    let payload = kept.read().unwrap().unwrap();
    assert!(Engine::detect_precompiled(&payload).is_some());

    // A second host, or the same one after a restart.
    let again = Compiled::new(kept.compiled.directory.clone(), &Engine::default());
    assert_eq!(again.key(Sha256::digest(EMPTY).into()), kept.key());
    let written = fs::metadata(kept.path()).unwrap().modified().unwrap();
    again.component(&kept.engine, EMPTY, Sha256::digest(EMPTY).into()).unwrap();
    assert_eq!(fs::metadata(kept.path()).unwrap().modified().unwrap(), written, "not written again");
}

#[test]
fn another_component_or_engine_has_another_file() {
    let kept = Kept::new();
    assert_ne!(kept.compiled.key([0; DIGEST]), kept.compiled.key([1; DIGEST]));
    let engine = Engine::new(wasmtime::Config::new().epoch_interruption(true)).unwrap();
    let other = Compiled::new(kept.compiled.directory.clone(), &engine);
    assert_ne!(other.key([0; DIGEST]), kept.compiled.key([0; DIGEST]));
}

#[test]
fn torn_and_foreign_files_are_compiled_anew() {
    let kept = Kept::new();
    kept.component();
    kept.spoil(|_| Vec::new(), "it is torn");
    kept.spoil(|bytes| bytes[..HEADER - 1].to_vec(), "it is torn");
    kept.spoil(|bytes| bytes[..bytes.len() - 1].to_vec(), "it is torn");
    kept.spoil(
        |mut bytes| {
            *bytes.last_mut().unwrap() ^= 1;
            bytes
        },
        "it is torn",
    );
    kept.spoil(|_| b"#!/bin/sh\n".repeat(100), "it was not written by this version");
    kept.spoil(
        |mut bytes| {
            bytes[MAGIC.len() - 1] = 0;
            bytes
        },
        "it was not written by this version",
    );
    // The file of another component, renamed.
    kept.spoil(
        |mut bytes| {
            bytes[MAGIC.len()] ^= 1;
            bytes
        },
        "it was not written by this version",
    );
}

#[test]
fn what_wasmtime_refuses_is_compiled_anew() {
    let kept = Kept::new();
    kept.compiled.write(kept.key(), b"sealed as it should be, but no component").unwrap();
    kept.component();
    assert!(Engine::detect_precompiled(&kept.read().unwrap().unwrap()).is_some());
}

#[cfg(unix)]
#[test]
fn only_what_nobody_else_can_write_counts() {
    use std::os::unix::fs::PermissionsExt;
    let kept = Kept::new();
    kept.component();
    let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    assert_eq!(fs::metadata(&kept.compiled.directory).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(kept.path()).unwrap().permissions().mode() & 0o777, 0o600);

    let open = "others may write to it, or to its directory";
    allow(&kept.path(), 0o620);
    assert_eq!(kept.read().unwrap_err().to_string(), open);
    kept.component();
    assert!(kept.read().unwrap().is_some(), "replaced by one of our own");

    allow(&kept.compiled.directory, 0o777);
    assert_eq!(kept.read().unwrap_err().to_string(), open);
    let before = fs::metadata(kept.path()).unwrap().modified().unwrap();
    kept.component();
    assert_eq!(fs::metadata(kept.path()).unwrap().modified().unwrap(), before, "nor is anything kept there");
}

#[test]
fn a_directory_that_cannot_be_made_is_no_error() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let engine = Engine::default();
    let compiled = Compiled::new(file.path().join("below a file"), &engine);
    compiled.component(&engine, EMPTY, [0; DIGEST]).unwrap();
}

#[test]
fn what_is_not_used_is_deleted_in_the_end() {
    let kept = Kept::new();
    kept.component();
    let old = kept.compiled.directory.join("old.cwasm");
    let half = kept.compiled.directory.join(".half.tmp");
    let other = kept.compiled.directory.join("notes.txt");
    for path in [&old, &half, &other] {
        let file = fs::File::create(path).unwrap();
        file.set_modified(SystemTime::now() - KEEP - TOUCH).unwrap();
    }
    kept.compiled.delete_unused();
    assert!(!old.exists() && !half.exists());
    assert!(other.exists() && kept.path().exists());
}

#[test]
fn hosts_may_start_at_once() {
    let kept = Kept::new();
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                kept.component();
                done.fetch_add(1, Ordering::Relaxed);
            });
        }
    });
    assert_eq!(done.into_inner(), 8);
    assert!(kept.read().unwrap().is_some());
    let left = fs::read_dir(&kept.compiled.directory).unwrap().count();
    assert_eq!(left, 1, "no half-written file is left");
}
