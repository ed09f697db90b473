//! The sessions of clients before 2026-07-28.
//!
//! rmcp keeps them in memory without a limit, and lets two requests with one id run in one
//! session, of which one is never answered. Here their number is limited, the one idle for longest
//! makes room for a new one, and a second use of an id is answered at once.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::{Stream, StreamExt as _, stream};
use rmcp::model::{ClientJsonRpcMessage, ErrorData, JsonRpcMessage, RequestId, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_server::session::local::{
    LocalSessionManager, LocalSessionManagerError, SessionConfig,
};
use rmcp::transport::streamable_http_server::session::{ServerSseMessage, SessionId, SessionManager};

/// How long a session outlives its last message: an agent waits that long for its person.
const IDLE: Duration = Duration::from_secs(60 * 60);

/// How long the answers of a session can be fetched again after a connection was lost. They are
/// kept whole, so not for long.
const REPLAY: Duration = Duration::from_secs(10);

/// The sessions.
pub(super) struct Sessions {
    inner: LocalSessionManager,
    limit: usize,
    known: Arc<Mutex<HashMap<SessionId, Session>>>,
}

/// What is known of a session.
struct Session {
    used: Instant,
    open: HashSet<RequestId>,
}

/// Why a session could not be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionsError {
    #[error("all {0} sessions are busy: try again later")]
    Full(usize),
    #[error(transparent)]
    Local(#[from] LocalSessionManagerError),
}

impl Sessions {
    pub(super) fn new(limit: usize) -> Self {
        let mut config = SessionConfig::default();
        config.keep_alive = Some(IDLE);
        config.completed_cache_ttl = REPLAY;
        let mut inner = LocalSessionManager::default();
        inner.session_config = config;
        Self { inner, limit, known: Arc::default() }
    }

    /// Whether there is room for one more, after the session idle for longest was closed if need
    /// be.
    pub(super) async fn make_room(&self) -> bool {
        let idle = {
            let mut known = lock(&self.known);
            if known.len() < self.limit {
                return true;
            }
            let idle = known.iter().filter(|(_, session)| session.open.is_empty());
            let Some(id) = idle.min_by_key(|(_, session)| session.used).map(|(id, _)| id.clone()) else {
                return false;
            };
            known.remove(&id);
            id
        };
        tracing::info!(session = %idle, limit = self.limit, "closed the session idle for longest");
        if let Err(error) = self.inner.close_session(&idle).await {
            tracing::warn!(%error, session = %idle, "cannot close a session");
        }
        true
    }

    fn touch(&self, id: &SessionId) {
        if let Some(session) = lock(&self.known).get_mut(id) {
            session.used = Instant::now();
        }
    }

    /// Marks a request as open until the guard is dropped; nothing if it is already.
    fn open(&self, session: &SessionId, request: &RequestId) -> Option<Open> {
        if let Some(known) = lock(&self.known).get_mut(session)
            && !known.open.insert(request.clone())
        {
            return None;
        }
        Some(Open { known: self.known.clone(), session: session.clone(), request: request.clone() })
    }
}

/// A request that is not answered yet.
struct Open {
    known: Arc<Mutex<HashMap<SessionId, Session>>>,
    session: SessionId,
    request: RequestId,
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(session) = lock(&self.known).get_mut(&self.session) {
            session.open.remove(&self.request);
            session.used = Instant::now();
        }
    }
}

fn lock(known: &Mutex<HashMap<SessionId, Session>>) -> MutexGuard<'_, HashMap<SessionId, Session>> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SessionManager for Sessions {
    type Error = SessionsError;
    type Transport = <LocalSessionManager as SessionManager>::Transport;

    async fn create_session(&self) -> Result<(SessionId, Self::Transport), Self::Error> {
        if !self.make_room().await {
            return Err(SessionsError::Full(self.limit));
        }
        let (id, transport) = self.inner.create_session().await?;
        lock(&self.known).insert(id.clone(), Session { used: Instant::now(), open: HashSet::new() });
        Ok((id, transport))
    }

    async fn initialize_session(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<ServerJsonRpcMessage, Self::Error> {
        Ok(self.inner.initialize_session(id, message).await?)
    }

    async fn has_session(&self, id: &SessionId) -> Result<bool, Self::Error> {
        self.touch(id);
        Ok(self.inner.has_session(id).await?)
    }

    async fn close_session(&self, id: &SessionId) -> Result<(), Self::Error> {
        lock(&self.known).remove(id);
        Ok(self.inner.close_session(id).await?)
    }

    async fn create_stream(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Self::Error> {
        let open = match &message {
            JsonRpcMessage::Request(request) => match self.open(id, &request.id) {
                Some(open) => Some(open),
                None => {
                    let error = ErrorData::invalid_request(
                        "this id belongs to a request that is not answered yet: use each id once",
                        None,
                    );
                    let answer = ServerJsonRpcMessage::error(error, Some(request.id.clone()));
                    return Ok(stream::iter([ServerSseMessage::from_message(answer)]).left_stream());
                }
            },
            _ => None,
        };
        let answers = self.inner.create_stream(id, message).await?;
        // The guard goes with the stream, at its end or when its client leaves.
        Ok(answers.inspect(move |_| _ = &open).right_stream())
    }

    async fn accept_message(&self, id: &SessionId, message: ClientJsonRpcMessage) -> Result<(), Self::Error> {
        Ok(self.inner.accept_message(id, message).await?)
    }

    async fn create_standalone_stream(
        &self,
        id: &SessionId,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Self::Error> {
        Ok(self.inner.create_standalone_stream(id).await?)
    }

    async fn resume(
        &self,
        id: &SessionId,
        last_event_id: String,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Self::Error> {
        Ok(self.inner.resume(id, last_event_id).await?)
    }
}

#[cfg(test)]
mod tests;
