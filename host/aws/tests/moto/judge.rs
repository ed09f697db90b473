//! moto and boto3 in a process of their own: `serve.py`.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;
use serde_json::{Value, json};

/// The process. It ends with its standard input.
pub(crate) struct Judge {
    process: Child,
    questions: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

/// What the judge serves.
#[derive(Deserialize)]
pub(crate) struct World {
    pub(crate) endpoint: String,
    pub(crate) base: Keys,
    /// The name of the role in every account.
    pub(crate) role: String,
    /// Ids and names.
    pub(crate) accounts: BTreeMap<String, String>,
    pub(crate) questions: Vec<Question>,
}

#[derive(Deserialize)]
pub(crate) struct Keys {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
}

/// One question, and what its answer must look like; see `seeds/__init__.py`.
#[derive(Deserialize)]
pub(crate) struct Question {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) input: Value,
    /// Whether moto can check its signature.
    pub(crate) checked: bool,
    /// How many requests the whole answer needs, at least.
    pub(crate) pages: usize,
    /// The code of the error that it is.
    pub(crate) fails: Option<String>,
    pub(crate) writes: bool,
    /// Whether the answer says nothing.
    pub(crate) empty: bool,
}

impl Judge {
    /// Fills moto, which takes some ten seconds.
    pub(crate) fn start() -> (Self, World) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moto/serve.py");
        let mut command = Command::new(python());
        // Nothing of the person who runs the tests is to be used.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
            command.env_remove(name);
        }
        let mut process = command
            .arg("-B")
            .arg(script)
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the judge starts: `cargo xtask test` installs it");
        let questions = process.stdin.take();
        let mut answers = BufReader::new(process.stdout.take().unwrap()).lines();
        let world = answers.next().expect("the judge serves its world").unwrap();
        (Self { process, questions, answers }, serde_json::from_str(&world).unwrap())
    }

    /// Whether moto checks signatures and evaluates policies from now on.
    pub(crate) fn check(&mut self, wanted: bool) {
        self.ask(&json!({"check": wanted}));
    }

    /// What boto3 is answered.
    pub(crate) fn answer(&mut self, question: &Question) -> Value {
        let Question { account, region, service, operation, input, .. } = question;
        self.ask(&json!({
            "account": account, "region": region, "service": service, "operation": operation, "input": input,
        }))
    }

    fn ask(&mut self, line: &Value) -> Value {
        writeln!(self.questions.as_mut().unwrap(), "{line}").unwrap();
        let answer = self.answers.next().expect("the judge answers every question").unwrap();
        serde_json::from_str(&answer).unwrap()
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        drop(self.questions.take());
        let _ = self.process.wait();
    }
}

/// The interpreter that has moto.
fn python() -> PathBuf {
    match std::env::var_os("TOLLGATE_TEST_PYTHON") {
        Some(python) => python.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/venv/bin/python"),
    }
}
