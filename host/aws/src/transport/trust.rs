//! Whose certificates are trusted: the system's authorities, and those of the operator's bundle.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::error::TransportError;
use crate::config::Config;
use crate::profile::LazyProfile;

/// Where the certificates of authorities are, read at first use.
#[derive(Debug)]
pub(crate) struct Trust {
    /// The bundle of the configuration or the environment, with the name of the setting.
    bundle: Option<Bundle>,
    /// Else its `ca_bundle`.
    profile: Arc<LazyProfile>,
}

/// A file with certificates in PEM form.
#[derive(Clone, Debug)]
struct Bundle {
    /// Who names it.
    origin: String,
    path: PathBuf,
}

impl Trust {
    /// Reads no file.
    pub(crate) fn new(config: &Config, profile: Arc<LazyProfile>) -> Self {
        let configured = config.ca_bundle.as_ref().map(|path| ("ca_bundle", path.clone()));
        let environment = || Some(("AWS_CA_BUNDLE", config.environment.get("AWS_CA_BUNDLE")?.into()));
        let bundle = configured.or_else(environment);
        Self { bundle: bundle.map(|(origin, path)| Bundle { origin: origin.to_owned(), path }), profile }
    }

    /// How servers are verified: by the authorities that the system trusts, and those of the bundle.
    pub(super) async fn tls(&self) -> Result<ClientConfig, TransportError> {
        let unsendable = |reason: String| TransportError::Unsendable { reason };
        let bundle = self.bundle().await.map_err(unsendable)?;
        // Reading and parsing them takes a while.
        let roots = tokio::task::spawn_blocking(move || roots(bundle.as_ref())).await;
        let roots = roots.map_err(|error| unsendable(error.to_string()))?.map_err(unsendable)?;
        client_config(roots).map_err(|error| unsendable(error.to_string()))
    }

    /// The bundle as it is, once it was found to be one.
    pub(super) async fn pem(&self) -> Result<Option<Vec<u8>>, String> {
        let Some(bundle) = self.bundle().await? else { return Ok(None) };
        let read = move || {
            bundle.add_to(&mut RootCertStore::empty())?;
            bundle.read().map(Some)
        };
        tokio::task::spawn_blocking(read).await.unwrap_or_else(|error| Err(error.to_string()))
    }

    async fn bundle(&self) -> Result<Option<Bundle>, String> {
        if self.bundle.is_some() {
            return Ok(self.bundle.clone());
        }
        let profile = self.profile.get().await.map_err(|error| error.to_string())?;
        let named = |path: &str| Bundle { origin: profile.origin("ca_bundle"), path: path.into() };
        Ok(profile.get("ca_bundle").map(named))
    }
}

fn roots(bundle: Option<&Bundle>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    // Systems have certificates that nobody can read; the others do.
    roots.add_parsable_certificates(system.certs);
    if let Some(bundle) = bundle {
        bundle.add_to(&mut roots)?;
    }
    if roots.is_empty() {
        let reasons: Vec<_> = system.errors.iter().map(ToString::to_string).collect();
        return Err(format!(
            "this system has no certificates of authorities; install them, or name a file of them in AWS_CA_BUNDLE {}",
            reasons.join(", ")
        ));
    }
    Ok(roots)
}

impl Bundle {
    fn read(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.path).map_err(|error| self.wrong(&error))
    }

    /// Adds its certificates, one at least.
    fn add_to(&self, roots: &mut RootCertStore) -> Result<(), String> {
        let pem = self.read()?;
        let mut none = true;
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            roots
                .add(certificate.map_err(|error| self.wrong(&error))?)
                .map_err(|error| self.wrong(&error))?;
            none = false;
        }
        if none { Err(self.wrong(&"no certificate in PEM form is in it")) } else { Ok(()) }
    }

    fn wrong(&self, reason: &dyn fmt::Display) -> String {
        format!("{}: {}: {reason}", self.origin, self.path.display())
    }
}

/// TLS 1.2 and 1.3, by these roots.
fn client_config(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
