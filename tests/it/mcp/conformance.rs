//! The MCP conformance suite, against the guest that is made for it.

use std::path::PathBuf;
use std::time::Duration;

use tokio::process::Command;
use tollgate_aws::Client;

use super::clients::typescript;
use super::remote::Remote;
use super::with_client;
use crate::guests::CONFORMANCE;
use crate::product::{node, workspace};

/// Runs what a revision requires. What Tollgate does not offer is listed, with the reason, and
/// must fail: the list cannot grow stale.
async fn suite(revision: &str) {
    let client = Client::new(tollgate_aws::Config::default()).expect("a client needs nothing");
    let remote = Remote::new(with_client(vec![CONFORMANCE.bundled()], client).await).await;
    let modules = typescript().join("node_modules");
    let results = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("conformance").join(revision);
    let output = Command::new(node())
        .arg(modules.join("@modelcontextprotocol/conformance/dist/index.js"))
        .args(["server", "--url", &format!("http://{}/mcp", remote.address), "--requirements", revision])
        .arg("--expected-failures")
        .arg(workspace().join("tests/it/mcp/conformance").join(format!("{revision}.yaml")))
        .arg("--output-dir")
        .arg(&results)
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(Duration::from_secs(300), output)
        .await
        .expect("not hanging")
        .expect("it starts");
    let report = String::from_utf8_lossy(&output.stdout);
    let summary = &report[report.find("=== SUMMARY").unwrap_or_default()..];
    assert!(output.status.success(), "{summary}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(report.contains("tools-call-simple-text"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the MCP conformance suite: run cargo xtask test"]
pub(crate) async fn conformance() {
    suite("2026-07-28").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the MCP conformance suite: run cargo xtask test"]
async fn conformance_of_the_sessions() {
    suite("2025-11-25").await;
}
