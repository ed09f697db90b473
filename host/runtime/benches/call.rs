//! What a call costs: a fresh sandbox, one crossing in, one out.
//!
//! `cargo bench -p tollgate-runtime`

#![allow(missing_docs, reason = "criterion generates a public function")]

use std::path::PathBuf;
use std::process::Command;

use criterion::{Criterion, criterion_group, criterion_main};
use tollgate_aws::Client;
use tollgate_aws::grant::Mode;
use tollgate_runtime::{Call, Caller, Config, PluginConfig, Runtime, Source};

/// The trivial guest of the tests: it answers its arguments.
fn echo() -> PathBuf {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../plugins");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--package", "tollgate-guests", "--features", "component", "--example", "echo"])
        .args(["--target", "wasm32-wasip2", "--profile", "plugin", "--target-dir"])
        .arg(&target)
        .current_dir(workspace)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "the guest does not build");
    target.join("wasm32-wasip2/plugin/examples/echo.wasm")
}

fn runtime(component: PathBuf, cache_dir: Option<PathBuf>) -> Runtime {
    let source = Source::File(component);
    let plugin = PluginConfig { source, grant: None, reveal: Vec::new(), mode: Mode::ReadOnly };
    let client = Client::new(tollgate_aws::Config::default()).expect("a client needs nothing");
    let config = Config { plugins: vec![plugin], cache_dir, ..Config::default() };
    Runtime::new(config, client).expect("sandboxes can be set up")
}

/// Into the trivial tool and back, in a fresh sandbox.
fn call(criterion: &mut Criterion) {
    let tokio = tokio::runtime::Runtime::new().expect("a runtime starts");
    let runtime = runtime(echo(), None);
    let call = Call {
        tool: "echo".to_owned(),
        arguments: r#"{"regions": ["eu-west-1"], "limit": 10}"#.to_owned(),
        answers: None,
        state: None,
        caller: Caller::local(),
        progress: None,
    };
    tokio.block_on(runtime.call(call.clone())).expect("the call succeeds");
    criterion.bench_function("call_trivial_tool", |bencher| {
        bencher
            .to_async(&tokio)
            .iter(|| async { runtime.call(call.clone()).await.expect("the call succeeds") });
    });
}

/// From nothing to a loaded plugin that is compiled already.
fn load(criterion: &mut Criterion) {
    let tokio = tokio::runtime::Runtime::new().expect("a runtime starts");
    let component = echo();
    let cache = tempfile::tempdir().expect("there is room for a directory");
    criterion.bench_function("load_compiled_plugin", |bencher| {
        bencher.to_async(&tokio).iter(|| async {
            let runtime = runtime(component.clone(), Some(cache.path().to_owned()));
            assert_eq!(runtime.load().await.expect("the plugin loads").tools().len(), 1);
        });
    });
}

criterion_group!(benches, call, load);
criterion_main!(benches);
