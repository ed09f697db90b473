//! An organisation on moto, started once for all tests that ask for it.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{python, workspace};

/// What `organisation.py` tells of itself.
#[derive(Deserialize)]
pub(super) struct Organisation {
    pub(super) endpoint: String,
    pub(super) base: BaseCredentials,
    role: String,
    pub(super) regions: Vec<String>,
    accounts: Vec<Account>,
}

#[derive(Deserialize)]
pub(super) struct BaseCredentials {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: String,
}

#[derive(Deserialize)]
struct Account {
    id: String,
    name: String,
    environment: String,
    team: String,
}

/// The server and what boto3 finds on it.
pub(super) struct Moto {
    pub(super) organisation: Organisation,
    pub(super) inventory: Map<String, Value>,
    /// It ends with its standard input, and so with this process.
    _server: Child,
}

/// The one organisation of this test run.
pub(super) static MOTO: LazyLock<Moto> = LazyLock::new(|| {
    let mut server = Command::new(python())
        .arg(script("organisation.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python starts");
    let mut line = String::new();
    let stdout = server.stdout.take().expect("is piped");
    BufReader::new(stdout).read_line(&mut line).expect("the organisation is readable");
    let organisation = serde_json::from_str(&line).expect("organisation.py prints JSON");

    let mut judge = Command::new(python())
        .arg(script("inventory.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python starts");
    judge.stdin.take().expect("is piped").write_all(line.as_bytes()).expect("the judge listens");
    let inventory = judge.wait_with_output().expect("the judge ends").stdout;
    let inventory = serde_json::from_slice(&inventory).expect("inventory.py prints JSON");
    Moto { organisation, inventory, _server: server }
});

impl Organisation {
    /// A configuration of these accounts; `extra_regions` are added to the account `sandbox`.
    pub(super) fn config(&self, extra_regions: &[&str]) -> String {
        let mut config = format!("[aws]\nregion = \"us-east-1\"\nendpoint_url = {:?}\n", self.endpoint);
        for Account { id, name, environment, team } in &self.accounts {
            let mut regions: Vec<&str> = self.regions.iter().map(String::as_str).collect();
            if name == "sandbox" {
                regions.extend(extra_regions);
            }
            write!(
                config,
                "[[account]]\nid = \"{id}\"\nname = \"{name}\"\nrole = \"arn:aws:iam::{id}:role/{}\"\n\
                 environment = \"{environment}\"\nregions = {regions:?}\ntags = {{ team = \"{team}\" }}\n",
                self.role
            )
            .expect("a string takes all");
        }
        config
    }
}

fn script(name: &str) -> PathBuf {
    workspace().join("tests/emulator").join(name)
}
