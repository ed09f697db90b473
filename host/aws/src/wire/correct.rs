//! Failures that can be corrected at once: a wrong region of a bucket, a wrong clock.

use std::time::{SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::account::is_region_shaped;

/// Below so many seconds it is not the clock: AWS accepts five minutes.
const TOLERATED: i64 = 4 * 60;

/// The region that an answer of S3 says a bucket is in, where it says that this one is the wrong one.
pub(super) fn bucket_region(code: &str, status: u16, headers: &HeaderMap, body: &[u8]) -> Option<String> {
    const CODES: &[&str] = &[
        "AuthorizationHeaderMalformed",
        "IllegalLocationConstraintException",
        "PermanentRedirect",
        "TemporaryRedirect",
    ];
    let header = headers.get("x-amz-bucket-region").and_then(|value| value.to_str().ok());
    // A HEAD that was signed for another region has no body that would say so.
    let headless = status == 400 && body.is_empty() && header.is_some();
    if !matches!(status, 301 | 302 | 307) && !CODES.contains(&code) && !headless {
        return None;
    }
    let text = std::str::from_utf8(body).unwrap_or_default();
    let element = |open, close| Some(text.split_once(open)?.1.split_once(close)?.0.trim());
    let of_endpoint = || {
        let endpoint = element("<Endpoint>", "</Endpoint>")?;
        // After the bucket: `s3.eu-west-1.amazonaws.com`, and as it was once, `s3-eu-west-1.amazonaws.com`.
        let labels = endpoint.rsplit('.').map(|label| label.strip_prefix("s3-").unwrap_or(label));
        labels.into_iter().find(|label| is_region_shaped(label))
    };
    let found = header.map(str::trim).or_else(|| element("<Region>", "</Region>")).or_else(of_endpoint);
    // What comes from outside becomes a part of a host name.
    found.filter(|region| is_region_shaped(region)).map(str::to_owned)
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
        assert_eq!(bucket_region("400", 400, &header, b"").as_deref(), Some("eu-west-1"), "HEAD");
        assert_eq!(bucket_region("400", 400, &none, b""), None);
        assert_eq!(bucket_region("InvalidArgument", 400, &header, b"<Error/>"), None);
        for (endpoint, region) in [
            ("us-east-1.s3.eu-west-1.amazonaws.com", Some("eu-west-1")),
            ("bucket.s3-us-west-2.amazonaws.com", Some("us-west-2")),
            ("bucket.s3.cn-north-1.amazonaws.com.cn", Some("cn-north-1")),
            ("bucket.s3.amazonaws.com", None),
            ("evil.example/", None),
        ] {
            let body =
                format!("<Error><Code>TemporaryRedirect</Code><Endpoint>{endpoint}</Endpoint></Error>");
            let found = bucket_region("TemporaryRedirect", 307, &none, body.as_bytes());
            assert_eq!(found.as_deref(), region, "{endpoint}");
        }
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
