//! TLS: whose certificates are accepted, and what is said of the others.

use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tollgate_aws::{Client, Config, Timeouts};

use crate::server::Server;
use crate::world::*;

/// An authority of the test's own.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Test authority");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    /// The file with its certificate.
    pub fn bundle(&self) -> String {
        self.folder.path().join("ca.pem").to_str().unwrap().to_owned()
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Speaks TLS with a certificate for these names before a server that does not; gives the port.
    pub async fn front(&self, names: &[&str], until: i32, server: &Server) -> u16 {
        self.front_of(names, until, server.url.strip_prefix("http://").unwrap().to_owned()).await
    }

    pub async fn front_of(&self, names: &[&str], until: i32, behind: String) -> u16 {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, behind) = (acceptor.clone(), behind.clone());
                tokio::spawn(async move {
                    // A client that does not trust us goes.
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    let mut behind = TcpStream::connect(behind).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut stream, &mut behind).await;
                });
            }
        });
        port
    }
}

/// A configuration without a custom endpoint that waits long enough for handshakes.
pub fn patient(server: &Server) -> Config {
    let mut config = config(server, vec![with_role(PRODUCTION, "production")]);
    config.endpoint_url = None;
    let long = std::time::Duration::from_secs(20);
    config.timeouts = Timeouts { connect: long, read: long, call: long };
    config
}

/// Asks a server whose certificate is for these names, until the first of a year.
async fn asked(
    authority: &Authority,
    names: &[&str],
    until: i32,
    environment: &[(&str, &str)],
) -> (Result<(), String>, usize) {
    let server = server(|_, _| vpcs()).await;
    let port = authority.front(names, until, &server).await;
    let mut config = patient(&server);
    config.endpoint_url = Some(format!("https://localhost:{port}"));
    config.environment = environment.iter().copied().collect();
    let answer = ask(&Client::new(config).unwrap()).await;
    let answer = answer.map(drop).map_err(|error| error.to_string().replace(&port.to_string(), "PORT"));
    (answer, server.received().len())
}

#[tokio::test]
async fn a_bundle_makes_an_authority_trusted() {
    let authority = Authority::new();
    let bundle = authority.bundle();
    let (answer, requests) = asked(&authority, &["localhost"], 2999, &[("AWS_CA_BUNDLE", &bundle)]).await;
    assert_eq!((answer, requests), (Ok(()), 2), "AssumeRole and DescribeVpcs");

    let file = authority.folder().join("config");
    std::fs::write(&file, format!("[profile office]\nca_bundle = {bundle}\n")).unwrap();
    let profile = [("AWS_CONFIG_FILE", file.to_str().unwrap()), ("AWS_PROFILE", "office")];
    assert_eq!(asked(&authority, &["localhost"], 2999, &profile).await.0, Ok(()));
}

#[tokio::test]
async fn whom_nobody_known_signed_for_is_refused_at_once() {
    let (answer, requests) = asked(&Authority::new(), &["localhost"], 2999, &[]).await;
    let error = answer.unwrap_err();
    let told =
        "the certificate of localhost:PORT is not accepted: no authority that is trusted here has signed it";
    // Where a system trusts nobody, that is told.
    assert!(error.contains(told) || error.contains("no certificates of authorities"), "{error}");
    assert!(error.contains("AWS_CA_BUNDLE"), "{error}");
    assert_eq!(requests, 0, "nothing was sent");

    let other = Authority::new().bundle();
    assert!(asked(&Authority::new(), &["localhost"], 2999, &[("AWS_CA_BUNDLE", &other)]).await.0.is_err());
}

#[tokio::test]
async fn certificates_of_other_times_and_hosts_are_refused() {
    let authority = Authority::new();
    let bundle = authority.bundle();
    let trusting = [("AWS_CA_BUNDLE", &*bundle)];
    let (answer, requests) = asked(&authority, &["localhost"], 2021, &trusting).await;
    let error = answer.unwrap_err();
    assert!(error.contains("the certificate of localhost:PORT is not accepted"), "{error}");
    assert!(error.contains("check this machine's clock"), "{error}");
    assert_eq!(requests, 0);
    let (answer, requests) = asked(&authority, &["other.example"], 2999, &trusting).await;
    let error = answer.unwrap_err();
    assert!(error.contains("other.example") && error.contains("check the endpoint URL"), "{error}");
    assert_eq!(requests, 0);
}

#[tokio::test]
async fn a_bundle_that_is_none_is_named() {
    let authority = Authority::new();
    let empty = authority.folder().join("empty.pem");
    std::fs::write(&empty, "nothing").unwrap();
    for (file, told) in
        [("/nowhere/ca.pem", "AWS_CA_BUNDLE: /nowhere/ca.pem: "), (empty.to_str().unwrap(), "no certificate")]
    {
        let (answer, requests) = asked(&authority, &["localhost"], 2999, &[("AWS_CA_BUNDLE", file)]).await;
        let error = answer.unwrap_err();
        assert!(error.contains(told), "{error}");
        assert_eq!(requests, 0);
    }
}
