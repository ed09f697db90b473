//! Serving one client on a pipe.

mod lines;

use rmcp::transport::io::{StdioReader, StdioWriter, stdio_pipes};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;
use tollgate_runtime::Runtime;

use self::lines::Lines;
use crate::error::Error;
use crate::front::Front;

/// Serves the client on standard input and output until its input ends; calls that still run then
/// have five seconds to answer. Loads no plugin before the client asks for the tools.
///
/// # Errors
///
/// [`Error::NoRandomness`] and [`Error::Task`].
pub async fn serve_stdio(runtime: Runtime) -> Result<(), Error> {
    let (input, output): (StdioReader, StdioWriter) = stdio_pipes();
    serve_pipe(runtime, input, output).await
}

/// As [`serve_stdio`], on any pair of pipes: one JSON-RPC message a line.
///
/// # Errors
///
/// [`Error::NoRandomness`] and [`Error::Task`].
pub async fn serve_pipe<R, W>(runtime: Runtime, input: R, output: W) -> Result<(), Error>
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let front = Front::new(runtime)?;
    let transport = Lines::new(input, output);
    // Not `serve_server`: that picks one era by the first request, and gives up on a client that
    // begins with a notification. Each request says by itself which era it is of.
    let service = rmcp::service::serve_directly_with_ct(front, transport, None, CancellationToken::new());
    service.waiting().await?;
    Ok(())
}
