//! Services and operations, as the pack holds them.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::redaction::Redactions;
use super::shape::{Shape, ShapeId, XmlNamespace, is_false};

/// One AWS service: all that is needed to call it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Service {
    /// The SDK name, for example `elbv2`.
    pub name: Box<str>,
    /// The service id of the AWS SDKs, for example `Elastic Load Balancing v2`.
    pub service_id: Box<str>,
    /// The name for people.
    pub full_name: Box<str>,
    /// The `Version` of the query protocols.
    pub api_version: Box<str>,
    /// The wire protocol that we speak with it.
    pub protocol: Protocol,
    /// The first label of its host names.
    pub endpoint_prefix: Box<str>,
    /// The service name in a signature.
    pub signing_name: Box<str>,
    /// The prefix of `X-Amz-Target` (JSON protocols) or of the URI (rpcv2Cbor).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_prefix: Option<Box<str>>,
    /// What `AWS_ENDPOINT_URL_<…>` calls it: the service id, upper case, with underscores.
    pub endpoint_variable: Box<str>,
    /// The default namespace of its XML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xml_namespace: Option<XmlNamespace>,
    /// Errors carry the code of the service's older query protocol in `x-amzn-query-error`, and requests
    /// ask for it by `x-amzn-query-mode: true`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub query_compatible: bool,
    /// How requests are signed.
    #[serde(default, skip_serializing_if = "Signature::is_v4")]
    pub signature: Signature,
    /// The host name of a service with one endpoint for the whole partition, in the older endpoint data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub global_endpoint: Option<Box<str>>,
    /// Endpoint rule parameters that a client's settings may give, with their type and documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_context_params: Option<serde_json::Map<String, serde_json::Value>>,
    /// The operations by name.
    #[serde(serialize_with = "by_name")]
    pub operations: HashMap<Box<str>, Operation>,
    /// The shape table.
    pub shapes: Vec<Shape>,
    /// Which values of its answers are withheld.
    #[serde(default, skip_serializing_if = "Redactions::is_empty")]
    pub redactions: Redactions,
    /// The endpoint rule set, as botocore ships it: text, of which the parsed form is made when it is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint_rules: Option<Box<RawValue>>,
}

/// A way to sign requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signature {
    /// Signature version 4.
    #[default]
    V4,
    /// Signature version 4 as S3 wants it: the path is neither normalised nor encoded twice, and the
    /// digest of the body is a header.
    S3,
    /// Signature version 2, of two retired services.
    V2,
    /// A bearer token in place of a signature.
    Bearer,
}

impl Signature {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    fn is_v4(&self) -> bool {
        *self == Self::V4
    }
}

/// A wire protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// Form in, XML out, in EC2's dialect.
    Ec2Query,
    /// Form in, XML out.
    AwsQuery,
    /// HTTP bindings, XML bodies.
    RestXml,
    /// `X-Amz-Target` and JSON bodies, `application/x-amz-json-1.0`.
    AwsJson10,
    /// `X-Amz-Target` and JSON bodies, `application/x-amz-json-1.1`.
    AwsJson11,
    /// HTTP bindings, JSON bodies.
    RestJson1,
    /// Smithy RPC v2 with CBOR bodies.
    RpcV2Cbor,
}

/// As the AWS SDKs call it.
impl fmt::Display for Protocol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Ec2Query => "ec2Query",
            Self::AwsQuery => "awsQuery",
            Self::RestXml => "restXml",
            Self::AwsJson10 => "awsJson1.0",
            Self::AwsJson11 => "awsJson1.1",
            Self::RestJson1 => "restJson1",
            Self::RpcV2Cbor => "rpcv2Cbor",
        })
    }
}

