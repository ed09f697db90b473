//! The organisation that the simulator plays: accounts, their roles, their regions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tollgate_aws::account::{Account, InvalidAccountId};
use tollgate_aws::credentials::Secret;

/// An AWS organisation, as `accounts.json` holds it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    /// The id of the account that the base credentials belong to.
    pub management_account: String,
    /// The regions that exist, for example `eu-west-1`; enabled in every account that does not disable them.
    pub regions: Vec<String>,
    /// The units that the accounts are in; whatever has no parent is in the root.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organizational_units: Vec<OrgUnit>,
    /// The policies, and what they are attached to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<OrgPolicy>,
    /// The accounts, the management account among them.
    pub accounts: Vec<OrgAccount>,
}

/// The id of an organisation's root.
pub const ROOT_ID: &str = "r-exam";

/// An organisational unit.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrgUnit {
    /// For example `ou-exam-11111111`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The id of the unit that it is in; none: the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

/// A policy of the organisation. The simulator tells of it, and obeys none.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrgPolicy {
    /// For example `p-exam1111`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// For example `SERVICE_CONTROL_POLICY`. A type that some policy has is enabled.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether AWS made it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub aws_managed: bool,
    /// The ids of the root, units and accounts that it is attached to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
}

/// One account. The keys up to `enabled` are those of `[[account]]` in `tollgate.toml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrgAccount {
    /// 12 digits.
    pub id: String,
    /// What people and agents call it.
    pub name: String,
    /// The ARN of the role that can be assumed in it; none: no role can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// What the role's trust policy demands as `sts:ExternalId`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// For `env:<environment>` selectors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The regions that a client looks at when it is not told which; empty: its home region.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// For `tag:<key>=<value>` selectors.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// `false`: a client's registry lists it as disabled. AWS itself knows nothing of that.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub enabled: bool,
    /// Regions of the organisation that this account has not enabled: AWS does not know its credentials there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disabled_regions: Vec<String>,
    /// The id of the unit that it is in; none: the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The services that it administers for the organisation, as their principals: `guardduty.amazonaws.com`. With
    /// any it may read the organisation as the management account does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delegated_services: Vec<String>,
    /// The role trusts nobody: assuming it is denied.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub denied: bool,
    /// The ids of the accounts whose principals may assume the role; empty: the management account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trusts: Vec<String>,
    /// What the role's trust policy says of `sts:SetSourceIdentity`.
    #[serde(default, skip_serializing_if = "Trust::is_refused")]
    pub set_source_identity: Trust,
    /// What the role's trust policy says of `sts:TagSession`.
    #[serde(default, skip_serializing_if = "Trust::is_refused")]
    pub tag_session: Trust,
    /// The role's longest session in seconds; absent: 3600, as in IAM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_session_seconds: Option<u32>,
}

/// What a role's trust policy says of something that may come with `sts:AssumeRole`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// It does not name the action, as most trust policies do not: who sends it is denied.
    #[default]
    Refused,
    /// It may come.
    Allowed,
    /// A condition wants it: who does not send it is denied.
    Required,
}

impl Trust {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    fn is_refused(&self) -> bool {
        *self == Self::Refused
    }
}

fn yes() -> bool {
    true
}

impl Organization {
    /// The account with this id.
    #[must_use]
    pub fn account(&self, id: &str) -> Option<&OrgAccount> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// The id of the account with this id or name.
    #[must_use]
    pub fn account_id(&self, id_or_name: &str) -> Option<&str> {
        self.accounts
            .iter()
            .find(|account| account.id == id_or_name || account.name == id_or_name)
            .map(|account| account.id.as_str())
    }

    /// The registry for a client of this organisation: the accounts whose role can be assumed, disabled ones
    /// among them.
    ///
    /// # Errors
    ///
    /// An id is not 12 digits.
    pub fn registry(&self) -> Result<Vec<Account>, InvalidAccountId> {
        self.accounts.iter().filter(|account| account.role.is_some()).map(OrgAccount::entry).collect()
    }

    /// The account whose role has this ARN.
    pub(crate) fn account_of_role(&self, arn: &str) -> Option<&OrgAccount> {
        self.accounts.iter().find(|account| account.role.as_deref() == Some(arn))
    }

    /// How a region stands to an account.
    pub(crate) fn region_state(&self, account: &str, region: &str) -> RegionState {
        if !self.regions.iter().any(|known| known == region) {
            return RegionState::Unknown;
        }
        match self.account(account) {
            Some(account) if account.disabled_regions.iter().any(|disabled| disabled == region) => {
                RegionState::Disabled
            }
            _ => RegionState::Enabled,
        }
    }
}

impl OrgAccount {
    fn entry(&self) -> Result<Account, InvalidAccountId> {
        Ok(Account {
            role: self.role.clone(),
            external_id: self.external_id.clone().map(Secret::from),
            environment: self.environment.clone(),
            regions: self.regions.clone(),
            tags: self.tags.clone(),
            enabled: self.enabled,
            ..Account::new(self.id.parse()?, self.name.clone())
        })
    }
}

/// How a region stands to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RegionState {
    Enabled,
    Disabled,
    Unknown,
}
