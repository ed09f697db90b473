//! botocore's own protocol tests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use tollgate_aws::model::{Kind, Protocol, Service};
use tollgate_aws::protocol::{HttpRequest, decode, decode_error, encode_with};

use crate::compare::difference;
use crate::masks::same_when_masked;
use crate::model::{rewrite, service};

/// The token that the suites expect for an absent idempotency token.
const TOKEN: &str = "00000000-0000-4000-8000-000000000000";

#[test]
fn requests_are_those_of_the_suites() {
    run("input", request);
}

#[test]
fn answers_are_those_of_the_suites() {
    run("output", answer);
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/protocol-tests")
}

fn load(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Runs all cases of one direction. Those that differ must be exactly those that `deviations.json` explains.
fn run(direction: &str, check: impl Fn(&Value, &Value) -> Result<(), String>) {
    let deviations = load(&folder().join("deviations.json"));
    let expected: BTreeSet<String> = deviations[direction].as_object().unwrap().keys().cloned().collect();
    let mut counts = BTreeMap::<String, (usize, usize)>::new();
    let mut different = BTreeMap::new();
    for part in [direction.to_owned(), format!("legacy/{direction}")] {
        for entry in std::fs::read_dir(folder().join(&part)).unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
            for suite in load(&path).as_array().unwrap() {
                for (position, case) in suite["cases"].as_array().unwrap().iter().enumerate() {
                    let id = case["id"].as_str().map_or_else(
                        || format!("{part}/{file}: {} {position}", suite["description"].as_str().unwrap()),
                        str::to_owned,
                    );
                    let (right, all) = counts.entry(file.clone()).or_default();
                    *all += 1;
                    match check(suite, case) {
                        Ok(()) => *right += 1,
                        Err(reason) => drop(different.insert(id, reason)),
                    }
                }
            }
        }
    }
    for (file, (right, all)) in counts {
        println!("{direction} {file}: {right} of {all}");
    }
    let unexplained: Vec<_> = different.iter().filter(|(id, _)| !expected.contains(*id)).collect();
    let healed: Vec<_> = expected.iter().filter(|id| !different.contains_key(*id)).collect();
    assert!(unexplained.is_empty(), "{} cases differ:\n{}", unexplained.len(), lines(&unexplained));
    assert!(healed.is_empty(), "no deviations any more: {healed:?}");
}

fn lines(different: &[(&String, &String)]) -> String {
    different.iter().map(|(id, reason)| format!("{id}: {reason}\n")).collect()
}

fn request(suite: &Value, case: &Value) -> Result<(), String> {
    let name = case["given"]["name"].as_str().unwrap_or("OperationName");
    let service = service(suite, name, &case["given"]);
    let operation = service.operation(name).unwrap();
    let params = match operation.input {
        // The suites write bytes as the text that they are.
        Some(shape) => {
            rewrite(&service, service.shape(shape), &case["params"], &|kind, value| match (kind, value) {
                (Kind::Blob, Value::String(text)) => json!(STANDARD.encode(text)),
                (_, value) => value.clone(),
            })
        }
        None => json!({}),
    };
    let ours = encode_with(&service, operation, &params, &mut || TOKEN.to_owned())
        .map_err(|error| error.to_string())?;
    let wanted = &case["serialized"];
    if let Some(method) = wanted["method"].as_str() {
        same("method", ours.method.as_str(), method)?;
    }
    same("uri", &(base_path(suite) + &uri(&ours)), &canonical_uri(wanted["uri"].as_str().unwrap_or("")))?;
    if let Some(body) = wanted["body"].as_str() {
        same_body(&service, &ours, body)?;
    }
    if let (Some(host), Some(endpoint)) = (wanted["host"].as_str(), suite["clientEndpoint"].as_str()) {
        let endpoint = endpoint.split("://").nth(1).unwrap_or(endpoint).split('/').next().unwrap_or_default();
        let ours = ours.host_prefix.clone().unwrap_or_default() + endpoint;
        same("host", &ours, host.split('/').next().unwrap_or(host))?;
    }
    let header = |name: &str| ours.headers.iter().find(|(ours, _)| ours.eq_ignore_ascii_case(name));
    for (name, value) in wanted["headers"].as_object().into_iter().flatten() {
        let mut value = value.as_str().unwrap().to_owned();
        let is_type = name.eq_ignore_ascii_case("content-type");
        match service.protocol {
            Protocol::RestXml if is_type => continue,
            Protocol::RestJson1 if is_type && value != "application/json" => continue,
            Protocol::Ec2Query | Protocol::AwsQuery if is_type && !value.contains("charset") => {
                value.push_str("; charset=utf-8");
            }
            _ => {}
        }
        let (_, ours) = header(name).ok_or_else(|| format!("header {name} is missing, should be {value}"))?;
        // Between the elements of a list, the suites have a space where botocore has none.
        same(&format!("header {name}"), &ours.replace(", ", ","), &value.replace(", ", ","))?;
    }
    for name in wanted["forbidHeaders"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap();
        if let Some((_, value)) = header(name) {
            return Err(format!("header {name} is {value}, should be missing"));
        }
    }
    Ok(())
}

