//! The official clients, each a process of its own, on both transports.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_credential_types::provider::SharedCredentialsProvider;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::Command;
use tollgate_aws::Client;
use tollgate_runtime::Runtime;
use tollgate_sim::{DEMO_REGION, DemoOptions, DemoOrg, Effect, Fault, Sim};

use super::remote::Remote;
use super::{AT_ONCE, with_client};
use crate::guests::FAN;
use crate::product::{node, python, tollgate, workspace};

/// A client, and the version that it agrees on with a server of both eras.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sdk {
    Python,
    PythonLegacy,
    TypeScript,
}

const SDKS: [Sdk; 3] = [Sdk::Python, Sdk::PythonLegacy, Sdk::TypeScript];

impl Sdk {
    fn version(self) -> &'static str {
        match self {
            Self::Python => "2026-07-28",
            Self::PythonLegacy | Self::TypeScript => "2025-11-25",
        }
    }

    /// Runs a scenario, and gives what the client saw.
    pub(crate) async fn run(self, mut scenario: Value) -> Value {
        scenario["mode"] = json!(if self == Self::PythonLegacy { "legacy" } else { "auto" });
        let mut command = match self {
            Self::Python | Self::PythonLegacy => {
                let mut command = Command::new(python());
                command.arg(workspace().join("tests/clients/python/client.py"));
                command
            }
            Self::TypeScript => {
                let mut command = Command::new(node());
                command.arg(typescript().join("client.mjs"));
                command
            }
        };
        let output = command.arg(scenario.to_string()).kill_on_drop(true).output();
        let output = tokio::time::timeout(Duration::from_secs(60), output).await;
        let output =
            output.unwrap_or_else(|_| panic!("{self:?} hangs: {scenario}")).expect("the client starts");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{self:?}: {error}");
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|problem| panic!("{self:?}: {problem}: {error}"))
    }
}

/// The folder where the TypeScript client and its packages are installed.
pub(super) fn typescript() -> PathBuf {
    let folder = std::env::var_os("TOLLGATE_TYPESCRIPT_CLIENT").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| workspace().join("target/clients/typescript"));
    assert!(
        folder.join("node_modules").exists(),
        "{} is missing: cargo xtask test installs it",
        folder.display()
    );
    folder
}

/// `tollgate serve --demo` over HTTP, ended with the test.
struct Served {
    process: Child,
    url: String,
}

impl Served {
    fn start() -> Self {
        let mut command = tollgate();
        command.args(["serve", "--demo", "--http", "127.0.0.1:0"]);
        let mut process =
            command.stderr(Stdio::piped()).stdin(Stdio::null()).spawn().expect("tollgate starts");
        let mut log = BufReader::new(process.stderr.take().expect("is piped"));
        let mut line = String::new();
        let url = loop {
            line.clear();
            assert_ne!(log.read_line(&mut line).expect("is text"), 0, "tollgate ended");
            if let Some(start) = line.find("http://127.0.0.1:") {
                let end = line[start..].find("/mcp").expect("a path") + "/mcp".len();
                break line[start..start + end].to_owned();
            }
        };
        // Its log goes on, and must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Self { process, url }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.process.kill().expect("it runs until now");
        self.process.wait().expect("it ends");
    }
}

fn demo_on_stdio() -> Value {
    let mut command = tollgate();
    command.args(["serve", "--demo"]);
    on_stdio(&command)
}

/// The server of a scenario that the client starts itself.
pub(crate) fn on_stdio(command: &std::process::Command) -> Value {
    let environment: serde_json::Map<String, Value> = command
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_str()?.to_owned(), json!(value?.to_str()?))))
        .collect();
    let program = command.get_program().to_str().expect("the path is text");
    let arguments: Vec<_> = command.get_args().map(|argument| argument.to_str().expect("is text")).collect();
    json!({ "command": program, "args": arguments, "env": environment })
}

