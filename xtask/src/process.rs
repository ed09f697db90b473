//! The programs that the tasks run, and where they find and leave things.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// The target that plugins are compiled for.
const WASM_TARGET: &str = "wasm32-wasip2";

/// A command that must succeed.
pub(crate) trait Run {
    /// Runs it; a failure names the whole command line.
    fn run(&mut self) -> Result<()>;
}

impl Run for Command {
    fn run(&mut self) -> Result<()> {
        let status = self.status().with_context(|| format!("cannot start {self:?}"))?;
        if !status.success() {
            bail!("{self:?} ended with {status}");
        }
        Ok(())
    }
}

/// The cargo that runs this task, in the workspace.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace());
    command
}

/// The root of the workspace.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Where cargo builds.
pub(crate) fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

/// Adds the WebAssembly target to the toolchain if it is missing.
pub(crate) fn ensure_wasm_target() -> Result<()> {
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).current_dir(workspace()).output();
    let sysroot = sysroot.context("cannot start rustc")?.stdout;
    let sysroot = PathBuf::from(String::from_utf8(sysroot)?.trim());
    if sysroot.join("lib/rustlib").join(WASM_TARGET).is_dir() {
        return Ok(());
    }
    Command::new("rustup")
        .args(["target", "add", WASM_TARGET])
        .current_dir(workspace())
        .run()
        .with_context(|| format!("the toolchain at {} has no {WASM_TARGET}", sysroot.display()))
}
