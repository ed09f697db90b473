//! Accepting connections, and ending them.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a client may take for the head of a request, and how long a connection may lie idle.
/// More than clients keep idle connections, so that it is they who close them.
const HEAD: Duration = Duration::from_secs(75);

/// How long connections may take to end once nothing runs on them.
const CLOSE: Duration = Duration::from_secs(2);

/// The open connections.
pub(super) struct Connections {
    room: Arc<Semaphore>,
    open: TaskTracker,
    /// No further request on any connection.
    finish: CancellationToken,
    /// No connection.
    cut: CancellationToken,
}

impl Connections {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            room: Arc::new(Semaphore::new(limit)),
            open: TaskTracker::new(),
            finish: CancellationToken::new(),
            cut: CancellationToken::new(),
        }
    }

    /// Serves whoever connects, until `shutdown`; then takes no further connection and no further
    /// request.
    pub(super) async fn accept(
        &self,
        listener: TcpListener,
        app: Router,
        shutdown: impl Future<Output = ()>,
    ) {
        let mut shutdown = pin!(shutdown);
        loop {
            let accepted = async {
                let room = self.room.clone().acquire_owned().await.ok();
                (listener.accept().await, room)
            };
            let (accepted, room) = tokio::select! {
                biased;
                () = &mut shutdown => break,
                accepted = accepted => accepted,
            };
            match accepted {
                Ok((stream, _)) => self.serve(stream, room, app.clone()),
                Err(error) => {
                    // Out of file descriptors, for one: others may be closed in a moment.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
        self.finish.cancel();
    }

    /// Waits a moment for the connections to end by themselves, then ends them.
    pub(super) async fn close(&self) {
        self.open.close();
        if tokio::time::timeout(CLOSE, self.open.wait()).await.is_err() {
            self.cut.cancel();
            self.open.wait().await;
        }
    }

    fn serve(&self, stream: TcpStream, room: Option<OwnedSemaphorePermit>, app: Router) {
        // Events are small and many: held back until the last one is acknowledged, each would
        // come 40 ms late.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        let (finish, cut) = (self.finish.clone(), self.cut.clone());
        self.open.spawn(async move {
            let _room = room;
            let served = cut.run_until_cancelled(connection(stream, app, finish)).await;
            if let Some(Err(error)) = served {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
}

async fn connection(stream: TcpStream, app: Router, finish: CancellationToken) -> Result<(), hyper::Error> {
    let service = TowerToHyperService::new(app);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        served = &mut connection => return served,
        () = finish.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    connection.await
}
