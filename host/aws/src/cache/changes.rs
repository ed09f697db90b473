//! What is changed through this client makes earlier answers wrong.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::account::AccountId;

/// How often something was changed in each account.
///
/// The count is a part of every question, so that what was asked before a change, or while it was made, is not
/// found any more by those who ask after it.
#[derive(Debug, Default)]
pub(super) struct Changes(Mutex<HashMap<AccountId, u64>>);

/// Something in an account may be changing; counted when dropped, also where nobody waits for its end.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    changes: &'a Changes,
    account: AccountId,
}

impl Changes {
    pub(super) fn count(&self, account: AccountId) -> u64 {
        self.lock().get(&account).copied().unwrap_or_default()
    }

    pub(super) fn begin(&self, account: AccountId) -> Change<'_> {
        Change { changes: self, account }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AccountId, u64>> {
        // A number is whole at any time.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        *self.changes.lock().entry(self.account).or_default() += 1;
    }
}
