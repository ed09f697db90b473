//! The wire protocols: JSON input to HTTP requests, HTTP responses to values.
//!
//! Everything follows the model and botocore's serialisers and parsers, which are the judge in the tests.
//! What botocore's *clients* add to the wire by hand-written handlers is not followed, with these
//! exceptions, without which an operation would not work:
//!
//! | service | what |
//! |---|---|
//! | s3 | the bucket is left out of the path, since the endpoint rules put it into the URL |
//! | s3 | `GetBucketLocation` answers with the bare member for a root element |
//! | s3 | an error document with status 200 is an error |
//! | s3control | the account id is left out of the host prefix, since the endpoint rules put it there |
//! | route53 | `/hostedzone/Z1` as an id, the way answers have it, is sent as `Z1` |
//! | apigateway | asks for `application/json`, since its default is another format |
//! | glacier | the API version is a header |
//!
//! So policy documents of IAM stay URL-encoded, `ListObjects` sets no encoding type, and blobs such as the
//! console output of EC2 stay base64.
//!
//! Members and elements that the model does not know survive decoding under the name that they have on the
//! wire; elements of XML without children become strings, others objects, or arrays where all children are
//! called `item` or `member`.

mod decode;
mod encode;
mod error;
mod input;
mod mask;
mod number;
mod timestamp;
mod value;
mod values;

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub use error::{DecodeError, Fault, InvalidInput, Problem, ServiceError};
pub use mask::Mask;
pub use value::Value;
pub use values::UnknownValues;

use crate::model::{Operation, Service};

/// An HTTP request before it has an endpoint and a signature.
#[derive(Clone)]
pub struct HttpRequest {
    /// The HTTP method.
    pub method: Method,
    /// What goes before the endpoint's host name, for example `123456789012.`.
    pub host_prefix: Option<String>,
    /// The path, percent-encoded; at least `/`. It goes behind the endpoint's own path.
    pub path: String,
    /// The query parameters, *not* percent-encoded, in the order to send them. Names may repeat.
    pub query: Vec<(String, String)>,
    /// The headers that the protocol and the input give. There is no `Host`, `Content-Length` or signature.
    pub headers: Vec<(String, String)>,
    /// The body; may be empty.
    pub body: Bytes,
}

/// Without the query, the headers and the body, which may hold secrets.
impl fmt::Debug for HttpRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("body_length", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl HttpRequest {
    /// The query parameters in the form of a URL, without the question mark; empty if there are none.
    #[must_use]
    pub fn query_string(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.query {
            if !text.is_empty() {
                text.push('&');
            }
            push_encoded(&mut text, name, ENCODED);
            text.push('=');
            push_encoded(&mut text, value, ENCODED);
        }
        text
    }
}

/// Checks a caller's input, so that [`encode`] takes it.
///
/// Unlike [`encode`], it may look at enumerations and patterns as well: inputs that follow an answer of AWS,
/// those with the token of the next page for one, are not held against them.
///
/// # Errors
///
/// The input does not fit the model, or the operation streams.
pub fn check(
    service: &Service,
    operation: &Operation,
    input: &serde_json::Value,
    unknown_values: UnknownValues,
) -> Result<(), InvalidInput> {
    encode::encode(service, operation, input, unknown_values, &mut random_token).map(drop)
}

/// Builds the request of an operation from its input.
///
/// An input of `null` counts as an empty object, and members that are `null` as absent. Absent idempotency
/// tokens become random UUIDs.
///
/// # Errors
///
/// The input does not fit the model, or the operation streams.
pub fn encode(
    service: &Service,
    operation: &Operation,
    input: &serde_json::Value,
) -> Result<HttpRequest, InvalidInput> {
    encode_with(service, operation, input, &mut random_token)
}

/// [`encode`], with a source of idempotency tokens.
///
/// # Errors
///
/// As [`encode`].
pub fn encode_with(
    service: &Service,
    operation: &Operation,
    input: &serde_json::Value,
    token: &mut dyn FnMut() -> String,
) -> Result<HttpRequest, InvalidInput> {
    encode::encode(service, operation, input, UnknownValues::Send, token)
}

/// Decodes a successful response (status below 300). The value is an object, also if nothing is in it.
///
/// It borrows from the body and from the model.
///
/// # Errors
///
/// The body is not what the protocol says, or it ends too early.
pub fn decode<'a>(
    service: &'a Service,
    operation: &'a Operation,
    status: u16,
    headers: &HeaderMap,
    body: &'a [u8],
) -> Result<Value<'a>, DecodeError> {
    decode_masked(service, operation, status, headers, body, &Mask::Everything)
}

/// [`decode()`], but for what is not wanted, which is read over without making values of it.
///
/// # Errors
///
/// As [`decode()`]; what is not wanted has to be well-formed, and no more than that.
pub fn decode_masked<'a>(
    service: &'a Service,
    operation: &'a Operation,
    status: u16,
    headers: &HeaderMap,
    body: &'a [u8],
    mask: &'a Mask,
) -> Result<Value<'a>, DecodeError> {
    decode::decode(service, operation, status, headers, body, mask)
}

/// Reads what went wrong from a response that is not a success (status 300 or above).
///
/// It never fails: pages of HTML, empty bodies, cut-off bodies and errors in the form of other protocols
/// all give the best that can be said.
#[must_use]
pub fn decode_error(
    service: &Service,
    operation: &Operation,
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
) -> ServiceError {
    let error = decode::decode_error(service, status, headers, body);
    tracing::debug!(
        service = &*service.name,
        operation = &*operation.name,
        status,
        code = error.code,
        "AWS refused"
    );
    error
}

/// What is percent-encoded everywhere: all but the unreserved characters of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn push_encoded(text: &mut String, plain: &str, encoded: &'static AsciiSet) {
    text.extend(utf8_percent_encode(plain, encoded));
}

/// A random UUID, version 4.
fn random_token() -> String {
    let bits = (fastrand::u128(..) & !(0xf000 << 64) & !(0xc000 << 48)) | (0x4000 << 64) | (0x8000 << 48);
    let hex = format!("{bits:032x}");
    let part = |from, to| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

#[cfg(test)]
mod tests;
