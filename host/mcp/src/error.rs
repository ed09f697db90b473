//! Why serving could not start or had to end.

use std::io;
use std::net::SocketAddr;

/// Why serving could not start or had to end. A failing tool is no such error: its caller is told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is reached by other machines, and nobody would be asked who they are. Serve on
    /// a loopback address, or say that this is meant.
    #[error(
        "{0} can be reached from other machines, and callers are not authenticated: serve on 127.0.0.1, \
         or give --allow-remote-without-auth"
    )]
    RemoteWithoutAuth(SocketAddr),

    /// The address is taken, or not this machine's.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },

    /// No source of randomness, so questions to clients could not be sealed.
    #[error("the system gives no random numbers")]
    NoRandomness,

    /// The serving task failed: a bug in the host.
    #[error("serving ended unexpectedly")]
    Task(#[from] tokio::task::JoinError),
}
