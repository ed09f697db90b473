//! The protocol, as clients speak it: by hand on a pipe and over HTTP, and by the official clients.

pub(crate) mod clients;
pub(crate) mod conformance;
mod eras;
mod http;
mod pipe;
mod process;
mod question;
mod remote;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tollgate_aws::Client;
use tollgate_runtime::{Config, Limits, PluginConfig, Runtime};

use crate::guests::{ASKER, ECHO, Guest, HOSTILE, SLEEPER, STEPPER};

/// A client that leaves is noticed, and a cancelled call is gone, within this time.
const AT_ONCE: Duration = Duration::from_millis(100);

/// Longer than any test takes: what ends sooner was ended.
const FOR_EVER: u64 = 60_000;

/// A runtime with the guests that these tests call, loaded.
async fn runtime() -> Runtime {
    let guests = [ASKER, ECHO, HOSTILE, SLEEPER, STEPPER];
    let client = Client::new(tollgate_aws::Config::default()).expect("a client needs nothing");
    with_client(guests.into_iter().map(Guest::bundled).collect(), client).await
}

async fn with_client(plugins: Vec<PluginConfig>, client: Client) -> Runtime {
    let cache_dir = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("compiled");
    let config = Config { limits: Limits::default(), cache_dir: Some(cache_dir), plugins };
    let runtime = Runtime::new(config, client).expect("sandboxes can be set up");
    runtime.load().await.expect("the guests load");
    runtime
}

/// Waits until so many calls run, and says how long that took.
async fn running(runtime: &Runtime, wanted: u32) -> Duration {
    let start = Instant::now();
    while runtime.busy().running != wanted {
        assert!(start.elapsed() < Duration::from_secs(20), "{wanted} calls wanted, {:?}", runtime.busy());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    start.elapsed()
}

/// A request of the sessions' era.
fn legacy(id: i64, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

/// A request of the stateless era: it says by itself who asks, in which version.
pub(crate) fn modern(id: i64, method: &str, mut params: Value) -> Value {
    params["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2026-07-28");
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({ "elicitation": {} });
    params["_meta"]["io.modelcontextprotocol/clientInfo"] = json!({ "name": "test", "version": "1" });
    legacy(id, method, params)
}

fn initialize(id: i64) -> Value {
    let client = json!({ "name": "test", "version": "1" });
    legacy(
        id,
        "initialize",
        json!({ "protocolVersion": "2025-11-25", "capabilities": { "elicitation": {} }, "clientInfo": client }),
    )
}

fn sleep() -> Value {
    json!({ "name": "sleep", "arguments": { "milliseconds": FOR_EVER } })
}
