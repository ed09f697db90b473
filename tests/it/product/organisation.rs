//! Organisations to ask: one on moto, and the demo organisation on the simulator. Each is started once
//! for all tests, and boto3 reaches it as Tollgate does.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tempfile::TempDir;
use tollgate_sim::{DemoOptions, DemoOrg, Sim, SimConfig};

use super::{python, tollgate, workspace};

/// What the scripts in `tests/emulator` tell each other of an organisation, in one line of JSON.
pub(super) struct Organisation {
    told: Told,
    line: String,
    /// Where configurations of it are written.
    folder: TempDir,
    /// It ends with its standard input, or its runtime, and so with this process.
    _server: Server,
}

enum Server {
    Moto { _process: Child },
    Simulator { _sim: Sim, _runtime: tokio::runtime::Runtime },
}

#[derive(Deserialize)]
struct Told {
    name: String,
    endpoint: String,
    base: BaseCredentials,
    accounts: Vec<Account>,
}

#[derive(Deserialize)]
pub(super) struct BaseCredentials {
    access_key_id: String,
    pub(super) secret_access_key: String,
}

/// An account of the registry.
#[derive(Deserialize)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) name: String,
    environment: String,
    regions: Vec<String>,
    tags: std::collections::BTreeMap<String, String>,
    role: String,
    external_id: Option<String>,
    /// Whether its role can be assumed.
    pub(super) reachable: bool,
}

/// Five accounts on moto, which checks signatures and IAM policies; one of them cannot be reached.
pub(super) static MOTO: LazyLock<Organisation> = LazyLock::new(|| {
    let mut process = Command::new(python())
        .arg(script("organisation.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python starts");
    let mut line = String::new();
    let stdout = process.stdout.take().expect("is piped");
    BufReader::new(stdout).read_line(&mut line).expect("the organisation is readable");
    Organisation::new(line, Server::Moto { _process: process })
});

/// The demo organisation, where boto3 can ask the simulator too.
pub(super) static DEMO: LazyLock<Organisation> = LazyLock::new(|| {
    Organisation::simulated(DemoOrg::load(&DemoOptions::default()).expect("it is read").config)
});

impl Organisation {
    /// An organisation on a simulator of its own.
    pub(super) fn simulated(config: SimConfig) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("threads can be had");
        // In a thread of its own, as the test itself may be asynchronous.
        let start = || runtime.block_on(Sim::start(config)).expect("the simulator starts");
        let sim = std::thread::scope(|scope| scope.spawn(start).join()).expect("the simulator starts");
        let reached = sim.fixtures().organization().accounts.iter();
        let reached = reached.filter(|account| account.enabled && account.role.is_some()).map(|account| {
            let mut told = json!(account);
            told["reachable"] = json!(!account.denied);
            told
        });
        let credentials = sim.base_credentials();
        let line = json!({
            "name": "demo",
            "endpoint": sim.endpoint_url(),
            "base": {
                "access_key_id": credentials.access_key_id(),
                "secret_access_key": credentials.secret_access_key(),
            },
            "accounts": reached.collect::<Vec<_>>(),
        });
        Self::new(line.to_string(), Server::Simulator { _sim: sim, _runtime: runtime })
    }

    fn new(line: String, server: Server) -> Self {
        let told = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Self { told, line, folder: tempfile::tempdir().expect("is writable"), _server: server }
    }

    pub(super) fn name(&self) -> &str {
        &self.told.name
    }

    pub(super) fn accounts(&self) -> &[Account] {
        &self.told.accounts
    }

    pub(super) fn base(&self) -> &BaseCredentials {
        &self.told.base
    }

    /// What boto3 finds: the JSON that a script of `tests/emulator` prints for this organisation.
    pub(super) fn judge<T: DeserializeOwned>(&self, name: &str) -> T {
        let mut judge = Command::new(python())
            .arg(script(name))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python starts");
        judge.stdin.take().expect("is piped").write_all(self.line.as_bytes()).expect("the judge listens");
        let output = judge.wait_with_output().expect("the judge ends").stdout;
        serde_json::from_slice(&output)
            .unwrap_or_else(|error| panic!("{name} for {}: {error}", self.told.name))
    }

    /// `tollgate <arguments>` with a configuration of these accounts.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        self.command_with(arguments, &self.config(&[]))
    }

    /// The same with a configuration that is `config` or has more.
    pub(super) fn command_with(&self, arguments: &[&str], config: &str) -> Command {
        let file = tempfile::Builder::new().suffix(".toml").tempfile_in(self.folder.path());
        let (mut file, path) = file.and_then(|file| Ok(file.keep()?)).expect("is writable");
        file.write_all(config.as_bytes()).expect("is writable");
        let mut command = tollgate();
        command.args(arguments).arg("--config").arg(path);
        command.env("AWS_ACCESS_KEY_ID", &self.told.base.access_key_id);
        command.env("AWS_SECRET_ACCESS_KEY", &self.told.base.secret_access_key);
        command
    }

    /// A configuration of the accounts. `extra_regions` are added to the account `sandbox`.
    pub(super) fn config(&self, extra_regions: &[&str]) -> String {
        let mut config = format!("[aws]\nregion = \"us-east-1\"\nendpoint_url = {:?}\n", self.told.endpoint);
        for Account { id, name, environment, regions, tags, role, external_id, .. } in &self.told.accounts {
            let mut regions: Vec<&str> = regions.iter().map(String::as_str).collect();
            if name == "sandbox" {
                regions.extend(extra_regions);
            }
            write!(
                config,
                "[[account]]\nid = \"{id}\"\nname = \"{name}\"\nrole = \"{role}\"\n\
                 environment = \"{environment}\"\nregions = {regions:?}\n"
            )
            .expect("a string takes all");
            if let Some(external_id) = external_id {
                writeln!(config, "external_id = \"{external_id}\"").expect("a string takes all");
            }
            for (key, value) in tags {
                writeln!(config, "tags.{key} = {value:?}").expect("a string takes all");
            }
        }
        config
    }
}

fn script(name: &str) -> std::path::PathBuf {
    workspace().join("tests/emulator").join(name)
}
