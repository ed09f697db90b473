//! Which accounts and regions a selection stands for.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream;

use super::Client;
use crate::account::{Account, Reach, Resolution, SelectorError, Target, check_region, select};
use crate::endpoint::GLOBAL;
use crate::error::Error;

/// The region that stands for all enabled ones.
const ALL: &str = "all";

/// As many selectors as one selection may have: who means more accounts has tags for them.
const MAX_SELECTORS: usize = 1_000;

/// As many regions as one selection may have: AWS has fewer.
const MAX_REGIONS: usize = 100;

/// So many accounts are asked for their regions at once.
const AT_ONCE: usize = 32;

impl Client {
    /// The enabled accounts in reach that any of the selectors stands for, each once, in the registry's order, and
    /// each with at least one region. A selector is a name, an id, `env:<environment>`, `tag:<key>=<value>` or `all`;
    /// none at all means `all`.
    ///
    /// # Errors
    ///
    /// A selector stands for nothing, or for disabled accounts alone; or which accounts there are is not known. Without
    /// configured accounts: the one of the base credentials could not be found out.
    pub async fn accounts(
        &self,
        selectors: &[String],
        reach: &Reach,
    ) -> Result<Vec<Arc<Account>>, SelectorError> {
        at_most(selectors, MAX_SELECTORS, "selectors")?;
        let inner = &*self.inner;
        let registry = match &inner.configured {
            // What is written down is known without any discovery, and whatever that says.
            configured if !selectors.is_empty() && selectors.iter().all(|text| configured.names(text)) => {
                configured.clone()
            }
            _ => self.registry().await.map_err(SelectorError::Discovery)?,
        };
        let mut chosen = if registry.is_implicit() {
            let account = self.implicit().await.map_err(|error| SelectorError::Identity(Arc::new(error)))?;
            select(&[account], selectors, reach)?
        } else if registry.accounts().is_empty() {
            return Err(SelectorError::NoAccounts);
        } else {
            select(registry.accounts(), selectors, reach)?
        };
        for account in chosen.iter_mut().filter(|account| account.regions.is_empty()) {
            let home = inner.store.home_region().await.ok_or(SelectorError::NoRegion)?;
            Arc::make_mut(account).regions.push(home.to_owned());
        }
        Ok(chosen)
    }

    /// The accounts of the selectors in the regions. No region at all means each account's own; `all` means each
    /// account's enabled regions, as AWS tells them; `global` stands for itself.
    ///
    /// Accounts of several partitions are each asked in the regions of their own. An account of which no region is
    /// asked, or whose regions cannot be found out, is a failure of the resolution and does not hide the others.
    ///
    /// # Errors
    ///
    /// As [`Client::accounts`], or a region is none, or none of any of the accounts.
    pub async fn resolve(
        &self,
        selectors: &[String],
        regions: &[String],
        reach: &Reach,
    ) -> Result<Resolution, SelectorError> {
        at_most(regions, MAX_REGIONS, "regions")?;
        let mut asked: Vec<&String> = Vec::new();
        for region in regions {
            if asked.contains(&region) {
                continue;
            }
            if region != ALL && region != GLOBAL {
                check_region(self.pack().partitions(), region)?;
            }
            asked.push(region);
        }
        let accounts = self.accounts(selectors, reach).await?;
        for region in asked.iter().filter(|region| **region != ALL) {
            self.check_some(&accounts, region)?;
        }
        let all = regions.iter().any(|region| region == ALL);
        let of_account = |account: Arc<Account>| {
            let asked = &asked;
            async move {
                let regions = match asked.as_slice() {
                    [] => Ok(account.regions.clone()),
                    asked if all => match self.enabled_regions(&account).await {
                        Ok(enabled) => {
                            let global = asked.iter().copied().filter(|region| *region == GLOBAL);
                            Ok(enabled.iter().chain(global).cloned().collect())
                        }
                        Err(error) => Err(error.to_string()),
                    },
                    asked => self.own_regions(&account, asked).map_err(|error| error.to_string()),
                };
                (account.id, regions)
            }
        };
        let mut found = stream::iter(accounts).map(of_account).buffered(AT_ONCE);
        let mut resolution = Resolution::default();
        while let Some((account, regions)) = found.next().await {
            match regions {
                Ok(regions) => {
                    let targets = regions.into_iter().map(|region| Target { account, region });
                    resolution.targets.extend(targets);
                }
                Err(reason) => resolution.failures.push((account, reason)),
            }
        }
        Ok(resolution)
    }

    /// Whether a region is one of some account's partition.
    fn check_some(&self, accounts: &[Arc<Account>], region: &str) -> Result<(), SelectorError> {
        let mut first = None;
        for account in accounts {
            match self.check_partition(account, region) {
                Ok(()) => return Ok(()),
                Err(error) => first = first.or(Some(error)),
            }
        }
        first.map_or(Ok(()), Err)
    }

    /// Those of the regions that are of the account's partition; an error where none is.
    fn own_regions(&self, account: &Account, regions: &[&String]) -> Result<Vec<String>, SelectorError> {
        let (mut own, mut other) = (Vec::with_capacity(regions.len()), None);
        for region in regions {
            match self.check_partition(account, region) {
                Ok(()) => own.push((*region).clone()),
                Err(error) => other = Some(error),
            }
        }
        match other {
            Some(error) if own.is_empty() => Err(error),
            _ => Ok(own),
        }
    }

    fn check_partition(&self, account: &Account, region: &str) -> Result<(), SelectorError> {
        if region == GLOBAL { Ok(()) } else { self.inner.wire.router.check_partition(account, region) }
    }

    /// The account of the base credentials, in the home region.
    pub(super) async fn implicit(&self) -> Result<Arc<Account>, Error> {
        let inner = &*self.inner;
        let find = || async {
            let home = inner.store.home_region().await;
            let identity = inner.store.identity(None, home).await?;
            let mut account = Account::new(identity.account, identity.account.as_str());
            account.regions.extend(home.map(str::to_owned));
            tracing::info!(account = %account.id, "no accounts are configured: serving the base credentials' own");
            Ok(Arc::new(account))
        };
        inner.implicit.get_or_try_init(find).await.cloned()
    }
}

fn at_most(words: &[String], limit: usize, what: &'static str) -> Result<(), SelectorError> {
    if words.len() > limit { Err(SelectorError::TooMany { what, limit }) } else { Ok(()) }
}
