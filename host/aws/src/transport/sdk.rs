//! The HTTP client of the AWS SDK's own sources of credentials: SSO, web identity, containers, instances.

use std::sync::Arc;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio::sync::OnceCell;

use super::proxy::Proxies;
use super::trust::Trust;

/// A client that trusts whom the transport trusts and goes through the same proxy, for all who load credentials. What
/// machines and containers are told by plain HTTP never goes through a proxy.
#[derive(Debug)]
pub(crate) struct SdkHttp {
    proxies: Arc<Proxies>,
    trust: Arc<Trust>,
    /// It reads the system's certificates.
    client: OnceCell<SharedHttpClient>,
}

impl SdkHttp {
    pub(super) fn new(proxies: Arc<Proxies>, trust: Arc<Trust>) -> Self {
        Self { proxies, trust, client: OnceCell::new() }
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// The file of authorities, which the text names, or the proxy cannot be used.
    pub(crate) async fn client(&self) -> Result<SharedHttpClient, String> {
        self.client.get_or_try_init(|| self.build()).await.cloned()
    }

    async fn build(&self) -> Result<SharedHttpClient, String> {
        let mut roots = TrustStore::default();
        if let Some(pem) = self.trust.pem().await? {
            roots.add_pem_certificate(pem);
        }
        let tls = TlsContext::builder().with_trust_store(roots).build().map_err(|error| error.to_string())?;
        let proxy = match self.proxies.https() {
            Some((url, except)) => ProxyConfig::https(url)
                .map_err(|_| "the proxy of HTTPS_PROXY cannot be used")?
                .no_proxy(except),
            None => ProxyConfig::disabled(),
        };
        Ok(Builder::new().build_with_connector_fn(move |settings, components| {
            let mut builder = Connector::builder();
            builder.set_connector_settings(settings.cloned());
            builder.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
            let builder =
                builder.proxy_config(proxy.clone()).tls_provider(Provider::Rustls(CryptoMode::Ring));
            builder.tls_context(tls.clone()).build()
        }))
    }
}

#[cfg(test)]
mod tests {
    use aws_config::provider_config::ProviderConfig;
    use aws_config::web_identity_token::{StaticConfiguration, WebIdentityTokenCredentialsProvider};
    use aws_config::{BehaviorVersion, Region};
    use aws_credential_types::provider::ProvideCredentials;
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    use super::*;
    use crate::config::Config;
    use crate::profile::LazyProfile;

    fn http(variables: &[(&str, &str)]) -> SdkHttp {
        let config = Config { environment: variables.iter().copied().collect(), ..Config::default() };
        let profile = Arc::new(LazyProfile::new(config.environment.clone()));
        let trust = Arc::new(Trust::new(&config, profile));
        SdkHttp::new(Arc::new(Proxies::new(&config.environment).unwrap()), trust)
    }

    #[tokio::test]
    async fn credentials_are_loaded_through_the_proxy() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = format!("http://me:hunter2@localhost:{}", listener.local_addr().unwrap().port());
        let http = http(&[("HTTPS_PROXY", &proxy)]);
        assert!(!format!("{http:?}").contains("hunter2"));
        let token = tempfile::NamedTempFile::new().unwrap();
        let config = ProviderConfig::without_region()
            .with_region(Some(Region::new("eu-west-1")))
            .with_behavior_version(Some(BehaviorVersion::latest()))
            .with_http_client(http.client().await.unwrap());
        let provider = WebIdentityTokenCredentialsProvider::builder()
            .configure(&config)
            .static_configuration(StaticConfiguration {
                web_identity_token_file: token.path().to_owned(),
                role_arn: "arn:aws:iam::111111111111:role/Reader".to_owned(),
                session_name: "test".to_owned(),
            })
            .build();
        let asked = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            String::from_utf8(head).unwrap()
        };
        let head = tokio::select! {
            head = asked => head,
            loaded = provider.provide_credentials() => panic!("{loaded:?}"),
        };
        assert!(head.starts_with("CONNECT sts.eu-west-1.amazonaws.com:443 HTTP/1.1\r\n"), "{head}");
        assert!(head.to_lowercase().contains("\r\nproxy-authorization: basic "), "{head}");
    }

    #[tokio::test]
    async fn a_bundle_that_is_none_is_named() {
        let error = http(&[("AWS_CA_BUNDLE", "/nowhere/ca.pem")]).client().await.unwrap_err();
        assert!(error.starts_with("AWS_CA_BUNDLE: /nowhere/ca.pem: "), "{error}");
    }
}
