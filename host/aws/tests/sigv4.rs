//! Signing and verifying, judged by AWS's own vectors with all of their intermediates.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tollgate_aws::endpoint::{Resolver, Settings};
use tollgate_aws::model::Pack;
use tollgate_aws::sign::verify::{Claim, PathRule, Received, Verifier, VerifyError};
use tollgate_aws::sign::{Options, sign};
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// A request as it stands in a file.
#[derive(Clone, Debug)]
struct Message {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Message {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
        let mut lines = head.lines();
        let (method, rest) = lines.next().unwrap().split_once(' ').unwrap();
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            match line.split_once(':').filter(|_| !line.starts_with(' ')) {
                Some((name, value)) => headers.push((name.to_owned(), value.to_owned())),
                // The rest of a value that goes over several lines.
                None => headers.last_mut().unwrap().1.extend([" ", line]),
            }
        }
        let target = rest.strip_suffix(" HTTP/1.1").unwrap_or(rest).to_owned();
        Self { method: method.to_owned(), target, headers, body: body.trim_end_matches('\n').to_owned() }
    }

    fn headers(&self) -> Option<HeaderMap> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            headers.append(name, HeaderValue::from_str(value.trim()).ok()?);
        }
        Some(headers)
    }

    fn received<'a>(&'a self, headers: &'a HeaderMap) -> Received<'a> {
        Received { method: &self.method, target: &self.target, headers, body: self.body.as_bytes() }
    }

    /// The same as a request that can be sent: what a URI cannot have is encoded.
    fn sendable(&self) -> http::Request<Bytes> {
        const NOT_IN_A_URI: &AsciiSet = &CONTROLS.add(b' ');
        let headers = self.headers().unwrap();
        let host = headers["host"].to_str().unwrap();
        let uri = format!("https://{host}{}", utf8_percent_encode(&self.target, NOT_IN_A_URI));
        let mut request = http::Request::builder().method(&*self.method).uri(uri);
        *request.headers_mut().unwrap() = headers;
        request.body(Bytes::copy_from_slice(self.body.as_bytes())).unwrap()
    }
}

/// A folder of the suite.
struct Vector {
    folder: PathBuf,
    name: String,
    context: Json,
}

impl Vector {
    fn all() -> Vec<Self> {
        let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sigv4");
        let mut folders: Vec<PathBuf> =
            std::fs::read_dir(suite).unwrap().map(|it| it.unwrap().path()).collect();
        folders.retain(|it| it.is_dir());
        folders.sort();
        assert_eq!(folders.len(), 39);
        folders.into_iter().map(Self::open).collect()
    }

    fn open(folder: PathBuf) -> Self {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let context = match std::fs::read_to_string(folder.join("context.json")) {
            Ok(text) => serde_json::from_str(&text).unwrap(),
            Err(_) => json!({
                "credentials": {
                    "access_key_id": "AKIDEXAMPLE",
                    "secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                },
                "normalize": true, "region": "us-east-2", "service": "lambda", "sign_body": false,
                "timestamp": "2021-05-11T15:40:45Z",
            }),
        };
        Self { folder, name, context }
    }

    fn text(&self, file: &str) -> Option<String> {
        std::fs::read_to_string(self.folder.join(file)).ok().map(|it| it.trim_end_matches('\n').to_owned())
    }

    fn message(&self, file: &str) -> Option<Message> {
        std::fs::read_to_string(self.folder.join(file)).ok().map(|it| Message::parse(&it))
    }

    fn flag(&self, name: &str) -> bool {
        self.context.get(name).is_some_and(|it| it == true)
    }

    fn str(&self, name: &str) -> &str {
        self.context[name].as_str().unwrap()
    }

    fn time(&self) -> SystemTime {
        OffsetDateTime::parse(self.str("timestamp"), &Rfc3339).unwrap().into()
    }

    fn credentials(&self) -> Credentials {
        let key = |name: &str| self.context["credentials"].get(name).and_then(Json::as_str);
        Credentials::new(
            key("access_key_id").unwrap(),
            key("secret_access_key").unwrap(),
            key("token").map(str::to_owned),
            None,
            "vector",
        )
    }

    fn rule(&self) -> PathRule {
        PathRule { normalize: self.flag("normalize"), encode: true }
    }

    fn verifier(&self) -> Verifier<'_> {
        Verifier {
            region: Some(self.str("region")),
            service: Some(self.str("service")),
            path: Some(self.rule()),
            ..Verifier::new(self.time())
        }
    }

