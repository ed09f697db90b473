//! Sending one request and reading its response, over pooled connections.

use std::error::Error as StdError;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use thiserror::Error;
use tokio::sync::OnceCell;

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

/// Why there is no whole response.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum TransportError {
    /// The address is none, or the request cannot be put into HTTP.
    #[error("the request cannot be sent: {reason}")]
    Unsendable {
        /// Why.
        reason: String,
    },
    /// No connection came about.
    #[error("no connection to {host}: {reason}")]
    Connect { host: String, reason: String, timed_out: bool },
    /// Nothing came for too long; `begun` says whether the head of a response was there.
    #[error("{host} did not answer within {} s", after.as_secs_f32())]
    Timeout { host: String, after: Duration, begun: bool },
    /// The connection ended before the response did, or what came was not HTTP.
    #[error("the connection to {host} broke: {reason}")]
    Broken { host: String, reason: String },
    /// The response is larger than is read.
    #[error("the response of {host} is larger than {limit} bytes")]
    TooLarge { host: String, limit: usize },
}

/// Connections to AWS, kept open between requests. Dropping a future of it closes what it waits for.
#[derive(Debug)]
pub(crate) struct Transport {
    plain: Client<HttpConnector, Full<Bytes>>,
    /// Made with the first `https` request: reading the certificates of the system takes a while.
    secure: OnceCell<Client<HttpsConnector<HttpConnector>, Full<Bytes>>>,
    connect: Duration,
    read: Duration,
    max_body: usize,
}

/// AWS closes idle connections after some 20 s or more, by service.
const IDLE: Duration = Duration::from_secs(20);

impl Transport {
    pub(crate) fn new(timeouts: &Timeouts, max_body: usize) -> Self {
        Self {
            plain: builder().build(connector(timeouts.connect)),
            secure: OnceCell::new(),
            connect: timeouts.connect,
            read: timeouts.read,
            max_body,
        }
    }

    /// Sends a request and reads the whole response.
    pub(crate) async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let host = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        let timeout = |_| TransportError::Timeout { host: host.clone(), after: self.read, begun: false };
        let head = async {
            if is_secure(request.uri())? {
                let client = self.secure.get_or_try_init(|| secure(self.connect)).await?;
                client.request(request.map(Full::new)).await.map_err(|error| failure(&host, &error))
            } else {
                self.plain.request(request.map(Full::new)).await.map_err(|error| failure(&host, &error))
            }
        };
        let (head, body) = tokio::time::timeout(self.read, head).await.map_err(timeout)??.into_parts();
        Ok(Response::from_parts(head, self.body(&host, body).await?))
    }

    /// Reads a body as long as it comes, up to the limit.
    async fn body(&self, host: &str, mut body: Incoming) -> Result<Bytes, TransportError> {
        let too_large = || TransportError::TooLarge { host: host.to_owned(), limit: self.max_body };
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        if announced > self.max_body {
            return Err(too_large());
        }
        let mut whole = BytesMut::new();
        loop {
            let timeout =
                |_| TransportError::Timeout { host: host.to_owned(), after: self.read, begun: true };
            let Some(frame) = tokio::time::timeout(self.read, body.frame()).await.map_err(timeout)? else {
                return Ok(whole.freeze());
            };
            let frame = frame
                .map_err(|error| TransportError::Broken { host: host.to_owned(), reason: chain(&error) })?;
            let Ok(piece) = frame.into_data() else { continue };
            if whole.is_empty() && piece.len() >= announced && body.is_end_stream() {
                return if piece.len() > self.max_body { Err(too_large()) } else { Ok(piece) };
            }
            if whole.len() + piece.len() > self.max_body {
                return Err(too_large());
            }
            whole.reserve(announced.saturating_sub(whole.len()).max(piece.len()));
            whole.extend_from_slice(&piece);
        }
    }
}

fn builder() -> hyper_util::client::legacy::Builder {
    let mut builder = Client::builder(TokioExecutor::new());
    builder.pool_timer(TokioTimer::new()).timer(TokioTimer::new()).pool_idle_timeout(IDLE);
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

async fn secure(
    timeout: Duration,
) -> Result<Client<HttpsConnector<HttpConnector>, Full<Bytes>>, TransportError> {
    let unsendable = |reason: String| TransportError::Unsendable { reason };
    let roots = tokio::task::spawn_blocking(|| {
        let provider = rustls::crypto::ring::default_provider();
        hyper_rustls::HttpsConnectorBuilder::new().with_provider_and_native_roots(provider)
    });
    let with_roots = roots
        .await
        .map_err(|error| unsendable(error.to_string()))?
        .map_err(|error| unsendable(format!("no certificates of authorities on this system: {error}")))?;
    Ok(builder().build(with_roots.https_only().enable_http1().wrap_connector(connector(timeout))))
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

/// A request that came to no response.
fn failure(host: &str, error: &hyper_util::client::legacy::Error) -> TransportError {
    let (host, reason) = (host.to_owned(), chain(error));
    if error.is_connect() {
        TransportError::Connect { host, reason, timed_out: timed_out(error) }
    } else {
        TransportError::Broken { host, reason }
    }
}

/// Whether the system or the connector waited for too long.
fn timed_out(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let io = error.downcast_ref::<std::io::Error>();
        if io.is_some_and(|error| error.kind() == std::io::ErrorKind::TimedOut) {
            return true;
        }
        next = error.source();
    }
    false
}

/// The reasons below an error: the error itself says no more than that there is one.
fn chain(error: &dyn StdError) -> String {
    let mut reasons = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        reasons.push(error.to_string());
        next = error.source();
    }
    if reasons.len() > 1 {
        reasons.remove(0);
    }
    reasons.dedup();
    reasons.join(": ")
}