/// One operation of a service.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Operation {
    /// The API name, for example `DescribeInstances`.
    pub name: Box<str>,
    /// What it does, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<Box<str>>,
    /// The HTTP method.
    pub method: Box<str>,
    /// The URI template: path, labels, and fixed query parameters.
    pub uri: Box<str>,
    /// The HTTP status of a success.
    #[serde(default = "ok", skip_serializing_if = "is_ok")]
    pub status: u16,
    /// The shape of its input: a structure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<ShapeId>,
    /// The root element of its input (restXml).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_name: Option<Box<str>>,
    /// The namespace of that element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_namespace: Option<XmlNamespace>,
    /// The shape of its output: a structure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<ShapeId>,
    /// The element around its output (awsQuery's `resultWrapper`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_wrapper: Option<Box<str>>,
    /// The error types that the model lists for it: structures with an `error_code`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ShapeId>,
    /// What it does to the account, by IAM's own access levels.
    pub access: Access,
    /// The IAM action that allows it, for example `s3:ListAllMyBuckets` for `ListBuckets`.
    pub iam_action: Box<str>,
    /// Why it is refused unless granted by its exact name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitive: Option<Box<str>>,
    /// The exact name that a grant must hold for a sensitive operation, beside its IAM action, where that
    /// action allows harmless operations as well: `apigateway:GetApiKeys`, whose action is `apigateway:GET`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exact_grant: Option<Box<str>>,
    /// How its pages hang together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paginator: Option<Paginator>,
    /// What goes before the host name, for example `{AccountId}.`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_prefix: Option<Box<str>>,
    /// Sent without a signature.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unsigned: bool,
    /// Signed without a digest of the body.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unsigned_payload: bool,
    /// Wants a checksum header.
    #[serde(default, skip_serializing_if = "is_false")]
    pub checksum_required: bool,
    /// The input member that chooses the checksum of the body (`httpChecksum`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum_algorithm_member: Option<Box<str>>,
    /// Has to ask the service for its endpoint first (`endpointdiscovery`, required).
    #[serde(default, skip_serializing_if = "is_false")]
    pub endpoint_discovery: bool,
    /// Endpoint rule parameters from the input: name to `{"path": JMESPath over the input}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_context_params: Option<serde_json::Map<String, serde_json::Value>>,
    /// Fixed endpoint rule parameters: name to `{"value": …}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub static_context_params: Option<serde_json::Map<String, serde_json::Value>>,
    /// AWS asks not to use it any more.
    #[serde(default, skip_serializing_if = "is_false")]
    pub deprecated: bool,
}

impl Operation {
    /// The pattern without wildcards that a grant must hold if the operation is sensitive.
    #[must_use]
    pub fn exact_grant(&self) -> &str {
        self.exact_grant.as_deref().unwrap_or(&self.iam_action)
    }
}

/// IAM's access levels, from the service authorization reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Names what is there.
    List,
    /// Reads what it holds.
    Read,
    /// Changes tags.
    Tagging,
    /// Changes something.
    Write,
    /// Changes who may do what.
    PermissionsManagement,
    /// Not in the data: treated as `Write`.
    Unclassified,
}

impl Access {
    /// Whether it leaves the account as it is.
    #[must_use]
    pub fn is_read_only(self) -> bool {
        matches!(self, Self::List | Self::Read)
    }

    /// Its name in data: in descriptions of operations, and in the contract with plugins.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Read => "read",
            Self::Tagging => "tagging",
            Self::Write => "write",
            Self::PermissionsManagement => "permissions-management",
            Self::Unclassified => "unclassified",
        }
    }
}

/// In the words of the service authorization reference.
impl fmt::Display for Access {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::List => "List",
            Self::Read => "Read",
            Self::Tagging => "Tagging",
            Self::Write => "Write",
            Self::PermissionsManagement => "Permissions management",
            Self::Unclassified => "unclassified",
        })
    }
}

/// How the pages of an operation hang together: botocore's paginator.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Paginator {
    /// The input members that take the tokens.
    pub input_tokens: Vec<Box<str>>,
    /// The JMESPath expressions over the output that give them, in the same order.
    pub output_tokens: Vec<Box<str>>,
    /// The JMESPath expressions over the output whose lists are joined; the first is the main one.
    pub result_keys: Vec<Box<str>>,
    /// The input member that bounds a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_key: Option<Box<str>>,
    /// The JMESPath expression that says whether there is another page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_results: Option<Box<str>>,
    /// Output members that are the same on every page and taken from the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub non_aggregate_keys: Vec<Box<str>>,
}

fn ok() -> u16 {
    200
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_ok(status: &u16) -> bool {
    *status == ok()
}

/// Writes the operations in the order of their names, so that the same model gives the same bytes.
fn by_name<S: serde::Serializer>(
    operations: &HashMap<Box<str>, Operation>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(operations.iter().collect::<std::collections::BTreeMap<_, _>>())
}