    fn verify(&self, message: &Message) -> Result<Claim, VerifyError> {
        let headers = message.headers().ok_or(VerifyError::Malformed("headers"))?;
        let credentials = self.credentials();
        self.verifier().verify(&message.received(&headers), |key| {
            (key == credentials.access_key_id()).then(|| credentials.clone())
        })
    }
}

#[test]
fn signing_is_as_in_the_vectors() {
    for vector in Vector::all() {
        let name = &vector.name;
        let message = vector.message("request.txt").unwrap();
        let mut request = message.sendable();
        let later = vector.flag("omit_session_token");
        let credentials = vector.credentials();
        let token = credentials.session_token().map(str::to_owned);
        let credentials = match later {
            true => Credentials::new(
                credentials.access_key_id(),
                credentials.secret_access_key(),
                None,
                None,
                "without its token",
            ),
            false => credentials,
        };
        let options = Options {
            // What the suite has raw in the path, a URI has encoded already.
            double_encode: !matches!(&**name, "get-space-normalized" | "get-space-unnormalized" | "get-utf8"),
            normalize: vector.flag("normalize"),
            content_sha256_header: vector.flag("sign_body"),
            unsigned_payload: false,
        };
        let (region, service) = (vector.str("region"), vector.str("service"));
        let seen = Seen::default();
        seen.record(|| sign(&mut request, &credentials, region, service, vector.time(), options).unwrap());
        if later {
            request.headers_mut().insert("x-amz-security-token", token.as_deref().unwrap().parse().unwrap());
        }

        let mut canonical = vector.text("header-canonical-request.txt").unwrap();
        if let Some(token) = token {
            // The signer does not show tokens.
            canonical = canonical.replace(&token, &format!("** redacted (length={}) **", token.len()));
        }
        assert_eq!(seen.field("canonical_request"), canonical, "{name}");
        let signed = vector.message("header-signed-request.txt").unwrap().headers().unwrap();
        assert_eq!(request.headers(), &signed, "{name}");
    }
}

#[test]
fn verifying_is_as_in_the_vectors() {
    for (place, count) in [("header", 39), ("query", 38)] {
        let mut seen = 0;
        for vector in Vector::all() {
            let name = &vector.name;
            let file = |part: &str| vector.text(&format!("{place}-{part}.txt"));
            let Some(message) = vector.message(&format!("{place}-signed-request.txt")) else { continue };
            let headers = message.headers().unwrap();
            let received = message.received(&headers);

            let claim = Claim::read(&received).unwrap();
            let mut canonical = claim.canonical_request(&received, vector.rule()).unwrap();
            if vector.flag("omit_session_token") && place == "query" {
                let (before, after) = canonical.split_once("&X-Amz-Security-Token=").unwrap();
                canonical = format!("{before}{}", &after[after.find('&').unwrap()..]);
            }
            assert_eq!(canonical, file("canonical-request").unwrap(), "{name}");
            assert_eq!(claim.string_to_sign(&canonical), file("string-to-sign").unwrap(), "{name}");

            let proven = vector.verify(&message).unwrap_or_else(|error| panic!("{place} {name}: {error}"));
            assert_eq!(proven, claim);
            assert_eq!(proven.access_key_id, "AKIDEXAMPLE");
            seen += 1;
        }
        assert_eq!(seen, count, "{place}");
    }
}

/// A byte of a signed request, and what it becomes.
#[derive(Clone, Copy, Debug)]
struct Change {
    part: prop::sample::Index,
    position: prop::sample::Index,
    byte: u8,
}

