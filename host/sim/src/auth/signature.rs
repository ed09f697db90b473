//! Signature version 4, from the verifying side.
//!
//! After AWS's "Create a signed AWS API request", not after the signer that this is to judge.

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use crate::problem::Problem;
use crate::wire::Incoming;

/// What a request says about its signature: in the `Authorization` header, or in the query string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) access_key_id: String,
    /// `20261122`
    date: String,
    pub(crate) region: String,
    pub(crate) service: String,
    signed_headers: Vec<String>,
    signature: String,
    /// `20261122T055438Z`
    time: String,
    /// For how long a presigned request is good; none: it is signed in its headers.
    expires: Option<Duration>,
    token: Option<String>,
}

/// How far the clocks may differ.
const SKEW: Duration = Duration::minutes(15);

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// All but the characters that RFC 3986 reserves for nothing.
const ENCODED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same for whole paths.
const ENCODED_PATH: AsciiSet = ENCODED.remove(b'/');

impl Signature {
    /// The signature of a request; none: it is not signed.
    pub(crate) fn read(incoming: &Incoming) -> Result<Option<Self>, Problem> {
        let query = incoming.query_pairs();
        let parameter =
            |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        if let Some(algorithm) = parameter("X-Amz-Algorithm") {
            let seconds = parameter("X-Amz-Expires").and_then(|text| text.parse::<u32>().ok());
            let seconds = seconds.filter(|seconds| (1..=604_800).contains(seconds));
            let seconds = seconds.ok_or_else(|| wrong("X-Amz-Expires must be a number from 1 to 604800"))?;
            let part = |name: &str| parameter(name).ok_or_else(|| wrong(&format!("{name} is missing")));
            let signature = Self::parse(
                algorithm,
                part("X-Amz-Credential")?,
                part("X-Amz-SignedHeaders")?,
                part("X-Amz-Signature")?,
                part("X-Amz-Date")?,
            )?;
            let token = parameter("X-Amz-Security-Token").map(str::to_owned);
            return Ok(Some(Self {
                expires: Some(Duration::seconds(i64::from(seconds))),
                token,
                ..signature
            }));
        }
        let Some(authorization) = incoming.header("authorization") else { return Ok(None) };
        let (algorithm, parts) = authorization.split_once(' ').unwrap_or((authorization, ""));
        let part = |name: &str| {
            let mut parts = parts.split(',').map(str::trim);
            let value = parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
            value.ok_or_else(|| wrong(&format!("Authorization header requires '{name}' parameter.")))
        };
        let time = incoming.header("x-amz-date").ok_or_else(|| {
            wrong("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
        })?;
        let signature =
            Self::parse(algorithm, part("Credential")?, part("SignedHeaders")?, part("Signature")?, time)?;
        let token = incoming.header("x-amz-security-token").map(str::to_owned);
        Ok(Some(Self { token, ..signature }))
    }

    fn parse(
        algorithm: &str,
        credential: &str,
        headers: &str,
        signature: &str,
        time: &str,
    ) -> Result<Self, Problem> {
        if algorithm != ALGORITHM {
            return Err(wrong(&format!("the algorithm must be {ALGORITHM}, not {algorithm}")));
        }
        let parts: Vec<&str> = credential.split('/').collect();
        let &[access_key_id, date, region, service, "aws4_request"] = parts.as_slice() else {
            return Err(wrong("Credential must be key/date/region/service/aws4_request"));
        };
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            signed_headers: headers.split(';').map(str::to_owned).collect(),
            signature: signature.to_owned(),
            time: time.to_owned(),
            expires: None,
            token: None,
        })
    }

    /// The session token that came with it.
    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Whether it is the one that the secret gives for this request, now.
    pub(crate) fn verify(
        &self,
        incoming: &Incoming,
        secret: &str,
        now: OffsetDateTime,
    ) -> Result<(), Problem> {
        self.verify_time(now)?;
        self.verify_coverage(incoming)?;
        let payload = self.payload_hash(incoming)?;
        let canonical = self.canonical_request(incoming, &payload);
        let scope = format!("{}/{}/{}/aws4_request", self.date, self.region, self.service);
        let to_sign = format!("{ALGORITHM}\n{}\n{scope}\n{}", self.time, hex(&Sha256::digest(&canonical)));
        let key = [&self.date, &self.region, &self.service, "aws4_request"]
            .iter()
            .fold(format!("AWS4{secret}").into_bytes(), |key, part| mac(&key, part.as_bytes()));
        if hex(&mac(&key, to_sign.as_bytes())) == self.signature {
            return Ok(());
        }
        Err(wrong(&format!(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method. Consult the service documentation for details.\n\n\
             The Canonical String for this request should have been\n'{canonical}'\n\n\
             The String-to-Sign should have been\n'{to_sign}'\n"
        )))
    }

    fn verify_time(&self, now: OffsetDateTime) -> Result<(), Problem> {
        let format = format_description!("[year][month][day]T[hour][minute][second]Z");
        let time = PrimitiveDateTime::parse(&self.time, format)
            .map_err(|_| wrong(&format!("Date must be in ISO-8601 'basic format'. Got '{}'.", self.time)))?
            .assume_utc();
        if !self.time.starts_with(&self.date) {
            return Err(wrong(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP",
            ));
        }
        let good_until = time + self.expires.unwrap_or(SKEW);
        if now > good_until {
            return Err(Problem::Skewed(format!(
                "Signature expired: {} is now earlier than what is accepted",
                self.time
            )));
        }
        if time > now + SKEW {
            return Err(Problem::Skewed(format!(
                "Signature not yet current: {} is still later than now",
                self.time
            )));
        }
        Ok(())
    }

    /// The headers that a signature must cover.
    fn verify_coverage(&self, incoming: &Incoming) -> Result<(), Problem> {
        let signed = |name: &str| self.signed_headers.iter().any(|signed| signed == name);
        if !signed("host") {
            return Err(wrong("'Host' must be a 'SignedHeader' in the AWS Authorization."));
        }
        let amz = |name: &&str| name.starts_with("x-amz-") && *name != "x-amz-content-sha256";
        match incoming.headers.keys().map(http::HeaderName::as_str).filter(amz).find(|name| !signed(name)) {
            Some(name) => Err(wrong(&format!(
                "There were headers present in the request which were not signed: {name}"
            ))),
            None => Ok(()),
        }
    }

    fn payload_hash(&self, incoming: &Incoming) -> Result<String, Problem> {
        let digest = || hex(&Sha256::digest(&incoming.body));
        match incoming.header("x-amz-content-sha256") {
            Some(given) if given == "UNSIGNED-PAYLOAD" || given.starts_with("STREAMING-") => {
                Ok(given.to_owned())
            }
            Some(given) if given == digest() => Ok(given.to_owned()),
            Some(_) => Err(Problem::service(
                400,
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            )),
            None if self.expires.is_some() && is_s3(&self.service) => Ok("UNSIGNED-PAYLOAD".to_owned()),
            None => Ok(digest()),
        }
    }

    fn canonical_request(&self, incoming: &Incoming, payload: &str) -> String {
        let path = if is_s3(&self.service) {
            incoming.path.clone()
        } else {
            utf8_percent_encode(&normalized(&incoming.path), &ENCODED_PATH).to_string()
        };
        let mut query: Vec<(String, String)> = incoming
            .query_pairs()
            .iter()
            .filter(|(name, _)| name != "X-Amz-Signature")
            .map(|(name, value)| (encode(name), encode(value)))
            .collect();
        query.sort();
        let query: Vec<String> = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers: String = self
            .signed_headers
            .iter()
            .map(|name| {
                let values: Vec<String> = incoming
                    .headers
                    .get_all(name)
                    .iter()
                    .map(|value| {
                        String::from_utf8_lossy(value.as_bytes())
                            .split_ascii_whitespace()
                            .collect::<Vec<_>>()
                            .join(" ")
                    })
                    .collect();
                format!("{name}:{}\n", values.join(","))
            })
            .collect();
        let (method, query, signed) = (&incoming.method, query.join("&"), self.signed_headers.join(";"));
        format!("{method}\n{path}\n{query}\n{headers}\n{signed}\n{payload}")
    }
}

