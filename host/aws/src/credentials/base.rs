//! The base credentials: what the host itself has, or what a named profile gives.

use std::sync::Arc;
use std::time::Duration;

use aws_config::meta::region::ProvideRegion;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::profile::region::ProfileFileRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError as ProviderError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio::sync::OnceCell;

use super::error::CredentialsError;
use super::files::Files;
use super::sts::Identity;
use crate::clock::Clock;
use crate::slot::{Loaded, Slot};
use crate::transport::SdkHttp;

/// No source of credentials takes longer: an SSO portal or a credential process at worst.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Base credentials and their region, found out at first use.
///
/// Each time that they are loaded, the whole chain is made anew. That is rare, and so a profile that was edited, or a
/// login that was renewed, is seen; what the chain itself would keep is kept in the slot.
#[derive(Debug)]
pub(crate) struct Base {
    origin: Origin,
    /// The home region of the configuration.
    region: Option<String>,
    found_region: OnceCell<Option<String>>,
    http: Arc<SdkHttp>,
    files: Files,
    slot: Arc<Slot<Credentials, CredentialsError>>,
    /// Whose they are.
    pub(super) identity: Arc<Slot<Known, CredentialsError>>,
}

/// Where base credentials come from.
#[derive(Debug)]
enum Origin {
    Given(SharedCredentialsProvider),
    /// AWS's default chain.
    Chain,
    /// A profile of the AWS configuration files, and that alone.
    Profile(String),
}

/// Whose the base credentials are.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) access_key_id: String,
    pub(super) identity: Identity,
}

impl Base {
    /// With credentials and a region where they are given, and the default chain's where not. Reads nothing.
    pub(crate) fn new(
        given: Option<SharedCredentialsProvider>,
        region: Option<String>,
        http: Arc<SdkHttp>,
    ) -> Self {
        Self::of(given.map_or(Origin::Chain, Origin::Given), region, http)
    }

    /// Those of a profile. Reads nothing.
    pub(super) fn profile(name: &str, region: Option<String>, http: Arc<SdkHttp>) -> Self {
        Self::of(Origin::Profile(name.to_owned()), region, http)
    }

    /// The profile whose they are, if it is a named one.
    pub(super) fn profile_name(&self) -> Option<&str> {
        match &self.origin {
            Origin::Profile(name) => Some(name),
            _ => None,
        }
    }

    fn of(origin: Origin, region: Option<String>, http: Arc<SdkHttp>) -> Self {
        Self {
            origin,
            region,
            found_region: OnceCell::new(),
            http,
            files: Files::of(|name| std::env::var_os(name)),
            slot: Arc::default(),
            identity: Arc::default(),
        }
    }

    /// The credentials, renewed ahead of their expiry, and when the files that they come from are others.
    pub(super) async fn credentials(
        self: &Arc<Self>,
        clock: &Clock,
    ) -> Result<Credentials, Arc<CredentialsError>> {
        let from_files = !matches!(self.origin, Origin::Given(_));
        if from_files && self.files.changed().await {
            tracing::debug!("the files of the base credentials have changed");
            self.slot.doubt();
        }
        let base = self.clone();
        self.slot.get(clock, || async move { base.load().await }).await
    }

    /// Gets others next time, unless that has happened already.
    pub(super) fn forget(&self, used: &Credentials) {
        self.slot.forget(|kept| kept.access_key_id() == used.access_key_id());
    }

    /// The home region: the configuration's, else that of the environment or the profile.
    pub(crate) async fn region(&self) -> Option<&str> {
        if self.region.is_some() {
            return self.region.as_deref();
        }
        let find = || async {
            let region = match &self.origin {
                Origin::Profile(name) => {
                    ProfileFileRegionProvider::builder().profile_name(name).build().region().await
                }
                _ => match self.loader().await {
                    Ok(loader) => loader.no_credentials().load().await.region().cloned(),
                    Err(error) => {
                        tracing::warn!(%error, "no region is looked for");
                        None
                    }
                },
            };
            region.map(|region| region.to_string())
        };
        self.found_region.get_or_init(find).await.as_deref()
    }

    async fn load(&self) -> Result<Loaded<Credentials>, CredentialsError> {
        let provider = match &self.origin {
            Origin::Given(given) => Some(given.clone()),
            Origin::Chain => self.loader().await?.load().await.credentials_provider(),
            Origin::Profile(name) => Some(SharedCredentialsProvider::new(self.of_profile(name).await?)),
        };
        let provider = provider.ok_or(CredentialsError::NotLoaded)?;
        let loaded = tokio::time::timeout(TIMEOUT, provider.provide_credentials())
            .await
            .unwrap_or_else(|_| Err(ProviderError::provider_timed_out(TIMEOUT)));
        match loaded {
            Ok(credentials) => {
                tracing::debug!("base credentials loaded");
                Ok(Loaded { life: credentials.expiry().into(), value: credentials })
            }
            Err(error) => {
                let error = match &self.origin {
                    Origin::Profile(name) => CredentialsError::from_profile(name, &error),
                    _ => CredentialsError::from_provider(&error),
                };
                tracing::warn!(%error, "base credentials not loaded");
                Err(error)
            }
        }
    }

    /// AWS's default chain and its region.
    async fn loader(&self) -> Result<ConfigLoader, CredentialsError> {
        let loader = aws_config::defaults(BehaviorVersion::latest()).http_client(self.http().await?);
        Ok(match &self.region {
            Some(region) => loader.region(Region::new(region.clone())),
            None => loader,
        })
    }

    /// A profile, whatever credentials the environment holds.
    async fn of_profile(&self, name: &str) -> Result<ProfileFileCredentialsProvider, CredentialsError> {
        let region = self.region().await.map(|region| Region::new(region.to_owned()));
        let config = ProviderConfig::without_region()
            .with_region(region)
            .with_behavior_version(Some(BehaviorVersion::latest()))
            .with_http_client(self.http().await?);
        Ok(ProfileFileCredentialsProvider::builder().configure(&config).profile_name(name).build())
    }

    /// One for all loads.
    async fn http(&self) -> Result<SharedHttpClient, CredentialsError> {
        self.http.client().await.map_err(|reason| CredentialsError::InvalidConfiguration { reason })
    }
}
