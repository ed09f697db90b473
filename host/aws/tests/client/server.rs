//! A scripted HTTP server on loopback: it answers, or fails, as a test says, and remembers what came.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Received {
    /// Path and query.
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Received {
    /// A parameter of a form body.
    pub fn form(&self, name: &str) -> Option<String> {
        let pair = self.body.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
        Some(percent_encoding::percent_decode_str(pair).decode_utf8_lossy().into_owned())
    }

    /// The operation of a query protocol.
    pub fn action(&self) -> String {
        self.form("Action").unwrap_or_default()
    }

    /// The credential scope of the signature: `key/date/region/service/aws4_request`.
    pub fn scope(&self) -> Vec<&str> {
        let header = self.headers.get("authorization").map(String::as_str).unwrap_or_default();
        let credential = header.split_once("Credential=").map_or("", |(_, rest)| rest);
        credential.split(',').next().unwrap_or_default().split('/').collect()
    }

    pub fn access_key(&self) -> &str {
        self.scope()[0]
    }
}

/// What the server does with a request.
pub enum Reply {
    /// Answers with status, headers and body.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// Answers after a while.
    Later(Duration, Box<Reply>),
    /// Writes these bytes and closes.
    Bytes(Vec<u8>),
    /// Writes these bytes, and then nothing more until the client goes.
    Stall(Vec<u8>),
    /// Writes a byte every few milliseconds, for ever.
    Drip,
    /// Breaks the connection.
    Reset,
}

impl Reply {
    pub fn ok(body: impl Into<String>) -> Self {
        Self::Answer(200, Vec::new(), body.into())
    }

    pub fn status(status: u16, body: impl Into<String>) -> Self {
        Self::Answer(status, Vec::new(), body.into())
    }
}

type Script = dyn Fn(&Received) -> Reply + Send + Sync;

/// The server; it stops when dropped.
pub struct Server {
    pub url: String,
    state: Arc<State>,
    task: tokio::task::JoinHandle<()>,
}

struct State {
    script: Box<Script>,
    received: Mutex<Vec<Received>>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
    /// The client went while an answer was due.
    abandoned: Notify,
    stalled: Notify,
}

impl Server {
    pub async fn start(script: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            script: Box::new(script),
            received: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
            abandoned: Notify::new(),
            stalled: Notify::new(),
        });
        let shared = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = shared.clone();
                tokio::spawn(async move { state.serve(stream).await });
            }
        });
        Self { url, state, task }
    }

    pub fn received(&self) -> Vec<Received> {
        self.state.received.lock().unwrap().clone()
    }

    /// How many requests of an action came.
    pub fn count(&self, action: &str) -> usize {
        self.received().iter().filter(|request| request.action() == action).count()
    }

    pub fn most_in_flight(&self) -> usize {
        self.state.most_in_flight.load(Ordering::SeqCst)
    }

    /// Waits until the client has gone while an answer was due.
    pub async fn abandoned(&self) {
        self.state.abandoned.notified().await;
    }

    /// Waits until an answer stalls.
    pub async fn stalled(&self) {
        self.state.stalled.notified().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl State {
    async fn serve(&self, mut stream: TcpStream) {
        stream.set_nodelay(true).unwrap();
        let mut buffer = Vec::new();
        while let Ok(Some(request)) = read(&mut stream, &mut buffer).await {
            let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
            self.most_in_flight.fetch_max(now, Ordering::SeqCst);
            let reply = (self.script)(&request);
            self.received.lock().unwrap().push(request);
            let open = self.reply(&mut stream, reply).await;
            self.in_flight.fetch_sub(1, Ordering::SeqCst);
            if !matches!(open, Ok(true)) {
                return;
            }
        }
    }

    /// Replies; tells whether the connection goes on.
    async fn reply(&self, stream: &mut TcpStream, reply: Reply) -> io::Result<bool> {
        match reply {
            Reply::Answer(status, headers, body) => {
                let mut head = format!("HTTP/1.1 {status} Scripted\r\ncontent-length: {}\r\n", body.len());
                for (name, value) in headers {
                    head.push_str(&format!("{name}: {value}\r\n"));
                }
                stream.write_all(format!("{head}\r\n{body}").as_bytes()).await?;
                Ok(true)
            }
            Reply::Later(wait, reply) => {
                tokio::select! {
                    () = tokio::time::sleep(wait) => Box::pin(self.reply(stream, *reply)).await,
                    () = gone(stream) => {
                        self.abandoned.notify_one();
                        Ok(false)
                    }
                }
            }
            Reply::Bytes(bytes) => {
                stream.write_all(&bytes).await?;
                stream.shutdown().await?;
                Ok(false)
            }
            Reply::Stall(bytes) => {
                stream.write_all(&bytes).await?;
                self.stalled.notify_one();
                gone(stream).await;
                self.abandoned.notify_one();
                Ok(false)
            }
            Reply::Drip => {
                stream.write_all(b"HTTP/1.1 200 Scripted\r\ncontent-length: 1000000\r\n\r\n").await?;
                loop {
                    stream.write_all(b" ").await?;
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
            Reply::Reset => {
                stream.set_zero_linger()?;
                Ok(false)
            }
        }
    }
}

/// Waits until the client has closed the connection.
async fn gone(stream: &mut TcpStream) {
    let mut byte = [0];
    while let Ok(1..) = stream.read(&mut byte).await {}
}

/// The next request; nothing at the end of the connection.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<Received>> {
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let text = String::from_utf8_lossy(&buffer[..head]).into_owned();
    let mut lines = text.lines();
    let mut first = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while buffer.len() < head + length {
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    let body = String::from_utf8_lossy(&buffer[head..head + length]).into_owned();
    buffer.drain(..head + length);
    let path = first.nth(1).unwrap_or_default();
    Ok(Some(Received { path, headers, body }))
}