impl Change {
    /// The changed request; `None` where the change means nothing to HTTP or to the canonical form.
    fn apply(self, vector: &Vector, message: &Message) -> Option<Message> {
        let mut changed = message.clone();
        let parts = 3 + 2 * changed.headers.len();
        let part = self.part.index(parts);
        let header_name = part >= 3 && (part - 3).is_multiple_of(2);
        let text = match part {
            0 => &mut changed.method,
            1 => &mut changed.target,
            2 => &mut changed.body,
            part if header_name => &mut changed.headers[(part - 3) / 2].0,
            part => &mut changed.headers[(part - 3) / 2].1,
        };
        let mut bytes = text.clone().into_bytes();
        if bytes.is_empty() {
            return None;
        }
        let position = self.position.index(bytes.len());
        // `%2f` and `%2F` are the same character.
        let escape = part == 1 && bytes[position.saturating_sub(2)..position].contains(&b'%');
        let old = std::mem::replace(&mut bytes[position], self.byte);
        // What a path drops when it is normalised is under no signature, nor is an empty parameter.
        let normalized = vector.rule().normalize && ["//", "/."].iter().any(|it| message.target.contains(it));
        let dropped = part == 1 && (normalized || self.byte == b'&');
        let same = old == self.byte || (header_name || escape) && old.eq_ignore_ascii_case(&self.byte);
        *text = String::from_utf8(bytes).ok()?;
        (!dropped && !same).then_some(changed)
    }
}

fn change() -> impl Strategy<Value = Change> {
    (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0x21_u8..0x7f)
        .prop_map(|(part, position, byte)| Change { part, position, byte })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_changed_request_is_believed(changes in prop::collection::vec(change(), 40)) {
        for vector in Vector::all() {
            for file in ["header-signed-request.txt", "query-signed-request.txt"] {
                let Some(message) = vector.message(file) else { continue };
                for change in &changes {
                    if let Some(changed) = change.apply(&vector, &message) {
                        let answer = vector.verify(&changed);
                        prop_assert!(answer.is_err(), "{} {file}: {changed:?}", vector.name);
                    }
                }
            }
        }
    }
}

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "FwoGZXIvYXdzEXAMPLETOKEN";

fn session() -> Credentials {
    Credentials::new("ASIAEXAMPLE", SECRET, Some(TOKEN.to_owned()), None, "test")
}

fn now() -> SystemTime {
    OffsetDateTime::parse("2026-11-22T05:54:38Z", &Rfc3339).unwrap().into()
}

const PLAIN: Options =
    Options { double_encode: true, normalize: true, content_sha256_header: false, unsigned_payload: false };
const S3: Options =
    Options { double_encode: false, normalize: false, content_sha256_header: true, unsigned_payload: false };

fn request(uri: &str, body: &'static str) -> http::Request<Bytes> {
    let request =
        http::Request::builder().method("POST").uri(uri).header("x-amz-target", "Service.Operation");
    request.header("user-agent", "tollgate").body(Bytes::from_static(body.as_bytes())).unwrap()
}

/// A request as a server receives it.
fn arrive(request: &http::Request<Bytes>, now: SystemTime) -> Result<Claim, VerifyError> {
    let mut headers = request.headers().clone();
    headers.insert("host", request.uri().authority().unwrap().as_str().parse().unwrap());
    let target = request.uri().path_and_query().unwrap().as_str();
    let received =
        Received { method: request.method().as_str(), target, headers: &headers, body: request.body() };
    Verifier::new(now).verify(&received, |key| (key == "ASIAEXAMPLE").then(session))
}

#[test]
fn signed_requests_are_verified() {
    let paths = ["/", "/a//b/../c", "/a%20b%2Fc/ü%C3%BC", "/arn%3Aaws/x?list-type=2&prefix=a%2Fb&marker="];
    for (service, options) in [("ec2", PLAIN), ("s3", S3), ("s3", Options { unsigned_payload: true, ..S3 })] {
        for path in paths {
            let mut request = request(&format!("http://127.0.0.1:5000{}", path.replace('ü', "u")), "body");
            sign(&mut request, &session(), "eu-west-1", service, now(), options).unwrap();
            let claim = arrive(&request, now()).unwrap();
            assert_eq!((&*claim.region, &*claim.service, claim.time), ("eu-west-1", service, now()));
            let digest = request.headers().get("x-amz-content-sha256").map(|it| it.to_str().unwrap());
            let body = "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5";
            match (service, options.unsigned_payload) {
                ("s3", true) => assert_eq!(digest, Some("UNSIGNED-PAYLOAD")),
                ("s3", false) => assert_eq!(digest, Some(body)),
                _ => assert_eq!(digest, None),
            }
        }
    }
}