/// What every client sees of the demo organisation, whatever it speaks and by which way.
fn check(sdk: Sdk, seen: &Value) {
    assert_eq!(seen["protocol_version"], sdk.version());
    assert_eq!((&seen["server"]["name"], &seen["server"]["title"]), (&json!("tollgate"), &json!("Tollgate")));
    assert_eq!(seen["server"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(seen["capabilities"]["prompts"], Value::Null);

    let tools = seen["tools"].as_array().expect("tools");
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().expect("a name")).collect();
    assert!(names.is_sorted(), "{names:?}");
    for name in ["accounts_list", "ec2_list_instances", "s3_list_buckets"] {
        assert!(names.contains(&name), "{names:?}");
    }
    for tool in tools {
        assert!(tool["outputSchema"]["properties"].is_object(), "{tool}");
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
        assert!(tool["title"].is_string(), "{tool}");
    }
    assert_eq!(seen["tools_at_the_end"], names.len());

    let calls = seen["calls"].as_array().expect("calls");
    for call in &calls[..3] {
        let result = &call["result"];
        assert_ne!(result["isError"], true, "{call}");
        let rows = result["structuredContent"]["rows"].as_array().expect("rows");
        assert!(!rows.is_empty(), "{call}");
        // In short as text, and whole as structure: never twice.
        let text = result["content"][0]["text"].as_str().expect("text");
        assert!(text.len() < result["structuredContent"].to_string().len(), "{call}");
    }
    let progress = calls[1]["progress"].as_array().expect("progress");
    let figures: Vec<f64> = progress.iter().map(|report| report[0].as_f64().expect("a figure")).collect();
    assert!(!figures.is_empty() && figures.is_sorted_by(|one, next| one < next), "{figures:?}");
    // The last one may stand right before the result, and a client that reads both at once forgets whom to tell.
    assert!(progress.iter().all(|report| report[0].as_f64() <= report[1].as_f64()), "{progress:?}");
    assert!(calls.iter().all(|call| call["late"] == 0), "progress after a result");

    let unknown = &calls[3]["error"];
    assert_eq!(unknown["code"], -32602, "{unknown}");
    assert_eq!(unknown["data"]["nearest"][0], "ec2_list_instances", "{unknown}");
    for invalid in &calls[4..] {
        assert_eq!(invalid["result"]["isError"], true, "{invalid}");
    }
    assert!(
        calls[4]["result"]["content"][0]["text"].as_str().expect("text").contains("production"),
        "{}",
        calls[4]
    );
    assert!(
        calls[5]["result"]["content"][0]["text"].as_str().expect("text").contains("filter"),
        "{}",
        calls[5]
    );
}

fn questions(server: Value) -> Value {
    json!({
        "server": server,
        "calls": [
            { "tool": "accounts_list" },
            { "tool": "ec2_list_instances", "arguments": { "accounts": ["env:prod"], "regions": ["all"] } },
            { "tool": "s3_list_buckets" },
            { "tool": "ec2_list_instance" },
            { "tool": "ec2_list_instances", "arguments": { "accounts": ["productoin"] } },
            { "tool": "ec2_list_instances", "arguments": { "filtr": "x" } },
        ],
    })
}

#[tokio::test]
#[ignore = "needs the MCP clients: run cargo xtask test"]
async fn the_demo_over_stdio() {
    for sdk in SDKS {
        check(sdk, &sdk.run(questions(demo_on_stdio())).await);
    }
}

#[tokio::test]
#[ignore = "needs the MCP clients: run cargo xtask test"]
async fn the_demo_over_http() {
    // One endpoint, both eras, all at once.
    let served = Served::start();
    let runs = SDKS.map(async |sdk| check(sdk, &sdk.run(questions(json!({ "url": served.url }))).await));
    futures::future::join_all(runs).await;
}

/// A runtime with a guest that asks all targets of the demo organisation at once, and an AWS that
/// never answers.
async fn slow() -> (Sim, Runtime) {
    let org = DemoOrg::load(&DemoOptions::default()).expect("the demo organisation is read");
    let (sim, accounts) = org.start().await.expect("the demo organisation starts");
    sim.set_faults(vec![Fault::new(Effect::Hang).operation("ec2", "DescribeInstances")]);
    let config = tollgate_aws::Config {
        home_region: Some(DEMO_REGION.to_owned()),
        endpoint_url: Some(sim.endpoint_url()),
        accounts,
        base_credentials: Some(SharedCredentialsProvider::new(sim.base_credentials())),
        ..tollgate_aws::Config::default()
    };
    let runtime = with_client(vec![FAN.bundled()], Client::new(config).expect("a client")).await;
    (sim, runtime)
}

/// Runs a client that cancels the slow call, and checks that sandbox and requests are gone at once.
async fn cancelled(sdk: Sdk, server: Value, sim: &Sim, runtime: &Runtime) {
    let cancel = json!({ "tool": "fan_out", "after_seconds": 1.5, "stay_seconds": 1 });
    let client = tokio::spawn(sdk.run(json!({ "server": server, "cancel": cancel })));
    let asked = || sim.stats().operation("ec2", "DescribeInstances").in_flight;
    let busy = || runtime.busy().running > 0 && asked() > 5;
    let gone = || runtime.busy().running == 0 && asked() == 0;
    wait(sdk, "the call runs", busy).await;
    wait(sdk, "the call is gone", gone).await;
    let gone_at = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let seen = client.await.expect("the client ends well");
    assert_eq!(seen["protocol_version"], sdk.version());
    assert_eq!(seen["tools_at_the_end"], 1, "the connection outlives the call");
    let cancelled_at = Duration::from_secs_f64(seen["cancelled_at"].as_f64().expect("a time"));
    let took =
        gone_at.checked_sub(cancelled_at).unwrap_or_else(|| panic!("{sdk:?}: gone before it was cancelled"));
    assert!(took < AT_ONCE, "{sdk:?}: {took:?}");
}

async fn wait(sdk: Sdk, what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(30), "{sdk:?}: not within 30 s: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the MCP clients: run cargo xtask test"]
async fn a_slow_call_cancelled_over_http() {
    let (sim, runtime) = slow().await;
    let remote = Remote::new(runtime.clone()).await;
    for sdk in SDKS {
        cancelled(sdk, json!({ "url": format!("http://{}/mcp", remote.address) }), &sim, &runtime).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the MCP clients: run cargo xtask test"]
async fn a_slow_call_cancelled_over_stdio() {
    let (sim, runtime) = slow().await;
    // Served by this process, which can look into its runtime; the client starts a command all
    // the same.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listens");
    let port = listener.local_addr().expect("an address").port().to_string();
    let pipe = workspace().join("tests/clients/python/pipe.py");
    let server = json!({ "command": python(), "args": [path(&pipe), "127.0.0.1", port] });
    for sdk in SDKS {
        let serve = async {
            let (stream, _) = listener.accept().await.expect("the client comes");
            stream.set_nodelay(true).expect("can be set");
            let (input, output) = stream.into_split();
            tollgate_mcp::serve_pipe(runtime.clone(), input, output).await.expect("ends well");
        };
        futures::join!(serve, cancelled(sdk, server.clone(), &sim, &runtime));
    }
}

fn path(path: &Path) -> &str {
    path.to_str().expect("the path is text")
}
