//! Errors, in each protocol's form.

use serde_json::json;
use tollgate_aws::model::Protocol;

use super::xml::Writer;
use super::{Encoded, cbor};
use crate::problem::Problem;
use crate::wire::{Dialect, Incoming, Routed};

/// The response with an error. Without a route the form is guessed from the dialect.
pub(crate) fn error(
    problem: &Problem,
    incoming: &Incoming,
    routed: Option<&Routed>,
    dialect: Dialect,
    request_id: &str,
) -> Encoded {
    let rendered = problem.render(dialect);
    let namespace =
        routed.and_then(|routed| routed.service.xml_namespace.as_ref()).map(|namespace| &*namespace.uri);
    let fault = if rendered.status >= 500 { "Receiver" } else { "Sender" };
    let message = json!({ "message": rendered.message }).to_string();
    let mut encoded = match (dialect, routed.map(|routed| routed.protocol)) {
        // There is no body to say it in.
        _ if incoming.method == http::Method::HEAD => {
            Encoded { status: rendered.status, ..Encoded::default() }
        }
        (Dialect::Ec2, _) => {
            let mut xml = Writer::new();
            xml.open("Response");
            xml.open("Errors");
            xml.open("Error");
            xml.leaf("Code", &rendered.code);
            xml.leaf("Message", &rendered.message);
            xml.close("Error");
            xml.close("Errors");
            xml.leaf("RequestID", request_id);
            xml.close("Response");
            Encoded::new(rendered.status, "text/xml;charset=UTF-8", xml.finish())
        }
        (Dialect::Query, _) => {
            let mut xml = Writer::new();
            xml.open_root("ErrorResponse", namespace);
            xml.open("Error");
            xml.leaf("Type", fault);
            xml.leaf("Code", &rendered.code);
            xml.leaf("Message", &rendered.message);
            xml.close("Error");
            xml.leaf("RequestId", request_id);
            xml.close("ErrorResponse");
            Encoded::new(rendered.status, "text/xml", xml.finish())
        }
        (Dialect::S3, _) => {
            let mut xml = Writer::new();
            xml.open("Error");
            xml.leaf("Code", &rendered.code);
            xml.leaf("Message", &rendered.message);
            for (name, value) in &rendered.details {
                xml.leaf(name, value);
            }
            xml.leaf("RequestId", request_id);
            xml.leaf("HostId", "c2ltdWxhdG9y");
            xml.close("Error");
            Encoded::new(rendered.status, "application/xml", xml.finish())
        }
        (Dialect::Json, Some(Protocol::RpcV2Cbor)) => {
            let body = cbor::error(&rendered.code, &rendered.message);
            let mut encoded = Encoded::new(rendered.status, "application/cbor", body);
            encoded.headers.push(("smithy-protocol".to_owned(), "rpc-v2-cbor".to_owned()));
            encoded
        }
        (Dialect::Json, protocol) => {
            let kind = if protocol == Some(Protocol::AwsJson10) { "1.0" } else { "1.1" };
            let body = json!({ "__type": rendered.code, "message": rendered.message }).to_string();
            Encoded::new(rendered.status, &format!("application/x-amz-json-{kind}"), body)
        }
        (Dialect::Rest, _) => {
            let mut encoded = Encoded::new(rendered.status, "application/json", message);
            encoded.headers.push(("x-amzn-errortype".to_owned(), rendered.code.clone()));
            encoded
        }
    };
    let query_compatible = routed.is_some_and(|routed| routed.service.query_compatible);
    if query_compatible && dialect == Dialect::Json && incoming.headers.contains_key("x-amzn-query-mode") {
        encoded.headers.push(("x-amzn-query-error".to_owned(), format!("{};{fault}", rendered.code)));
    }
    encoded.headers.extend(rendered.headers.into_iter().map(|(name, value)| (name.to_owned(), value)));
    encoded
}
