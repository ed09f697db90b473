//! Builds the guests, and writes down which there are.
//!
//! Every example of `tests/guests` becomes a component. The generated code has a constant for each,
//! and a macro that names them all: with it, a guest that no test uses does not compile.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-wasip2";
const PROFILE: &str = "plugin";

fn main() -> Result<(), Box<dyn Error>> {
    let package = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("guests");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for input in ["guests", "../wit", "../Cargo.toml", "../Cargo.lock"] {
        println!("cargo::rerun-if-changed={input}");
    }

    // A target directory of its own: the outer cargo holds the lock of its own one.
    let target_directory =
        out.ancestors().nth(4).ok_or("OUT_DIR is not in a target directory")?.join("plugins");
    build(&package, &target_directory)?;

    let components = target_directory.join(TARGET).join(PROFILE).join("examples");
    let (mut constants, mut names) = (String::new(), String::new());
    for name in guests(&package)? {
        // A copy, so that nothing else that builds there changes it under the tests.
        let component = out.join(&name).with_extension("wasm");
        fs::copy(components.join(&name).with_extension("wasm"), &component)?;
        writeln!(constants, "pub(crate) const {}: Guest = Guest {{", name.to_uppercase())?;
        writeln!(constants, "    name: {name:?},\n    bytes: include_bytes!({component:?}),\n}};")?;
        write!(names, " {name}")?;
    }
    let each =
        format!("macro_rules! for_each_guest {{\n    ($then:ident) => {{ $then!{{{names} }} }};\n}}\n");
    fs::write(out.join("guests.rs"), constants + &each + "pub(crate) use for_each_guest;\n")?;
    Ok(())
}

/// One nested cargo for all guests.
fn build(package: &Path, target_directory: &Path) -> Result<(), Box<dyn Error>> {
    let status = Command::new(env::var("CARGO")?)
        .args([
            "build",
            "--locked",
            "--examples",
            "--features",
            "component",
            "--target",
            TARGET,
            "--profile",
            PROFILE,
        ])
        .arg("--manifest-path")
        .arg(package.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target_directory)
        // They are meant for the outer build: clippy in place of rustc, flags for another target.
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTFLAGS")
        .status()?;
    if status.success() { Ok(()) } else { Err(format!("the guests do not build: {status}").into()) }
}

/// The names of the guests: every Rust file beside the manifest is one.
fn guests(package: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(package)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name =
                path.file_stem().and_then(|name| name.to_str()).ok_or("a guest's name is not UTF-8")?;
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}
