//! From the start of the process to the first `tools/list` reply over standard input and output:
//! with compiled plugins in the cache, and without.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};

const REQUESTS: &str = concat!(
    r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","#,
    r#""capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}"#,
    "\n",
    r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
    "\n",
    r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#,
    "\n",
);

/// Starts a server, asks for its tools, and stops the clock at the reply.
fn first_list(cache: &Path) -> Duration {
    let start = Instant::now();
    let mut server = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .arg("serve")
        .env("XDG_CACHE_HOME", cache)
        .env("XDG_CONFIG_HOME", cache)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("tollgate starts");
    let mut stdin = server.stdin.take().expect("is piped");
    stdin.write_all(REQUESTS.as_bytes()).expect("tollgate reads");
    let mut replies = BufReader::new(server.stdout.take().expect("is piped")).lines();
    let reply = replies.find_map(|line| line.ok().filter(|line| line.contains(r#""id":2"#)));
    let elapsed = start.elapsed();
    assert!(reply.is_some_and(|reply| reply.contains("ec2_list_instances")));
    drop(stdin);
    server.wait().expect("ends with its input");
    elapsed
}

fn start(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("start to first tools/list");
    group.sample_size(10);
    let warm = tempfile::tempdir().expect("a folder");
    first_list(warm.path());
    group.bench_function("compiled before", |bencher| {
        bencher.iter_custom(|times| (0..times).map(|_| first_list(warm.path())).sum());
    });
    group.bench_function("nothing compiled", |bencher| {
        bencher.iter_custom(|times| {
            (0..times).map(|_| first_list(tempfile::tempdir().expect("a folder").path())).sum()
        });
    });
}

criterion_group!(benches, start);
criterion_main!(benches);
