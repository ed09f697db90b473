//! From botocore's service model to the pack's.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use serde_json::value::to_raw_value;
use serde_json::{Map, Value};

use super::botocore::Model;
use super::doc;
use super::shapes::Shapes;
use super::types::redaction::Redactions;
use super::types::service::{Access, Operation, Paginator, Protocol, Service, Signature};
use super::types::shape::XmlNamespace;

/// Which protocol we speak where a service offers several: the first of these.
///
/// JSON goes before CBOR, since services spoke it before they offered CBOR beside it: every partition and
/// every emulator answers it. It goes before the query protocol, whose values have no types. CBOR is spoken
/// where nothing else is offered.
const PREFERENCE: [&str; 6] = ["json", "rest-json", "rest-xml", "query", "ec2", "smithy-rpc-v2-cbor"];

/// A service with everything but access levels.
pub(crate) fn service(model: &Model) -> Result<Service> {
    let metadata = &model.service["metadata"];
    let text = |key: &str| model.metadata(key).map(Box::from);
    let must = |key: &str| text(key).with_context(|| format!("metadata has no {key}"));

    let mut shapes = Shapes::new(&model.service["shapes"]);
    let mut operations = HashMap::new();
    let all = model.service["operations"].as_object().context("no operations")?;
    for (name, description) in all {
        let paginator = model.paginators.get(name);
        let operation = operation(name, description, paginator, &mut shapes).with_context(|| name.clone())?;
        operations.insert(name.as_str().into(), operation);
    }
    let service_id: Box<str> = must("serviceId")?;
    Ok(Service {
        name: model.name.as_str().into(),
        full_name: must("serviceFullName")?,
        api_version: must("apiVersion")?,
        protocol: protocol(metadata)?,
        endpoint_prefix: must("endpointPrefix")?,
        signing_name: text("signingName").map_or_else(|| must("endpointPrefix"), Ok)?,
        target_prefix: text("targetPrefix"),
        endpoint_variable: service_id.to_uppercase().replace([' ', '-'], "_").into(),
        service_id,
        xml_namespace: metadata.get("xmlNamespace").map(namespace).transpose()?,
        query_compatible: metadata.get("awsQueryCompatible").is_some(),
        signature: signature(&must("signatureVersion")?)?,
        global_endpoint: text("globalEndpoint"),
        client_context_params: model.service["clientContextParams"].as_object().cloned(),
        operations,
        shapes: shapes.finish()?,
        redactions: Redactions::default(),
        endpoint_rules: model.endpoint_rules.as_ref().map(to_raw_value).transpose()?,
    })
}

/// The protocol that we like best of those that the service speaks.
fn protocol(metadata: &Value) -> Result<Protocol> {
    let main = metadata["protocol"].as_str().context("metadata has no protocol")?;
    let spoken: Vec<&str> = match metadata["protocols"].as_array() {
        Some(protocols) => protocols.iter().filter_map(Value::as_str).collect(),
        None => vec![main],
    };
    let best = PREFERENCE.into_iter().find(|protocol| spoken.contains(protocol)).unwrap_or(main);
    Ok(match (best, metadata["jsonVersion"].as_str()) {
        ("ec2", _) => Protocol::Ec2Query,
        ("query", _) => Protocol::AwsQuery,
        ("rest-xml", _) => Protocol::RestXml,
        ("rest-json", _) => Protocol::RestJson1,
        ("smithy-rpc-v2-cbor", _) => Protocol::RpcV2Cbor,
        ("json", Some("1.0")) => Protocol::AwsJson10,
        ("json", Some("1.1")) => Protocol::AwsJson11,
        (other, version) => bail!("the protocol {other} {version:?} is not one that we know"),
    })
}

fn signature(version: &str) -> Result<Signature> {
    Ok(match version {
        "v4" => Signature::V4,
        "s3" | "s3v4" => Signature::S3,
        "v2" => Signature::V2,
        "bearer" => Signature::Bearer,
        other => bail!("the signature version {other} is not one that we know"),
    })
}

