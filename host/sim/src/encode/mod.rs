//! From the operation's output (JSON by API names) to the message.

mod cbor;
mod error;
mod json;
mod path;
mod rest;
mod xml;

use serde_json::{Map, Value};
use tollgate_aws::model::{Operation, Protocol};

pub(crate) use error::error;
use path::Path;

use crate::problem::Problem;
use crate::wire::Routed;

/// A response, but for its request id header.
#[derive(Clone, Debug, Default)]
pub(crate) struct Encoded {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Encoded {
    fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.into(),
        }
    }
}

/// The response with an output of the operation.
pub(crate) fn output(
    routed: &Routed,
    operation: &Operation,
    output: &Map<String, Value>,
    request_id: &str,
) -> Result<Encoded, Problem> {
    let service = &*routed.service;
    match routed.protocol {
        Protocol::Ec2Query => {
            let mut xml = xml::Writer::new();
            let root = format!("{}Response", operation.name);
            let namespace = format!("http://ec2.amazonaws.com/doc/{}/", service.api_version);
            xml.open_root(&root, Some(&namespace));
            xml.leaf("requestId", request_id);
            xml.members(service, operation.output, output)?;
            xml.close(&root);
            Ok(Encoded::new(200, "text/xml;charset=UTF-8", xml.finish()))
        }
        Protocol::AwsQuery => {
            let mut xml = xml::Writer::new();
            let root = format!("{}Response", operation.name);
            xml.open_root(&root, service.xml_namespace.as_ref().map(|namespace| &*namespace.uri));
            if let Some(wrapper) = &operation.output_wrapper {
                xml.open(wrapper);
                xml.members(service, operation.output, output)?;
                xml.close(wrapper);
            } else if operation.output.is_some() {
                // A service whose model is of another protocol, asked by the query protocol.
                let wrapper = format!("{}Result", operation.name);
                xml.open(&wrapper);
                xml.members(service, operation.output, output)?;
                xml.close(&wrapper);
            }
            xml.open("ResponseMetadata");
            xml.leaf("RequestId", request_id);
            xml.close("ResponseMetadata");
            xml.close(&root);
            Ok(Encoded::new(200, "text/xml", xml.finish()))
        }
        Protocol::AwsJson10 | Protocol::AwsJson11 => {
            let kind = if routed.protocol == Protocol::AwsJson10 { "1.0" } else { "1.1" };
            let mut body = Vec::new();
            json::members(service, operation.output, output, &mut body)?;
            Ok(Encoded::new(200, &format!("application/x-amz-json-{kind}"), body))
        }
        Protocol::RpcV2Cbor => {
            let body = cbor::members(service, operation.output, output)?;
            let mut encoded = Encoded::new(200, "application/cbor", body);
            encoded.headers.push(("smithy-protocol".to_owned(), "rpc-v2-cbor".to_owned()));
            Ok(encoded)
        }
        Protocol::RestXml | Protocol::RestJson1 => rest::output(routed, operation, output),
    }
}

/// A value that does not fit its shape.
fn misfit(path: &Path<'_>, shape: &str, value: &Value) -> Problem {
    let text = value.to_string();
    let text = text.chars().take(60).collect::<String>();
    Problem::Fixture(format!("{path}: {text} is not a {shape}"))
}
