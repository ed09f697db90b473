//! Which requests go through a proxy, as the environment says.

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use thiserror::Error;

use crate::credentials::Secret;
use crate::environment::Environment;

/// A proxy that cannot be used. Correct the variable. What cannot be used is never passed by.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{variable}: `{url}` is no proxy: it needs `http://host:port` or `https://host:port`")]
pub struct ProxyError {
    variable: &'static str,
    /// Without user and password.
    url: String,
}

/// The proxies of an environment: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` for what these two do not name, and
/// `NO_PROXY` with host names, domains, addresses and networks, with commas between them. Each is known in small
/// letters as well.
#[derive(Debug)]
pub(crate) struct Proxies {
    matcher: Matcher,
    /// The proxy for `https`, perhaps with a password.
    https: Option<Secret>,
    /// The hosts that are reached directly.
    except: String,
}

const HTTPS: [&str; 2] = ["HTTPS_PROXY", "https_proxy"];
const HTTP: [&str; 2] = ["HTTP_PROXY", "http_proxy"];
const ALL: [&str; 2] = ["ALL_PROXY", "all_proxy"];
const NONE: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// This machine, and where cloud machines and containers find their credentials: what answers there is nobody's
/// business but theirs.
const NEVER: &str =
    "localhost,127.0.0.0/8,::1,169.254.169.254,169.254.170.2,169.254.170.23,fd00:ec2::254,fd00:ec2::23";

impl Proxies {
    pub(crate) fn new(environment: &Environment) -> Result<Self, ProxyError> {
        let proxy = |names| first(environment, names).map(|(name, url)| checked(name, url)).transpose();
        let all = proxy(ALL)?;
        let (https, http) = (proxy(HTTPS)?.or(all), proxy(HTTP)?.or(all));
        let except = match first(environment, NONE) {
            Some((_, hosts)) => format!("{NEVER},{hosts}"),
            None => NEVER.to_owned(),
        };
        let matcher = Matcher::builder().no(&*except);
        let matcher = matcher.https(https.unwrap_or_default()).http(http.unwrap_or_default()).build();
        Ok(Self { matcher, https: https.map(Secret::from), except })
    }

    /// The proxy for `https`, as a whole URL, and the hosts that are reached without it.
    pub(super) fn https(&self) -> Option<(String, &str)> {
        let url = self.https.as_ref()?.expose();
        let whole = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        Some((whole, &self.except))
    }

    /// The proxy that a request goes through.
    pub(super) fn of(&self, uri: &Uri) -> Option<Intercept> {
        self.matcher.intercept(uri)
    }
}

fn first<'a>(environment: &'a Environment, names: [&'static str; 2]) -> Option<(&'static str, &'a str)> {
    names.into_iter().find_map(|name| Some((name, environment.get(name)?)))
}

/// The matcher would take what it does not understand for no proxy at all.
fn checked<'a>(variable: &'static str, url: &'a str) -> Result<&'a str, ProxyError> {
    let parsed = url.parse::<Uri>().ok().filter(|uri| {
        let named = uri.authority().is_some_and(|authority| {
            let whole = authority.as_str().rsplit('@').next().unwrap_or_default();
            !authority.host().is_empty() && (whole == authority.host() || authority.port_u16().is_some())
        });
        let path = uri.path().trim_matches('/');
        named && path.is_empty() && matches!(uri.scheme_str(), None | Some("http" | "https"))
    });
    match parsed {
        Some(_) => Ok(url),
        None => Err(ProxyError { variable, url: url.rsplit('@').next().unwrap_or_default().to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Result<Proxies, ProxyError> {
        Proxies::new(&variables.iter().copied().collect())
    }

    fn through(proxies: &Proxies, uri: &str) -> Option<String> {
        proxies.of(&uri.parse().unwrap()).map(|proxy| proxy.uri().to_string())
    }

    #[test]
    fn by_scheme_and_host() {
        let two = proxies(&[
            ("HTTPS_PROXY", "http://secure:3128"),
            ("http_proxy", "plain:3128"),
            ("NO_PROXY", "example.com, 10.0.0.0/8"),
        ])
        .unwrap();
        assert_eq!(
            through(&two, "https://ec2.eu-west-1.amazonaws.com/").as_deref(),
            Some("http://secure:3128/")
        );
        assert_eq!(
            through(&two, "http://ec2.eu-west-1.amazonaws.com/").as_deref(),
            Some("http://plain:3128/")
        );
        for direct in [
            "https://example.com/",
            "https://vpce.example.com/",
            "http://10.1.2.3:5000/",
            "http://localhost:5000/",
            "http://127.0.0.1:5000/",
            "http://127.1.2.3/",
            "http://[::1]:5000/",
            "http://169.254.169.254/latest/meta-data",
            "http://[fd00:ec2::254]/latest/meta-data",
            "http://169.254.170.2/v2/credentials",
        ] {
            assert_eq!(through(&two, direct), None, "{direct}");
        }
        assert!(through(&two, "https://notexample.com/").is_some());

        let one = proxies(&[("ALL_PROXY", "https://all"), ("HTTP_PROXY", "http://plain")]).unwrap();
        assert_eq!(through(&one, "https://a.com/").as_deref(), Some("https://all/"));
        assert_eq!(through(&one, "http://a.com/").as_deref(), Some("http://plain/"));
        let none = proxies(&[("HTTPS_PROXY", ""), ("NO_PROXY", "*")]).unwrap();
        assert_eq!(through(&none, "https://a.com/"), None);
    }

    #[test]
    fn what_is_no_proxy_is_refused_and_passwords_do_not_show() {
        for url in
            ["socks5://me:hunter2@proxy:1080", "http://me:hunter2@proxy:x", "/proxy", "http://proxy/path"]
        {
            let error = proxies(&[("HTTPS_PROXY", url)]).unwrap_err().to_string();
            assert!(error.starts_with("HTTPS_PROXY: `") && !error.contains("hunter2"), "{error}");
        }
        let proxies = proxies(&[("HTTPS_PROXY", "http://me:hunter2@proxy")]).unwrap();
        assert!(!format!("{proxies:?}").contains("hunter2"));
    }
}
