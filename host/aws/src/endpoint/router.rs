//! The endpoints of one client: the rules, and the operator's settings.

use std::sync::Arc;

use serde_json::Value as Json;
use tokio::sync::OnceCell;

use super::{Endpoint, EndpointError, Resolver, Settings};
use crate::account::{Account, SelectorError};
use crate::config::{Config, ConfigError};
use crate::model::{Operation, Pack, Partition, Service};
use crate::profile::LazyProfile;

/// Where the calls of one client go.
#[derive(Debug)]
pub(crate) struct Router {
    resolver: Resolver,
    /// What configuration and environment say.
    early: Settings,
    /// With the profile, which is a file and read at the first call.
    settings: OnceCell<Settings>,
    profile: Arc<LazyProfile>,
}

impl Router {
    /// Reads no file.
    pub(crate) fn new(
        config: &Config,
        pack: &'static Pack,
        profile: Arc<LazyProfile>,
    ) -> Result<Self, ConfigError> {
        let mut early = Settings::from_environment(&config.environment)?
            .with_fips(config.fips)
            .with_dual_stack(config.dual_stack);
        if let Some(url) = &config.endpoint_url {
            early = early.with_endpoint_url(url)?;
        }
        for (service, url) in &config.endpoint_urls {
            pack.service(service)?;
            early = early.with_service_url(service, url)?;
        }
        Ok(Self { resolver: Resolver::new(pack), early, settings: OnceCell::new(), profile })
    }

    /// Where a call goes and how it is signed.
    pub(crate) async fn endpoint(
        &self,
        service: &Service,
        operation: &Operation,
        input: &Json,
        region: &str,
    ) -> Result<Endpoint, EndpointError> {
        let whole = async || self.early.clone().with_profile(self.profile.get().await?);
        let settings = self.settings.get_or_try_init(whole).await?;
        self.resolver.resolve(service, operation, input, region, settings)
    }

    /// The endpoint rules.
    pub(crate) fn resolver(&self) -> &Resolver {
        &self.resolver
    }

    /// The partition of a region.
    pub(crate) fn partition(&self, region: &str) -> Option<&Partition> {
        self.resolver.partition(region)
    }

    /// The partition of an account: that of its role, else of its first region.
    pub(crate) fn partition_of(&self, account: &Account) -> Option<&Partition> {
        let of_role = account.role.as_deref().and_then(|role| role.split(':').nth(1));
        let of_role = of_role.and_then(|id| self.resolver.partitions().by_id(id));
        of_role.or_else(|| self.partition(account.regions.first()?))
    }

    /// Whether a region may be asked in an account. An account of an unknown partition may be asked everywhere.
    ///
    /// # Errors
    ///
    /// The region is one of another partition.
    pub(crate) fn check_partition(&self, account: &Account, region: &str) -> Result<(), SelectorError> {
        match (self.partition(region), self.partition_of(account)) {
            (Some(of_region), Some(of_account)) if of_region.id != of_account.id => {
                Err(SelectorError::OtherPartition {
                    region: region.to_owned(),
                    of_region: of_region.id.to_string(),
                    account: account.id,
                    name: account.name.clone(),
                    of_account: of_account.id.to_string(),
                })
            }
            _ => Ok(()),
        }
    }
}
