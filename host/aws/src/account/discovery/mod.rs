//! Accounts that are found out instead of being written down: in AWS Organizations, and in a DynamoDB table.
//!
//! What is here decides, and asks nobody: which accounts of an answer count, and what their entries are. The questions
//! stand in `client/discovery`.

mod error;
mod idle;
mod item;
mod member;
mod merge;
mod role;
mod rule;
mod template;
mod units;

use std::time::Duration;

pub use error::DiscoveryError;
pub use idle::IdleRule;
pub(crate) use item::entries;
pub(crate) use member::Member;
pub use merge::LeftOut;
pub(crate) use merge::{Found, merge};
pub use role::{InvalidRolePattern, RolePattern};
pub use rule::{InvalidRule, Rule};
pub(crate) use template::Own;
pub use template::Template;
pub(crate) use units::{Place, Units};

use super::entry::{Account, ROLE_SHAPE, account_of_role};
use super::error::RegistryError;
use crate::credentials::Secret;

/// How old the list of accounts gets, unless it is said otherwise. Accounts come and go rarely.
pub const DEFAULT_REFRESH: Duration = Duration::from_secs(10 * 60);

/// How old the list gets at most where looking for it anew fails, unless it is said otherwise: an account that left, or
/// was disabled, is not asked for ever.
pub const DEFAULT_MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Where accounts are found out, and how to get into them.
#[derive(Clone, Debug)]
pub struct Discovery {
    /// What their entries have in common.
    pub template: Template,
    /// All or some accounts of the organisation.
    pub organizations: Option<Organizations>,
    /// Those that a table lists.
    pub dynamodb: Option<DynamoDb>,
    /// How old the list gets before it is looked for anew.
    pub refresh: Duration,
    /// How old it gets at most where that fails. After that, discovered accounts are not served.
    pub max_age: Duration,
}

/// The accounts of AWS Organizations.
#[derive(Clone, Debug)]
pub struct Organizations {
    /// As whom Organizations is asked; absent: with the base credentials. Only the management account and delegated
    /// administrators are answered.
    pub reader: Option<Reader>,
    /// Accounts that any of these fits are taken; none at all: all.
    pub include: Vec<Rule>,
    /// Accounts that any of these fits are left out, whatever includes them.
    pub exclude: Vec<Rule>,
    /// The tag of an account that names its environment.
    pub environment_tag: String,
}

/// The accounts that a DynamoDB table lists, one in each item.
#[derive(Clone, Debug)]
pub struct DynamoDb {
    /// The table's name, or its ARN.
    pub table: String,
    /// The region that it is in.
    pub region: String,
    /// As whom it is read; absent: with the base credentials.
    pub reader: Option<Reader>,
}

/// The role that reads a list of accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Its ARN.
    pub role: String,
    /// The ARNs of the roles to assume before it.
    pub via: Vec<String>,
    /// What its trust policy asks for.
    pub external_id: Option<Secret>,
}

impl Reader {
    /// The account that the role is of, entered by it. `profile` is that of the base credentials, `table` where this
    /// stands in the configuration.
    pub(crate) fn account(
        &self,
        table: &'static str,
        profile: Option<String>,
    ) -> Result<Account, RegistryError> {
        let shape = || RegistryError::Discovery { table, key: "role", reason: ROLE_SHAPE.to_owned() };
        let id = account_of_role(&self.role).ok_or_else(shape)?;
        let account = Account {
            profile,
            via: self.via.clone(),
            role: Some(self.role.clone()),
            external_id: self.external_id.clone(),
            ..Account::new(id, id.as_str())
        };
        account.check().map(|()| account).map_err(|error| match error {
            RegistryError::Invalid { key, reason, .. } => RegistryError::Discovery { table, key, reason },
            other => other,
        })
    }
}

impl Organizations {
    /// Where its reader stands in the configuration.
    pub(crate) const READER: &str = "discovery.organizations.reader";
}

impl DynamoDb {
    /// Where its reader stands in the configuration.
    pub(crate) const READER: &str = "discovery.dynamodb.reader";
}

impl Discovery {
    /// Whether it can be: nobody is asked.
    ///
    /// # Errors
    ///
    /// A value that all discovered accounts share does not fit, a reader is none, or a list would be too old before it is
    /// looked for anew.
    pub fn check(&self) -> Result<(), RegistryError> {
        // It is to be renewed, and that to be tried again, before it ends.
        if self.max_age < self.refresh * 2 {
            let reason = format!(
                "{}: less than twice `refresh_seconds`, which is {}",
                self.max_age.as_secs(),
                self.refresh.as_secs()
            );
            return Err(RegistryError::Discovery { table: "discovery", key: "max_age_seconds", reason });
        }
        self.template.check()?;
        if let Some(reader) = self.organizations.as_ref().and_then(|source| source.reader.as_ref()) {
            reader.account(Organizations::READER, None)?;
        }
        if let Some(reader) = self.dynamodb.as_ref().and_then(|source| source.reader.as_ref()) {
            reader.account(DynamoDb::READER, None)?;
        }
        Ok(())
    }
}
