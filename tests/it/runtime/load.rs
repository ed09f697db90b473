//! What cannot be loaded, and what is loaded anew.

use std::sync::Arc;

use tollgate_runtime::{CallError, Config, Limits, LoadError, PluginConfig, Runtime, Source};

use super::{bundled, call, client, runtime};
use crate::guests::{AHEAD, CLASH, ECHO, Guest, KEEPER, MISNAMED, NEWER, SOCKETS, STUCK, TWICE, file};

async fn refused(plugins: Vec<PluginConfig>) -> Arc<LoadError> {
    let limits = Limits { load_deadline: std::time::Duration::from_millis(200), ..Limits::default() };
    let runtime = runtime(plugins, limits);
    let error = runtime.load().await.expect_err("the load fails");
    // Every later use tells the same.
    let Err(CallError::Load(again)) = runtime.call(call("echo", "{}")).await else {
        panic!("the call fails")
    };
    assert_eq!(again.to_string(), error.to_string());
    error
}

async fn alone(guest: Guest) -> Arc<LoadError> {
    refused(vec![ECHO.bundled(), guest.bundled()]).await
}

#[tokio::test]
pub(super) async fn clash() {
    let error = refused(vec![ECHO.bundled(), CLASH.bundled()]).await;
    assert!(matches!(&*error, LoadError::ToolClash { .. }));
    assert_eq!(
        error.to_string(),
        "two plugins offer the tool `echo`: bundled plugin echo and bundled plugin clash"
    );

    let twice = refused(vec![CLASH.bundled(), CLASH.bundled()]).await;
    assert_eq!(
        twice.to_string(),
        "two plugins are named clash: bundled plugin clash and bundled plugin clash"
    );
}

#[tokio::test]
pub(super) async fn sockets() {
    let error = alone(SOCKETS).await;
    let LoadError::UnknownImport { import, .. } = &*error else { panic!("{error:?}") };
    assert!(import.starts_with("wasi:sockets/"), "{import}");
    assert_eq!(
        error.to_string(),
        format!(
            "bundled plugin sockets: plugin sockets 1.2.3 imports `{import}`, which this host does not offer: a \
             plugin has no network of its own; it reaches AWS through tollgate:aws/api@0.1.0"
        )
    );
}

#[tokio::test]
pub(super) async fn newer() {
    assert_eq!(
        alone(NEWER).await.to_string(),
        "bundled plugin newer: plugin newer 1.2.3 imports `tollgate:aws/api@0.2.0`, which this host does not \
         offer: it offers tollgate:aws/api@0.1.0"
    );
}

#[tokio::test]
pub(super) async fn ahead() {
    let error = alone(AHEAD).await;
    assert!(matches!(&*error, LoadError::Incompatible { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.starts_with("bundled plugin ahead: plugin ahead 1.2.3 does not fit this host: "), "{text}");
    assert!(text.contains("`tollgate:cache/store@0.1.7`") && text.contains("`clear`"), "{text}");
}

#[tokio::test]
pub(super) async fn twice() {
    assert_eq!(
        alone(TWICE).await.to_string(),
        "bundled plugin twice: plugin twice 1.2.3: tool `twice`: is listed twice"
    );
}

#[tokio::test]
pub(super) async fn misnamed() {
    assert_eq!(
        alone(MISNAMED).await.to_string(),
        "bundled plugin misnamed: plugin misnamed 1.2.3: tool `not a name`: the name must be 1 to 64 characters \
         of [A-Za-z0-9_.-]"
    );
}

#[tokio::test]
pub(super) async fn stuck() {
    assert_eq!(
        alone(STUCK).await.to_string(),
        "bundled plugin stuck: plugin stuck 1.2.3 did not list its tools: no answer within 0.2 s"
    );
}

#[tokio::test]
async fn other_files_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let module = write("module.wasm", b"\0asm\x01\0\0\0");
    let script = write("script.wasm", b"#!/bin/sh");
    let empty = write("empty.wasm", b"\0asm\x0d\0\x01\0");
    let torn = write("torn.wasm", &ECHO.bytes[..ECHO.bytes.len() / 2]);
    let missing = directory.path().join("missing.wasm");
    let at = directory.path().display();
    for (path, expected) in [
        (
            module,
            format!(
                "plugin {at}/module.wasm: is a core WebAssembly module, expected a WebAssembly component (build it \
                 for wasm32-wasip2)"
            ),
        ),
        (
            script,
            format!(
                "plugin {at}/script.wasm: is not WebAssembly, expected a WebAssembly component (build it for \
                 wasm32-wasip2)"
            ),
        ),
        (
            torn,
            format!(
                "plugin {at}/torn.wasm: is damaged WebAssembly, expected a WebAssembly component (build it for \
                 wasm32-wasip2)"
            ),
        ),
        (
            empty,
            format!(
                "plugin {at}/empty.wasm: carries no manifest: the custom section `tollgate:plugin` with the text of \
                 plugin.toml is missing"
            ),
        ),
        (missing, format!("plugin {at}/missing.wasm: cannot be read")),
    ] {
        assert_eq!(refused(vec![file(path)]).await.to_string(), expected);
    }

    let limits = Limits { component_bytes: 1_000, ..Limits::default() };
    let error = runtime(vec![file(ECHO.written(directory.path()))], limits).load().await.unwrap_err();
    let size = ECHO.bytes.len();
    assert_eq!(
        error.to_string(),
        format!("plugin {at}/echo.wasm: {size} bytes are over the limit of 1000 bytes for a component")
    );
}

#[tokio::test]
async fn a_wrong_pattern_is_named() {
    let plugin = PluginConfig { grant: Some(vec!["ec2 Describe".to_owned()]), ..ECHO.bundled() };
    let error = refused(vec![plugin]).await;
    assert!(matches!(&*error, LoadError::Grant { whose: "grant", .. }), "{error:?}");
    assert!(error.to_string().starts_with("bundled plugin echo: grant: "), "{error}");
    assert!(error.to_string().contains("ec2 Describe"), "{error}");
}

#[tokio::test]
async fn nothing_is_read_before_the_load() {
    let plugin = file("/nowhere/missing.wasm".into());
    let runtime = Runtime::new(Config { plugins: vec![plugin], ..Config::default() }, client()).unwrap();
    assert!(runtime.load().await.is_err());
}

#[tokio::test]
async fn callers_share_one_load() {
    let runtime = bundled(&[ECHO, KEEPER]);
    let loads = futures::future::join_all((0..8).map(|_| runtime.load())).await;
    let first = loads[0].as_ref().unwrap();
    assert!(loads.iter().all(|load| std::ptr::eq(*load.as_ref().unwrap(), *first)));
    let names: Vec<_> = first.tools().iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["echo", "keep"], "by name");
    let plugins: Vec<_> = first.plugins().map(|plugin| plugin.name.as_str()).collect();
    assert_eq!(plugins, ["echo", "keeper"], "as configured");
}

