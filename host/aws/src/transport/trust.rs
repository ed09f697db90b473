//! Whose certificates are trusted: the system's authorities, and those of the operator's bundle.

use std::path::{Path, PathBuf};
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
    if let Some(Bundle { origin, path }) = bundle {
        let wrong = |reason: String| format!("{origin}: {}: {reason}", path.display());
        for certificate in certificates(path).map_err(wrong)? {
            roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
        }
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

/// The certificates of a PEM file, one at least.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())?;
    let certificates: Vec<_> = certificates.collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    if certificates.is_empty() {
        Err("no certificate in PEM form is in it".to_owned())
    } else {
        Ok(certificates)
    }
}

/// TLS 1.2 and 1.3, by these roots.
fn client_config(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
