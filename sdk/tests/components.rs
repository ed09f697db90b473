//! Plugins built for WebAssembly, as the host will find them.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use wasmparser::{Parser, Payload};

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the SDK is in the workspace")
}

/// Builds a package as the host's build does, into the same folder, and gives its component.
fn build(package: &str) -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    let target = target.join("plugins");
    let status = Command::new(env!("CARGO"))
        .current_dir(workspace())
        .args(["build", "--quiet", "--target", "wasm32-wasip2", "--profile", "plugin"])
        .args(["--package", package])
        .arg("--target-dir")
        .arg(&target)
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTFLAGS")
        .status()
        .expect("cargo runs");
    assert!(status.success(), "building {package} failed");
    target.join("wasm32-wasip2/plugin").join(package.replace('-', "_")).with_extension("wasm")
}

/// What a component imports and exports, and its manifest.
#[derive(Default)]
struct Component {
    imports: BTreeSet<String>,
    exports: BTreeSet<String>,
    manifests: Vec<String>,
}

impl Component {
    fn read(file: &Path) -> Self {
        let bytes = fs::read(file).expect("the component was built");
        let mut component = Self::default();
        let mut depth = 0;
        for payload in Parser::new(0).parse_all(&bytes) {
            match payload.expect("a well-formed component") {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth -= 1,
                Payload::ComponentImportSection(imports) if depth == 0 => {
                    let name = |import: wasmparser::Result<wasmparser::ComponentImport<'_>>| {
                        import.expect("an import").name.name.to_owned()
                    };
                    component.imports.extend(imports.into_iter().map(name));
                }
                Payload::ComponentExportSection(exports) if depth == 0 => {
                    let name = |export: wasmparser::Result<wasmparser::ComponentExport<'_>>| {
                        export.expect("an export").name.name.to_owned()
                    };
                    component.exports.extend(exports.into_iter().map(name));
                }
                Payload::CustomSection(section) if section.name() == "tollgate:plugin" => {
                    component.manifests.push(String::from_utf8_lossy(section.data()).into_owned());
                }
                _ => {}
            }
        }
        component
    }

    /// The imports that are not WASI's.
    fn capabilities(&self) -> Vec<&str> {
        self.imports.iter().map(String::as_str).filter(|name| !name.starts_with("wasi:")).collect()
    }
}

/// What std needs to start, to panic and to seed a map; the host links these with an empty context.
const WASI: [&str; 16] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure-seed",
];

fn check(package: &str, manifest: &str, capabilities: &[&str]) {
    let file = build(package);
    let component = Component::read(&file);
    assert_eq!(component.capabilities(), capabilities, "{package}");
    for import in component.imports.iter().filter(|name| name.starts_with("wasi:")) {
        let (interface, _) = import.split_once('@').expect("WASI is versioned");
        assert!(WASI.contains(&interface), "{package} imports {import}");
    }
    assert!(component.exports.contains("tollgate:plugin/tools@0.1.0"), "{package}: {:?}", component.exports);
    let manifest = fs::read_to_string(workspace().join(manifest)).expect("a manifest");
    assert_eq!(component.manifests, [manifest], "{package} embeds its manifest once, as it is");
}

#[test]
fn plugins_import_what_they_use_and_embed_their_manifest() {
    check("hello-plugin", "examples/hello-plugin/plugin.toml", &[]);
    let table = [
        "tollgate:accounts/directory@0.1.0",
        "tollgate:aws/api@0.1.0",
        "tollgate:call/budget@0.1.0",
        "tollgate:results/store@0.1.0",
        "tollgate:telemetry/progress@0.1.0",
    ];
    for family in ["ec2", "ecs", "eks", "inventory", "lambda", "rds", "s3"] {
        check(&format!("tollgate-plugin-{family}"), &format!("plugins/{family}/plugin.toml"), &table);
    }
    let with = |more: &[&'static str]| {
        let mut imports = [&table, more].concat();
        imports.sort_unstable();
        imports
    };
    let any = with(&["tollgate:catalog/operations@0.1.0"]);
    check("tollgate-plugin-api", "plugins/api/plugin.toml", &any);
    let accounts = with(&["tollgate:aws/credentials@0.1.0", "tollgate:cache/store@0.1.0"]);
    check("tollgate-plugin-accounts", "plugins/accounts/plugin.toml", &accounts);
    let results = ["tollgate:call/budget@0.1.0", "tollgate:results/store@0.1.0"];
    check("tollgate-plugin-results", "plugins/results/plugin.toml", &results);
}
