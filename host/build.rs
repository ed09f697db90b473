//! Builds the bundled plugins to WebAssembly components and embeds them: one file is the product.

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// What the plugins are made of, relative to the workspace.
const SOURCES: [&str; 7] =
    ["Cargo.lock", "Cargo.toml", "plugins", "sdk/Cargo.toml", "sdk/macros", "sdk/src", "wit"];
const TARGET: &str = "wasm32-wasip2";

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            println!("cargo::error={message}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), String> {
    let workspace = PathBuf::from(var("CARGO_MANIFEST_DIR")?);
    let workspace = workspace.parent().ok_or("the host is not in the workspace")?;
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", workspace.join(source).display());
    }
    println!("cargo::rerun-if-env-changed=CARGO_TARGET_DIR");

    let names = names(&workspace.join("plugins"))?;
    let components = compile(workspace, &names)?;
    let out = PathBuf::from(var("OUT_DIR")?);
    let mut list = String::from("&[\n");
    for name in names {
        let component = components.join(format!("tollgate_plugin_{name}.wasm"));
        let copy = out.join(format!("{name}.wasm"));
        fs::copy(&component, &copy)
            .map_err(|error| format!("copying {} failed: {error}", component.display()))?;
        // {:?} quotes and escapes a path as Rust does.
        let _ = writeln!(list, "    Bundled {{ name: {name:?}, component: include_bytes!({copy:?}) }},");
    }
    list.push(']');
    fs::write(out.join("bundled.rs"), list).map_err(|error| format!("writing the list failed: {error}"))
}

/// The folders of `plugins/`, each a package `tollgate-plugin-<folder>`, sorted.
fn names(plugins: &Path) -> Result<Vec<String>, String> {
    let unreadable = |error| format!("reading {} failed: {error}", plugins.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(plugins).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Compiles all plugins with a cargo of its own, whose target folder nobody else locks while this
/// one runs, and gives the folder of the components.
fn compile(workspace: &Path, names: &[String]) -> Result<PathBuf, String> {
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let target = workspace.join(target).join("plugins");
    let mut cargo = Command::new(var("CARGO")?);
    cargo.current_dir(workspace).args(["build", "--profile", "plugin", "--target", TARGET]);
    cargo.arg("--target-dir").arg(&target);
    if workspace.join("Cargo.lock").exists() {
        cargo.arg("--locked");
    }
    for name in names {
        cargo.arg("--package").arg(format!("tollgate-plugin-{name}"));
    }
    // What the outer build is compiled with is not for WebAssembly: clippy's driver, coverage,
    // native CPU features. RUSTC_WRAPPER stays: it is a compiler cache.
    for variable in ["RUSTC_WORKSPACE_WRAPPER", "CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS", "CARGO_BUILD_TARGET"]
    {
        cargo.env_remove(variable);
    }
    let status = cargo.status().map_err(|error| format!("starting cargo failed: {error}"))?;
    if status.success() {
        return Ok(target.join(TARGET).join("plugin"));
    }
    Err(match has_target() {
        true => "building the plugins failed: see above".to_owned(),
        false => format!("the plugins need the target {TARGET}: rustup target add {TARGET}"),
    })
}

/// Whether the compiler has the standard library for the plugins' target.
fn has_target() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]).output();
    output.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}

fn var(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set: run this through cargo"))
}
