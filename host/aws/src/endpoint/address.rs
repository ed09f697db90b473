//! The answer: where to send a call, and how to sign it.

use http::Uri;

use super::error::EndpointError;
use super::rules::is_valid_host_label;
use crate::protocol::HttpRequest;

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
    /// The host has names below it that an operation's host prefix can choose: it is AWS's own.
    pub takes_prefix: bool,
}

impl Endpoint {
    /// The whole URI of a request.
    ///
    /// # Errors
    ///
    /// The host prefix does not fit into a host name, or the path has characters that a URI cannot have.
    pub fn uri(&self, request: &HttpRequest) -> Result<Uri, EndpointError> {
        let host = self.url.find("://").map_or(0, |it| it + 3);
        let (scheme, rest) = self.url.split_at(host);
        let (authority, base) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        let query = request.query_string();

        let mut uri = String::with_capacity(self.url.len() + request.path.len() + query.len() + 32);
        uri.push_str(scheme);
        if let Some(prefix) = request.host_prefix.as_deref().filter(|_| self.takes_prefix) {
            // It ends after a label, or within one that the host goes on with.
            let fits = match prefix.strip_suffix('.') {
                Some(labels) => is_valid_host_label(labels, true),
                None => {
                    let rest = authority.split(['.', ':']).next().unwrap_or_default();
                    is_valid_host_label(&format!("{prefix}{rest}"), true)
                }
            };
            if !fits {
                return Err(EndpointError::HostPrefix(prefix.to_owned()));
            }
            uri.push_str(prefix);
        }
        uri.push_str(authority);
        match (base, request.path.as_str()) {
            ("", "" | "/") => uri.push('/'),
            (base, "" | "/") => uri.push_str(base),
            (base, path) => {
                uri.push_str(base.strip_suffix('/').unwrap_or(base));
                if !path.starts_with('/') {
                    uri.push('/');
                }
                uri.push_str(path);
            }
        }
        if !query.is_empty() {
            uri.push('?');
            uri.push_str(&query);
        }
        uri.parse().map_err(|_| EndpointError::Path(request.path.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(url: &str, takes_prefix: bool, prefix: Option<&str>, path: &str) -> Result<String, EndpointError> {
        let endpoint = Endpoint {
            url: url.to_owned(),
            signing_region: "us-east-1".to_owned(),
            signing_name: "s3".to_owned(),
            double_encode: false,
            headers: Vec::new(),
            takes_prefix,
        };
        let request = HttpRequest {
            method: http::Method::GET,
            host_prefix: prefix.map(str::to_owned),
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: bytes::Bytes::new(),
        };
        endpoint.uri(&request).map(|uri| uri.to_string())
    }

    #[test]
    fn paths_are_joined_as_botocore_does() {
        for (url, path, joined) in [
            ("https://a.com", "/", "https://a.com/"),
            ("https://a.com", "", "https://a.com/"),
            ("https://a.com/", "/x/y", "https://a.com/x/y"),
            ("https://a.com/base", "/", "https://a.com/base"),
            ("https://a.com/base/", "/x", "https://a.com/base/x"),
            ("https://a.com/base", "//x", "https://a.com/base//x"),
            ("http://127.0.0.1:5000", "/v1//x%2Fy/", "http://127.0.0.1:5000/v1//x%2Fy/"),
        ] {
            assert_eq!(uri(url, false, None, path).unwrap(), joined, "{url} {path}");
        }
        assert_eq!(uri("https://a.com", true, None, "/a b"), Err(EndpointError::Path("/a b".to_owned())));
    }

    #[test]
    fn prefixes_go_before_hosts_that_take_them() {
        assert_eq!(uri("https://a.com/b", true, Some("data-"), "/").unwrap(), "https://data-a.com/b");
        assert_eq!(uri("https://a.com", true, Some("cp.maps."), "/").unwrap(), "https://cp.maps.a.com/");
        assert_eq!(uri("http://127.0.0.1:1", false, Some("data-"), "/").unwrap(), "http://127.0.0.1:1/");
        for prefix in [".", "a..", ".a", "-a", "a/", "a@", "ü.", &"a".repeat(64)] {
            let refused = Err(EndpointError::HostPrefix(prefix.to_owned()));
            assert_eq!(uri("https://a.com", true, Some(prefix), "/"), refused);
        }
    }
}
