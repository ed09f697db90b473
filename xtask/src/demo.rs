//! `cargo xtask demo`: builds Tollgate and asks the demo organisation three questions.

use std::path::PathBuf;

use anyhow::Result;

use crate::process::{self, Run as _};

/// The questions, each with the tool call that answers it.
const QUESTIONS: [(&str, &[&str]); 3] = [
    ("Which accounts are there?", &["accounts_list"]),
    (
        "Which EC2 instances run in production?",
        &["ec2_list_instances", "--accounts", "env:prod", "--json", r#"{"filter": "state == 'running'"}"#],
    ),
    ("How many S3 buckets has each account?", &["s3_list_buckets", "--json", r#"{"group_by": ["account"]}"#]),
];

/// Builds the plugins and the host, asks, and says how to connect a client.
#[expect(clippy::print_stdout, reason = "a demo shows itself")]
pub(crate) fn run() -> Result<()> {
    process::ensure_wasm_target()?;
    println!("Building Tollgate and its plugins (some minutes the first time) ...");
    process::cargo().args(["build", "--locked", "--package", "tollgate"]).run()?;
    let tollgate = binary();
    for (question, call) in QUESTIONS {
        println!("\n# {question}");
        println!(
            "$ tollgate call --demo {}",
            call.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
        );
        std::process::Command::new(&tollgate).args(["call", "--demo"]).args(call).run()?;
    }
    let tollgate = tollgate.display();
    println!(
        "\nThe same for an agent, over MCP:\n\n  \
         Claude Code:  claude mcp add tollgate -- {tollgate} serve --demo\n  \
         Cursor and others, in their mcp.json:\n    \
         {{\"mcpServers\": {{\"tollgate\": {{\"command\": \"{tollgate}\", \"args\": [\"serve\", \"--demo\"]}}}}}}\n  \
         Over HTTP:    {tollgate} serve --demo --http 127.0.0.1:8080   (then http://127.0.0.1:8080/mcp)\n\n\
         Without --demo it answers from your own account, wherever the AWS CLI works."
    );
    Ok(())
}

fn binary() -> PathBuf {
    process::target_dir().join("debug").join(format!("tollgate{}", std::env::consts::EXE_SUFFIX))
}

fn quoted(word: &str) -> String {
    if word.contains([' ', '"', '\'', '{']) {
        format!("'{}'", word.replace('\'', r"'\''"))
    } else {
        word.to_owned()
    }
}
