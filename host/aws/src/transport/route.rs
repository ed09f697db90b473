//! Connections to the host of a request, or to the proxy that is in between.

use std::error::Error as StdError;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderValue, Uri};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use thiserror::Error;
use tokio::net::TcpStream;
use tower_service::Service;

use super::proxy::Proxies;

type BoxError = Box<dyn StdError + Send + Sync>;
type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Connects to the host of a URI, through a proxy where there is one: by `CONNECT` for `https`, as it is for `http`.
#[derive(Clone, Debug)]
pub(super) struct Route {
    direct: HttpConnector,
    proxies: Arc<Proxies>,
    /// For proxies that are spoken to by TLS themselves, and for hosts behind proxies.
    tls: Option<Arc<ClientConfig>>,
}

/// The proxy did not let the connection through. Check the proxy, or name the host in `NO_PROXY`.
#[derive(Debug, Error)]
#[error("the proxy {proxy} does not connect to it")]
struct ProxyRefused {
    proxy: String,
    source: BoxError,
}

impl Route {
    pub(super) fn new(direct: HttpConnector, proxies: Arc<Proxies>, tls: Option<Arc<ClientConfig>>) -> Self {
        Self { direct, proxies, tls }
    }
}

impl Service<Uri> for Route {
    type Response = Wire;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Wire, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.direct.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let Some(proxy) = self.proxies.of(&uri) else {
            let connecting = self.direct.call(uri);
            return Box::pin(async { Ok(Wire { stream: Stream::Http(connecting.await?), proxied: false }) });
        };
        let (direct, tls) = (self.direct.clone(), self.tls.clone());
        Box::pin(async move {
            let secure = uri.scheme_str() == Some("https");
            let auth = proxy.basic_auth().cloned();
            let stream = through(direct, tls, proxy.uri().clone(), secure.then_some((uri, auth)));
            let refused = |source| ProxyRefused {
                proxy: proxy.uri().authority().map(ToString::to_string).unwrap_or_default(),
                source,
            };
            Ok(Wire { stream: stream.await.map_err(refused)?, proxied: !secure })
        })
    }
}

/// Connects to a proxy, and by it to a host where one is named.
async fn through(
    mut direct: HttpConnector,
    tls: Option<Arc<ClientConfig>>,
    proxy: Uri,
    host: Option<(Uri, Option<HeaderValue>)>,
) -> Result<Stream, BoxError> {
    let mut to_proxy = match tls {
        Some(tls) => HttpsConnector::from((direct, tls)),
        None if host.is_none() && proxy.scheme_str() == Some("http") => {
            return Ok(Stream::Http(direct.call(proxy).await?));
        }
        None => return Err("there are no certificates to verify it by".into()),
    };
    let Some((host, auth)) = host else { return to_proxy.call(proxy).await };
    let mut tunnel = Tunnel::new(proxy, to_proxy);
    if let Some(auth) = auth {
        tunnel = tunnel.with_auth(auth);
    }
    Ok(tunnel.call(host).await?)
}

/// A connection that knows whether a proxy reads the requests on it.
#[derive(Debug)]
pub(super) struct Wire {
    stream: Stream,
    proxied: bool,
}

impl Connection for Wire {
    fn connected(&self) -> Connected {
        self.stream.connected().proxy(self.proxied)
    }
}

impl Read for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }
}
