//! Verifying signed requests, as AWS does on its side.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use http::HeaderMap;

pub use super::claim::Claim;

/// A request as it was received.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// The method.
    pub method: &'a str,
    /// The path and the query, byte by byte as they came.
    pub target: &'a str,
    /// All headers, `host` included.
    pub headers: &'a HeaderMap,
    /// The whole body.
    pub body: &'a [u8],
}

impl<'a> Received<'a> {
    pub(super) fn path_and_query(&self) -> (&'a str, &'a str) {
        self.target.split_once('?').unwrap_or((self.target, ""))
    }

    /// The first value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
    }
}

/// How the path is put under the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathRule {
    /// Without dot segments and empty segments.
    pub normalize: bool,
    /// Encoded once more.
    pub encode: bool,
}

impl PathRule {
    /// The rule of a service, by its name in the signature.
    #[must_use]
    pub fn of(service: &str) -> Self {
        let s3 = matches!(service, "s3" | "s3express" | "s3-object-lambda" | "s3-outposts");
        Self { normalize: !s3, encode: !s3 }
    }
}

/// A request that is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// There is no signature.
    #[error("the request is not signed")]
    Missing,
    /// The signature is not of the form that it should have.
    #[error("the signature is incomplete: {0}")]
    Malformed(&'static str),
    /// Nobody has that key.
    #[error("nobody has the access key {0}")]
    UnknownKey(String),
    /// The session token is not the one that belongs to the key.
    #[error("the session token does not belong to the access key")]
    Token,
    /// The clocks are apart.
    #[error("it was signed {0} seconds away from now")]
    Skew(u64),
    /// A presigned request came too late.
    #[error("it expired {0} seconds ago")]
    Expired(u64),
    /// The scope is another one than the server's.
    #[error("the {part} in the scope is `{found}`, and should be `{expected}`")]
    Scope {
        /// `date`, `region` or `service`.
        part: &'static str,
        /// In the request.
        found: String,
        /// On the server.
        expected: String,
    },
    /// A header that must be signed is not.
    #[error("the header {0} must be signed")]
    Unsigned(String),
    /// The body is another one than its digest says.
    #[error("the body does not have the digest in `x-amz-content-sha256`")]
    Body,
    /// The signature is another one than the request's.
    #[error(
        "the signature does not match; the request should have been, in canonical form:\n{canonical_request}\n\n{string_to_sign}"
    )]
    Signature {
        /// What the server put under its digest, without session tokens.
        canonical_request: String,
        /// What the server signed.
        string_to_sign: String,
    },
}

/// A server's view of what it accepts.
#[derive(Clone, Copy, Debug)]
pub struct Verifier<'a> {
    /// The server's clock.
    pub now: SystemTime,
    /// The only region that it accepts; `None`: any.
    pub region: Option<&'a str>,
    /// The only service that it accepts; `None`: any.
    pub service: Option<&'a str>,
    /// How it reads paths; `None`: as the service in the scope does.
    pub path: Option<PathRule>,
}

/// How far the clocks may be apart.
const SKEW: Duration = Duration::from_secs(300);

impl Verifier<'_> {
    /// Accepts any region and service, at the time of the system's clock.
    #[must_use]
    pub fn new(now: SystemTime) -> Self {
        Self { now, region: None, service: None, path: None }
    }

    /// Verifies a request that is signed in its headers or in its query. `lookup` gives the credentials of an
    /// access key. Answers what the request claimed, which now is proven.
    ///
    /// # Errors
    ///
    /// The request is not to be believed: see [`VerifyError`].
    pub fn verify(
        &self,
        request: &Received<'_>,
        lookup: impl FnOnce(&str) -> Option<Credentials>,
    ) -> Result<Claim, VerifyError> {
        let claim = Claim::read(request)?;
        self.check_time(&claim)?;
        self.check_scope(&claim)?;
        let credentials = lookup(&claim.access_key_id)
            .ok_or_else(|| VerifyError::UnknownKey(claim.access_key_id.clone()))?;
        if claim.session_token.as_deref() != credentials.session_token() {
            return Err(VerifyError::Token);
        }
        claim.check_headers(request)?;
        let digest = claim.body_digest(request)?;

        let rule = self.path.unwrap_or_else(|| PathRule::of(&claim.service));
        // In a query the token may be under the signature or not: services differ.
        for token_in_query in [true, false] {
            let canonical = claim.canonical(request, rule, &digest, token_in_query);
            if claim.is_of(&canonical, &credentials) {
                return Ok(claim);
            }
        }
        let canonical_request = claim.canonical(request, rule, &digest, true);
        let string_to_sign = claim.string_to_sign(&canonical_request);
        let canonical_request = match credentials.session_token() {
            Some(token) => canonical_request.replace(token, "…"),
            None => canonical_request,
        };
        Err(VerifyError::Signature { canonical_request, string_to_sign })
    }

    fn check_time(&self, claim: &Claim) -> Result<(), VerifyError> {
        let ahead = claim.time.duration_since(self.now).unwrap_or_default();
        let behind = self.now.duration_since(claim.time).unwrap_or_default();
        if ahead > SKEW {
            return Err(VerifyError::Skew(ahead.as_secs()));
        }
        match claim.expires {
            None if behind > SKEW => Err(VerifyError::Skew(behind.as_secs())),
            Some(expires) if behind > expires => Err(VerifyError::Expired((behind - expires).as_secs())),
            _ => Ok(()),
        }
    }

    fn check_scope(&self, claim: &Claim) -> Result<(), VerifyError> {
        let parts = [
            ("date", &claim.date, claim.time_text.get(..8)),
            ("region", &claim.region, self.region),
            ("service", &claim.service, self.service),
        ];
        for (part, found, expected) in parts {
            if let Some(expected) = expected.filter(|it| it != found) {
                return Err(VerifyError::Scope { part, found: found.clone(), expected: expected.to_owned() });
            }
        }
        Ok(())
    }
}
