//! The message as it arrives, and the dialects of AWS's protocols.

use bytes::Bytes;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use tollgate_aws::model::{Protocol, Service};
use tollgate_aws::sign::verify::Received;

/// How errors are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// EC2's codes.
    Ec2,
    /// The query services' codes, which Route 53 and CloudFront use as well.
    Query,
    /// S3's codes.
    S3,
    /// The codes of services with `X-Amz-Target` or CBOR: statuses are 400 or 500.
    Json,
    /// The codes of restJson1 services.
    Rest,
}

impl Dialect {
    /// The dialect of a service when it is spoken to in a protocol.
    pub(crate) fn of(service: &str, protocol: Protocol) -> Self {
        match protocol {
            Protocol::Ec2Query => Self::Ec2,
            Protocol::RestXml if service == "s3" => Self::S3,
            Protocol::AwsQuery | Protocol::RestXml => Self::Query,
            Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RpcV2Cbor => Self::Json,
            Protocol::RestJson1 => Self::Rest,
        }
    }
}

/// A whole request.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    pub(crate) method: Method,
    /// Path and query, as on the wire.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Incoming {
    /// What its signature is verified on.
    pub(crate) fn received(&self) -> Received<'_> {
        Received {
            method: self.method.as_str(),
            target: &self.target,
            headers: &self.headers,
            body: &self.body,
        }
    }

    /// As on the wire: percent-encoded.
    pub(crate) fn path(&self) -> &str {
        self.target.split_once('?').map_or(&self.target, |(path, _)| path)
    }

    /// As on the wire, without `?`.
    fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// A header's value, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The decoded query parameters, in order.
    pub(crate) fn query_pairs(&self) -> Vec<(String, String)> {
        pairs(self.query(), false)
    }

    /// The parameters of an `application/x-www-form-urlencoded` body, or of the query string where there
    /// is no body; none if there is no `Action` among them.
    pub(crate) fn form(&self) -> Option<Vec<(String, String)>> {
        let pairs = match self.header("content-type") {
            Some(kind) if kind.starts_with("application/x-www-form-urlencoded") => {
                pairs(std::str::from_utf8(&self.body).ok()?, true)
            }
            _ if self.body.is_empty() => pairs(self.query(), false),
            _ => return None,
        };
        pairs.iter().any(|(name, _)| name == "Action").then_some(pairs)
    }

    /// The bucket in a virtual-hosted-style host name under `localhost`, for example `logs.localhost`.
    pub(crate) fn virtual_bucket(&self) -> Option<&str> {
        let host = self.header("host")?;
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        name.strip_suffix(".localhost").map(|bucket| bucket.strip_suffix(".s3").unwrap_or(bucket))
    }
}

/// Splits and decodes `a=b&c=d`. In forms, `+` is a space; in AWS's query strings it is not encoded so.
fn pairs(text: &str, plus_is_space: bool) -> Vec<(String, String)> {
    let decode = |part: &str| {
        let part = if plus_is_space { part.replace('+', " ") } else { part.to_owned() };
        percent_decode_str(&part).decode_utf8_lossy().into_owned()
    };
    text.split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// The protocol family of a message whose service could not be told.
pub(crate) fn guess_dialect(incoming: &Incoming, signing_name: Option<&str>) -> Dialect {
    if signing_name == Some("s3") {
        Dialect::S3
    } else if signing_name == Some("ec2") {
        Dialect::Ec2
    } else if incoming.headers.contains_key("x-amz-target") {
        Dialect::Json
    } else if incoming.form().is_some() {
        Dialect::Query
    } else {
        Dialect::Rest
    }
}

/// Which operation of which service is called, and how.
#[derive(Clone, Debug)]
pub(crate) struct Routed {
    pub(crate) service: std::sync::Arc<Service>,
    pub(crate) operation: Box<str>,
    /// The protocol of this message, which need not be the one that the pack prefers.
    pub(crate) protocol: Protocol,
    /// The URI's labels: wire name and decoded value.
    pub(crate) labels: Vec<(String, String)>,
}
