//! How many requests are on their way at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::account::AccountId;
use crate::config::Concurrency;
use crate::error::Error;

/// A bounded number of places, overall and for each account. Who comes first is served first.
#[derive(Debug)]
pub(crate) struct Places {
    total: Arc<Semaphore>,
    per_account: usize,
    accounts: Mutex<HashMap<AccountId, Arc<Semaphore>>>,
}

/// A place, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _total: OwnedSemaphorePermit,
    _account: OwnedSemaphorePermit,
}

impl Places {
    pub(crate) fn new(concurrency: &Concurrency) -> Self {
        Self {
            total: Arc::new(Semaphore::new(concurrency.total.max(1))),
            per_account: concurrency.per_account.max(1),
            accounts: Mutex::default(),
        }
    }

    /// Waits for a place. The account's own comes first, so that an account that is slow does not hold the
    /// places of the others while it queues.
    pub(super) async fn take(&self, account: AccountId) -> Result<Place, Error> {
        let of_account = {
            let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
            accounts.entry(account).or_insert_with(|| Arc::new(Semaphore::new(self.per_account))).clone()
        };
        let closed = |error: tokio::sync::AcquireError| Error::Internal { reason: error.to_string() };
        let account = of_account.acquire_owned().await.map_err(closed)?;
        let total = self.total.clone().acquire_owned().await.map_err(closed)?;
        Ok(Place { _total: total, _account: account })
    }
}
