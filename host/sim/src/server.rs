//! HTTP: connections, whole requests in, responses out.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming as RequestBody;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::body::ReplyBody;
use crate::handle::{Broken, handle};
use crate::socket::{Reset, Socket};
use crate::wire::Incoming;
use crate::world::World;

/// No request that is answered from fixtures is larger.
const MAX_BODY: usize = 16 << 20;

/// Serves until it is dropped, and all connections with it.
pub(crate) async fn serve(listener: TcpListener, world: Arc<World>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&world)));
                }
                // Out of file descriptors, most likely: some come back when connections end.
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, world: Arc<World>) {
    let _connected = world.ledger.connected();
    // Answers are small and go out at once.
    let _ = stream.set_nodelay(true);
    let (socket, reset) = Socket::new(stream);
    let service = service_fn(move |request| {
        let (world, reset) = (Arc::clone(&world), reset.clone());
        async move { respond(&world, &reset, request).await }
    });
    let served =
        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(socket), service).await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection broke");
    }
}

async fn respond(
    world: &World,
    reset: &Reset,
    request: Request<RequestBody>,
) -> Result<Response<ReplyBody>, Broken> {
    let (parts, body) = request.into_parts();
    let body: Bytes = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return Err(Broken),
    };
    let incoming = Incoming {
        method: parts.method,
        target: parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str).to_owned(),
        headers: parts.headers,
        body,
    };
    let response = handle(world, &incoming).await;
    if response.is_err() {
        reset.order();
    }
    response
}
