//! What went wrong, from whatever the answer is.

use http::{HeaderMap, StatusCode};

use super::super::error::ServiceError;
use super::super::value::Value;
use super::{cbor, headers, xml};
use crate::model::{Protocol, Service};

/// How much of a page's title, or of an answer without a form, a message shows.
const MAX_EXCERPT: usize = 1000;

pub(in super::super) fn decode_error(
    service: &Service,
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
) -> ServiceError {
    let lossy = String::from_utf8_lossy(body);
    let text = lossy.trim_start_matches('\u{feff}').trim();
    let reason =
        StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default();
    let found = match text.as_bytes().first() {
        None => Found::default(),
        // A map; no text begins with such a byte.
        Some(_) if service.protocol == Protocol::RpcV2Cbor && matches!(body.first(), Some(0xa0..=0xbf)) => {
            from_cbor(service, body)
        }
        // Not from the service, but from something before it.
        Some(b'<') if is_page(text) => from_page(text, reason),
        Some(b'<') => from_xml(text),
        Some(b'{') => from_json(text, service.protocol),
        Some(_) => Found { message: Some(excerpt(text)), ..Found::default() },
    };
    let from_header =
        header(headers, "x-amzn-errortype").map(|code| bare_code(&code)).filter(|code| !code.is_empty());
    let from_body = found.code.filter(|code| !code.is_empty());
    // Where header and body differ, botocore believes the header in restJson1 and the body elsewhere.
    let code = match service.protocol {
        Protocol::RestJson1 => from_header.or(from_body),
        _ => from_body.or(from_header),
    };
    let code = service.query_compatible.then(|| query_code(headers)).flatten().or(code);
    let message = match (found.message, &code) {
        (Some(message), _) => message,
        (None, Some(_)) => String::new(),
        (None, None) => reason.to_owned(),
    };
    ServiceError {
        code: code.unwrap_or_else(|| status.to_string()),
        message,
        status,
        request_id: found.request_id.or_else(|| request_id(headers)),
    }
}

/// What a body says.
#[derive(Debug, Default)]
struct Found {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
}

/// All XML forms: `Response/Errors/Error` (EC2), `ErrorResponse/Error` (query, REST), `Error` (S3), and
/// those of another service's protocol.
fn from_xml(text: &str) -> Found {
    let Ok((root, content)) = xml::generic_document(text.as_bytes()) else {
        return Found::default();
    };
    let error = match root.as_str() {
        "Error" => &content,
        _ => inner(&content, "Errors")
            .and_then(|errors| inner(errors, "Error"))
            .or_else(|| inner(&content, "Error"))
            .unwrap_or(&content),
    };
    const REQUEST_ID: [&str; 3] = ["RequestId", "RequestID", "requestId"];
    Found {
        code: text_of(error, ["Code", "code"]),
        message: text_of(error, ["Message", "message"]),
        request_id: text_of(&content, REQUEST_ID)
            .or_else(|| text_of(error, REQUEST_ID))
            .or_else(|| text_of(content.get("ResponseMetadata")?, REQUEST_ID)),
    }
}

/// The first element of a name.
fn inner<'v, 'a>(value: &'v Value<'a>, name: &str) -> Option<&'v Value<'a>> {
    match value.get(name)? {
        Value::List(values) => values.first(),
        value => Some(value),
    }
}

fn text_of<const N: usize>(value: &Value<'_>, names: [&str; N]) -> Option<String> {
    names.into_iter().find_map(|name| inner(value, name)?.as_str().map(str::to_owned))
}

/// `{"__type": "…#Code", "message": …}` and its relatives.
fn from_json(text: &str, protocol: Protocol) -> Found {
    let Ok(body) = serde_json::from_str::<serde_json::Value>(text) else {
        return Found { message: Some(excerpt(text)), ..Found::default() };
    };
    let text_of = |name: &str| match body.get(name)? {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let names = match protocol {
        Protocol::RestJson1 => ["code", "Code", "__type"],
        _ => ["__type", "code", "Code"],
    };
    Found {
        code: names.into_iter().find_map(text_of).map(|code| bare_code(&code)),
        message: ["message", "Message", "errorMessage", "error_description"].into_iter().find_map(text_of),
        request_id: ["requestId", "RequestId"].into_iter().find_map(text_of),
    }
}

/// `{"__type": "…#Code", "message": …}`.
fn from_cbor(service: &Service, body: &[u8]) -> Found {
    let Some(body) = cbor::unknown(service, body) else { return Found::default() };
    Found {
        code: text_of(&body, ["__type"]).map(|code| bare_code(&code)),
        message: text_of(&body, ["message", "Message"]),
        request_id: None,
    }
}

/// A page of HTML has no code, but may say in its title what it is about.
fn from_page(text: &str, reason: &str) -> Found {
    let lower = text.to_ascii_lowercase();
    let title = lower.split_once("<title>").and_then(|(before, after)| {
        let from = before.len() + "<title>".len();
        text.get(from..from + after.find("</title>")?)
    });
    let message = match title.map(str::trim).filter(|title| !title.is_empty() && *title != reason) {
        Some(title) => format!("{reason} (a page titled {:?})", excerpt(title)),
        None => reason.to_owned(),
    };
    Found { message: Some(message), ..Found::default() }
}

fn is_page(text: &str) -> bool {
    let start = text.chars().take(14).collect::<String>().to_ascii_lowercase();
    start.starts_with("<html") || start == "<!doctype html"
}

/// `Code` of `namespace#Code:http://…`.
fn bare_code(code: &str) -> String {
    let code = code.split(':').next().unwrap_or(code);
    code.rsplit('#').next().unwrap_or(code).trim().to_owned()
}

/// The code of the older query protocol: `Code;Sender`.
fn query_code(headers: &HeaderMap) -> Option<String> {
    let header = header(headers, "x-amzn-query-error")?;
    let (code, kind) = header.split_once(';')?;
    (!code.is_empty() && !kind.contains(';')).then(|| code.to_owned())
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    ["x-amzn-requestid", "x-amz-request-id", "x-amz-cf-id"].into_iter().find_map(|name| header(headers, name))
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| headers::readable(value.as_bytes()))
}

/// As much of a text of somebody else's as an error tells.
pub(super) fn excerpt(text: &str) -> String {
    text.chars().take(MAX_EXCERPT).collect()
}
