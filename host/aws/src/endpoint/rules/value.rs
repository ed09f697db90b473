//! What expressions evaluate to.

use std::borrow::Cow;
use std::rc::Rc;

use super::library::{Arn, Url};
use crate::model::Partition;

/// A value of the rules language. An unset value is the `None` around it.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// `true` or `false`.
    Bool(bool),
    /// Text.
    Text(Cow<'a, str>),
    /// A list of text.
    List(Rc<[Cow<'a, str>]>),
    /// What `aws.partition` answers.
    Partition(&'a Partition),
    /// What `aws.parseArn` answers.
    Arn(Rc<Arn>),
    /// What `parseURL` answers.
    Url(Rc<Url>),
}

impl<'a> Value<'a> {
    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The attribute of a composite value.
    pub(super) fn attribute(&self, attribute: &Attribute) -> Option<Value<'a>> {
        match (self, attribute) {
            (Self::List(items), Attribute::Item(index)) => items.get(*index).cloned().map(Value::Text),
            (Self::Partition(partition), Attribute::Named(name)) => partition_attribute(partition, *name),
            (Self::Arn(arn), Attribute::ResourceItem(index)) => arn.resource.get(*index).map(|it| owned(it)),
            (Self::Arn(arn), Attribute::Named(name)) => arn_attribute(arn, *name),
            (Self::Url(url), Attribute::Named(name)) => url_attribute(url, *name),
            _ => None,
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl<'a> FromIterator<&'a str> for Value<'a> {
    fn from_iter<I: IntoIterator<Item = &'a str>>(items: I) -> Self {
        Self::List(items.into_iter().map(Cow::Borrowed).collect())
    }
}

/// The path of a `getAttr`, or of a `{value#attribute}` in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    /// A named part.
    Named(Name),
    /// `resourceId[n]` of an ARN.
    ResourceItem(usize),
    /// `[n]` of a list.
    Item(usize),
}

/// The names of parts that the language knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Id,
    DnsSuffix,
    DualStackDnsSuffix,
    ImplicitGlobalRegion,
    SupportsFips,
    SupportsDualStack,
    Partition,
    Service,
    Region,
    AccountId,
    ResourceId,
    Scheme,
    Authority,
    Path,
    NormalizedPath,
    IsIp,
}

impl Attribute {
    pub(super) fn parse(path: &str) -> Option<Self> {
        if let Some(rest) = path.strip_suffix(']') {
            let (name, index) = rest.split_once('[')?;
            let index = index.parse().ok()?;
            return match name {
                "" => Some(Self::Item(index)),
                "resourceId" => Some(Self::ResourceItem(index)),
                _ => None,
            };
        }
        Some(Self::Named(match path {
            "name" => Name::Id,
            "dnsSuffix" => Name::DnsSuffix,
            "dualStackDnsSuffix" => Name::DualStackDnsSuffix,
            "implicitGlobalRegion" => Name::ImplicitGlobalRegion,
            "supportsFIPS" => Name::SupportsFips,
            "supportsDualStack" => Name::SupportsDualStack,
            "partition" => Name::Partition,
            "service" => Name::Service,
            "region" => Name::Region,
            "accountId" => Name::AccountId,
            "resourceId" => Name::ResourceId,
            "scheme" => Name::Scheme,
            "authority" => Name::Authority,
            "path" => Name::Path,
            "normalizedPath" => Name::NormalizedPath,
            "isIp" => Name::IsIp,
            _ => return None,
        }))
    }
}

fn partition_attribute(partition: &Partition, name: Name) -> Option<Value<'_>> {
    let outputs = &partition.outputs;
    Some(match name {
        Name::Id => Value::from(&*partition.id),
        Name::DnsSuffix => Value::from(&*outputs.dns_suffix),
        Name::DualStackDnsSuffix => Value::from(&*outputs.dual_stack_dns_suffix),
        Name::ImplicitGlobalRegion => Value::from(&*outputs.implicit_global_region),
        Name::SupportsFips => Value::Bool(outputs.supports_fips),
        Name::SupportsDualStack => Value::Bool(outputs.supports_dual_stack),
        _ => return None,
    })
}

fn arn_attribute<'a>(arn: &Arn, name: Name) -> Option<Value<'a>> {
    Some(match name {
        Name::Partition => owned(&arn.partition),
        Name::Service => owned(&arn.service),
        Name::Region => owned(&arn.region),
        Name::AccountId => owned(&arn.account),
        Name::ResourceId => Value::List(arn.resource.iter().map(|it| Cow::Owned(it.to_string())).collect()),
        _ => return None,
    })
}

fn url_attribute<'a>(url: &Url, name: Name) -> Option<Value<'a>> {
    Some(match name {
        Name::Scheme => owned(&url.scheme),
        Name::Authority => owned(&url.authority),
        Name::Path => owned(&url.path),
        Name::NormalizedPath => owned(&url.normalized_path),
        Name::IsIp => Value::Bool(url.is_ip),
        _ => return None,
    })
}

fn owned<'a>(text: &str) -> Value<'a> {
    Value::Text(Cow::Owned(text.to_owned()))
}
