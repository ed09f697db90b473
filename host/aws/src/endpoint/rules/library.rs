//! The standard library of the rules language: pure functions over text.

use std::net::Ipv6Addr;
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// RFC 3986's unreserved characters stay as they are.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a path may hold besides.
const PATH: &AsciiSet = &UNRESERVED.remove(b'/').remove(b'%');

/// A parsed ARN.
#[derive(Debug, PartialEq, Eq)]
pub struct Arn {
    pub(super) partition: Box<str>,
    pub(super) service: Box<str>,
    pub(super) region: Box<str>,
    pub(super) account: Box<str>,
    /// The rest, split at `:` and `/`.
    pub(super) resource: Box<[Box<str>]>,
}

/// A parsed URL of a custom endpoint.
#[derive(Debug, PartialEq, Eq)]
pub struct Url {
    pub(super) scheme: Box<str>,
    /// Host and port.
    pub(super) authority: Box<str>,
    pub(super) path: Box<str>,
    /// Without dot segments and empty segments, with a slash at both ends.
    pub(super) normalized_path: Box<str>,
    /// The host is an IP address.
    pub(super) is_ip: bool,
}

/// `aws.parseArn`: at least partition, service and resource must be there.
pub(super) fn parse_arn(text: &str) -> Option<Arn> {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next();
    let (scheme, partition, service, region, account, resource) =
        (next()?, next()?, next()?, next()?, next()?, next()?);
    let complete = scheme == "arn" && ![partition, service, resource].contains(&"");
    complete.then(|| Arn {
        partition: partition.into(),
        service: service.into(),
        region: region.into(),
        account: account.into(),
        resource: resource.split([':', '/']).map(Into::into).collect(),
    })
}

/// `parseURL`: http and https, without query and fragment.
pub(super) fn parse_url(text: &str) -> Option<Url> {
    let (scheme, rest) = text.split_once("://")?;
    if !matches!(scheme, "http" | "https") || rest.contains(['?', '#']) || rest.contains(char::is_whitespace)
    {
        return None;
    }
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let host = host_of(authority)?;
    Some(Url {
        scheme: scheme.into(),
        authority: authority.into(),
        path: path.into(),
        normalized_path: normalize(path).into(),
        is_ip: is_ipv4(host) || is_ipv6(host),
    })
}

/// The host of an authority whose port, if it has one, is a number.
fn host_of(authority: &str) -> Option<&str> {
    let bracket = authority.rfind(']').map_or(0, |end| end + 1);
    let (host, port) = match authority[bracket..].find(':') {
        Some(colon) => (&authority[..bracket + colon], &authority[bracket + colon + 1..]),
        None => (authority, ""),
    };
    let numeric =
        port.is_empty() || port.bytes().all(|it| it.is_ascii_digit()) && u16::from_str(port).is_ok();
    (numeric && !host.is_empty()).then_some(host)
}

fn normalize(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            other => segments.push(other),
        }
    }
    let mut normal = String::with_capacity(path.len() + 2);
    normal.push('/');
    for segment in segments {
        normal.extend(utf8_percent_encode(segment, PATH));
        normal.push('/');
    }
    normal
}

/// Four groups of up to three digits: what endpoint rules call an address, even where it is not one.
fn is_ipv4(host: &str) -> bool {
    let group = |it: &str| (1..=3).contains(&it.len()) && it.bytes().all(|digit| digit.is_ascii_digit());
    host.split('.').count() == 4 && host.split('.').all(group)
}

fn is_ipv6(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    address.is_some_and(|it| Ipv6Addr::from_str(it).is_ok())
}

