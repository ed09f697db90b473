//! The answer: where to send a call, and how to sign it.

use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::error::EndpointError;

/// RFC 3986's unreserved characters stay as they are: what AWS expects in queries, signed or not.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where to send a call, and how to sign it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme, host, perhaps a port and the beginning of the path; S3's bucket is in it.
    pub url: String,
    /// The region in the signature.
    pub signing_region: String,
    /// The service name in the signature.
    pub signing_name: String,
    /// The path is encoded once more for the signature, as all services but S3 want it.
    pub double_encode: bool,
    /// Headers that the request must carry.
    pub headers: Vec<(Box<str>, String)>,
    /// The model's path begins with the bucket, which is in `url`.
    pub(super) bucket_in_path: bool,
}

impl Endpoint {
    /// The whole URI of a request: `path` as [the protocols](crate::protocol) encode it from the model's
    /// URI, with S3's bucket at its begin, and perhaps with the fixed parameters of the query; `query` as
    /// plain text.
    ///
    /// # Errors
    ///
    /// The path has characters that a URI cannot have.
    pub fn uri(&self, path: &str, query: &[(String, String)]) -> Result<Uri, EndpointError> {
        let (path, fixed) = path.split_once('?').map_or((path, None), |(path, fixed)| (path, Some(fixed)));
        let path = if self.bucket_in_path { without_first_segment(path) } else { path };
        let host = self.url.find("://").map_or(0, |it| it + 3);
        let (origin, base) = match self.url[host..].find('/') {
            Some(slash) => self.url.split_at(host + slash),
            None => (self.url.as_str(), ""),
        };

        let mut uri = String::with_capacity(self.url.len() + path.len() + 64);
        uri.push_str(origin);
        match (base, path) {
            ("", "" | "/") => uri.push('/'),
            (base, "" | "/") => uri.push_str(base),
            (base, path) => {
                let base = if path.starts_with('/') { base.strip_suffix('/').unwrap_or(base) } else { base };
                uri.push_str(base);
                if !path.starts_with('/') && !base.ends_with('/') {
                    uri.push('/');
                }
                uri.push_str(path);
            }
        }
        let mut separator = '?';
        if let Some(fixed) = fixed.filter(|it| !it.is_empty()) {
            uri.push(separator);
            uri.push_str(fixed);
            separator = '&';
        }
        for (name, value) in query {
            uri.push(separator);
            uri.extend(utf8_percent_encode(name, QUERY));
            uri.push('=');
            uri.extend(utf8_percent_encode(value, QUERY));
            separator = '&';
        }
        uri.parse().map_err(|_| EndpointError::Uri { path: path.to_owned() })
    }
}

fn without_first_segment(path: &str) -> &str {
    let segment = path.strip_prefix('/').unwrap_or(path);
    segment.find('/').map_or("", |slash| &segment[slash..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(url: &str, bucket_in_path: bool) -> Endpoint {
        Endpoint {
            url: url.to_owned(),
            signing_region: "us-east-1".to_owned(),
            signing_name: "s3".to_owned(),
            double_encode: false,
            headers: Vec::new(),
            bucket_in_path,
        }
    }

    #[test]
    fn paths_are_joined_as_botocore_does() {
        for (url, path, joined) in [
            ("https://a.com", "/", "https://a.com/"),
            ("https://a.com", "", "https://a.com/"),
            ("https://a.com/", "/x/y", "https://a.com/x/y"),
            ("https://a.com/base", "/", "https://a.com/base"),
            ("https://a.com/base/", "/x", "https://a.com/base/x"),
            ("http://127.0.0.1:5000", "/v1//x%2Fy/", "http://127.0.0.1:5000/v1//x%2Fy/"),
            ("https://a.com", "/x?list-type=2", "https://a.com/x?list-type=2"),
        ] {
            assert_eq!(endpoint(url, false).uri(path, &[]).unwrap(), joined, "{url} {path}");
        }
    }

    #[test]
    fn the_bucket_is_there_once() {
        for (url, path, joined) in [
            ("https://b.s3.amazonaws.com", "/b", "https://b.s3.amazonaws.com/"),
            ("https://b.s3.amazonaws.com", "/b/key//%20x", "https://b.s3.amazonaws.com/key//%20x"),
            ("https://b.s3.amazonaws.com", "/b//key", "https://b.s3.amazonaws.com//key"),
            ("http://127.0.0.1:5000/b", "/b", "http://127.0.0.1:5000/b"),
            ("http://127.0.0.1:5000/b", "/b/key", "http://127.0.0.1:5000/b/key"),
            ("http://127.0.0.1:5000/b", "/b?acl", "http://127.0.0.1:5000/b?acl"),
        ] {
            assert_eq!(endpoint(url, true).uri(path, &[]).unwrap(), joined, "{url} {path}");
        }
    }

    #[test]
    fn queries_are_encoded_strictly() {
        let query = [("a b".to_owned(), "ü+/&=~".to_owned()), ("empty".to_owned(), String::new())];
        let uri = endpoint("https://a.com", false).uri("/?fixed", &query).unwrap();
        assert_eq!(uri, "https://a.com/?fixed&a%20b=%C3%BC%2B%2F%26%3D~&empty=");
        assert!(endpoint("https://a.com", false).uri("/a b", &[]).is_err());
    }
}