#[tokio::test]
async fn a_load_outlives_who_began_it() {
    let runtime = bundled(&[ECHO]);
    {
        let mut first = Box::pin(runtime.load());
        assert!(futures::poll!(&mut first).is_pending());
    }
    assert_eq!(runtime.load().await.unwrap().tools().len(), 1);
}

/// The tools of a plugin at a path, loaded by a new runtime.
async fn names(path: &std::path::Path, cache: &std::path::Path) -> Vec<String> {
    let config = Config {
        cache_dir: Some(cache.to_owned()),
        plugins: vec![PluginConfig { source: Source::File(path.to_owned()), ..ECHO.bundled() }],
        ..Config::default()
    };
    let runtime = Runtime::new(config, client()).expect("sandboxes can be set up");
    runtime.load().await.expect("the plugin loads").tools().iter().map(|tool| tool.name.clone()).collect()
}

#[tokio::test]
async fn a_replaced_component_is_seen_although_the_old_one_is_cached() {
    let directory = tempfile::tempdir().unwrap();
    let cache = directory.path().join("cache");
    let path = directory.path().join("plugin.wasm");
    let files = || std::fs::read_dir(&cache).unwrap().count();

    std::fs::write(&path, ECHO.bytes).unwrap();
    assert_eq!(names(&path, &cache).await, ["echo"]);
    assert_eq!(files(), 1);
    let old = std::fs::metadata(&path).unwrap().modified().unwrap();

    // With the same size and time, a cache that went by those would be fooled.
    std::fs::write(&path, KEEPER.bytes).unwrap();
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(old).unwrap();
    assert_eq!(names(&path, &cache).await, ["keep"]);
    assert_eq!(files(), 2);

    std::fs::write(&path, ECHO.bytes).unwrap();
    assert_eq!(names(&path, &cache).await, ["echo"]);
    assert_eq!(files(), 2, "the first one was still there");
}

#[tokio::test]
async fn torn_and_foreign_cache_files_are_survived() {
    let directory = tempfile::tempdir().unwrap();
    let cache = directory.path().join("cache");
    let path = ECHO.written(directory.path());
    assert_eq!(names(&path, &cache).await, ["echo"]);
    let compiled = std::fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path();
    let good = std::fs::read(&compiled).unwrap();

    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for bad in [&good[..good.len() / 2], &[], b"#!/bin/sh", &flipped] {
        std::fs::write(&compiled, bad).unwrap();
        assert_eq!(names(&path, &cache).await, ["echo"]);
        assert_eq!(std::fs::read(&compiled).unwrap(), good, "and mended");
    }
}
