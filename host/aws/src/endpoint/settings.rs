//! The operator's choice of endpoints.

use std::collections::HashMap;
use std::fmt;

use super::error::EndpointError;
use crate::model::Service;

/// The operator's choice of endpoints, the same for all calls of a client.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    fips: bool,
    dual_stack: bool,
    /// For all services, above all else.
    configured: Option<CustomUrl>,
    /// From the environment, for all services.
    general: Option<CustomUrl>,
    /// From the environment, by [`Service::endpoint_variable`].
    by_service: HashMap<Box<str>, CustomUrl>,
}

const GENERAL: &str = "AWS_ENDPOINT_URL";
const BY_SERVICE: &str = "AWS_ENDPOINT_URL_";
const IGNORE: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
const FIPS: &str = "AWS_USE_FIPS_ENDPOINT";
const DUAL_STACK: &str = "AWS_USE_DUALSTACK_ENDPOINT";

impl Settings {
    /// Reads the environment variables that every AWS SDK knows: `AWS_ENDPOINT_URL`,
    /// `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`, `AWS_USE_FIPS_ENDPOINT` and
    /// `AWS_USE_DUALSTACK_ENDPOINT`. Give it `std::env::vars_os()`; empty values count as not set.
    ///
    /// # Errors
    ///
    /// A URL is not one, or a flag is neither `true` nor `false`.
    pub fn from_env<N, V>(variables: impl IntoIterator<Item = (N, V)>) -> Result<Self, EndpointError>
    where
        N: AsRef<std::ffi::OsStr>,
        V: AsRef<std::ffi::OsStr>,
    {
        let mut settings = Self::default();
        let mut ignore = false;
        for (name, value) in variables {
            let (Some(name), Some(value)) = (name.as_ref().to_str(), value.as_ref().to_str()) else {
                continue;
            };
            match name {
                _ if value.is_empty() => {}
                GENERAL => settings.general = Some(CustomUrl::parse(name, value)?),
                IGNORE => ignore = flag(IGNORE, value)?,
                FIPS => settings.fips = flag(FIPS, value)?,
                DUAL_STACK => settings.dual_stack = flag(DUAL_STACK, value)?,
                _ => {
                    if let Some(service) = name.strip_prefix(BY_SERVICE) {
                        settings.by_service.insert(service.into(), CustomUrl::parse(name, value)?);
                    }
                }
            }
        }
        if ignore {
            settings.general = None;
            settings.by_service.clear();
        }
        Ok(settings)
    }

    /// Sends everything to one URL, whatever the environment says: an emulator, as a rule.
    ///
    /// # Errors
    ///
    /// It is not an http or https URL, or has a query, a fragment or a user.
    pub fn with_endpoint_url(mut self, url: &str) -> Result<Self, EndpointError> {
        self.configured = Some(CustomUrl::parse("endpoint_url", url)?);
        Ok(self)
    }

    /// Uses endpoints with FIPS 140 validated cryptography.
    #[must_use]
    pub fn with_fips(mut self, fips: bool) -> Self {
        self.fips = fips;
        self
    }

    /// Uses endpoints that answer over IPv6 as well.
    #[must_use]
    pub fn with_dual_stack(mut self, dual_stack: bool) -> Self {
        self.dual_stack = dual_stack;
        self
    }

    /// The custom endpoint of a service, if it has one.
    #[must_use]
    pub fn endpoint_url(&self, service: &Service) -> Option<&str> {
        let by_service = || self.by_service.get(&service.endpoint_variable);
        let url = self.configured.as_ref().or_else(by_service).or(self.general.as_ref());
        url.map(|it| &*it.0)
    }

    /// Whether endpoints with FIPS 140 validated cryptography are asked for.
    #[must_use]
    pub fn fips(&self) -> bool {
        self.fips
    }

    /// Whether endpoints that answer over IPv6 are asked for.
    #[must_use]
    pub fn dual_stack(&self) -> bool {
        self.dual_stack
    }
}

