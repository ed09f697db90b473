//! Failures that can be corrected at once: a wrong region of a bucket, a wrong clock.

use std::time::{SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::account::is_region_shaped;

/// Below so many seconds it is not the clock: AWS accepts five minutes.
const TOLERATED: i64 = 4 * 60;

/// The region that an answer of S3 says a bucket is in.
pub(super) fn bucket_region(code: &str, status: u16, headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let moved = matches!(status, 301 | 307)
        || matches!(
            code,
            "PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException"
        );
    if !moved {
        return None;
    }
    let header = headers.get("x-amz-bucket-region").and_then(|value| value.to_str().ok());
    let element = || {
        let text = std::str::from_utf8(body).ok()?;
        Some(text.split_once("<Region>")?.1.split_once("</Region>")?.0)
    };
    // What comes from outside becomes a part of a host name.
    header.or_else(element).map(str::trim).filter(|region| is_region_shaped(region)).map(str::to_owned)
}

/// How many seconds the service's clock is ahead of ours, if the code says that this is the trouble.
pub(super) fn skew(code: &str, headers: &HeaderMap, now: SystemTime, known: i64) -> Option<i64> {
    const CODES: &[&str] = &[
        "AuthFailure",
        "InvalidSignatureException",
        "RequestExpired",
        "RequestInTheFuture",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    ];
    if !CODES.contains(&code) {
        return None;
    }
    let date = headers.get(http::header::DATE)?.to_str().ok()?;
    let theirs = OffsetDateTime::parse(date, &Rfc2822).ok()?.unix_timestamp();
    let ours = i64::try_from(now.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()?;
    let skew = theirs - ours;
    ((skew - known).abs() >= TOLERATED).then_some(skew)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::HeaderValue;

    use super::*;

    #[test]
    fn buckets_elsewhere() {
        let none = HeaderMap::new();
        let mut header = HeaderMap::new();
        header.insert("x-amz-bucket-region", HeaderValue::from_static("eu-west-1"));
        let body = b"<Error><Code>AuthorizationHeaderMalformed</Code><Region>ap-south-1</Region></Error>";
        assert_eq!(bucket_region("PermanentRedirect", 301, &header, b"").as_deref(), Some("eu-west-1"));
        assert_eq!(bucket_region("301", 301, &header, b"").as_deref(), Some("eu-west-1"));
        assert_eq!(
            bucket_region("AuthorizationHeaderMalformed", 400, &none, body).as_deref(),
            Some("ap-south-1")
        );
        assert_eq!(bucket_region("AccessDenied", 403, &header, body), None);
        assert_eq!(bucket_region("PermanentRedirect", 301, &none, b"<Region>evil.example/</Region>"), None);
        assert_eq!(bucket_region("PermanentRedirect", 301, &none, b"\xff<Region>eu-west-1</Region>"), None);
    }

    #[test]
    fn wrong_clocks() {
        let mut headers = HeaderMap::new();
        headers.insert("date", HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"));
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let theirs = 784_111_777;
        assert_eq!(skew("RequestTimeTooSkewed", &headers, at(theirs - 600), 0), Some(600));
        assert_eq!(skew("SignatureDoesNotMatch", &headers, at(theirs + 600), 0), Some(-600));
        assert_eq!(skew("SignatureDoesNotMatch", &headers, at(theirs + 60), 0), None);
        assert_eq!(skew("RequestTimeTooSkewed", &headers, at(theirs - 600), 600), None);
        assert_eq!(skew("AccessDenied", &headers, at(0), 0), None);
        assert_eq!(skew("RequestExpired", &HeaderMap::new(), at(0), 0), None);
    }
}
