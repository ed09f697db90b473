//! A URL that calls may be sent to.

use std::fmt;

use crate::endpoint::error::EndpointError;

/// A URL that calls may be sent to: scheme, host, perhaps a port and a path.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct CustomUrl(Box<str>);

impl fmt::Debug for CustomUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl CustomUrl {
    pub(super) fn parse(origin: &str, url: &str) -> Result<Self, EndpointError> {
        check(origin, url)?;
        Ok(Self(url.into()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether calls may be sent to a URL.
pub(super) fn check(origin: &str, url: &str) -> Result<(), EndpointError> {
    let bad = || EndpointError::Url { origin: origin.to_owned(), url: redacted(url) };
    let parsed: http::Uri = url.parse().map_err(|_| bad())?;
    let authority = parsed.authority().ok_or_else(bad)?;
    let fits = matches!(parsed.scheme_str(), Some("http" | "https"))
        && !authority.host().is_empty()
        && (authority.as_str() == authority.host() || authority.port_u16().is_some())
        && !authority.as_str().contains('@')
        && parsed.query().is_none()
        && !url.contains('#');
    if fits { Ok(()) } else { Err(bad()) }
}

/// A URL with a user in it may hold a password, which must not show.
fn redacted(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => url.to_owned(),
    }
}
