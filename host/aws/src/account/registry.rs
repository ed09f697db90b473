//! The list of accounts.

use std::collections::HashMap;
use std::sync::Arc;

use super::discovery::{IdleRule, LeftOut};
use super::entry::Account;
use super::error::{RegistryError, SelectorError};
use super::id::AccountId;
use super::nearest::nearest;

/// All accounts that are known at a time: those of the configuration, and those that were discovered. Where there is
/// nothing of the kind, the base credentials' own.
#[derive(Debug)]
pub struct Registry {
    accounts: Vec<Arc<Account>>,
    by_id: HashMap<AccountId, usize>,
    implicit: bool,
    left_out: Vec<LeftOut>,
    idle_rules: Vec<IdleRule>,
}

impl Registry {
    /// A registry of these accounts, in this order. None at all: one account, the base credentials' own.
    ///
    /// # Errors
    ///
    /// Names or ids are there twice, or a value does not fit.
    pub fn new(accounts: Vec<Account>) -> Result<Self, RegistryError> {
        let mut by_id: HashMap<AccountId, &str> = HashMap::with_capacity(accounts.len());
        let mut by_name: HashMap<&str, AccountId> = HashMap::with_capacity(accounts.len());
        for account in &accounts {
            account.check()?;
            if let Some(first) = by_id.insert(account.id, &account.name) {
                return Err(RegistryError::DuplicateId {
                    id: account.id,
                    first: first.to_owned(),
                    second: account.name.clone(),
                });
            }
            if let Some(first) = by_name.insert(&account.name, account.id) {
                return Err(RegistryError::DuplicateName {
                    name: account.name.clone(),
                    first,
                    second: account.id,
                });
            }
        }
        let implicit = accounts.is_empty();
        let accounts = accounts.into_iter().map(Arc::new).collect();
        Ok(Self { implicit, ..Self::discovered(accounts, Vec::new(), Vec::new()) })
    }

    /// A registry of accounts that are known to fit, none of them implicit.
    pub(super) fn discovered(
        accounts: Vec<Arc<Account>>,
        left_out: Vec<LeftOut>,
        idle_rules: Vec<IdleRule>,
    ) -> Self {
        let by_id = accounts.iter().enumerate().map(|(position, account)| (account.id, position)).collect();
        Self { accounts, by_id, implicit: false, left_out, idle_rules }
    }

    /// No accounts are configured: there is one, the base credentials' own, known after its first use.
    #[must_use]
    pub fn is_implicit(&self) -> bool {
        self.implicit
    }

    /// The accounts, disabled ones included: the configured ones in the configuration's order, then those that were
    /// discovered.
    #[must_use]
    pub fn accounts(&self) -> &[Arc<Account>] {
        &self.accounts
    }

    /// Accounts that were discovered, but cannot be asked.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// Rules of the discovery that fit no account: most often they are misspelt.
    #[must_use]
    pub fn idle_rules(&self) -> &[IdleRule] {
        &self.idle_rules
    }

    /// The account of an id, enabled or not.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&Arc<Account>> {
        self.by_id.get(&id).and_then(|position| self.accounts.get(*position))
    }

    /// Whether a text is the name or the id of an account.
    pub(crate) fn names(&self, text: &str) -> bool {
        self.accounts.iter().any(|account| account.name == text || account.id.as_str() == text)
    }

    /// The enabled account of an id.
    ///
    /// # Errors
    ///
    /// It is not there, or it is disabled.
    pub fn enabled(&self, id: AccountId) -> Result<&Arc<Account>, SelectorError> {
        match self.account(id) {
            Some(account) if account.enabled => Ok(account),
            Some(account) => Err(SelectorError::Disabled {
                selector: id.to_string(),
                accounts: vec![account.name.clone()],
            }),
            None => Err(Self::unknown(id, self.accounts.iter().filter(|account| account.enabled))),
        }
    }

    /// The error that tells the ids nearest to one that is not there.
    pub(crate) fn unknown<'a>(
        id: AccountId,
        there: impl IntoIterator<Item = &'a Arc<Account>>,
    ) -> SelectorError {
        let ids = there.into_iter().map(|account| account.id.to_string());
        let nearest = nearest(id.as_str(), ids.map(|id| (id.clone(), id)));
        SelectorError::Unknown { selector: id.to_string(), nearest }
    }
}
