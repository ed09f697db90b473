//! `tollgate serve`

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::Source;

/// Serve the tools over MCP: on standard input and output, or over HTTP
#[derive(Args, Debug)]
pub(super) struct Serve {
    #[command(flatten)]
    source: Source,
    /// Serve Streamable HTTP at http://ADDRESS/mcp instead
    #[arg(long, value_name = "ADDRESS")]
    http: Option<SocketAddr>,
    /// Let other machines connect, although nobody is asked who they are
    #[arg(long, requires = "http")]
    allow_remote_without_auth: bool,
}

impl Serve {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let app = self.source.open().await?;
        match self.http {
            None => tollgate_mcp::serve_stdio(app.runtime.clone()).await?,
            Some(address) => {
                let options = tollgate_mcp::HttpOptions {
                    address,
                    allow_remote_without_auth: self.allow_remote_without_auth,
                    allowed_hosts: app.http.allowed_hosts.clone(),
                    allowed_origins: app.http.allowed_origins.clone(),
                };
                tollgate_mcp::serve_http(app.runtime.clone(), options, interrupted()).await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Ends at Ctrl-C or, where there is such a thing, at SIGTERM.
async fn interrupted() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