/// `isValidHostLabel`: letters, digits and inner hyphens, 1 to 63 of them; with `subdomains` several
/// labels with dots between them.
#[must_use]
pub fn is_valid_host_label(text: &str, subdomains: bool) -> bool {
    if subdomains {
        return text.split('.').all(|label| is_valid_host_label(label, false));
    }
    (1..=63).contains(&text.len())
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// `aws.isVirtualHostableS3Bucket`: a bucket that may be part of a host name.
pub(super) fn is_virtual_hostable_bucket(text: &str, subdomains: bool) -> bool {
    text.len() >= 3
        && !text.bytes().any(|it| it.is_ascii_uppercase())
        && !is_ipv4(text)
        && is_valid_host_label(text, subdomains)
}

/// `uriEncode`: everything but unreserved characters, slashes too.
pub(super) fn uri_encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// `substring`: of ASCII text only, and only where all of it is there.
pub(super) fn substring(text: &str, start: usize, stop: usize, reverse: bool) -> Option<&str> {
    if start >= stop || stop > text.len() || !text.is_ascii() {
        return None;
    }
    if reverse { text.get(text.len() - stop..text.len() - start) } else { text.get(start..stop) }
}

/// `split`: at most `limit` parts; all of them where it is zero.
pub(super) fn split<'a>(text: &'a str, delimiter: &str, limit: usize) -> Vec<&'a str> {
    match limit {
        0 => text.split(delimiter).collect(),
        limit => text.splitn(limit, delimiter).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_need_partition_service_and_resource() {
        let arn = parse_arn("arn:aws:s3:us-west-2:123456789012:accesspoint/my:point").unwrap();
        assert_eq!((&*arn.partition, &*arn.region, &*arn.account), ("aws", "us-west-2", "123456789012"));
        assert_eq!(
            arn.resource.iter().map(AsRef::as_ref).collect::<Vec<&str>>(),
            ["accesspoint", "my", "point"]
        );
        for text in [
            "",
            "arn",
            "arn:aws:s3:::",
            "arn::s3:::bucket",
            "arn:aws::::bucket",
            "urn:aws:s3:::bucket",
            "arn:aws:s3",
        ] {
            assert_eq!(parse_arn(text), None, "{text}");
        }
    }

    #[test]
    fn urls_are_taken_apart() {
        let url = parse_url("https://example.com:8443//a/./b/../c").unwrap();
        assert_eq!(
            (&*url.scheme, &*url.authority, &*url.path),
            ("https", "example.com:8443", "//a/./b/../c")
        );
        assert_eq!(&*url.normalized_path, "/a/c/");
        assert_eq!(&*parse_url("http://example.com").unwrap().normalized_path, "/");
        for (text, is_ip) in [
            ("http://127.0.0.1:5000", true),
            ("http://[fe80::1]:80/x", true),
            ("http://localhost:5000", false),
            ("https://1.2.3.example", false),
        ] {
            assert_eq!(parse_url(text).unwrap().is_ip, is_ip, "{text}");
        }
        for text in [
            "ftp://a",
            "a",
            "https://",
            "https://a?b=c",
            "https://a#b",
            "https://a:b",
            "https://a:99999",
            "http:// a",
        ] {
            assert_eq!(parse_url(text), None, "{text}");
        }
    }

    #[test]
    fn host_labels_and_buckets() {
        for text in ["a", "us-east-1", "A1", &"a".repeat(63)] {
            assert!(is_valid_host_label(text, false), "{text}");
        }
        for text in ["", "-a", "a-", "a.b", "a_b", "a b", "a/", "é", &"a".repeat(64)] {
            assert!(!is_valid_host_label(text, false), "{text}");
        }
        assert!(is_valid_host_label("a.b", true) && !is_valid_host_label("a..b", true));
        for text in ["ab", "Abc", "1.2.3.4", "a.b.c", "bucket_"] {
            assert!(!is_virtual_hostable_bucket(text, false), "{text}");
        }
        assert!(is_virtual_hostable_bucket("a.b.c", true) && is_virtual_hostable_bucket("abc", false));
    }

    #[test]
    fn text_is_cut_and_encoded() {
        assert_eq!(substring("abcdefg", 0, 4, false), Some("abcd"));
        assert_eq!(substring("abcdefg", 0, 4, true), Some("defg"));
        assert_eq!(substring("abc", 0, 4, false), None);
        assert_eq!(substring("abc", 2, 2, false), None);
        assert_eq!(substring("aßcd", 0, 2, false), None);
        assert_eq!(uri_encode("a b/ü~"), "a%20b%2F%C3%BC~");
        assert_eq!(split("a--b--c", "--", 0), ["a", "b", "c"]);
        assert_eq!(split("a--b--c", "--", 2), ["a", "b--c"]);
        assert_eq!(split("", "--", 1), [""]);
    }
}
