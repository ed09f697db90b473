//! Finds out which accounts there are, and keeps the list fresh.

mod dynamodb;
mod organizations;

use std::collections::BTreeSet;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{Either, try_join};
use tokio::sync::OnceCell;
use tracing::Instrument;

use super::host::Question;
use super::{Client, Inner};
use crate::account::discovery::{Discovery, DiscoveryError, Found, Own, Reader, merge};
use crate::account::{Account, AccountId, Registry, Source};
use crate::error::Error;
use crate::principal::Principal;
use crate::slot::{Life, Loaded, Slot};

/// Nobody has so many accounts that it takes longer: Organizations answers some ten questions a second.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// The accounts that are found out.
pub(super) struct Discovered {
    discovery: Arc<Discovery>,
    list: Arc<Slot<Arc<Registry>, DiscoveryError>>,
}

impl Discovered {
    /// Asks nobody.
    pub(super) fn new(discovery: Discovery) -> Self {
        Self { discovery: Arc::new(discovery), list: Arc::default() }
    }
}

impl Client {
    /// All accounts, as they are known now. They are looked for when somebody first needs them, and anew once the list
    /// is as old as the configuration allows: in the background, except for who comes long after. Where that fails, the
    /// last list stays until it is too old.
    ///
    /// # Errors
    ///
    /// The first list could not be had, or is still on its way; or the last one is too old.
    pub async fn registry(&self) -> Result<Arc<Registry>, Arc<DiscoveryError>> {
        match &self.pinned {
            Some(pinned) => pinned.get_or_try_init(|| self.current()).await.cloned(),
            None => self.current().await,
        }
    }

    /// The same client, for which the accounts stay as they are when it first looks for them: one call must not lose
    /// an account half-way.
    #[must_use]
    pub fn pinned(&self) -> Self {
        Self { inner: self.inner.clone(), pinned: Some(Arc::new(OnceCell::new())) }
    }

    /// An account, as far as it is known without asking anybody.
    #[must_use]
    pub fn known(&self, id: AccountId) -> Option<Arc<Account>> {
        if let Some(account) = self.inner.configured.account(id) {
            return Some(account.clone());
        }
        let registry = match (&self.pinned, &self.inner.discovered) {
            (Some(pinned), _) => pinned.get().cloned(),
            (None, Some(discovered)) => discovered.list.peek(&self.inner.wire.clock),
            (None, None) => None,
        };
        registry?.account(id).cloned()
    }

    async fn current(&self) -> Result<Arc<Registry>, Arc<DiscoveryError>> {
        let inner = &self.inner;
        let Some(Discovered { discovery, list }) = &inner.discovered else {
            return Ok(inner.configured.clone());
        };
        let clock = &inner.wire.clock;
        let load = || {
            let (inner, discovery, list) = (inner.clone(), discovery.clone(), list.clone());
            let span = tracing::info_span!("discovery");
            async move { load(&inner, &discovery, list.peek(&inner.wire.clock)).await }.instrument(span)
        };
        let waited = inner.wire.call;
        match tokio::time::timeout(waited, list.get(clock, load)).await {
            Ok(Err(error)) if list.is_over(clock) => {
                Err(Arc::new(DiscoveryError::Outdated { max_age: discovery.max_age, error }))
            }
            Ok(registry) => registry,
            // The load goes on; whoever has an older list is served with it.
            Err(_) => list.peek(clock).ok_or_else(|| Arc::new(DiscoveryError::Loading { waited })),
        }
    }
}

/// One list, and what to tell the operator about it.
async fn load(
    inner: &Arc<Inner>,
    discovery: &Discovery,
    before: Option<Arc<Registry>>,
) -> Result<Loaded<Arc<Registry>>, DiscoveryError> {
    let found = tokio::time::timeout(LIMIT, find(inner, discovery)).await;
    match found.unwrap_or(Err(DiscoveryError::Slow { limit: LIMIT })) {
        Ok(registry) => {
            tell(&registry, before.as_deref());
            Ok(Loaded {
                value: Arc::new(registry),
                life: Life::Renewed { every: discovery.refresh, max_age: discovery.max_age },
            })
        }
        Err(error) => {
            match before {
                Some(_) => {
                    tracing::warn!(%error, "the accounts could not be looked for anew: the last list stays")
                }
                None => tracing::warn!(%error, "the accounts are not known"),
            }
            Err(error)
        }
    }
}

