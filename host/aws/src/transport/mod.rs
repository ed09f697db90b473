//! Sending one request and reading its response, over pooled connections.

mod body;
mod error;
mod memory;
mod proxy;
mod route;
mod sdk;
mod trust;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::Full;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::OnceCell;

use self::body::Bodies;
pub(crate) use self::error::TransportError;
use self::error::failure;
use self::memory::Memory;
use self::proxy::Proxies;
pub use self::proxy::ProxyError;
use self::route::Route;
pub(crate) use self::sdk::SdkHttp;
use self::trust::Trust;
use crate::config::{Concurrency, Config};
use crate::profile::LazyProfile;

/// How long to wait for what.
#[derive(Clone, Debug)]
pub struct Timeouts {
    /// For a connection. Default 5 s.
    pub connect: Duration,
    /// For the head of a response, and then between any two pieces of its body. Default 30 s.
    pub read: Duration,
    /// For a whole call: credentials, all attempts with the pauses between them, and all pages. Default 100 s.
    pub call: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(30),
            call: Duration::from_secs(100),
        }
    }
}

/// Connections to AWS, kept open between requests. Dropping a future of it closes what it waits for.
#[derive(Debug)]
pub(crate) struct Transport {
    plain: Client<Route, Full<Bytes>>,
    /// Made with the first request that needs TLS: reading the certificates of the system takes a while.
    secure: OnceCell<Client<HttpsConnector<Route>, Full<Bytes>>>,
    proxies: Arc<Proxies>,
    trust: Arc<Trust>,
    sdk: Arc<SdkHttp>,
    connect: Duration,
    read: Duration,
    bodies: Bodies,
}

/// AWS closes idle connections after some 20 s or more, by service.
const IDLE: Duration = Duration::from_secs(20);

/// The most bytes that a connection reads ahead of whoever reads the body. More stays with the system, or the sender:
/// with hundreds of connections, hyper's own 400 KiB would be most of the host's memory.
const READ_AHEAD: usize = 32 << 10;

impl Transport {
    /// Opens no connection and reads no file.
    pub(crate) fn new(config: &Config, profile: Arc<LazyProfile>) -> Result<Self, ProxyError> {
        let timeouts = &config.timeouts;
        let Concurrency { answer_bytes, large_answers, .. } = config.concurrency;
        let memory = Memory::new(answer_bytes, large_answers);
        let proxies = Arc::new(Proxies::new(&config.environment)?);
        let trust = Arc::new(Trust::new(config, profile));
        let route = Route::new(connector(timeouts.connect), proxies.clone(), None);
        Ok(Self {
            plain: builder().build(route),
            secure: OnceCell::new(),
            sdk: Arc::new(SdkHttp::new(proxies.clone(), trust.clone())),
            proxies,
            trust,
            connect: timeouts.connect,
            read: timeouts.read,
            bodies: Bodies::new(timeouts.read, config.max_response_bytes, memory),
        })
    }

    /// The HTTP client of those who load credentials.
    pub(crate) fn sdk(&self) -> &Arc<SdkHttp> {
        &self.sdk
    }

    /// Sends a request and reads the whole response.
    pub(crate) async fn send(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let host = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        let timeout = |_| TransportError::Timeout { host: host.clone(), after: self.read, begun: false };
        let head = if self.needs_tls(&mut request)? {
            // Reading certificates is not the host's doing.
            let client = self.secure.get_or_try_init(|| self.secure()).await?;
            client.request(request.map(Full::new))
        } else {
            self.plain.request(request.map(Full::new))
        };
        let head = tokio::time::timeout(self.read, head).await.map_err(timeout)?;
        self.bodies.read(&host, head.map_err(|error| failure(&host, &error))?).await
    }

    /// Whether the host, or the proxy before it, is spoken to by TLS. A proxy that reads the request is told who asks.
    fn needs_tls(&self, request: &mut Request<Bytes>) -> Result<bool, TransportError> {
        if is_secure(request.uri())? {
            return Ok(true);
        }
        let Some(proxy) = self.proxies.of(request.uri()) else { return Ok(false) };
        if let Some(auth) = proxy.basic_auth() {
            request.headers_mut().insert(http::header::PROXY_AUTHORIZATION, auth.clone());
        }
        is_secure(proxy.uri())
    }

    async fn secure(&self) -> Result<Client<HttpsConnector<Route>, Full<Bytes>>, TransportError> {
        let tls = Arc::new(self.trust.tls().await?);
        let route = Route::new(connector(self.connect), self.proxies.clone(), Some(tls.clone()));
        Ok(builder().build(HttpsConnector::from((route, tls))))
    }
}

fn builder() -> hyper_util::client::legacy::Builder {
    let mut builder = Client::builder(TokioExecutor::new());
    builder.pool_timer(TokioTimer::new()).timer(TokioTimer::new()).pool_idle_timeout(IDLE);
    builder.http1_max_buf_size(READ_AHEAD);
    builder
}

fn connector(timeout: Duration) -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(timeout));
    connector.set_keepalive(Some(Duration::from_secs(60)));
    connector
}

fn is_secure(uri: &Uri) -> Result<bool, TransportError> {
    match uri.scheme_str() {
        Some("https") => Ok(true),
        Some("http") => Ok(false),
        _ => Err(TransportError::Unsendable {
            reason: "the endpoint is neither http:// nor https://".to_owned(),
        }),
    }
}
