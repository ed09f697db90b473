//! What a request says about its signature.

use std::fmt;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::sign::v4;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::percent_decode_str;
use sha2::Sha256;
use time::PrimitiveDateTime;
use time::macros::format_description;

use super::canonical;
use super::verify::{PathRule, Received, VerifyError};

/// How long a presigned request may be good at most: a week.
const LONGEST: Duration = Duration::from_secs(604_800);

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const TOKEN: &str = "X-Amz-Security-Token";

/// What a request says about its signature. Nothing of it is proven yet.
#[derive(Clone, PartialEq, Eq)]
pub struct Claim {
    /// Whose key signed.
    pub access_key_id: String,
    /// The region in the scope.
    pub region: String,
    /// The service in the scope.
    pub service: String,
    /// When it was signed.
    pub time: SystemTime,
    /// How long it is good for; `None`: it is signed in its headers, and good for now.
    pub expires: Option<Duration>,
    pub(super) session_token: Option<String>,
    pub(super) date: String,
    pub(super) time_text: String,
    signed_headers: Vec<String>,
    signature: String,
}

/// Without the session token and the signature.
impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("access_key_id", &self.access_key_id)
            .field("region", &self.region)
            .field("service", &self.service)
            .field("time", &self.time_text)
            .field("expires", &self.expires)
            .field("signed_headers", &self.signed_headers)
            .finish_non_exhaustive()
    }
}

impl Claim {
    /// Reads what a request says about its signature.
    ///
    /// # Errors
    ///
    /// It says nothing, or not all that it should.
    pub fn read(request: &Received<'_>) -> Result<Self, VerifyError> {
        let (path, query) = request.path_and_query();
        if !path.starts_with('/') {
            return Err(VerifyError::Malformed("the path must begin with a slash"));
        }
        if request.headers.get_all("authorization").iter().count() > 1 {
            return Err(VerifyError::Malformed("there are several signatures"));
        }
        match request.header("authorization") {
            Some(authorization) => Self::in_header(request, authorization),
            None if parameter(query, "X-Amz-Algorithm").is_some() => Self::in_query(query),
            None => Err(VerifyError::Missing),
        }
    }

    fn in_header(request: &Received<'_>, authorization: &str) -> Result<Self, VerifyError> {
        let parts = authorization
            .strip_prefix(ALGORITHM)
            .and_then(|it| it.strip_prefix(' '))
            .ok_or(VerifyError::Malformed("the algorithm must be AWS4-HMAC-SHA256"))?;
        let part = |name: &str| {
            let mut parts = parts.split(',').map(|it| it.trim_matches(' '));
            parts.find_map(|it| it.strip_prefix(name)?.strip_prefix('='))
        };
        let credential = part("Credential").ok_or(VerifyError::Malformed("no Credential"))?;
        let headers = part("SignedHeaders").ok_or(VerifyError::Malformed("no SignedHeaders"))?;
        let signature = part("Signature").ok_or(VerifyError::Malformed("no Signature"))?;
        if parts.split(',').count() != 3 {
            return Err(VerifyError::Malformed("parts that do not belong there"));
        }
        let time = request.header("x-amz-date").ok_or(VerifyError::Malformed("no x-amz-date"))?;
        let token = request.header("x-amz-security-token").map(str::to_owned);
        Self::new(credential, headers, signature, time, token)
    }

    fn in_query(query: &str) -> Result<Self, VerifyError> {
        let required = |name: &str, missing| parameter(query, name).ok_or(VerifyError::Malformed(missing));
        if parameter(query, "X-Amz-Algorithm").as_deref() != Some(ALGORITHM) {
            return Err(VerifyError::Malformed("the algorithm must be AWS4-HMAC-SHA256"));
        }
        let expires = required("X-Amz-Expires", "no X-Amz-Expires")?
            .parse()
            .map(Duration::from_secs)
            .ok()
            .filter(|it| *it <= LONGEST)
            .ok_or(VerifyError::Malformed("X-Amz-Expires must be a number of seconds, a week at most"))?;
        let claim = Self::new(
            &required("X-Amz-Credential", "no X-Amz-Credential")?,
            &required("X-Amz-SignedHeaders", "no X-Amz-SignedHeaders")?,
            &required("X-Amz-Signature", "no X-Amz-Signature")?,
            &required("X-Amz-Date", "no X-Amz-Date")?,
            parameter(query, TOKEN),
        )?;
        Ok(Self { expires: Some(expires), ..claim })
    }

