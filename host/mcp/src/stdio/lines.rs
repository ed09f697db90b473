//! One JSON-RPC message a line, in both directions.
//!
//! rmcp's own transport drops a line that is not JSON without a word, and lets two requests with
//! one id run, of which one is never answered. This one answers both at once.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ErrorData, JsonRpcError, JsonRpcMessage, RequestId,
    ServerJsonRpcMessage,
};
use rmcp::service::RoleServer;
use rmcp::transport::Transport;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The longest message that is read, as over HTTP.
const MAX_LINE: usize = 4 * 1024 * 1024;

/// The transport.
pub(super) struct Lines<R, W> {
    input: BufReader<R>,
    /// The line so far. It outlives `receive`, which is dropped and called again at any time.
    line: Vec<u8>,
    /// Whether the rest of a line that was too long is being skipped.
    skipping: bool,
    output: Arc<tokio::sync::Mutex<W>>,
    /// Requests that are not answered yet.
    open: Arc<Mutex<HashSet<RequestId>>>,
    /// Set once the client no longer reads.
    gone: CancellationToken,
    /// An answer of this transport's own that is being written.
    reply: Option<JoinHandle<()>>,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin + Send + 'static> Lines<R, W> {
    pub(super) fn new(input: R, output: W) -> Self {
        Self {
            input: BufReader::new(input),
            line: Vec::new(),
            skipping: false,
            output: Arc::new(tokio::sync::Mutex::new(output)),
            open: Arc::default(),
            gone: CancellationToken::new(),
            reply: None,
        }
    }

    /// Reads on until `self.line` holds a whole line; `None` at the end of the input.
    async fn next_line(&mut self) -> Option<Line> {
        loop {
            let available = match self.input.fill_buf().await {
                // What comes before the end counts as a line, newline or not.
                Ok([]) => return (!self.line.is_empty()).then_some(Line::Whole),
                Ok(available) => available,
                Err(error) => {
                    tracing::error!(%error, "cannot read the input");
                    return None;
                }
            };
            let end = available.iter().position(|byte| *byte == b'\n');
            let length = end.map_or(available.len(), |end| end + 1);
            let fits = !self.skipping && self.line.len() + length <= MAX_LINE;
            if fits {
                self.line.extend_from_slice(&available[..length]);
            } else {
                self.line.clear();
            }
            self.input.consume(length);
            match (end, fits) {
                (Some(_), true) => return Some(Line::Whole),
                (Some(_), false) => {
                    self.skipping = false;
                    return Some(Line::TooLong);
                }
                (None, true) => {}
                (None, false) => self.skipping = true,
            }
        }
    }

    /// Whether the message is to be handled: a request whose id is in use is not.
    fn admit(&self, message: &ClientJsonRpcMessage) -> Result<(), Refused> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match message {
            JsonRpcMessage::Request(request) => {
                if !open.insert(request.id.clone()) {
                    let text = "this id belongs to a request that is not answered yet: use each id once";
                    return Err(refused(ErrorData::invalid_request(text, None), Some(request.id.clone())));
                }
            }
            JsonRpcMessage::Notification(notification) => {
                // A cancelled request gets no answer.
                if let ClientNotification::CancelledNotification(cancelled) = &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    open.remove(id);
                }
            }
            JsonRpcMessage::Response(_) | JsonRpcMessage::Error(_) => {}
        }
        Ok(())
    }
}

impl<R, W> Transport<RoleServer> for Lines<R, W>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send + 'static,
{
    type Error = io::Error;

    fn send(
        &mut self,
        message: ServerJsonRpcMessage,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let id = match &message {
            JsonRpcMessage::Response(response) => Some(&response.id),
            JsonRpcMessage::Error(error) => error.id.as_ref(),
            JsonRpcMessage::Request(_) | JsonRpcMessage::Notification(_) => None,
        };
        if let Some(id) = id {
            self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        }
        write(self.output.clone(), self.gone.clone(), message)
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            if let Some(reply) = &mut self.reply {
                // Wait, so that a client that sends nothing but garbage is not answered faster
                // than it reads.
                if let Err(error) = reply.await {
                    tracing::error!(%error, "cannot answer a malformed line");
                }
                self.reply = None;
            }
            let gone = self.gone.clone();
            let line = gone.run_until_cancelled(self.next_line()).await??;
            let parsed = match line {
                Line::Whole => parse(&self.line),
                Line::TooLong => {
                    let text = format!("the message is longer than {MAX_LINE} bytes");
                    Err(refused(ErrorData::invalid_request(text, None), None))
                }
            };
            self.line.clear();
            let refused = match parsed {
                Ok(None) => continue,
                Ok(Some(message)) => match self.admit(&message) {
                    Ok(()) => return Some(message),
                    Err(refused) => refused,
                },
                Err(refused) => refused,
            };
            tracing::warn!(error = %refused.error.message, "refused a message");
            let answer = ServerJsonRpcMessage::Error(*refused);
            let (output, gone) = (self.output.clone(), self.gone.clone());
            self.reply = Some(tokio::spawn(async move {
                if let Err(error) = write(output, gone, answer).await {
                    tracing::debug!(%error, "cannot answer a malformed line");
                }
            }));
        }
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        if let Some(reply) = self.reply.take() {
            reply.await?;
        }
        self.output.lock().await.shutdown().await
    }
}

/// A line that was read.
enum Line {
    Whole,
    TooLong,
}

/// The answer to a message that is not handled.
type Refused = Box<JsonRpcError>;

fn refused(error: ErrorData, id: Option<RequestId>) -> Refused {
    Box::new(JsonRpcError::new(id, error))
}

async fn write<W: AsyncWrite + Unpin>(
    output: Arc<tokio::sync::Mutex<W>>,
    gone: CancellationToken,
    message: ServerJsonRpcMessage,
) -> io::Result<()> {
    let mut line = serde_json::to_vec(&message)?;
    line.push(b'\n');
    let mut output = output.lock().await;
    let written = async {
        output.write_all(&line).await?;
        output.flush().await
    };
    written.await.inspect_err(|_| gone.cancel())
}

/// What a line says; nothing where it needs no answer.
fn parse(line: &[u8]) -> Result<Option<ClientJsonRpcMessage>, Refused> {
    let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line).trim_ascii();
    if line.is_empty() {
        return Ok(None);
    }
    match serde_json::from_slice(line) {
        Ok(message) => Ok(Some(message)),
        Err(_) => match refusal(line) {
            None => Ok(None),
            Some(refused) => Err(refused),
        },
    }
}

/// The answer to a line that is no message of MCP, if it is owed one.
fn refusal(line: &[u8]) -> Option<Refused> {
    let value: Value = match serde_json::from_slice(line) {
        Ok(value) => value,
        Err(error) => {
            return Some(refused(
                ErrorData::parse_error(format!("the line is not JSON: {error}"), None),
                None,
            ));
        }
    };
    let id = value.get("id").and_then(|id| serde_json::from_value(id.clone()).ok());
    let (method, id_given) = (value.get("method").is_some(), value.get("id").is_some());
    let answers = value.get("result").is_some() || value.get("error").is_some();
    if !id_given && method || answers && !method {
        // A notification or a response that nobody understands: neither is ever answered.
        return None;
    }
    let text = if value.is_array() {
        "batches are not part of MCP: send one message a line"
    } else {
        "this is no JSON-RPC 2.0 message of MCP"
    };
    Some(refused(ErrorData::invalid_request(text, None), id))
}

#[cfg(test)]
mod tests;