#[test]
fn a_second_attempt_is_signed_afresh() {
    let mut request = request("https://ec2.eu-west-1.amazonaws.com/", "Action=X");
    sign(&mut request, &session(), "eu-west-1", "ec2", now(), PLAIN).unwrap();
    let first = request.headers().clone();
    let later = now() + Duration::from_secs(60);
    let lasting = Credentials::new("ASIAEXAMPLE", SECRET, None, None, "test");
    sign(&mut request, &lasting, "eu-west-1", "ec2", later, PLAIN).unwrap();
    assert_ne!(request.headers()["authorization"], first["authorization"]);
    assert_eq!(request.headers()["x-amz-date"], "20261122T055538Z");
    assert_eq!(request.headers().get("x-amz-security-token"), None);
    assert_eq!(request.headers().get_all("authorization").iter().count(), 1);

    sign(&mut request, &session(), "eu-west-1", "ec2", now(), PLAIN).unwrap();
    assert_eq!(request.headers(), &first);
}

#[test]
fn refusals_say_what_is_wrong() {
    let refusal = |change: &dyn Fn(&mut http::Request<Bytes>), seconds: i64| {
        let mut request = request("http://127.0.0.1:5000/path", "body");
        sign(&mut request, &session(), "eu-west-1", "s3", now(), S3).unwrap();
        change(&mut request);
        let shift = Duration::from_secs(seconds.unsigned_abs());
        arrive(&request, if seconds < 0 { now() - shift } else { now() + shift }).unwrap_err().to_string()
    };
    let header = |name: &'static str, value: &'static str| {
        move |request: &mut http::Request<Bytes>| {
            request.headers_mut().insert(name, HeaderValue::from_static(value));
        }
    };
    let without = |name: &'static str| {
        move |request: &mut http::Request<Bytes>| drop(request.headers_mut().remove(name))
    };
    assert_eq!(refusal(&without("authorization"), 0), "the request is not signed");
    assert_eq!(refusal(&without("x-amz-date"), 0), "the signature is incomplete: no x-amz-date");
    assert_eq!(refusal(&|_| {}, 301), "it was signed 301 seconds away from now");
    assert_eq!(refusal(&|_| {}, -301), "it was signed 301 seconds away from now");
    assert_eq!(
        refusal(&without("x-amz-security-token"), 0),
        "the session token does not belong to the access key"
    );
    assert_eq!(refusal(&header("x-amz-meta-more", "x"), 0), "the header x-amz-meta-more must be signed");
    assert_eq!(
        refusal(&|request| *request.body_mut() = Bytes::from_static(b"other"), 0),
        "the body does not have the digest in `x-amz-content-sha256`"
    );
    let mismatch = refusal(&header("x-amz-target", "Service.Other"), 0);
    assert!(mismatch.starts_with("the signature does not match;"), "{mismatch}");
    assert!(mismatch.contains("\nx-amz-target:Service.Other\n"), "{mismatch}");
    assert!(!mismatch.contains(TOKEN), "{mismatch}");

    let mut request = request("http://127.0.0.1:5000/", "");
    let stranger = Credentials::new("AKIASTRANGER", SECRET, None, None, "test");
    sign(&mut request, &stranger, "eu-west-1", "ec2", now(), PLAIN).unwrap();
    assert_eq!(arrive(&request, now()), Err(VerifyError::UnknownKey("AKIASTRANGER".to_owned())));
}

#[test]
fn a_scope_of_another_server_is_refused() {
    let mut request = request("http://127.0.0.1:5000/", "");
    request.headers_mut().insert("host", HeaderValue::from_static("127.0.0.1:5000"));
    sign(&mut request, &session(), "eu-west-1", "ec2", now(), PLAIN).unwrap();
    let headers = request.headers();
    let received = Received { method: "POST", target: "/", headers, body: b"" };
    let verify = |region, service| {
        let verifier = Verifier { region, service, ..Verifier::new(now()) };
        verifier.verify(&received, |_| Some(session()))
    };
    assert!(verify(Some("eu-west-1"), Some("ec2")).is_ok());
    let error = verify(Some("us-east-1"), None).unwrap_err().to_string();
    assert_eq!(error, "the region in the scope is `eu-west-1`, and should be `us-east-1`");
    let error = verify(None, Some("rds")).unwrap_err().to_string();
    assert_eq!(error, "the service in the scope is `ec2`, and should be `rds`");
}

