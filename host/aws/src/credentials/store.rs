//! The credentials of every account.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_credential_types::Credentials;

use super::base::Base;
use super::error::CredentialsError;
use super::secret::Secret;
use super::slot::{Loaded, Slot};
use super::sts::{self, Identity};
use crate::account::{Account, AccountId};
use crate::error::Error;
use crate::wire::Wire;

/// Base credentials, and a role's for each account that has one: cached, and renewed ahead of their expiry, by
/// one for all who wait.
#[derive(Debug)]
pub(crate) struct Store {
    base: Base,
    identity: Slot<Known, CredentialsError>,
    roles: Mutex<HashMap<Key, Arc<Slot<Credentials, CredentialsError>>>>,
}

/// Whose the base credentials are.
#[derive(Clone, Debug)]
struct Known {
    access_key_id: String,
    identity: Identity,
}

/// All that decides a role's credentials.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    account: AccountId,
    role: String,
    external_id: Option<Secret>,
    session_name: String,
}

impl Store {
    pub(crate) fn new(base: Base) -> Self {
        Self { base, identity: Slot::default(), roles: Mutex::default() }
    }

    /// The home region, if there is one.
    pub(crate) async fn home_region(&self) -> Option<&str> {
        self.base.region().await
    }

    /// What signs the requests to an account.
    pub(crate) async fn credentials(
        &self,
        wire: &Wire,
        account: &Account,
    ) -> Result<Credentials, Arc<CredentialsError>> {
        let Some(key) = Key::of(account) else { return self.own(wire, account).await };
        let slot = self.slot(key.clone());
        // Boxed, since asking STS is a request as well.
        slot.get(&wire.clock, || Box::pin(self.assume(wire, account, &key.role))).await
    }

    /// Gets others next time, unless that has happened already.
    pub(crate) fn forget(&self, account: &Account, used: &Credentials) {
        match Key::of(account) {
            Some(key) => self.slot(key).forget(|kept| kept.access_key_id() == used.access_key_id()),
            None => self.base.forget(used),
        }
    }

    /// Whose the base credentials are, asked once for each access key.
    pub(crate) async fn identity(
        &self,
        wire: &Wire,
        region: Option<&str>,
    ) -> Result<Identity, Arc<CredentialsError>> {
        let base = self.base.credentials(&wire.clock).await?;
        self.identity.forget(|known| known.access_key_id != base.access_key_id());
        let ask = || {
            Box::pin(async {
                let region = self.sts_region(region).await;
                let identity =
                    sts::caller_identity(wire, &self.base, &region).await.map_err(|error| match error {
                        Error::Credentials(error) => (*error).clone(),
                        error => {
                            let retryable = error.is_retryable();
                            let (code, message) = told(error);
                            CredentialsError::Identity { code, message, retryable }
                        }
                    })?;
                let access_key_id = base.access_key_id().to_owned();
                Ok(Loaded { value: Known { access_key_id, identity }, expiry: None })
            })
        };
        self.identity.get(&wire.clock, ask).await.map(|known| known.identity)
    }

    /// The base credentials, if they are the account's.
    async fn own(&self, wire: &Wire, account: &Account) -> Result<Credentials, Arc<CredentialsError>> {
        let found = self.identity(wire, account.regions.first().map(String::as_str)).await?.account;
        if found != account.id {
            let (account, name) = (account.id, account.name.clone());
            return Err(Arc::new(CredentialsError::OtherAccount { account, name, found }));
        }
        self.base.credentials(&wire.clock).await
    }

    async fn assume(
        &self,
        wire: &Wire,
        account: &Account,
        role: &str,
    ) -> Result<Loaded<Credentials>, CredentialsError> {
        let region = self.sts_region(account.regions.first().map(String::as_str)).await;
        match sts::assume_role(wire, &self.base, &region, account, role).await {
            Ok(loaded) => {
                tracing::debug!(account = %account.id, role, "role assumed");
                Ok(loaded)
            }
            // The base credentials' own trouble is told as it is.
            Err(Error::Credentials(error)) => Err((*error).clone()),
            Err(error) => {
                let retryable = error.is_retryable();
                let (code, message) = told(error);
                tracing::warn!(account = %account.id, role, code, "role not assumed");
                Err(CredentialsError::AssumeRole {
                    account: account.id,
                    name: account.name.clone(),
                    role: role.to_owned(),
                    external_id: account.external_id.is_some(),
                    code,
                    message,
                    retryable,
                })
            }
        }
    }

    /// The home region; without one the account's first, and without that the oldest there is.
    async fn sts_region(&self, of_account: Option<&str>) -> String {
        self.base.region().await.or(of_account).unwrap_or("us-east-1").to_owned()
    }

    fn slot(&self, key: Key) -> Arc<Slot<Credentials, CredentialsError>> {
        self.roles.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().clone()
    }
}

impl Key {
    /// Nothing for an account that is asked with the base credentials.
    pub(crate) fn of(account: &Account) -> Option<Self> {
        Some(Self {
            account: account.id,
            role: account.role.clone()?,
            external_id: account.external_id.clone(),
            session_name: account.session_name().to_owned(),
        })
    }
}

/// The code and the message of a failed question to STS.
fn told(error: Error) -> (String, String) {
    match error {
        Error::Service { code, message, .. } => (code, message),
        Error::Throttled { message, .. } => ("Throttled".to_owned(), message),
        Error::Timeout { reason } => ("Timeout".to_owned(), reason),
        Error::Transport { reason } => ("Transport".to_owned(), reason),
        error @ Error::Unavailable { .. } => ("Transport".to_owned(), error.to_string()),
        other => ("Failed".to_owned(), other.to_string()),
    }
}