    fn new(
        credential: &str,
        headers: &str,
        signature: &str,
        time: &str,
        session_token: Option<String>,
    ) -> Result<Self, VerifyError> {
        let mut scope = credential.split('/');
        let mut next = || scope.next().filter(|part| !part.is_empty());
        let (Some(key), Some(date), Some(region), Some(service), Some("aws4_request"), None) =
            (next(), next(), next(), next(), next(), next())
        else {
            return Err(VerifyError::Malformed(
                "the Credential must be key/date/region/service/aws4_request",
            ));
        };
        let signed_headers = headers.split(';').map(str::to_owned).collect::<Vec<_>>();
        if !signed_headers.is_sorted() || headers.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(VerifyError::Malformed("SignedHeaders must be sorted and in lower case"));
        }
        Ok(Self {
            access_key_id: key.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            time: parse_time(time).ok_or(VerifyError::Malformed("the date must be YYYYMMDDTHHMMSSZ"))?,
            session_token,
            expires: None,
            date: date.to_owned(),
            time_text: time.to_owned(),
            signed_headers,
            signature: signature.to_owned(),
        })
    }

    /// `host` and AWS's own headers must be under the signature, and what is said to be must be there.
    pub(super) fn check_headers(&self, request: &Received<'_>) -> Result<(), VerifyError> {
        let signed = |name: &str| self.signed_headers.iter().any(|it| it == name);
        for name in &self.signed_headers {
            let mut values = request.headers.get_all(name).iter().peekable();
            if values.peek().is_none() {
                return Err(VerifyError::Malformed("a header in SignedHeaders is not in the request"));
            }
            if !values.all(|value| std::str::from_utf8(value.as_bytes()).is_ok()) {
                return Err(VerifyError::Malformed("a header in SignedHeaders is not text"));
            }
        }
        let own = |name: &str| name.starts_with("x-amz-") && name != "x-amz-security-token";
        let must = request.headers.keys().map(http::HeaderName::as_str).filter(|name| own(name));
        match must.chain(["host"]).find(|name| !signed(name)) {
            Some(name) => Err(VerifyError::Unsigned(name.to_owned())),
            None => Ok(()),
        }
    }

    /// The digest of the body in the canonical request, once it is sure to be the body's.
    pub(super) fn body_digest(&self, request: &Received<'_>) -> Result<String, VerifyError> {
        const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
        let actual = || canonical::sha256(request.body);
        match request.header("x-amz-content-sha256") {
            Some(UNSIGNED) => Ok(UNSIGNED.to_owned()),
            Some(given) if given == actual() => Ok(given.to_owned()),
            Some(_) => Err(VerifyError::Body),
            None if self.expires.is_some() && self.service == "s3" => Ok(UNSIGNED.to_owned()),
            None => Ok(actual()),
        }
    }

    /// The canonical request, with the token in the query under the signature.
    ///
    /// # Errors
    ///
    /// The body does not have the digest that the request says.
    pub fn canonical_request(&self, request: &Received<'_>, rule: PathRule) -> Result<String, VerifyError> {
        Ok(self.canonical(request, rule, &self.body_digest(request)?, true))
    }

    pub(super) fn canonical(
        &self,
        request: &Received<'_>,
        rule: PathRule,
        digest: &str,
        token_in_query: bool,
    ) -> String {
        let (path, query) = request.path_and_query();
        let presigned = self.expires.is_some();
        let left_out =
            |name: &str| presigned && (name == "X-Amz-Signature" || name == TOKEN && !token_in_query);
        let mut lines = vec![
            request.method.to_owned(),
            canonical::path(path, rule.normalize, rule.encode),
            canonical::query(query, left_out),
        ];
        for name in &self.signed_headers {
            let values = request.headers.get_all(name);
            let values =
                values.iter().map(|value| canonical::header(&String::from_utf8_lossy(value.as_bytes())));
            lines.push(format!("{name}:{}", values.collect::<Vec<_>>().join(",")));
        }
        lines.push(String::new());
        lines.push(self.signed_headers.join(";"));
        lines.push(digest.to_owned());
        lines.join("\n")
    }

    /// What is signed of a canonical request.
    #[must_use]
    pub fn string_to_sign(&self, canonical_request: &str) -> String {
        let Self { time_text, date, region, service, .. } = self;
        let digest = canonical::sha256(canonical_request.as_bytes());
        format!("{ALGORITHM}\n{time_text}\n{date}/{region}/{service}/aws4_request\n{digest}")
    }

    /// Whether the signature is the one of a canonical request, in a time that does not depend on where
    /// they differ.
    pub(super) fn is_of(&self, canonical_request: &str, credentials: &Credentials) -> bool {
        let key =
            v4::generate_signing_key(credentials.secret_access_key(), self.time, &self.region, &self.service);
        let expected = v4::calculate_signature(key, self.string_to_sign(canonical_request).as_bytes());
        let tag = |text: &str| Hmac::<Sha256>::new_from_slice(b"").map(|it| it.chain_update(text));
        match (tag(&expected), tag(&self.signature)) {
            (Ok(expected), Ok(given)) => expected.verify_slice(&given.finalize().into_bytes()).is_ok(),
            _ => false,
        }
    }
}

/// The first value of a parameter in a query.
fn parameter(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let decode = |value: &str| percent_decode_str(value).decode_utf8().ok().map(|it| it.into_owned());
    pairs.into_iter().find(|(key, _)| *key == name).and_then(|(_, value)| decode(value))
}

fn parse_time(text: &str) -> Option<SystemTime> {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    PrimitiveDateTime::parse(text, format).ok().map(|time| time.assume_utc().into())
}
