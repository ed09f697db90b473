//! The AWS accounts as the caller of this tool call may see them. No account outside can be
//! listed, resolved or called.
//!
//! ```no_run
//! use tollgate_sdk::{accounts, ToolError};
//!
//! async fn production() -> Result<Vec<String>, ToolError> {
//!     let accounts = accounts::list(&["env:prod"]).await?;
//!     Ok(accounts.into_iter().map(|account| account.name).collect())
//! }
//! ```

use std::collections::BTreeMap;

use crate::{aws::Target, bindings::tollgate::accounts::directory};

/// One account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// The account id: 12 digits.
    pub id: String,
    /// The name in the host's registry.
    pub name: String,
    /// The environment, for example `prod`.
    pub environment: Option<String>,
    /// The configured regions, at least one: the first is where account-wide services are asked.
    pub regions: Vec<String>,
    /// The tags in the host's registry.
    pub tags: BTreeMap<String, String>,
}

impl Account {
    /// An account as a unit test needs it, without environment and tags.
    pub fn new(id: impl Into<String>, name: impl Into<String>, regions: Vec<String>) -> Self {
        Self { id: id.into(), name: name.into(), environment: None, regions, tags: BTreeMap::new() }
    }

    /// The account in its first region: where account-wide services are asked.
    pub fn target(&self) -> Target {
        self.in_region(self.regions.first().map_or("", String::as_str))
    }

    /// The account in a region.
    pub fn in_region(&self, region: impl Into<String>) -> Target {
        Target::new(self.id.clone(), region)
    }
}

/// What a selection stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resolution {
    /// The targets, by account in the registry's order, then by region as asked.
    pub targets: Vec<Target>,
    /// The accounts that the selection names but that cannot be answered.
    pub failures: Vec<Failure>,
}

/// An account whose regions could not be found out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The account id: 12 digits.
    pub account: String,
    /// Why, and what to do.
    pub message: String,
}

/// Why a selection could not be resolved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A selector that names nothing: which one, and the nearest known.
    #[error("{0}")]
    UnknownSelector(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// The accounts that `selectors` stand for, each once, in the registry's order. A selector is a
/// name, an id, `env:<environment>`, `tag:<key>=<value>` or `all`; none at all means `all`.
pub async fn list<S: AsRef<str>>(selectors: &[S]) -> Result<Vec<Account>, Error> {
    let accounts = directory::list(owned(selectors)).await?;
    Ok(accounts.into_iter().map(Account::from).collect())
}

/// The accounts of `selectors` in `regions`. No region at all means each account's configured
/// regions; `all` means each account's enabled regions, as AWS tells them.
pub async fn resolve<S: AsRef<str>, R: AsRef<str>>(
    selectors: &[S],
    regions: &[R],
) -> Result<Resolution, Error> {
    let resolution = directory::resolve(owned(selectors), owned(regions)).await?;
    Ok(Resolution {
        targets: resolution.targets.into_iter().map(|t| Target::new(t.account, t.region)).collect(),
        failures: resolution
            .failures
            .into_iter()
            .map(|f| Failure { account: f.account, message: f.message })
            .collect(),
    })
}

fn owned<S: AsRef<str>>(words: &[S]) -> Vec<String> {
    words.iter().map(|word| word.as_ref().to_owned()).collect()
}

impl From<directory::Account> for Account {
    fn from(account: directory::Account) -> Self {
        Self {
            id: account.id,
            name: account.name,
            environment: account.environment,
            regions: account.regions,
            tags: account.tags.into_iter().collect(),
        }
    }
}

impl From<directory::Error> for Error {
    fn from(error: directory::Error) -> Self {
        match error {
            directory::Error::UnknownSelector(text) => Self::UnknownSelector(text),
            directory::Error::Other(text) => Self::Other(text),
        }
    }
}
