//! Why there is no whole response.

use std::error::Error as StdError;
use std::time::Duration;

use rustls::CertificateError;
use thiserror::Error;

/// Why there is no whole response.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum TransportError {
    /// The address is none, or the request cannot be put into HTTP.
    #[error("the request cannot be sent: {reason}")]
    Unsendable {
        /// Why.
        reason: String,
    },
    /// No connection came about.
    #[error("no connection to {host}: {reason}")]
    Connect { host: String, reason: String, timed_out: bool },
    /// The host is not whom it says it is, as far as is known here. Trust who signed for it, if that is right.
    #[error("the certificate of {host} is not accepted: {reason}; {}", what_to_check(*cause))]
    Untrusted { host: String, reason: String, cause: Distrust },
    /// Nothing came for too long; `begun` says whether the head of a response was there.
    #[error("{host} did not answer within {} s", after.as_secs_f32())]
    Timeout { host: String, after: Duration, begun: bool },
    /// The connection ended before the response did, or what came was not HTTP.
    #[error("the connection to {host} broke: {reason}")]
    Broken { host: String, reason: String },
    /// The response is larger than is read.
    #[error("the response of {host} is larger than {limit} bytes")]
    TooLarge { host: String, limit: usize },
}

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Distrust {
    /// Nobody known has signed it.
    Issuer,
    /// It is of another time.
    Time,
    /// It is of another host.
    Name,
    /// Anything else.
    Other,
}

fn what_to_check(cause: Distrust) -> &'static str {
    match cause {
        Distrust::Issuer => {
            "if a proxy of your own answers there, name a PEM file with the certificate of its authority in AWS_CA_BUNDLE, or as `ca_bundle` in the AWS profile"
        }
        Distrust::Time => "check this machine's clock, and whether the host renews its certificate",
        Distrust::Name => "check the endpoint URL, and whether a proxy answers in its place",
        Distrust::Other => {
            "check who answers there, and the file that AWS_CA_BUNDLE, or `ca_bundle` in the AWS profile, names"
        }
    }
}

/// A request that came to no response.
pub(super) fn failure(host: &str, error: &hyper_util::client::legacy::Error) -> TransportError {
    let (host, reason) = (host.to_owned(), chain(error));
    if let Some(certificate) = certificate_error(error) {
        let cause = match certificate {
            CertificateError::UnknownIssuer => Distrust::Issuer,
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Distrust::Time,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Distrust::Name
            }
            _ => Distrust::Other,
        };
        let reason = match cause {
            Distrust::Issuer => "no authority that is trusted here has signed it".to_owned(),
            _ => certificate.to_string(),
        };
        TransportError::Untrusted { host, reason, cause }
    } else if error.is_connect() {
        TransportError::Connect { host, reason, timed_out: timed_out(error) }
    } else {
        TransportError::Broken { host, reason }
    }
}

/// What TLS says about a certificate. It comes within errors of input and output, which hide it from `source`.
fn certificate_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a CertificateError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(certificate)) = error.downcast_ref() {
            return Some(certificate);
        }
        let within = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match within {
            Some(within) => Some(within),
            None => error.source(),
        };
    }
    None
}

/// Whether the system or the connector waited for too long.
fn timed_out(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let io = error.downcast_ref::<std::io::Error>();
        if io.is_some_and(|error| error.kind() == std::io::ErrorKind::TimedOut) {
            return true;
        }
        next = error.source();
    }
    false
}

/// The reasons below an error: the error itself says no more than that there is one.
pub(super) fn chain(error: &dyn StdError) -> String {
    let mut reasons = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        reasons.push(error.to_string());
        next = error.source();
    }
    if reasons.len() > 1 {
        reasons.remove(0);
    }
    reasons.dedup();
    reasons.join(": ")
}
