//! botocore in a process of its own: `judge.py`.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use tollgate_aws::model::{Operation, Protocol, Service};
use tollgate_aws::protocol::{HttpRequest, decode, decode_error, encode_with};

use crate::compare::difference;
use crate::masks::same_when_masked;

/// The idempotency token that the judge sends.
const TOKEN: &str = "00000000-0000-4000-8000-000000000000";

/// A process that answers one question after the other.
pub(crate) struct Judge {
    process: Child,
    questions: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Judge {
    pub(crate) fn start() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut process = Command::new(python())
            .arg("-B")
            .arg(here.join("tests/parity/judge.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the judge starts: `cargo xtask test` installs it");
        let questions = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, questions, answers }
    }

    pub(crate) fn ask(&mut self, order: &Value) -> Value {
        writeln!(self.questions, "{order}").expect("the judge listens");
        let answer = self.answers.next().expect("the judge answers every question").unwrap();
        serde_json::from_str(&answer).unwrap()
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The interpreter that has botocore.
fn python() -> PathBuf {
    match std::env::var_os("TOLLGATE_TEST_PYTHON") {
        Some(python) => python.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/venv/bin/python"),
    }
}

/// botocore's name of CBOR, which services offer beside what we speak with them.
pub(crate) const CBOR: &str = "smithy-rpc-v2-cbor";

/// botocore's name of the protocol that we speak.
pub(crate) fn protocol(service: &Service) -> &'static str {
    match service.protocol {
        Protocol::Ec2Query => "ec2",
        Protocol::AwsQuery => "query",
        Protocol::RestXml => "rest-xml",
        Protocol::AwsJson10 | Protocol::AwsJson11 => "json",
        Protocol::RestJson1 => "rest-json",
        Protocol::RpcV2Cbor => CBOR,
    }
}

/// Compares our request for an input with the judge's.
pub(crate) fn same_request(
    service: &Service,
    operation: &Operation,
    input: &Value,
    theirs: &Value,
) -> Result<(), String> {
    let ours = encode_with(service, operation, input, &mut || TOKEN.to_owned())
        .map_err(|error| error.to_string())?;
    let same = |what: &str, ours: Value, theirs: &Value| difference(what, &ours, theirs).map_or(Ok(()), Err);
    same("method", json!(ours.method.as_str()), &theirs["method"])?;
    same("host prefix", json!(ours.host_prefix), &theirs["host_prefix"])?;
    same("path", json!(ours.path), &theirs["path"])?;
    same("query", json!(ours.query), &theirs["query"])?;
    let names = |headers: Vec<(String, Value)>| -> Value {
        headers.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect()
    };
    let our_headers = names(ours.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect());
    let their_headers = theirs["headers"].as_object().unwrap().clone().into_iter().collect();
    same("headers", our_headers, &names(their_headers))?;
    same_body(&ours, &STANDARD.decode(theirs["body"].as_str().unwrap()).unwrap())
}

/// Forms, XML and CBOR are the same byte for byte; JSON by value.
fn same_body(ours: &HttpRequest, theirs: &[u8]) -> Result<(), String> {
    if ours.body == theirs {
        return Ok(());
    }
    match (serde_json::from_slice::<Value>(&ours.body), serde_json::from_slice::<Value>(theirs)) {
        (Ok(ours), Ok(theirs)) => difference("body", &ours, &theirs).map_or(Ok(()), Err),
        _ => Err(format!(
            "body is {}, should be {}",
            String::from_utf8_lossy(&ours.body),
            String::from_utf8_lossy(theirs)
        )),
    }
}

/// Compares our reading of an answer with the judge's.
pub(crate) fn same_answer(service: &Service, operation: &Operation, answer: &Value) -> Result<(), String> {
    let status = u16::try_from(answer["status"].as_u64().unwrap()).unwrap();
    let body = STANDARD.decode(answer["body"].as_str().unwrap()).unwrap();
    let mut headers = HeaderMap::new();
    for pair in answer["headers"].as_array().unwrap() {
        let (name, value) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
        headers
            .append(HeaderName::try_from(name).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    let differs = |reason: String| format!("{reason}, of {}", String::from_utf8_lossy(&body));
    if status >= 300 {
        let error = decode_error(service, operation, status, &headers, &body);
        let ours = json!({"code": error.code, "message": error.message, "request_id": error.request_id});
        return difference("error", &ours, &answer["error"]).map_or(Ok(()), |reason| Err(differs(reason)));
    }
    let ours =
        decode(service, operation, status, &headers, &body).map_err(|error| differs(error.to_string()))?;
    // The text is what crosses to callers.
    let text = serde_json::to_string(&ours).map_err(|error| error.to_string())?;
    let ours: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    same_when_masked(service, operation, status, &headers, &body, &ours).map_err(differs)?;
    difference("answer", &ours, &answer["value"]).map_or(Ok(()), |reason| Err(differs(reason)))
}