/// Asks all sources at once. Each must answer: one may say that an account of another one is disabled.
async fn find(inner: &Arc<Inner>, discovery: &Discovery) -> Result<Registry, DiscoveryError> {
    let own = own(inner, discovery).await?;
    let table = match &discovery.dynamodb {
        Some(source) => Either::Left(inner.read_table(source, discovery, &own)),
        None => Either::Right(ready(Ok(Found::default()))),
    };
    let organization = match &discovery.organizations {
        Some(source) => Either::Left(inner.read_organization(source, discovery, &own)),
        None => Either::Right(ready(Ok(Found::default()))),
    };
    let (table, organization) = try_join(table, organization).await?;
    Ok(merge(inner.configured.accounts(), [table, organization], &own))
}

/// Whose the base credentials are.
async fn own(inner: &Arc<Inner>, discovery: &Discovery) -> Result<Own, DiscoveryError> {
    let home = inner.store.home_region().await;
    let identity = inner.store.identity(discovery.template.profile.as_deref(), home).await;
    let identity = identity.map_err(DiscoveryError::Own)?;
    let partition = identity.arn.split(':').nth(1).unwrap_or("aws").to_owned();
    Ok(Own { account: identity.account, partition })
}

/// Says what has changed, and what is wrong, once.
fn tell(registry: &Registry, before: Option<&Registry>) {
    let ids = |registry: &Registry| -> BTreeSet<AccountId> {
        let enabled = registry.accounts().iter().filter(|account| account.enabled);
        enabled.map(|account| account.id).collect()
    };
    let now = ids(registry);
    match before.map(ids) {
        None => {
            let of = |source| registry.accounts().iter().filter(|account| account.source == source).count();
            let (organizations, dynamodb) = (of(Source::Organizations), of(Source::DynamoDb));
            tracing::info!(accounts = now.len(), organizations, dynamodb, "accounts discovered");
        }
        Some(before) if before != now => {
            let (added, removed): (Vec<_>, Vec<_>) =
                (&now ^ &before).into_iter().partition(|id| now.contains(id));
            tracing::info!(accounts = now.len(), ?added, ?removed, "other accounts than before");
        }
        Some(_) => {}
    }
    let known = before.map(Registry::left_out).unwrap_or_default();
    for left_out in registry.left_out().iter().filter(|left_out| !known.contains(left_out)) {
        tracing::warn!(source = %left_out.source, account = left_out.account, left_out.reason, "left out");
    }
    let known = before.map(Registry::idle_rules).unwrap_or_default();
    for idle in registry.idle_rules().iter().filter(|idle| !known.contains(idle)) {
        tracing::warn!("{idle}");
    }
}

/// Who asks a source: the host, for the actions that the source needs and no other.
struct Asker<'a> {
    inner: &'a Inner,
    principal: Principal,
    account: Arc<Account>,
}

impl<'a> Asker<'a> {
    fn new(
        inner: &'a Inner,
        actions: &[&str],
        reader: Option<(&Reader, &'static str)>,
        discovery: &Discovery,
        own: &Own,
    ) -> Result<Self, DiscoveryError> {
        let profile = discovery.template.profile.clone();
        let account = match reader {
            Some((reader, table)) => reader.account(table, profile)?,
            None => Account { profile, ..Account::new(own.account, own.account.as_str()) },
        };
        let account = Arc::new(account);
        let principal = super::host::principal("discovery", actions);
        let principal = principal.map_err(|error| Self::failed(&account, actions.concat(), error, None))?;
        Ok(Self { inner, principal, account })
    }

    async fn ask(&self, question: Question<'_>) -> Result<serde_json::Value, DiscoveryError> {
        let (service, operation) = (question.service, question.operation);
        self.inner.ask(&self.principal, &self.account, question).await.map_err(|error| {
            let model = self.inner.wire.service(service).ok();
            let model = model.as_ref().and_then(|service| service.operation(operation).ok());
            let advice = model.and_then(|operation| error.advice(operation));
            Self::failed(&self.account, format!("{service}:{operation}"), error, advice)
        })
    }

    /// An answer that cannot be read.
    fn unreadable(&self, action: &str, reason: String) -> DiscoveryError {
        Self::failed(&self.account, action.to_owned(), Error::Response { reason }, None)
    }

    fn failed(account: &Account, action: String, error: Error, advice: Option<String>) -> DiscoveryError {
        let who = account.role.clone().unwrap_or_else(|| "the base credentials".to_owned());
        DiscoveryError::Asked { action, who, error: Box::new(error), advice }
    }
}
