//! Serving many clients over Streamable HTTP.

mod connections;
mod routes;
mod sessions;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tollgate_runtime::Runtime;

use self::connections::Connections;
use self::routes::Routes;
use self::sessions::Sessions;
use crate::error::Error;
use crate::front::Front;

/// The largest request body.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// Sessions at once of clients before 2026-07-28; a session takes about 50 kB.
const MAX_SESSIONS: usize = 512;

/// Connections at once; further ones wait in the operating system's queue.
const MAX_CONNECTIONS: usize = 1024;

/// How long calls may go on after the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Where and for whom HTTP is served.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Where to listen; port 0 takes any free one.
    pub address: SocketAddr,
    /// Whether an address that other machines reach is meant, although nobody is asked who they
    /// are.
    pub allow_remote_without_auth: bool,
    /// Names that clients may give in `Host`, besides the loopback names and the address itself.
    /// With a port they hold for that port alone.
    pub allowed_hosts: Vec<String>,
    /// Origins of web pages that may call, besides those of this machine: `https://example.com:443`,
    /// or `https://example.com:*` for any port.
    pub allowed_origins: Vec<String>,
}

/// A server that listens and does not yet answer.
#[derive(Debug)]
pub struct Http {
    listener: TcpListener,
    address: SocketAddr,
    options: HttpOptions,
}

impl Http {
    /// Listens.
    ///
    /// # Errors
    ///
    /// [`Error::RemoteWithoutAuth`] and [`Error::Listen`].
    pub async fn bind(options: HttpOptions) -> Result<Self, Error> {
        let address = options.address;
        if !address.ip().is_loopback() && !options.allow_remote_without_auth {
            return Err(Error::RemoteWithoutAuth(address));
        }
        let failed = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, options })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers at `/mcp`, and `/healthz` and `/readyz` for whoever watches over it, until
    /// `shutdown`; then calls in flight have ten seconds to end. Begins to load the plugins at
    /// once.
    ///
    /// # Errors
    ///
    /// [`Error::NoRandomness`].
    pub async fn serve(self, runtime: Runtime, shutdown: impl Future<Output = ()>) -> Result<(), Error> {
        let front = Front::new(runtime)?;
        let stop = CancellationToken::new();
        let sessions = Arc::new(Sessions::new(MAX_SESSIONS));
        let service = StreamableHttpService::new(
            {
                let front = front.clone();
                move || Ok(front.clone())
            },
            sessions.clone(),
            self.config(stop.clone()),
        );
        let calls = TaskTracker::new();
        let routes = Routes { front: front.clone(), service, sessions, calls: calls.clone() };
        let preload = tokio::spawn(async move { front.load().await });
        let connections = Connections::new(MAX_CONNECTIONS);
        tracing::info!(url = format!("http://{}/mcp", self.address), "serving MCP over HTTP");

        connections.accept(self.listener, routes.router(), shutdown).await;
        tracing::info!("stopping");
        preload.abort();
        calls.close();
        if tokio::time::timeout(GRACE, calls.wait()).await.is_err() {
            tracing::warn!(calls = calls.len(), "calls were still running and are cut off");
        }
        stop.cancel();
        connections.close().await;
        Ok(())
    }

    fn config(&self, stop: CancellationToken) -> StreamableHttpServerConfig {
        let loopback = ["localhost", "127.0.0.1", "[::1]"];
        let own = match self.address.ip() {
            ip if ip.is_unspecified() => None,
            IpAddr::V4(ip) => Some(ip.to_string()),
            IpAddr::V6(ip) => Some(format!("[{ip}]")),
        };
        let hosts =
            loopback.map(str::to_owned).into_iter().chain(own).chain(self.options.allowed_hosts.clone());
        let origins =
            loopback.iter().flat_map(|host| [format!("http://{host}:*"), format!("https://{host}:*")]);
        StreamableHttpServerConfig::default()
            .with_allowed_hosts(hosts)
            .with_allowed_origins(origins.chain(self.options.allowed_origins.clone()))
            .enforce_origin_validation()
            // A plain JSON answer where nothing comes before it: less to send, and clients limit
            // the size of an event more tightly than that of a body.
            .with_json_response(true)
            .with_max_request_body_bytes(MAX_BODY)
            .with_cancellation_token(stop)
    }
}

/// [`Http::bind`] and [`Http::serve`].
///
/// # Errors
///
/// As those.
pub async fn serve_http(
    runtime: Runtime,
    options: HttpOptions,
    shutdown: impl Future<Output = ()>,
) -> Result<(), Error> {
    Http::bind(options).await?.serve(runtime, shutdown).await
}

#[cfg(test)]
mod tests;