#[test]
fn each_service_is_signed_its_own_way() {
    let pack = Pack::bundled();
    let resolver = Resolver::new(pack);
    let options = |service: &str, operation: &str, input: Json| {
        let service = pack.service(service).unwrap();
        let operation = service.operation(operation).unwrap();
        let endpoint =
            resolver.resolve(&service, operation, &input, "us-east-1", &Settings::default()).unwrap();
        Options::of(&service, operation, &endpoint).map_err(|error| error.to_string())
    };
    assert_eq!(options("ec2", "DescribeInstances", json!({})), Ok(Some(PLAIN)));
    assert_eq!(options("s3", "ListBuckets", json!({})), Ok(Some(S3)));
    assert_eq!(options("s3", "HeadBucket", json!({ "Bucket": "plain-bucket" })), Ok(Some(S3)));
    assert_eq!(
        options("s3control", "ListAccessPoints", json!({ "AccountId": "123456789012" })),
        Ok(Some(S3))
    );
    assert_eq!(options("sts", "AssumeRoleWithWebIdentity", json!({})), Ok(None));
    let unsigned = Options { unsigned_payload: true, ..PLAIN };
    assert_eq!(options("mediastore-data", "PutObject", json!({})), Ok(Some(unsigned)));
    let refused = "the service wants a bearer token, and Tollgate signs with sigv4 only";
    assert_eq!(options("codecatalyst", "ListSpaces", json!({})), Err(refused.to_owned()));
}

#[test]
fn presigned_requests_expire() {
    let vector = Vector::all().into_iter().find(|it| it.name == "get-vanilla").unwrap();
    let message = vector.message("query-signed-request.txt").unwrap();
    let headers = message.headers().unwrap();
    let at = |seconds| {
        let verifier = Verifier { now: vector.time() + Duration::from_secs(seconds), ..vector.verifier() };
        verifier
            .verify(&message.received(&headers), |_| Some(vector.credentials()))
            .map(|claim| claim.expires)
    };
    assert_eq!(at(0), Ok(Some(Duration::from_secs(3600))));
    assert_eq!(at(3600), Ok(Some(Duration::from_secs(3600))));
    assert_eq!(at(3601), Err(VerifyError::Expired(1)));
}

#[test]
fn requests_that_cannot_be_signed_stay_as_they_are() {
    let why = |mut request: http::Request<Bytes>, credentials: &Credentials| {
        let before = request.headers().clone();
        let error =
            sign(&mut request, credentials, "eu-west-1", "ec2", now(), PLAIN).unwrap_err().to_string();
        assert_eq!(request.headers(), &before);
        error
    };
    assert_eq!(why(request("/", ""), &session()), "the request's URI has no host");
    let mut binary = request("http://127.0.0.1/", "");
    binary.headers_mut().insert("x-binary", HeaderValue::from_bytes(b"\xff").unwrap());
    assert_eq!(why(binary, &session()), "the header x-binary is not text");
    for (key, token) in [("AKIA\nEXAMPLE", None), ("", None), ("AKIAEXAMPLE", Some("a b".to_owned()))] {
        let credentials = Credentials::new(key, SECRET, token, None, "test");
        let error = why(request("http://127.0.0.1/", ""), &credentials);
        assert_eq!(error, "the credentials hold characters that a header cannot have");
    }
}

#[test]
fn no_secret_is_shown() {
    let seen = Seen::default();
    let mut request = request("http://127.0.0.1:5000/?a=b", "body");
    seen.record(|| {
        for _ in 0..2 {
            sign(&mut request, &session(), "eu-west-1", "s3", now(), S3).unwrap();
        }
        let claim = arrive(&request, now());
        tracing::info!(?claim, ?request, "after all");
    });
    let all = seen.all();
    assert!(all.contains("canonical_request") && all.contains("after all"), "{all}");
    assert!(!all.contains(SECRET) && !all.contains(TOKEN), "{all}");
}

/// All that is logged, at every level.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<(String, String)>>>);

impl Seen {
    fn record(&self, work: impl FnOnce()) {
        tracing::subscriber::with_default(tracing_subscriber::registry().with(self.clone()), work);
    }

    fn field(&self, name: &str) -> String {
        let fields = self.0.lock().unwrap();
        fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    fn all(&self) -> String {
        self.0.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}\n")).collect()
    }
}

impl<S: tracing::Subscriber> Layer<S> for Seen {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        event.record(&mut Record(&mut self.0.lock().unwrap()));
    }
}

struct Record<'a>(&'a mut Vec<(String, String)>);

impl Visit for Record<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.push((field.name().to_owned(), format!("{value:?}")));
    }
}
