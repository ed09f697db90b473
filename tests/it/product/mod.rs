//! The product as its users run it: the `tollgate` binary against an AWS emulator and the demo organisation.

mod api;
mod boto3;
mod coverage;
mod demo;
mod emulator;
mod organisation;
mod questions;
mod session;
mod tokens;

use std::path::PathBuf;
use std::process::Command;

/// The `tollgate` binary of this build, deaf to this machine's own AWS configuration.
pub(crate) fn tollgate() -> Command {
    let mut command = Command::new(binary());
    for (name, _) in
        std::env::vars().filter(|(name, _)| name.starts_with("AWS_") || name.starts_with("TOLLGATE_"))
    {
        command.env_remove(name);
    }
    let nowhere = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("no-such-folder");
    command.env("XDG_CONFIG_HOME", &nowhere).env("AWS_CONFIG_FILE", nowhere.join("config"));
    command
        .env("AWS_SHARED_CREDENTIALS_FILE", nowhere.join("credentials"))
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// Beside the folder of this test's own binary, where cargo builds the workspace's programs.
fn binary() -> PathBuf {
    let mut folder = std::env::current_exe().expect("a test has a path");
    folder.pop();
    folder.pop();
    let binary = folder.join(format!("tollgate{}", std::env::consts::EXE_SUFFIX));
    assert!(binary.exists(), "{} is missing: cargo test --workspace builds it", binary.display());
    binary
}

/// The interpreter with `tests/requirements.txt` installed.
pub(crate) fn python() -> PathBuf {
    let python = std::env::var_os("TOLLGATE_TEST_PYTHON").map(PathBuf::from);
    let python = python.unwrap_or_else(|| workspace().join("target/venv/bin/python"));
    assert!(python.exists(), "{} is missing: cargo xtask test installs it", python.display());
    python
}

/// The Node.js that runs the TypeScript client and the conformance suite.
pub(crate) fn node() -> PathBuf {
    std::env::var_os("TOLLGATE_TEST_NODE").map_or_else(|| "node".into(), PathBuf::from)
}

pub(crate) fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}