/// An `xmlNamespace`, which is an object, or for some services just the URI.
pub(super) fn namespace(value: &Value) -> Result<XmlNamespace> {
    let uri = value.as_str().or_else(|| value["uri"].as_str()).context("an xmlNamespace without a uri")?;
    Ok(XmlNamespace { uri: uri.into(), prefix: value["prefix"].as_str().map(Box::from) })
}

fn operation<'a>(
    name: &str,
    description: &'a Value,
    paginator: Option<&Value>,
    shapes: &mut Shapes<'a>,
) -> Result<Operation> {
    let http = &description["http"];
    let input = description.get("input").map(|reference| shapes.root(reference)).transpose()?;
    let output = description.get("output").map(|reference| shapes.root(reference)).transpose()?;
    let errors = match description["errors"].as_array() {
        Some(errors) => {
            errors.iter().map(|reference| Ok(shapes.root(reference)?.shape)).collect::<Result<_>>()?
        }
        None => Vec::new(),
    };
    let (input_name, input_namespace) = match &input {
        Some(root) => (root.name.clone(), root.namespace.clone()),
        None => (None, None),
    };
    let flag = |key: &str| description[key].as_bool() == Some(true);
    let checksum = &description["httpChecksum"];
    let auth_type = description["authtype"].as_str();
    Ok(Operation {
        name: name.into(),
        doc: description["documentation"].as_str().and_then(doc::first_sentence).map(Into::into),
        method: http["method"].as_str().context("no method")?.into(),
        uri: http["requestUri"].as_str().context("no requestUri")?.into(),
        status: http["responseCode"].as_u64().map_or(Ok(200), u16::try_from)?,
        input: input.map(|root| root.shape),
        input_name,
        input_namespace,
        output: output.map(|root| root.shape),
        output_wrapper: description["output"]["resultWrapper"].as_str().map(Box::from),
        errors,
        access: Access::Unclassified,
        iam_action: "".into(),
        sensitive: None,
        exact_grant: None,
        paginator: paginator.map(self::paginator).transpose()?,
        host_prefix: description["endpoint"]["hostPrefix"].as_str().map(Box::from),
        unsigned: auth_type == Some("none"),
        unsigned_payload: auth_type == Some("v4-unsigned-body") || flag("unsignedPayload"),
        checksum_required: flag("httpChecksumRequired")
            || checksum["requestChecksumRequired"].as_bool() == Some(true),
        checksum_algorithm_member: checksum["requestAlgorithmMember"].as_str().map(Box::from),
        endpoint_discovery: description["endpointdiscovery"]["required"].as_bool() == Some(true),
        operation_context_params: parameters(&description["operationContextParams"]),
        static_context_params: parameters(&description["staticContextParams"]),
        deprecated: flag("deprecated"),
    })
}

fn parameters(value: &Value) -> Option<Map<String, Value>> {
    value.as_object().cloned()
}

fn paginator(description: &Value) -> Result<Paginator> {
    let list = |key: &str| -> Result<Vec<Box<str>>> {
        Ok(match &description[key] {
            Value::Null => Vec::new(),
            Value::String(one) => vec![one.as_str().into()],
            Value::Array(many) => many
                .iter()
                .map(|one| one.as_str().map(Box::from).with_context(|| format!("{key}: {one}")))
                .collect::<Result<_>>()?,
            other => bail!("{key} is {other}"),
        })
    };
    let text = |key: &str| description[key].as_str().map(Box::from);
    Ok(Paginator {
        input_tokens: list("input_token")?,
        output_tokens: list("output_token")?,
        result_keys: list("result_key")?,
        limit_key: text("limit_key"),
        more_results: text("more_results"),
        non_aggregate_keys: list("non_aggregate_keys")?,
    })
}
