//! One server for many calls: `tollgate serve` on a pipe, asked by hand.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::mcp::modern;

/// It ends with its standard input, when it is dropped.
pub(super) struct Session {
    process: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
    next: i64,
}

impl Session {
    pub(super) fn start(mut serve: Command) -> Self {
        let mut process =
            serve.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("tollgate starts");
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().expect("is piped")).lines();
        Self { process, input, output, next: 0 }
    }

    /// The result of a request, and the parameters of the notifications before it.
    fn request(&mut self, method: &str, params: Value) -> (Value, Vec<Value>) {
        self.next += 1;
        let request = modern(self.next, method, params);
        writeln!(self.input.as_mut().expect("is open"), "{request}").expect("the server reads");
        let mut notifications = Vec::new();
        loop {
            let line = self.output.next().expect("the server goes on").expect("is text");
            let mut message: Value = serde_json::from_str(&line).expect("is JSON");
            if message["id"] == self.next {
                assert_eq!(message["error"], Value::Null, "{request}");
                return (message["result"].take(), notifications);
            }
            notifications.push(message["params"].take());
        }
    }

    pub(super) fn tools(&mut self) -> Vec<Value> {
        let (mut result, _) = self.request("tools/list", json!({}));
        serde_json::from_value(result["tools"].take()).expect("tools")
    }

    /// The whole result of a tool.
    pub(super) fn result(&mut self, tool: &str, arguments: &Value) -> Value {
        self.request("tools/call", json!({ "name": tool, "arguments": arguments })).0
    }

    /// The whole result of a tool, and the progress that it reports before.
    pub(super) fn watch(&mut self, tool: &str, arguments: &Value) -> (Value, Vec<Value>) {
        let params = json!({ "name": tool, "arguments": arguments, "_meta": { "progressToken": "watched" } });
        self.request("tools/call", params)
    }

    /// The structured content of a tool's answer, else what it says went wrong.
    pub(super) fn call(&mut self, tool: &str, arguments: &Value) -> Result<Value, String> {
        let mut result = self.result(tool, arguments);
        match result["isError"] == true {
            true => Err(format!("{tool} {arguments}: {}", result["content"][0]["text"])),
            false => Ok(result["structuredContent"].take()),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.input.take();
        // A test that failed says more than how its server ended.
        let _ = self.process.wait();
    }
}
