//! Which accounts and regions a selection stands for.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream;

use super::Client;
use crate::account::{Account, Reach, Resolution, SelectorError, Target, check_region, select};
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
    /// A selector stands for nothing, or for disabled accounts alone. Without configured accounts: the one of the
    /// base credentials could not be found out.
    pub async fn accounts(
        &self,
        selectors: &[String],
        reach: &Reach,
    ) -> Result<Vec<Arc<Account>>, SelectorError> {
        at_most(selectors, MAX_SELECTORS, "selectors")?;
        let inner = &*self.inner;
        let mut chosen = if inner.registry.is_implicit() {
            let account = self.implicit().await.map_err(|error| SelectorError::Identity(Arc::new(error)))?;
            select(&[account], selectors, reach)?
        } else {
            select(inner.registry.configured(), selectors, reach)?
        };
        for account in chosen.iter_mut().filter(|account| account.regions.is_empty()) {
            let home = inner.store.home_region().await.ok_or(SelectorError::NoRegion)?;
            Arc::make_mut(account).regions.push(home.to_owned());
        }
        Ok(chosen)
    }

    /// The accounts of the selectors in the regions. No region at all means each account's own; `all` means each
    /// account's enabled regions, as AWS tells them.
    ///
    /// An account whose regions cannot be found out is a failure of the resolution and does not hide the others.
    ///
    /// # Errors
    ///
    /// As [`Client::accounts`], or a region is none.
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
            if region != ALL {
                check_region(self.pack().partitions(), region)?;
            }
            asked.push(region);
        }
        let accounts = self.accounts(selectors, reach).await?;
        let all = regions.iter().any(|region| region == ALL);
        let of_account = |account: Arc<Account>| {
            let asked = &asked;
            async move {
                let regions = match asked.as_slice() {
                    [] => Ok(account.regions.clone()),
                    _ if all => self.enabled_regions(&account).await.map(|regions| (*regions).clone()),
                    asked => Ok(asked.iter().map(ToString::to_string).collect()),
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
                Err(error) => resolution.failures.push((account, error.to_string())),
            }
        }
        Ok(resolution)
    }

    /// The account of the base credentials, in the home region.
    pub(super) async fn implicit(&self) -> Result<Arc<Account>, Error> {
        let inner = &*self.inner;
        let find = || async {
            let home = inner.store.home_region().await;
            let identity = inner.store.identity(&inner.wire, home).await?;
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
