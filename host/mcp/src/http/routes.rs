//! What is answered at which path.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Frame, SizeHint};
use rmcp::ErrorData;
use rmcp::model::{JsonRpcError, ProtocolVersion};
use rmcp::transport::StreamableHttpService;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::MAX_BODY;
use super::sessions::Sessions;
use crate::front::Front;

/// Within this a request's body has arrived, or its connection is given up.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// What the routes need.
pub(super) struct Routes {
    pub(super) front: Front,
    pub(super) service: StreamableHttpService<Front, Sessions>,
    pub(super) sessions: Arc<Sessions>,
    /// Requests that are not answered to the last byte.
    pub(super) calls: TaskTracker,
}

impl Routes {
    pub(super) fn router(self) -> Router {
        Router::new()
            .route("/mcp", any(mcp))
            .route("/healthz", get(async || "ok\n"))
            .route("/readyz", get(ready))
            .with_state(Arc::new(self))
    }
}

/// Whether calls can be answered: the plugins are loaded.
async fn ready(State(routes): State<Arc<Routes>>) -> (StatusCode, &'static str) {
    match routes.front.loaded() {
        None => (StatusCode::SERVICE_UNAVAILABLE, "the plugins are being loaded\n"),
        Some(true) => (StatusCode::OK, "ready\n"),
        Some(false) => (StatusCode::SERVICE_UNAVAILABLE, "the plugins cannot be loaded: see the log\n"),
    }
}

async fn mcp(State(routes): State<Arc<Routes>>, request: Request<Body>) -> Response {
    if request.method() != Method::POST {
        let ends_session = request.method() == Method::DELETE;
        let mut response = routes.service.handle(request).await.map(Body::new);
        // rmcp accepts to end the session; but then it has ended, and clients want to hear that.
        if ends_session && response.status() == StatusCode::ACCEPTED {
            *response.status_mut() = StatusCode::NO_CONTENT;
        }
        return response;
    }
    let token = routes.calls.token();
    if opens_session(&request) && !routes.sessions.make_room().await {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            [(RETRY_AFTER, "5")],
            "too many sessions: try again later\n",
        )
            .into_response();
    }
    let (parts, body) = request.into_parts();
    let body = tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, MAX_BODY).collect()).await;
    let Ok(body) = body else {
        return (StatusCode::REQUEST_TIMEOUT, "the body of the request took too long\n").into_response();
    };
    let body = match body {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            let text = format!("the request is larger than {MAX_BODY} bytes\n");
            return (StatusCode::PAYLOAD_TOO_LARGE, text).into_response();
        }
        Err(error) => {
            tracing::debug!(%error, "a request broke off");
            return StatusCode::BAD_REQUEST.into_response();
        }
    };
    // The tools' schemas say which of their parameters are repeated in headers.
    if routes.front.loaded() != Some(true) {
        routes.front.load().await;
    }
    let is_json = parts.headers.get(CONTENT_TYPE).is_some_and(|value| {
        let essence = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
        essence.trim_ascii().eq_ignore_ascii_case(b"application/json")
    });
    let response = routes.service.handle(Request::from_parts(parts, Full::new(body.clone()))).await;
    if response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE && is_json {
        return malformed(&body);
    }
    response.map(|body| Body::new(Tracked { body, _token: token }))
}

/// Whether a POST can be nothing else than the first of a session: `initialize`.
fn opens_session(request: &Request<Body>) -> bool {
    let headers = request.headers();
    let stateless = headers
        .get("mcp-protocol-version")
        .is_some_and(|version| version.as_bytes() >= ProtocolVersion::V_2026_07_28.as_str().as_bytes());
    !stateless && !headers.contains_key("mcp-session-id")
}

/// The answer to a body that is no message of MCP. rmcp would say that JSON is no supported media
/// type.
fn malformed(body: &[u8]) -> Response {
    let error = match serde_json::from_slice::<serde::de::IgnoredAny>(body) {
        Ok(_) => ErrorData::invalid_request("the body is no JSON-RPC 2.0 message of MCP", None),
        Err(error) => ErrorData::parse_error(format!("the body is not JSON: {error}"), None),
    };
    let body = match serde_json::to_vec(&JsonRpcError::new(None, error)) {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(%error, "cannot write an error");
            return StatusCode::BAD_REQUEST.into_response();
        }
    };
    (StatusCode::BAD_REQUEST, [(CONTENT_TYPE, "application/json")], body).into_response()
}

/// A body that counts as a call until it is sent.
struct Tracked<B> {
    body: B,
    _token: TaskTrackerToken,
}

impl<B: hyper::body::Body<Data = Bytes> + Unpin> hyper::body::Body for Tracked<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
