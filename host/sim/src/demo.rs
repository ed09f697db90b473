//! The demo organisation of `examples/demo-org`, built in.

use std::io;
use std::time::Duration;

use include_dir::{Dir, File, include_dir};
use thiserror::Error;
use tollgate_aws::Config;
use tollgate_aws::account::{Account, InvalidAccountId};

use crate::fault::{Effect, Fault};
use crate::fixture::{FixtureError, Fixtures};
use crate::sim::{Sim, SimConfig};

/// How the demo organisation is to behave.
#[derive(Clone, Debug, Default)]
pub struct DemoOptions {
    /// How long every answer takes, besides the time that it takes.
    pub latency: Duration,
    /// The name of an account whose role trusts nobody.
    pub denied_account: Option<String>,
    /// A region where EC2 answers with errors.
    pub failing_region: Option<String>,
}

/// The demo organisation: a management account that holds the base credentials, five accounts in three regions,
/// and one more that is disabled in the registry.
#[derive(Debug)]
pub struct DemoOrg {
    /// What a simulator plays.
    pub config: SimConfig,
    /// The registry for the client: all accounts whose role can be assumed.
    pub accounts: Vec<Account>,
}

/// The demo organisation cannot be played.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DemoError {
    /// No port of the loopback interface is free.
    #[error("cannot listen on the loopback interface")]
    Listen(#[from] io::Error),
    /// A file of `examples/demo-org` is not what it should be.
    #[error(transparent)]
    Fixture(#[from] FixtureError),
    /// An account id of `examples/demo-org/accounts.json` is none.
    #[error(transparent)]
    AccountId(#[from] InvalidAccountId),
    /// An option names an account that the demo organisation does not have.
    #[error("the demo organisation has no account `{0}`")]
    UnknownAccount(String),
}

/// The home region of the demo organisation.
pub const DEMO_REGION: &str = "us-east-1";

/// `examples/demo-org`, as it was when this was built.
static FOLDER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../examples/demo-org");

impl DemoOrg {
    /// Reads the built-in files.
    ///
    /// # Errors
    ///
    /// An option names something that is not there.
    pub fn load(options: &DemoOptions) -> Result<Self, DemoError> {
        let accounts = FOLDER.get_file("accounts.json").and_then(File::contents_utf8).unwrap_or_default();
        let mut fixtures = Fixtures::from_accounts_json(accounts)?;
        for file in FOLDER.dirs().flat_map(Dir::dirs).flat_map(Dir::files) {
            fixtures.set_file(file.path(), file.contents_utf8().unwrap_or_default())?;
        }
        if let Some(name) = &options.denied_account {
            let accounts = &mut fixtures.organization_mut().accounts;
            let account = accounts.iter_mut().find(|account| account.name == *name);
            account.ok_or_else(|| DemoError::UnknownAccount(name.clone()))?.denied = true;
        }
        let accounts = fixtures.organization().registry()?;
        let mut config = SimConfig::new(fixtures);
        config.latency = options.latency;
        // It is the same organisation in every process: where one stopped reading, another goes on.
        config.page_secret = Some(*b"the demo company");
        config.faults = options.failing_region.iter().map(|region| unavailable(region)).collect();
        Ok(Self { config, accounts })
    }

    /// Starts the simulator of it.
    ///
    /// # Errors
    ///
    /// No port of the loopback interface is free.
    pub async fn start(self) -> io::Result<(Sim, Vec<Account>)> {
        Ok((Sim::start(self.config).await?, self.accounts))
    }
}

/// Starts the demo organisation and says what a client needs to use it. It ends when the simulator is dropped.
///
/// # Errors
///
/// No port of the loopback interface is free, or an option names something that is not there.
pub async fn demo(options: DemoOptions) -> Result<(Sim, Config), DemoError> {
    let (sim, accounts) = DemoOrg::load(&options)?.start().await?;
    let config = Config { accounts, ..sim.client_config() };
    Ok((sim, config))
}

/// EC2 is out of order in a region.
fn unavailable(region: &str) -> Fault {
    Fault::new(Effect::Error {
        status: 503,
        code: "Unavailable".to_owned(),
        message: "The server is overloaded and can't handle the request.".to_owned(),
    })
    .region(region)
    .service("ec2")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use tollgate_aws::model::Pack;

    use super::*;

    fn names(fixtures: &Fixtures) -> Vec<[&str; 4]> {
        let mut names = fixtures.names();
        names.sort_unstable();
        names
    }

    fn load() -> DemoOrg {
        DemoOrg::load(&DemoOptions::default()).unwrap()
    }

    #[test]
    fn every_fixture_is_an_output_of_its_operation() {
        load().config.fixtures.check(Pack::bundled()).unwrap();
    }

    #[test]
    fn all_files_of_the_folder_are_built_in() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo-org");
        let read = Fixtures::read(&folder).unwrap();
        assert_eq!(names(&read), names(&load().config.fixtures));
    }

    #[test]
    fn the_registry_is_made_of_the_accounts_with_roles() {
        let DemoOrg { accounts, .. } = load();
        let names: Vec<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
        assert_eq!(names, ["production", "staging", "data", "security", "sandbox", "legacy"]);
        assert_eq!(accounts.iter().filter(|account| account.enabled).count(), 5);
        assert!(accounts.iter().all(|account| account.external_id.is_some()));
    }

    #[test]
    fn options_are_applied_and_checked() {
        let options = DemoOptions {
            denied_account: Some("data".to_owned()),
            failing_region: Some("eu-west-1".to_owned()),
            ..DemoOptions::default()
        };
        let DemoOrg { config, .. } = DemoOrg::load(&options).unwrap();
        let denied = config.fixtures.organization().accounts.iter().find(|account| account.denied).unwrap();
        assert_eq!((&*denied.name, config.faults.len()), ("data", 1));
        let options = DemoOptions { denied_account: Some("nobody".to_owned()), ..DemoOptions::default() };
        assert!(matches!(DemoOrg::load(&options), Err(DemoError::UnknownAccount(name)) if name == "nobody"));
    }
}
