//! Signature version 4: signing requests, and verifying signed ones.
//!
//! Signing is `aws-sigv4`'s work. Verification is for servers that stand in for AWS in tests, and reads
//! requests by itself, byte by byte, so that a fault of the signer cannot hide behind the same fault of its
//! judge.

mod canonical;
mod claim;
pub mod verify;

use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningError, SigningSettings,
    UriPathNormalizationMode,
};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};

use crate::endpoint::Endpoint;
use crate::model::{Operation, Service, Signature};

/// How a service wants its requests signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Encode the path once more for the signature. All services but S3.
    pub double_encode: bool,
    /// Take dot segments and empty segments out of the path for the signature. All services but S3.
    pub normalize: bool,
    /// Send the digest of the body as a header as well. S3.
    pub content_sha256_header: bool,
    /// Sign without the digest of the body; the header says so. Operations that the model names.
    pub unsigned_payload: bool,
}

impl Options {
    /// How a call to an endpoint is signed; `None` if it is sent without a signature.
    ///
    /// # Errors
    ///
    /// The service wants a signature of another kind, such as a bearer token.
    pub fn of(
        service: &Service,
        operation: &Operation,
        endpoint: &Endpoint,
    ) -> Result<Option<Self>, SignError> {
        if operation.unsigned {
            return Ok(None);
        }
        let s3 = match service.signature {
            Signature::V4 => false,
            Signature::S3 => true,
            Signature::V2 => return Err(SignError::Kind("signature version 2")),
            Signature::Bearer => return Err(SignError::Kind("a bearer token")),
        };
        Ok(Some(Self {
            double_encode: endpoint.double_encode,
            normalize: !s3,
            content_sha256_header: s3,
            unsigned_payload: operation.unsigned_payload,
        }))
    }
}

/// A request could not be signed. None of these goes away by trying again.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The service wants another kind of signature. There is no way round.
    #[error("the service wants {0}, and Tollgate signs with sigv4 only")]
    Kind(&'static str),
    /// The URI has no host.
    #[error("the request's URI has no host")]
    NoHost,
    /// A header is not text.
    #[error("the header {0} is not text")]
    Header(HeaderName),
    /// The credentials hold characters that a header cannot have. Correct them where they come from.
    #[error("the credentials hold characters that a header cannot have")]
    Credentials,
    /// The signer refused; the source says why.
    #[error("the request cannot be signed")]
    Signer(#[source] Arc<SigningError>),
}

impl From<SigningError> for SignError {
    fn from(error: SigningError) -> Self {
        Self::Signer(Arc::new(error))
    }
}

/// Headers that signing sets, also when a request is signed once more for another attempt.
const OURS: [&str; 4] = ["authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"];

/// Signs a request in its headers: `authorization`, `x-amz-date` and, where it applies,
/// `x-amz-security-token` and `x-amz-content-sha256`. What an earlier attempt has set is replaced.
///
/// All headers that the request has are signed, but for those that proxies change (`user-agent`,
/// `transfer-encoding`, `x-amzn-trace-id`). The query must be encoded as
/// [`HttpRequest::query_string`](crate::protocol::HttpRequest::query_string) does it.
///
/// # Errors
///
/// See [`SignError`]; the request then is as it was.
pub fn sign(
    request: &mut http::Request<Bytes>,
    credentials: &Credentials,
    region: &str,
    service: &str,
    time: SystemTime,
    options: Options,
) -> Result<(), SignError> {
    let signed = signature_headers(request, credentials, region, service, time, options)?;
    for name in OURS {
        request.headers_mut().remove(name);
    }
    for (name, value) in signed {
        request.headers_mut().insert(name, value);
    }
    Ok(())
}

fn signature_headers(
    request: &http::Request<Bytes>,
    credentials: &Credentials,
    region: &str,
    service: &str,
    time: SystemTime,
    options: Options,
) -> Result<Vec<(HeaderName, HeaderValue)>, SignError> {
    if request.uri().host().is_none_or(str::is_empty) {
        return Err(SignError::NoHost);
    }
    // Checked first, because the signer takes them as they are.
    for text in [Some(credentials.access_key_id()), credentials.session_token()].into_iter().flatten() {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SignError::Credentials);
        }
    }
    let mut headers = Vec::with_capacity(request.headers().len());
    for (name, value) in request.headers() {
        if !OURS.contains(&name.as_str()) {
            let text = std::str::from_utf8(value.as_bytes()).map_err(|_| SignError::Header(name.clone()))?;
            headers.push((name.as_str(), text));
        }
    }
    let body = match options.unsigned_payload {
        true => SignableBody::UnsignedPayload,
        false => SignableBody::Bytes(request.body()),
    };
    let uri = request.uri().to_string();
    let signable = SignableRequest::new(request.method().as_str(), uri, headers.into_iter(), body)?;

    let identity = credentials.clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(time)
        .settings(settings(options))
        .build()
        .map_err(|_| SignError::Credentials)?
        .into();
    let (instructions, _) = aws_sigv4::http_request::sign(signable, &parameters)?.into_parts();
    let (headers, _) = instructions.into_parts();
    headers
        .into_iter()
        .map(|header| {
            let name = HeaderName::from_static(header.name());
            let mut value = HeaderValue::from_str(header.value()).map_err(|_| SignError::Credentials)?;
            value.set_sensitive(header.sensitive() || name == AUTHORIZATION);
            Ok((name, value))
        })
        .collect()
}

fn settings(options: Options) -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = match options.double_encode {
        true => PercentEncodingMode::Double,
        false => PercentEncodingMode::Single,
    };
    settings.uri_path_normalization_mode = match options.normalize {
        true => UriPathNormalizationMode::Enabled,
        false => UriPathNormalizationMode::Disabled,
    };
    settings.payload_checksum_kind = match options.content_sha256_header || options.unsigned_payload {
        true => PayloadChecksumKind::XAmzSha256,
        false => PayloadChecksumKind::NoHeader,
    };
    settings
}