fn same(what: &str, ours: &str, theirs: &str) -> Result<(), String> {
    if ours == theirs { Ok(()) } else { Err(format!("{what} is {ours:?}, should be {theirs:?}")) }
}

/// The path of the endpoint, which goes before that of the request.
fn base_path(suite: &Value) -> String {
    let endpoint = suite["clientEndpoint"].as_str().unwrap_or_default();
    let after_host = endpoint.split("://").nth(1).and_then(|rest| rest.split_once('/'));
    after_host.map(|(_, path)| format!("/{path}").trim_end_matches('/').to_owned()).unwrap_or_default()
}

fn uri(request: &HttpRequest) -> String {
    match request.query_string() {
        query if query.is_empty() => request.path.clone(),
        query => format!("{}?{query}", request.path),
    }
}

/// A query parameter without a value has its sign all the same.
fn canonical_uri(uri: &str) -> String {
    let Some((path, query)) = uri.split_once('?') else { return uri.to_owned() };
    let pairs: Vec<_> = query
        .split('&')
        .map(|pair| if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") })
        .collect();
    format!("{path}?{}", pairs.join("&"))
}

fn same_body(service: &Service, ours: &HttpRequest, theirs: &str) -> Result<(), String> {
    if service.protocol == Protocol::RpcV2Cbor {
        let theirs = STANDARD.decode(theirs).map_err(|error| error.to_string())?;
        return same_cbor(&ours.body, &theirs);
    }
    let text = std::str::from_utf8(&ours.body).map_err(|error| error.to_string())?;
    match service.protocol {
        Protocol::Ec2Query | Protocol::AwsQuery => same("body", text, theirs),
        Protocol::RestXml if theirs.trim_start().starts_with('<') => {
            same("body", &canonical_xml(text), &canonical_xml(theirs))
        }
        _ => match (serde_json::from_str(text), serde_json::from_str(theirs)) {
            (Ok(ours), Ok(theirs)) => difference("body", &ours, &theirs).map_or(Ok(()), Err),
            _ => same("body", text, theirs),
        },
    }
}

/// By value: the suites have lengths and widths that botocore reads, but does not write.
fn same_cbor(ours: &[u8], theirs: &[u8]) -> Result<(), String> {
    let read = |bytes: &[u8]| match bytes {
        [] => Ok(None),
        bytes => ciborium::from_reader(bytes).map(times).map(Some),
    };
    same("body", &format!("{:?}", read(ours)), &format!("{:?}", read(theirs)))
}

/// Times as floating-point numbers, which the suites have even for whole seconds.
fn times(value: ciborium::Value) -> ciborium::Value {
    use ciborium::Value;
    match value {
        Value::Tag(tag, seconds) => {
            let whole = seconds.as_integer().map(|seconds| Value::Float(i128::from(seconds) as f64));
            Value::Tag(tag, Box::new(whole.unwrap_or(*seconds)))
        }
        Value::Array(values) => Value::Array(values.into_iter().map(times).collect()),
        Value::Map(entries) => {
            Value::Map(entries.into_iter().map(|(key, value)| (key, times(value))).collect())
        }
        value => value,
    }
}

/// XML without white space between elements, with attributes sorted and no empty-element tags.
fn canonical_xml(text: &str) -> String {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let (mut canonical, mut pending) = (String::new(), String::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                canonical.push_str(std::mem::take(&mut pending).trim());
                let mut attributes: Vec<_> = start
                    .attributes()
                    .map(|attribute| attribute.unwrap())
                    .map(|attribute| (attribute.key.into_inner().to_owned(), attribute.value.into_owned()))
                    .collect();
                attributes.sort();
                canonical.push_str(&format!("<{} {attributes:?}>", start.name().into_inner()));
            }
            Event::End(_) => {
                canonical.push_str(std::mem::take(&mut pending).trim());
                canonical.push_str("</>");
            }
            Event::Text(part) => pending.push_str(&part.xml10_content()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().unwrap() {
                Some(letter) => pending.push(letter),
                None => pending.push_str(&format!("&{};", &*reference)),
            },
            Event::Eof => return canonical,
            _ => {}
        }
    }
}