fn flag(name: &'static str, value: &str) -> Result<bool, EndpointError> {
    if value.eq_ignore_ascii_case("true") {
        Ok(true)
    } else if value.eq_ignore_ascii_case("false") {
        Ok(false)
    } else {
        Err(EndpointError::Flag { name, value: value.to_owned() })
    }
}

/// A URL that calls may be sent to: scheme, host, perhaps a port and a path.
#[derive(Clone, PartialEq, Eq)]
struct CustomUrl(Box<str>);

impl fmt::Debug for CustomUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl CustomUrl {
    fn parse(origin: &str, url: &str) -> Result<Self, EndpointError> {
        let bad = || EndpointError::Url { origin: origin.to_owned(), url: redacted(url) };
        let parsed: http::Uri = url.parse().map_err(|_| bad())?;
        let authority = parsed.authority().ok_or_else(bad)?;
        let fits = matches!(parsed.scheme_str(), Some("http" | "https"))
            && !authority.host().is_empty()
            && (authority.as_str() == authority.host() || authority.port_u16().is_some())
            && !authority.as_str().contains('@')
            && parsed.query().is_none()
            && !url.contains('#');
        if fits { Ok(Self(url.into())) } else { Err(bad()) }
    }
}

/// A URL with a user in it may hold a password, which must not show.
fn redacted(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(variable: &str) -> Service {
        let json = serde_json::json!({
            "name": "x", "service_id": "X", "full_name": "X", "api_version": "1", "protocol": "aws-query",
            "endpoint_prefix": "x", "signing_name": "x", "endpoint_variable": variable,
            "operations": {}, "shapes": [],
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_service_of_its_own_comes_before_the_rest() {
        let environment = [
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:5000"),
            ("AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2", "http://127.0.0.1:5001/elb"),
            ("AWS_ENDPOINT_URL_S3", ""),
            ("AWS_USE_FIPS_ENDPOINT", "True"),
            ("HOME", "not a url"),
        ];
        let settings = Settings::from_env(environment).unwrap();
        assert_eq!(settings.endpoint_url(&service("EC2")), Some("http://127.0.0.1:5000"));
        assert_eq!(settings.endpoint_url(&service("S3")), Some("http://127.0.0.1:5000"));
        assert_eq!(
            settings.endpoint_url(&service("ELASTIC_LOAD_BALANCING_V2")),
            Some("http://127.0.0.1:5001/elb")
        );
        assert!(settings.fips() && !settings.dual_stack());

        let configured = settings.with_endpoint_url("https://localhost:4566/").unwrap();
        assert_eq!(
            configured.endpoint_url(&service("ELASTIC_LOAD_BALANCING_V2")),
            Some("https://localhost:4566/")
        );
    }

    #[test]
    fn the_environment_can_be_told_to_be_quiet() {
        let environment = [
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:5000"),
            ("AWS_ENDPOINT_URL_EC2", "http://127.0.0.1:5001"),
            ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
        ];
        let settings = Settings::from_env(environment).unwrap();
        assert_eq!(settings.endpoint_url(&service("EC2")), None);
        let configured = settings.with_endpoint_url("http://127.0.0.1:1").unwrap();
        assert_eq!(configured.endpoint_url(&service("EC2")), Some("http://127.0.0.1:1"));
    }

    #[test]
    fn what_is_wrong_is_named_and_passwords_are_not() {
        let error = Settings::from_env([("AWS_ENDPOINT_URL_EC2", "localhost:5000")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "AWS_ENDPOINT_URL_EC2: `localhost:5000` is not an endpoint URL: it needs http or https, a host, and no query or user"
        );
        let error = Settings::from_env([("AWS_USE_DUALSTACK_ENDPOINT", "1")]).unwrap_err();
        assert_eq!(error.to_string(), "AWS_USE_DUALSTACK_ENDPOINT: `1` is neither `true` nor `false`");
        let error = Settings::default().with_endpoint_url("http://me:hunter2@example.com").unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
        for url in ["", "/x", "ftp://a", "http://", "http://a?b", "http://a#b", "http://a b", "http://a:x"] {
            assert!(Settings::default().with_endpoint_url(url).is_err(), "{url}");
        }
    }
}
