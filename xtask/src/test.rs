//! `cargo xtask test`: installs what the tests judge against, then runs all of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process::{self, Run as _};

/// botocore's own tests, whose data files its wheel leaves out.
const BOTOCORE_SOURCE: &str = "botocore==1.44.5";

/// Installs, then tests. Arguments go to the test binaries, a filter for one.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    process::ensure_wasm_target()?;
    let target = process::target_dir();
    let python = venv(&target)?;
    let botocore = botocore_source(&target, &python)?;
    let typescript = typescript(&target, &python)?;
    process::cargo()
        .args(["test", "--workspace", "--locked", "--no-fail-fast", "--", "--include-ignored"])
        .args(arguments)
        .env("TOLLGATE_TEST_PYTHON", &python)
        .env("TOLLGATE_BOTOCORE_SRC", botocore)
        .env("TOLLGATE_TYPESCRIPT_CLIENT", typescript)
        .run()
}

/// A virtual environment with `tests/requirements.txt`; gives its interpreter.
fn venv(target: &Path) -> Result<PathBuf> {
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

/// botocore's source distribution, unpacked; gives its folder.
fn botocore_source(target: &Path, python: &Path) -> Result<PathBuf> {
    let sources = target.join("botocore-src");
    let requirements = process::workspace().join("tests/requirements.txt");
    once(&sources.join("requirements.txt"), &requirements, || {
        fs::create_dir_all(&sources)?;
        Command::new(python)
            .args(["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", BOTOCORE_SOURCE])
            .arg("--dest")
            .arg(&sources)
            .run()?;
        let archive = sources.join(format!("{}.tar.gz", BOTOCORE_SOURCE.replace("==", "-")));
        Command::new("tar")
            .args(["xzf"])
            .arg(&archive)
            .args(["--strip-components", "1", "-C"])
            .arg(&sources)
            .run()
    })?;
    Ok(sources)
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
        let bin = python.parent().context("the interpreter stands in a folder")?;
        let path = std::env::join_paths(
            std::iter::once(bin.to_owned())
                .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
        )?;
        Command::new("npm")
            .args(["ci", "--silent", "--no-audit", "--no-fund"])
            .current_dir(&to)
            .env("PATH", path)
            .run()
    })?;
    Ok(to)
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
