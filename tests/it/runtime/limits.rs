//! What one call may not do to the others.

use std::num::NonZero;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use serde_json::json;
use tollgate_runtime::{CallError, Limits, Load, Runtime};

use super::{answer, bundled, call, data, error, runtime};
use crate::guests::{ECHO, HOSTILE, SLEEPER};

/// Long before a person notices, and long after a scheduler's hiccup on a busy machine.
const AT_ONCE: Duration = Duration::from_millis(100);

fn start(runtime: &Runtime, tool: &str, arguments: &str) -> tokio::task::JoinHandle<Result<(), CallError>> {
    let (runtime, call) = (runtime.clone(), call(tool, arguments));
    tokio::spawn(async move { runtime.call(call).await.map(|_| ()) })
}

async fn until(what: &str, mut done: impl FnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < patience, "{what}: not within 20 s");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_loops_disturb_nobody() {
    let runtime = bundled(&[HOSTILE, ECHO, SLEEPER]);
    runtime.load().await.unwrap();
    let twice_the_cores = 2 * available_parallelism().map_or(1, NonZero::get);
    let loops: Vec<_> = (0..twice_the_cores).map(|_| start(&runtime, "hostile_loop", "{}")).collect();
    until("all loops run", || runtime.busy().running as usize == twice_the_cores).await;
    tokio::time::sleep(Duration::from_millis(100)).await;

    let (mut calls, mut timers, mut sleeps) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..20 {
        let at = Instant::now();
        assert_eq!(data(&runtime, "echo", &json!({ "n": number }).to_string()).await, json!({ "n": number }));
        calls.push(at.elapsed());
        let at = Instant::now();
        tokio::time::sleep(Duration::from_millis(1)).await;
        timers.push(at.elapsed());
        let at = Instant::now();
        answer(&runtime, "sleep", r#"{"milliseconds": 1}"#).await;
        sleeps.push(at.elapsed());
    }
    for (what, times) in [("calls", calls), ("timers", timers), ("sleeping guests", sleeps)] {
        let median = median(times);
        assert!(median < AT_ONCE, "{what} took {median:?} beside {twice_the_cores} endless loops");
    }

    // Cancelled, not answered: what runs in them is gone with them.
    let at = Instant::now();
    for each in &loops {
        each.abort();
    }
    for each in loops {
        assert!(each.await.unwrap_err().is_cancelled());
    }
    let took = at.elapsed();
    assert!(took < AT_ONCE, "cancelling took {took:?}");
    assert_eq!(runtime.busy(), Load { running: 0, waiting: 0 });
}

#[tokio::test]
async fn a_deadline_ends_loops_and_waits() {
    let deadline = Duration::from_millis(200);
    let limits = Limits { deadline, ..Limits::default() };
    let runtime = runtime(vec![HOSTILE.bundled(), SLEEPER.bundled()], limits);
    runtime.load().await.unwrap();
    for (tool, arguments) in [("hostile_loop", "{}"), ("sleep", r#"{"milliseconds": 60000}"#)] {
        let at = Instant::now();
        let error = error(&runtime, tool, arguments).await;
        let took = at.elapsed();
        assert!(matches!(error, CallError::Deadline(limit) if limit == deadline), "{tool}: {error:?}");
        assert_eq!(error.to_string(), "the call was stopped at its deadline of 0.2 s: ask for less at once");
        assert!(took >= deadline && took < deadline + 5 * AT_ONCE, "{tool}: {took:?}");
    }
}

#[tokio::test]
async fn dropping_a_call_drops_its_sandbox() {
    let runtime = bundled(&[SLEEPER]);
    runtime.load().await.unwrap();
    let slow = start(&runtime, "sleep", r#"{"milliseconds": 60000}"#);
    until("it runs", || runtime.busy().running == 1).await;
    let at = Instant::now();
    slow.abort();
    assert!(slow.await.unwrap_err().is_cancelled());
    assert!(at.elapsed() < AT_ONCE);
    assert_eq!(runtime.busy(), Load { running: 0, waiting: 0 });
}

#[tokio::test]
async fn calls_wait_for_a_place_and_are_refused_beyond_that() {
    let limits = Limits {
        concurrent_calls: 2,
        waiting_calls: 1,
        wait: Duration::from_millis(300),
        ..Limits::default()
    };
    let runtime = runtime(vec![SLEEPER.bundled()], limits);
    runtime.load().await.unwrap();
    let running = [1, 2].map(|_| start(&runtime, "sleep", r#"{"milliseconds": 60000}"#));
    until("two run", || runtime.busy().running == 2).await;
    let waiting = start(&runtime, "sleep", r#"{"milliseconds": 0}"#);
    until("one waits", || runtime.busy().waiting == 1).await;

    let refused = error(&runtime, "sleep", "{}").await;
    assert!(matches!(refused, CallError::Overloaded { limit: 2 }), "{refused:?}");
    assert_eq!(refused.to_string(), "the host is at its limit of 2 calls at once: try again later");

    // A place that becomes free goes to who waits.
    running[0].abort();
    waiting.await.unwrap().unwrap();

    // Nobody waits for ever.
    let third = start(&runtime, "sleep", r#"{"milliseconds": 60000}"#);
    until("two run again", || runtime.busy().running == 2).await;
    let at = Instant::now();
    assert!(matches!(error(&runtime, "sleep", "{}").await, CallError::Overloaded { limit: 2 }));
    assert!(at.elapsed() >= Duration::from_millis(300));
    third.abort();
    running[1].abort();
}

#[tokio::test]
async fn as_many_calls_as_may_run_fit_into_the_pool() {
    let runtime = bundled(&[SLEEPER]);
    runtime.load().await.unwrap();
    let calls = (0..64).map(|_| answer(&runtime, "sleep", r#"{"milliseconds": 200}"#));
    assert_eq!(futures::future::join_all(calls).await.len(), 64);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn memory_after_many_calls_is_what_it_was() {
    fn resident() -> u64 {
        let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
        pages.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
    }
    let runtime = bundled(&[ECHO]);
    let arguments = json!({ "text": "a".repeat(1_000) }).to_string();
    for _ in 0..1_000 {
        answer(&runtime, "echo", &arguments).await;
    }
    let before = resident();
    for _ in 0..10_000 {
        answer(&runtime, "echo", &arguments).await;
    }
    let grown = resident().saturating_sub(before);
    // A kilobyte lost per call would be 10 MB; other tests run in the same process.
    assert!(grown < 64 << 20, "{grown} bytes more after 10,000 calls");
}
