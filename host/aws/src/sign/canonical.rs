//! The canonical form of a received request: what both sides of a signature put under their digest.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use sha2::{Digest, Sha256};

/// RFC 3986's unreserved characters stay as they are.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What is encoded in a path.
const PATH: &AsciiSet = &UNRESERVED.remove(b'/');

/// The path, perhaps without dot segments and empty segments, perhaps encoded once more.
pub(super) fn path(path: &str, normalize: bool, encode: bool) -> String {
    let path = match path {
        "" => "/".to_owned(),
        path if normalize => without_dots(path),
        path => path.to_owned(),
    };
    if encode { percent_encode(path.as_bytes(), PATH).to_string() } else { path }
}

/// RFC 3986, 5.2.4; besides, several slashes are one.
fn without_dots(path: &str) -> String {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    let end = if folder && !segments.is_empty() { "/" } else { "" };
    format!("/{}{end}", segments.join("/"))
}

/// The parameters of a query, sorted, without those that `left_out` names. Bytes that a URI encodes are
/// encoded, and what is encoded stays as it was sent.
pub(super) fn query(query: &str, left_out: impl Fn(&str) -> bool) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .filter(|(name, _)| !left_out(name))
        .map(|(name, value)| (encoded(name), encoded(value)))
        .collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// Encodes what is not yet.
fn encoded(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escape = *first == b'%' && after.len() >= 2 && after[..2].iter().all(u8::is_ascii_hexdigit);
        let (piece, after) = rest.split_at(if escape { 3 } else { 1 });
        if escape {
            result.extend(piece.iter().map(|byte| char::from(*byte)));
        } else {
            result.extend(percent_encode(piece, UNRESERVED));
        }
        rest = after;
    }
    result
}

/// A header's value: without blanks around it, and single blanks within.
pub(super) fn header(value: &str) -> String {
    value.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A digest in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (given, normal) in [
            ("", "/"),
            ("/", "/"),
            ("/a/b", "/a/b"),
            ("/a/../b/", "/b/"),
            ("/a/..", "/"),
            ("/a/b/..", "/a/"),
            ("//a//b//", "/a/b/"),
            ("/./", "/"),
            ("/../a", "/a"),
            ("/.a", "/.a"),
        ] {
            assert_eq!(path(given, true, false), normal, "{given}");
        }
        assert_eq!(path("//a/../%2F b", false, false), "//a/../%2F b");
        assert_eq!(path("/a%2Fb/ü:", false, true), "/a%252Fb/%C3%BC%3A");
    }

    #[test]
    fn queries() {
        assert_eq!(query("b=2&a=1&a=0&c", |_| false), "a=0&a=1&b=2&c=");
        assert_eq!(query("a=b=c&a+b=ü&x=%2f%zz", |_| false), "a=b%3Dc&a%2Bb=%C3%BC&x=%2f%25zz");
        assert_eq!(query("a=1&X-Amz-Signature=2", |name| name == "X-Amz-Signature"), "a=1");
    }

    #[test]
    fn headers_and_digests() {
        assert_eq!(header("  a   b\tc "), "a b\tc");
        assert_eq!(sha256(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
