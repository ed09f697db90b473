//! A client on a pipe and one over HTTP, that say exactly what they are told.

use std::net::SocketAddr;

use ::http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, duplex};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tollgate_mcp::{Error, Http, HttpOptions};
use tollgate_runtime::Runtime;

/// The client's ends of a pipe that is served.
pub(super) struct Pipe {
    to_server: DuplexStream,
    from_server: BufReader<DuplexStream>,
    pub(super) served: JoinHandle<Result<(), Error>>,
}

impl Pipe {
    pub(super) fn new(runtime: Runtime) -> Self {
        let ((input, to_server), (output, from_server)) = (duplex(1 << 16), duplex(1 << 16));
        let served = tokio::spawn(tollgate_mcp::serve_pipe(runtime, input, output));
        Self { to_server, from_server: BufReader::new(from_server), served }
    }

    pub(super) async fn send(&mut self, message: &Value) {
        self.line(&message.to_string()).await;
    }

    pub(super) async fn line(&mut self, line: &str) {
        self.to_server.write_all(format!("{line}\n").as_bytes()).await.expect("the server reads");
    }

    pub(super) async fn receive(&mut self) -> Value {
        let mut line = String::new();
        self.from_server.read_line(&mut line).await.expect("the server writes");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    /// Sends a request and gives its result, which is to be the next message.
    pub(super) async fn ask(&mut self, request: Value) -> Value {
        self.send(&request).await;
        let mut answer = self.receive().await;
        assert_eq!(answer["id"], request["id"], "{answer}");
        assert!(answer.get("result").is_some(), "{answer}");
        answer["result"].take()
    }

    /// As [`Self::ask`], for a request that is refused: gives its error.
    pub(super) async fn refused(&mut self, request: Value) -> Value {
        self.send(&request).await;
        let mut answer = self.receive().await;
        assert_eq!(answer["id"], request["id"], "{answer}");
        assert!(answer.get("error").is_some(), "{answer}");
        answer["error"].take()
    }

    /// Ends the input, and gives what comes until the end of the output.
    pub(super) async fn end(mut self) -> Vec<Value> {
        self.to_server.shutdown().await.expect("the input ends");
        let mut rest = Vec::new();
        let mut lines = self.from_server.lines();
        while let Some(line) = lines.next_line().await.expect("the server writes") {
            rest.push(serde_json::from_str(&line).expect("JSON"));
        }
        self.served.await.expect("no panic").expect("ends well");
        rest
    }
}

/// A server over HTTP, and a client.
pub(super) struct Remote {
    pub(super) address: SocketAddr,
    client: Client<HttpConnector, Full<Bytes>>,
    stop: std::sync::Mutex<Option<oneshot::Sender<()>>>,
    pub(super) served: JoinHandle<Result<(), Error>>,
}

impl Remote {
    pub(super) async fn new(runtime: Runtime) -> Self {
        let options = HttpOptions {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            allow_remote_without_auth: false,
            allowed_hosts: vec!["tollgate.example.com".to_owned()],
            allowed_origins: vec!["https://app.example.com:443".to_owned()],
        };
        let http = Http::bind(options).await.expect("listens");
        let address = http.address();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(http.serve(runtime, async { stopped.await.unwrap_or_default() }));
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Self { address, client, stop: std::sync::Mutex::new(Some(stop)), served }
    }

    /// Tells the server to stop.
    pub(super) fn stop(&self) {
        drop(self.stop.lock().expect("nobody panicked").take());
    }

    pub(super) fn request(&self, method: Method, path: &str) -> ::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header(header::ACCEPT, "application/json, text/event-stream")
            .header(header::CONTENT_TYPE, "application/json")
    }

    /// A POST of a message, with the headers that go with it.
    pub(super) fn post(&self, message: &Value) -> ::http::request::Builder {
        let request = self.request(Method::POST, "/mcp");
        let version = &message["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"];
        let Some(version) = version.as_str() else { return request };
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let mut request =
            request.header("MCP-Protocol-Version", version).header("Mcp-Method", text(&message["method"]));
        if message["method"] == "tools/call" {
            request = request.header("Mcp-Name", text(&message["params"]["name"]));
        }
        request
    }

    pub(super) async fn send(
        &self,
        request: ::http::request::Builder,
        body: impl Into<Bytes>,
    ) -> Response<Incoming> {
        let request = request.body(Full::new(body.into())).expect("a request");
        self.client.request(request).await.expect("an answer")
    }

    /// Sends a message of the stateless era, and gives the status and all that is answered.
    pub(super) async fn ask(&self, message: Value) -> (StatusCode, Vec<Value>) {
        let response = self.send(self.post(&message), message.to_string()).await;
        read(response).await
    }

    /// Opens a session.
    pub(super) async fn session(&self) -> Session<'_> {
        let hello = super::initialize(0);
        let response = self.send(self.post(&hello), hello.to_string()).await;
        let id = response.headers()["mcp-session-id"].to_str().expect("text").to_owned();
        let (status, messages) = read(response).await;
        assert_eq!(
            (status, &messages[0]["result"]["protocolVersion"]),
            (StatusCode::OK, &Value::from("2025-11-25"))
        );
        let session = Session { remote: self, id };
        let ready = serde_json::json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        assert_eq!(session.send(&ready).await.status(), StatusCode::ACCEPTED);
        session
    }
}

/// A session of the era before.
pub(super) struct Session<'a> {
    remote: &'a Remote,
    pub(super) id: String,
}

impl Session<'_> {
    pub(super) fn request(&self, method: Method) -> ::http::request::Builder {
        let request = self.remote.request(method, "/mcp");
        request.header("Mcp-Session-Id", &self.id).header("MCP-Protocol-Version", "2025-11-25")
    }

    pub(super) async fn send(&self, message: &Value) -> Response<Incoming> {
        self.remote.send(self.request(Method::POST), message.to_string()).await
    }

    pub(super) async fn ask(&self, message: Value) -> (StatusCode, Vec<Value>) {
        read(self.send(&message).await).await
    }
}

/// All messages of an answer, be it one or a stream of them.
pub(super) async fn read(response: Response<Incoming>) -> (StatusCode, Vec<Value>) {
    let status = response.status();
    let events =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value == "text/event-stream");
    let body = response.into_body().collect().await.expect("the whole answer").to_bytes();
    let body = String::from_utf8(body.to_vec()).expect("text");
    let messages = if events {
        let data = body.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim);
        data.filter(|data| !data.is_empty()).map(|data| serde_json::from_str(data).expect("JSON")).collect()
    } else {
        // An error without a message is a line of text.
        serde_json::from_str(&body).into_iter().collect()
    };
    (status, messages)
}
