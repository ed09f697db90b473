//! Which region is asked, and which regions of an account are enabled.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use moka::Expiry;
use moka::future::Cache;
use serde_json::{Value as Json, json};

use super::host::{self, Question};
use super::{Client, Inner};
use crate::account::{Account, AccountId, SelectorError, check_region};
use crate::endpoint::{GLOBAL, Scope};
use crate::error::Error;
use crate::model::Service;

/// Regions are switched on and off by hand, and rarely.
const KEPT: Duration = Duration::from_secs(10 * 60);

/// So long a failure stands, so that a fan-out does not ask a denied account again and again.
const FAILURE_KEPT: Duration = Duration::from_secs(10);

/// The enabled regions of an account, or why they are not known.
type Enabled = Result<Arc<Vec<String>>, Arc<Error>>;

/// What is known of the regions of accounts.
pub(super) type RegionCache = Cache<AccountId, Enabled>;

pub(super) fn cache() -> RegionCache {
    Cache::builder().max_capacity(10_000).expire_after(Keeping).build()
}

/// How long an answer is kept.
struct Keeping;

impl Expiry<AccountId, Enabled> for Keeping {
    fn expire_after_create(
        &self,
        _: &AccountId,
        enabled: &Enabled,
        _: std::time::Instant,
    ) -> Option<Duration> {
        Some(if enabled.is_ok() { KEPT } else { FAILURE_KEPT })
    }
}

impl Client {
    /// The enabled regions of an account, sorted; asked once for all who want to know, and kept for a while.
    pub(super) async fn enabled_regions(&self, account: &Arc<Account>) -> Enabled {
        let ask = async { self.ask_for_regions(account).await.map(Arc::new).map_err(Arc::new) };
        self.inner.regions.get_with(account.id, ask).await
    }

    /// `account:ListRegions` knows regions beyond EC2's, but many roles may not call it.
    async fn ask_for_regions(&self, account: &Arc<Account>) -> Result<Vec<String>, Error> {
        let limit = self.inner.wire.call;
        let enabled = json!({ "RegionOptStatusContains": ["ENABLED", "ENABLED_BY_DEFAULT"] });
        let ask = async {
            match self.inner.names(account, ("account", "ListRegions"), enabled).await {
                Ok(regions) => Ok(regions),
                // Without credentials the second question has the same answer.
                Err(error @ Error::Credentials(_)) => Err(error),
                Err(error) => {
                    tracing::debug!(account = %account.id, %error, "account:ListRegions failed, asking EC2");
                    let enabled = json!({ "AllRegions": false });
                    self.inner.names(account, ("ec2", "DescribeRegions"), enabled).await
                }
            }
        };
        let mut regions =
            tokio::time::timeout(limit, ask).await.unwrap_or_else(|_| Err(Error::call_timeout(limit)))?;
        // What AWS says becomes a part of host names.
        let (partitions, router) = (self.pack().partitions(), &self.inner.wire.router);
        regions.retain(|region| {
            check_region(partitions, region).is_ok() && router.check_partition(account, region).is_ok()
        });
        regions.sort();
        regions.dedup();
        if regions.is_empty() {
            return Err(Error::Response { reason: "no enabled region was told".to_owned() });
        }
        Ok(regions)
    }
}

impl Inner {
    /// Whether a service may be asked for a region at all, whatever the account.
    pub(super) fn check_region(&self, service: &Service, asked: &str) -> Result<(), SelectorError> {
        if asked != GLOBAL {
            check_region(self.wire.pack.partitions(), asked)
        } else if self.wire.router.resolver().scope(service) == Scope::Regional {
            Err(SelectorError::Regional { service: service.name.to_string() })
        } else {
            Ok(())
        }
    }

    /// The region that is asked in place of the target's: for `global`, and for a service that exists in one region
    /// alone, the service's home in the partition of the account.
    pub(super) async fn actual_region<'a>(
        &self,
        service: &Service,
        account: &Account,
        asked: &'a str,
    ) -> Result<Cow<'a, str>, SelectorError> {
        let router = &self.wire.router;
        if asked != GLOBAL {
            router.check_partition(account, asked)?;
            let partition = router.partition(asked);
            return Ok(partition.map_or(Cow::Borrowed(asked), |partition| {
                router.resolver().region_in_place(service, partition, asked)
            }));
        }
        let near = match account.regions.first() {
            Some(region) => Some(&**region),
            None => self.store.home_region().await,
        };
        let partition = router.partition_of(account).or_else(|| router.partition(near?));
        let partition = partition.ok_or(SelectorError::NoRegion)?;
        let region = router.resolver().global_region(service, partition, near);
        region.map(Cow::Owned).ok_or_else(|| SelectorError::Regional { service: service.name.to_string() })
    }

    /// Where an account is asked for its regions: at home, if that is in its partition.
    async fn region_of_questions(&self, account: &Account) -> String {
        let router = &self.wire.router;
        let home = self.store.home_region().await;
        let home = home.filter(|home| router.check_partition(account, home).is_ok());
        let global = || Some(&*router.partition_of(account)?.outputs.implicit_global_region);
        let own = home.or(account.regions.first().map(String::as_str)).or_else(global);
        own.unwrap_or("us-east-1").to_owned()
    }

    /// The regions in the answer to a question.
    async fn names(
        &self,
        account: &Arc<Account>,
        operation: (&'static str, &'static str),
        input: Json,
    ) -> Result<Vec<String>, Error> {
        let region = self.region_of_questions(account).await;
        let principal = host::principal("regions", &["account:ListRegions", "ec2:DescribeRegions"])?;
        let (service, operation) = operation;
        let question = Question { service, operation, region: &region, input };
        let output = self.ask(&principal, account, question).await?;
        let names = host::list(&output, "Regions").filter_map(|region| region.get("RegionName")?.as_str());
        Ok(names.map(str::to_owned).collect())
    }
}
