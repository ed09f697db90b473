//! The base credentials: what the host itself has.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError as ProviderError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use std::sync::Arc;
use tokio::sync::OnceCell;

use super::error::CredentialsError;
use super::slot::{Loaded, Slot};
use crate::clock::Clock;

/// No source of credentials takes longer: an SSO portal or a credential process at worst.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The base credentials and the home region, found out at first use.
#[derive(Debug)]
pub(crate) struct Base {
    given: Option<SharedCredentialsProvider>,
    region: Option<String>,
    chain: OnceCell<Chain>,
    slot: Slot<Credentials, CredentialsError>,
}

/// What AWS's default chain gives.
#[derive(Debug)]
struct Chain {
    provider: Option<SharedCredentialsProvider>,
    region: Option<String>,
}

impl Base {
    /// With credentials and a region where they are given, and the default chain's where not. Reads nothing.
    pub(crate) fn new(given: Option<SharedCredentialsProvider>, region: Option<String>) -> Self {
        Self { given, region, chain: OnceCell::new(), slot: Slot::default() }
    }

    /// The credentials, renewed ahead of their expiry.
    pub(crate) async fn credentials(&self, clock: &Clock) -> Result<Credentials, Arc<CredentialsError>> {
        self.slot.get(clock, || self.load()).await
    }

    /// Gets others next time, unless that has happened already.
    pub(crate) fn forget(&self, used: &Credentials) {
        self.slot.forget(|kept| kept.access_key_id() == used.access_key_id());
    }

    /// The home region, if there is one.
    pub(crate) async fn region(&self) -> Option<&str> {
        match &self.region {
            Some(region) => Some(region),
            None => self.chain().await.region.as_deref(),
        }
    }

    async fn load(&self) -> Result<Loaded<Credentials>, CredentialsError> {
        let provider = match &self.given {
            Some(given) => Some(given),
            None => self.chain().await.provider.as_ref(),
        };
        let provider = provider.ok_or(CredentialsError::NotLoaded)?;
        let loaded = tokio::time::timeout(TIMEOUT, provider.provide_credentials())
            .await
            .unwrap_or_else(|_| Err(ProviderError::provider_timed_out(TIMEOUT)));
        match loaded {
            Ok(credentials) => {
                tracing::debug!("base credentials loaded");
                Ok(Loaded { expiry: credentials.expiry(), value: credentials })
            }
            Err(error) => {
                let error = CredentialsError::from_provider(&error);
                tracing::warn!(%error, "base credentials not loaded");
                Err(error)
            }
        }
    }

    async fn chain(&self) -> &Chain {
        let load = || async {
            let http =
                aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
            let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http.build_https());
            if let Some(region) = &self.region {
                loader = loader.region(Region::new(region.clone()));
            }
            if self.given.is_some() {
                loader = loader.no_credentials();
            }
            let config = loader.load().await;
            Chain {
                provider: config.credentials_provider(),
                region: config.region().map(ToString::to_string),
            }
        };
        self.chain.get_or_init(load).await
    }
}
