//! Shapes: the types of inputs and outputs, with their names on the wire.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// The index of a shape in its service's shape table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ShapeId(pub u32);

/// A type of the model, stored once per service for all that refer to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Shape {
    /// The name in the AWS model, for messages.
    pub name: Box<str>,
    /// What kind of type it is.
    pub kind: Kind,
    /// The model says that values must not be logged.
    #[serde(default, skip_serializing_if = "is_false")]
    pub sensitive: bool,
}

/// What a shape is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An object with known members.
    Structure(Structure),
    /// An array.
    List(List),
    /// An object with free keys.
    Map(Map),
    /// Text.
    String(Text),
    /// Bytes; base64 in JSON.
    Blob,
    /// `true` or `false`.
    Boolean,
    /// A 32-bit integer (also the model's byte and short).
    Integer(Bounds),
    /// A 64-bit integer.
    Long(Bounds),
    /// A 32-bit floating-point number.
    Float(Bounds),
    /// A 64-bit floating-point number.
    Double(Bounds),
    /// A point in time; ISO 8601 in JSON.
    Timestamp(Option<TimestampFormat>),
}

/// The members of a structure.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Structure {
    /// In the model's order.
    pub members: Vec<Member>,
    /// The member that is the whole HTTP body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Box<str>>,
    /// Exactly one member is set.
    #[serde(default, skip_serializing_if = "is_false")]
    pub union: bool,
    /// Any JSON value: no known members.
    #[serde(default, skip_serializing_if = "is_false")]
    pub document: bool,
    /// An event stream, which the engine refuses.
    #[serde(default, skip_serializing_if = "is_false")]
    pub event_stream: bool,
    /// An error type of the service; what its code is on the wire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<Box<str>>,
    /// What else the model says about an error type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorTraits>,
    /// The XML element name and namespace when it is the payload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xml_name: Option<Box<str>>,
    /// The XML namespace on its element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xml_namespace: Option<XmlNamespace>,
    /// Its members in an order to search them, found at first use.
    #[serde(skip)]
    pub order: MemberOrder,
}

/// The positions of a structure's members, sorted by API name and by wire name.
#[derive(Clone, Debug, Default)]
pub struct MemberOrder {
    pub(super) by_name: OnceLock<Box<[u16]>>,
    pub(super) by_wire_name: OnceLock<Box<[u16]>>,
}

/// What the model says about an error type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorTraits {
    /// The HTTP status that it comes with, where the model names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The service's fault, not the caller's.
    #[serde(default, skip_serializing_if = "is_false")]
    pub fault: bool,
    /// The same request may succeed later.
    #[serde(default, skip_serializing_if = "is_false")]
    pub retryable: bool,
    /// A retryable error that asks for fewer requests.
    #[serde(default, skip_serializing_if = "is_false")]
    pub throttling: bool,
}

/// One member of a structure.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Member {
    /// The name in the API reference, and in our JSON.
    pub name: Box<str>,
    /// Its type.
    pub shape: ShapeId,
    /// Must be given.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// Where it travels.
    #[serde(default, skip_serializing_if = "Location::is_body")]
    pub location: Location,
    /// The model's `locationName`; absent: `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wire_name: Option<Box<str>>,
    /// The model's `queryName` (ec2Query).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_name: Option<Box<str>>,
    /// A list or map without an element of its own around it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub flattened: bool,
    /// An XML attribute of its parent's element.
    #[serde(default, skip_serializing_if = "is_false")]
    pub xml_attribute: bool,
    /// The XML namespace on its element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xml_namespace: Option<XmlNamespace>,
    /// Overrides the protocol's format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp_format: Option<TimestampFormat>,
    /// Filled in with a random UUID when absent.
    #[serde(default, skip_serializing_if = "is_false")]
    pub idempotency_token: bool,
    /// Part of the operation's host prefix.
    #[serde(default, skip_serializing_if = "is_false")]
    pub host_label: bool,
    /// A body that is not held in memory by AWS's SDKs.
    #[serde(default, skip_serializing_if = "is_false")]
    pub streaming: bool,
    /// JSON text within a JSON string or a header.
    #[serde(default, skip_serializing_if = "is_false")]
    pub json_value: bool,
    /// The endpoint rule parameter that it sets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_param: Option<Box<str>>,
}

impl Member {
    /// The name on the wire: `locationName`, else the member's own.
    #[must_use]
    pub fn wire_name(&self) -> &str {
        self.wire_name.as_deref().unwrap_or(&self.name)
    }
}

/// Where a member travels in the HTTP message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Location {
    /// In the body.
    #[default]
    Body,
    /// In the header of its wire name.
    Header,
    /// In all headers that begin with its wire name: a map.
    Headers,
    /// In the query parameter of its wire name.
    QueryString,
    /// In the label of its wire name in the URI.
    Uri,
    /// The HTTP status.
    StatusCode,
}

impl Location {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    fn is_body(&self) -> bool {
        *self == Self::Body
    }
}

/// The element type of an array.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct List {
    /// The type of the elements.
    pub member: ShapeId,
    /// The wire name of an element; absent: the protocol's own (`member`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wire_name: Option<Box<str>>,
    /// Without an element of its own around it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub flattened: bool,
    /// The timestamp format of the elements, where the list's member overrides it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp_format: Option<TimestampFormat>,
    /// The elements are JSON text (`jsonvalue`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub json_value: bool,
    /// How many elements are allowed.
    #[serde(default, skip_serializing_if = "Bounds::is_open")]
    pub bounds: Bounds,
}

/// The key and value types of a map.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Map {
    /// The type of the keys: a string.
    pub key: ShapeId,
    /// The type of the values.
    pub value: ShapeId,
    /// The wire name of a key; absent: `key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_name: Option<Box<str>>,
    /// The wire name of a value; absent: `value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_name: Option<Box<str>>,
    /// Without an element of its own around it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub flattened: bool,
    /// How many entries are allowed.
    #[serde(default, skip_serializing_if = "Bounds::is_open")]
    pub bounds: Bounds,
}

/// What a string may hold.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Text {
    /// The known values; AWS adds to them over time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enum_values: Vec<Box<str>>,
    /// How many characters are allowed.
    #[serde(default, skip_serializing_if = "Bounds::is_open")]
    pub bounds: Bounds,
    /// A regular expression, in Java's dialect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Box<str>>,
    /// JSON text (`jsonvalue`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub json_value: bool,
}

/// The smallest and largest value, or length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// At least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// At most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
}

impl Bounds {
    fn is_open(&self) -> bool {
        self.min.is_none() && self.max.is_none()
    }
}

/// How a timestamp travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimestampFormat {
    /// `2026-11-22T05:54:38Z`
    Iso8601,
    /// `Sun, 22 Nov 2026 05:54:38 GMT`
    Rfc822,
    /// Seconds since 1970.
    UnixTimestamp,
}

/// An `xmlns` attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct XmlNamespace {
    /// The namespace.
    pub uri: Box<str>,
    /// Its prefix; absent: the default namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<Box<str>>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
pub(super) fn is_false(value: &bool) -> bool {
    !*value
}
