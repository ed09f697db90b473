//! The list of accounts.

use std::collections::HashMap;
use std::sync::Arc;

use super::entry::Account;
use super::error::{RegistryError, SelectorError};
use super::id::AccountId;
use super::nearest::nearest;

/// All accounts that the configuration knows, or the base credentials' own where it knows none.
#[derive(Debug)]
pub struct Registry {
    accounts: Vec<Arc<Account>>,
    by_id: HashMap<AccountId, usize>,
}

impl Registry {
    /// A registry of these accounts, in this order. None at all: one account, the base credentials' own.
    ///
    /// # Errors
    ///
    /// Names or ids are there twice, or a value does not fit.
    pub fn new(accounts: Vec<Account>) -> Result<Self, RegistryError> {
        let mut by_id = HashMap::with_capacity(accounts.len());
        let mut by_name: HashMap<&str, AccountId> = HashMap::with_capacity(accounts.len());
        for (position, account) in accounts.iter().enumerate() {
            account.check()?;
            if let Some(first) = by_id.insert(account.id, position) {
                let first = accounts.get(first).map(|first| first.name.clone()).unwrap_or_default();
                return Err(RegistryError::DuplicateId {
                    id: account.id,
                    first,
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
        Ok(Self { accounts: accounts.into_iter().map(Arc::new).collect(), by_id })
    }

    /// No accounts are configured: there is one, the base credentials' own, known after its first use.
    #[must_use]
    pub fn is_implicit(&self) -> bool {
        self.accounts.is_empty()
    }

    /// The configured accounts, disabled ones included, in the configuration's order.
    #[must_use]
    pub fn configured(&self) -> &[Arc<Account>] {
        &self.accounts
    }

    /// The enabled account of an id.
    ///
    /// # Errors
    ///
    /// It is not there, or it is disabled.
    pub fn enabled(&self, id: AccountId) -> Result<&Arc<Account>, SelectorError> {
        let account = self.by_id.get(&id).and_then(|position| self.accounts.get(*position));
        match account {
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
