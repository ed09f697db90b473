//! What the entries of discovered accounts have in common.

use std::collections::BTreeMap;

use super::role::RolePattern;
use crate::account::entry::Account;
use crate::account::error::RegistryError;
use crate::account::id::AccountId;
use crate::credentials::Secret;

/// How to get into discovered accounts. The keys mean what they mean in an [`Account`].
///
/// The account of the base credentials is entered with these, since they can seldom assume a role in it.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// The profile of the base credentials.
    pub profile: Option<String>,
    /// The roles to assume before [`role`](Self::role).
    pub via: Vec<String>,
    /// The role to assume in every account.
    pub role: Option<RolePattern>,
    /// What its trust policies ask for.
    pub external_id: Option<Secret>,
    /// What role session names begin with.
    pub session_name: Option<String>,
    /// How long sessions are.
    pub duration_seconds: Option<u32>,
    /// Whether sessions carry the caller as source identity.
    pub source_identity: bool,
    /// The tags of sessions.
    pub session_tags: BTreeMap<String, String>,
    /// The regions that are asked where a call names none; none here: the home region.
    pub regions: Vec<String>,
}

/// Whose the base credentials are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Own {
    /// Their account.
    pub(crate) account: AccountId,
    /// Its partition, and therefore that of all accounts that can be entered with them.
    pub(crate) partition: String,
}

impl Template {
    /// The entry of an account, with this role in place of the template's where there is one.
    pub(super) fn account(&self, id: AccountId, name: &str, role: Option<String>, own: &Own) -> Account {
        let account = Account {
            profile: self.profile.clone(),
            regions: self.regions.clone(),
            ..Account::new(id, name)
        };
        let common = || {
            let role = self.role.as_ref().filter(|_| id != own.account);
            role.map(|role| role.arn(&own.partition, id))
        };
        match role.or_else(common) {
            Some(role) => Account {
                via: self.via.clone(),
                role: Some(role),
                external_id: self.external_id.clone(),
                session_name: self.session_name.clone(),
                duration_seconds: self.duration_seconds,
                source_identity: self.source_identity,
                session_tags: self.session_tags.clone(),
                ..account
            },
            None => account,
        }
    }

    /// Whether any account can be entered like this.
    pub(super) fn check(&self) -> Result<(), RegistryError> {
        let table = "discovery";
        let id = AccountId::EXAMPLE;
        // Without a role here, items of the table bring theirs.
        let role = self.role.as_ref().map(|role| role.arn("aws", id));
        let role = role.unwrap_or_else(|| format!("arn:aws:iam::{id}:role/of-an-item"));
        let own = Own { account: id, partition: "aws".to_owned() };
        let account = self.account(id, id.as_str(), Some(role), &own);
        account.check().map_err(|error| match error {
            RegistryError::Invalid { key, reason, .. } => RegistryError::Discovery { table, key, reason },
            other => other,
        })
    }
}