fn answer(suite: &Value, case: &Value) -> Result<(), String> {
    let name = case["given"]["name"].as_str().unwrap_or("OperationName");
    let mut service = service(suite, name, &case["given"]);
    let response = &case["response"];
    let body = match (response["body"].as_str(), service.protocol) {
        (Some(body), Protocol::RpcV2Cbor) => STANDARD.decode(body).map_err(|error| error.to_string())?,
        (Some(body), _) => body.into(),
        (None, Protocol::AwsQuery) => "<xml/>".into(),
        (None, _) => Vec::new(),
    };
    let mut headers = HeaderMap::new();
    for (name, value) in response["headers"].as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        headers
            .append(HeaderName::try_from(name).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    let status = u16::try_from(response["status_code"].as_u64().unwrap()).unwrap();
    if status >= 300 {
        let error = decode_error(&service, service.operation(name).unwrap(), status, &headers, &body);
        // Cases may say nothing about one of them.
        let code = case["errorCode"].as_str().unwrap_or(&error.code);
        let message = case["errorMessage"].as_str().unwrap_or(&error.message);
        return same("code", &error.code, code).and_then(|()| same("message", &error.message, message));
    }
    // As botocore runs these cases: those of the query protocol have a result element, which they do not say.
    let output = service.operation(name).unwrap().output;
    let has_members =
        output.and_then(|output| service.structure(output)).is_some_and(|output| !output.members.is_empty());
    if service.protocol == Protocol::AwsQuery && has_members && !suite["description"].is_null() {
        service.operations.get_mut(name).unwrap().output_wrapper = Some(format!("{name}Result").into());
    }
    let operation = service.operation(name).unwrap();
    let ours = decode(&service, operation, status, &headers, &body).map_err(|error| error.to_string())?;
    let ours = ours.into_json();
    same_when_masked(&service, operation, status, &headers, &body, &ours)?;
    let wanted = match operation.output {
        Some(output) => {
            rewrite(&service, service.shape(output), &case["result"], &|kind, value| match (kind, value) {
                (Kind::Blob, Value::String(text)) => json!(STANDARD.encode(text)),
                (Kind::Timestamp(_), Value::Number(seconds)) => json!(iso8601(seconds.as_f64().unwrap())),
                (_, value) => value.clone(),
            })
        }
        None => json!({}),
    };
    difference("answer", &ours, &wanted).map_or(Ok(()), Err)
}

fn iso8601(seconds: f64) -> String {
    let nanos = (seconds * 1000.0).round() as i128 * 1_000_000;
    let date = time::OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap();
    date.format(&time::format_description::well_known::Rfc3339).unwrap()
}