fn wrong(message: &str) -> Problem {
    Problem::WrongSignature(message.to_owned())
}

/// S3's paths are signed as they are.
fn is_s3(service: &str) -> bool {
    matches!(service, "s3" | "s3-outposts" | "s3-object-lambda" | "s3express")
}

/// A path without empty and dot segments.
fn normalized(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let end = if path.ends_with('/') && !segments.is_empty() { "/" } else { "" };
    format!("/{}{end}", segments.join("/"))
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, &ENCODED).to_string()
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http::HeaderMap;
    use time::macros::datetime;

    /// The example of AWS's documentation on signing: GET ListUsers of IAM.
    fn documented() -> Incoming {
        let mut headers = HeaderMap::new();
        let authorization = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, \
             Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
        for (name, value) in [
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            ("host", "iam.amazonaws.com"),
            ("x-amz-date", "20150830T123600Z"),
            ("authorization", authorization),
        ] {
            headers.insert(name, value.parse().unwrap());
        }
        Incoming {
            method: http::Method::GET,
            path: "/".to_owned(),
            query: "Action=ListUsers&Version=2010-05-08".to_owned(),
            headers,
            body: Bytes::new(),
        }
    }

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    #[test]
    fn the_documented_signature_is_right() {
        let incoming = documented();
        let signature = Signature::read(&incoming).unwrap().unwrap();
        assert_eq!((&*signature.region, &*signature.service), ("us-east-1", "iam"));
        let now = datetime!(2015-08-30 12:40 UTC);
        assert_eq!(signature.verify(&incoming, SECRET, now), Ok(()));
    }

    #[test]
    fn anything_else_is_not() {
        let now = datetime!(2015-08-30 12:40 UTC);
        let verify = |incoming: &Incoming, secret: &str, now| {
            Signature::read(incoming).unwrap().unwrap().verify(incoming, secret, now)
        };
        assert!(matches!(verify(&documented(), "another", now), Err(Problem::WrongSignature(_))));
        let late = datetime!(2015-08-30 12:52 UTC);
        assert!(matches!(verify(&documented(), SECRET, late), Err(Problem::Skewed(_))));
        let mut other = documented();
        other.query = "Action=DeleteUser&Version=2010-05-08".to_owned();
        assert!(matches!(verify(&other, SECRET, now), Err(Problem::WrongSignature(_))));
        let mut more = documented();
        more.headers.insert("x-amz-target", "Other".parse().unwrap());
        assert!(matches!(verify(&more, SECRET, now), Err(Problem::WrongSignature(_))));
    }

    #[test]
    fn paths_are_normalized() {
        for (path, expected) in [("/", "/"), ("//a/./b/../c//", "/a/c/"), ("/..", "/"), ("/a%20b", "/a%20b")]
        {
            assert_eq!(normalized(path), expected);
        }
    }
}
