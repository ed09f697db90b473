//! Evaluating a rule set.

use std::borrow::Cow;
use std::rc::Rc;

use super::library;
use super::syntax::{
    Call, Condition, Expression, Outcome, Parameter, ParameterDefault, ParameterKind, Part, Rule, RuleSet,
    Scheme, Slot, Target,
};
use super::value::Value;
use crate::endpoint::partition::PartitionIndex;

/// What the rules decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Scheme, host and perhaps a path.
    pub url: String,
    /// The ways to sign, the best one first; empty: the service's usual one.
    pub schemes: Vec<AuthScheme>,
    /// Headers that the request must carry.
    pub headers: Vec<(Box<str>, Vec<String>)>,
}

/// A way to sign, as the rules name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthScheme {
    /// `sigv4`, `sigv4a`, `sigv4-s3express`.
    pub name: Box<str>,
    /// The service name in the signature, where it is not the service's usual one.
    pub signing_name: Option<String>,
    /// The region in the signature, where it is not the call's.
    pub signing_region: Option<String>,
    /// The regions in the signature of `sigv4a`.
    pub signing_region_set: Vec<String>,
    /// The path is signed as it is sent.
    pub disable_double_encoding: Option<bool>,
}

/// Why no endpoint was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The rules say that these parameters do not go together; AWS's text, which is meant for the user.
    #[error("{0}")]
    Refused(String),
    /// No rule applies.
    #[error("no endpoint rule applies")]
    NoRule,
    /// A required parameter has no value.
    #[error("the endpoint rules need a value for {0}")]
    Missing(Box<str>),
    /// A parameter's value has the wrong type.
    #[error("{0} has the wrong type for the endpoint rules")]
    WrongType(Box<str>),
    /// A value holds characters that could change which host is addressed.
    #[error("`{0}` cannot be part of an endpoint's URL")]
    UnsafeValue(String),
}

type Result<T> = std::result::Result<T, Failure>;

impl RuleSet {
    /// Finds the endpoint for the values of the parameters, which are given in the order of
    /// [`RuleSet::parameters`].
    ///
    /// # Errors
    ///
    /// The rules refuse the combination, do not cover it, or a value is missing or unfit.
    pub fn evaluate<'a>(
        &'a self,
        partitions: &'a PartitionIndex,
        mut values: Vec<Option<Value<'a>>>,
    ) -> Result<Resolved> {
        values.resize(self.slots.max(self.parameters.len()), None);
        for (value, parameter) in values.iter_mut().zip(&self.parameters) {
            check(value, parameter)?;
        }
        let mut evaluation = Evaluation { partitions, values };
        match evaluation.rules(&self.rules)? {
            Some(resolved) => Ok(resolved),
            None => Err(Failure::NoRule),
        }
    }
}

/// Fills in the default and holds the value against the parameter's type.
fn check<'a>(value: &mut Option<Value<'a>>, parameter: &'a Parameter) -> Result<()> {
    let Some(value) = value else {
        *value = parameter.default.as_ref().map(|default| match default {
            ParameterDefault::Text(text) => Value::from(&**text),
            ParameterDefault::Bool(flag) => Value::Bool(*flag),
        });
        let missing = value.is_none() && parameter.required;
        return if missing { Err(Failure::Missing(parameter.name.clone())) } else { Ok(()) };
    };
    match (value, parameter.kind) {
        (Value::Text(_), ParameterKind::Text)
        | (Value::Bool(_), ParameterKind::Bool)
        | (Value::List(_), ParameterKind::List) => Ok(()),
        _ => Err(Failure::WrongType(parameter.name.clone())),
    }
}

struct Evaluation<'a> {
    partitions: &'a PartitionIndex,
    values: Vec<Option<Value<'a>>>,
}

impl<'a> Evaluation<'a> {
    fn rules(&mut self, rules: &'a [Rule]) -> Result<Option<Resolved>> {
        for rule in rules {
            if let Some(resolved) = self.rule(rule)? {
                return Ok(Some(resolved));
            }
        }
        Ok(None)
    }

    fn rule(&mut self, rule: &'a Rule) -> Result<Option<Resolved>> {
        for condition in &rule.conditions {
            if !self.holds(condition) {
                return Ok(None);
            }
        }
        match &rule.outcome {
            Outcome::Tree(rules) => self.rules(rules),
            Outcome::Endpoint(target) => self.target(target).map(Some),
            Outcome::Error(error) => Err(Failure::Refused(self.text(error))),
        }
    }

    fn holds(&mut self, condition: &'a Condition) -> bool {
        let value = self.value(&condition.expression);
        let holds = !matches!(value, None | Some(Value::Bool(false)));
        if let Some(slot) = condition.assign.and_then(|slot| self.values.get_mut(slot)) {
            *slot = value;
        }
        holds
    }

    fn target(&self, target: &'a Target) -> Result<Resolved> {
        let texts = |values: &'a [Expression]| values.iter().map(|it| self.text(it)).collect::<Vec<_>>();
        Ok(Resolved {
            url: self.url(&target.url)?,
            schemes: target.schemes.iter().map(|it| self.scheme(it)).collect(),
            headers: target.headers.iter().map(|(name, values)| (name.clone(), texts(values))).collect(),
        })
    }

    fn scheme(&self, scheme: &'a Scheme) -> AuthScheme {
        let optional = |expression: &'a Option<Expression>| expression.as_ref().map(|it| self.text(it));
        AuthScheme {
            name: scheme.name.clone(),
            signing_name: optional(&scheme.signing_name),
            signing_region: optional(&scheme.signing_region),
            signing_region_set: scheme.signing_region_set.iter().map(|it| self.text(it)).collect(),
            disable_double_encoding: scheme.disable_double_encoding,
        }
    }

    /// Fills in the URL. Values come from the caller's input, so none may hold a character that would end
    /// the host name early or begin another part of the URL; what comes from a custom endpoint is the
    /// operator's and stays as it is.
    fn url(&self, expression: &'a Expression) -> Result<String> {
        let Expression::Template(parts) = expression else {
            return Ok(self.text(expression));
        };
        let mut url = String::with_capacity(96);
        for part in parts {
            match part {
                Part::Text(text) => url.push_str(text),
                Part::Variable(slot, _) => {
                    let trusted = url.is_empty() || matches!(self.variable(*slot), Some(Value::Url(_)));
                    let text = self.part(part).unwrap_or_default();
                    let host = url.split_once("://").is_some_and(|(_, rest)| !rest.contains('/'));
                    let fits = if host { is_host_text(&text) } else { is_path_text(&text) };
                    if !trusted && !fits {
                        return Err(Failure::UnsafeValue(text.into_owned()));
                    }
                    url.push_str(&text);
                }
            }
        }
        Ok(url)
    }

    fn text(&self, expression: &'a Expression) -> String {
        match self.value(expression) {
            Some(Value::Text(text)) => text.into_owned(),
            _ => String::new(),
        }
    }

    fn part(&self, part: &'a Part) -> Option<Cow<'a, str>> {
        let value = match part {
            Part::Text(text) => return Some(Cow::Borrowed(text)),
            Part::Variable(slot, None) => self.variable(*slot).cloned(),
            Part::Variable(slot, Some(attribute)) => self.variable(*slot)?.attribute(attribute),
        };
        match value? {
            Value::Text(text) => Some(text),
            Value::Bool(flag) => Some(Cow::Borrowed(if flag { "true" } else { "false" })),
            _ => None,
        }
    }

    fn variable(&self, slot: Slot) -> Option<&Value<'a>> {
        self.values.get(slot)?.as_ref()
    }

    fn value(&self, expression: &'a Expression) -> Option<Value<'a>> {
        match expression {
            Expression::Bool(flag) => Some(Value::Bool(*flag)),
            Expression::Text(text) => Some(Value::from(&**text)),
            Expression::Variable(slot) => self.variable(*slot).cloned(),
            Expression::Template(parts) => {
                let text = parts.iter().map(|it| self.part(it)).collect::<Option<String>>();
                text.map(|it| Value::Text(Cow::Owned(it)))
            }
            Expression::Call(call) => self.call(call),
        }
    }

    fn call(&self, call: &'a Call) -> Option<Value<'a>> {
        match call {
            Call::IsSet(value) => Some(Value::Bool(self.value(value).is_some())),
            Call::Not(value) => {
                Some(Value::Bool(matches!(self.value(value), None | Some(Value::Bool(false)))))
            }
            Call::GetAttr(value, attribute) => self.value(value)?.attribute(attribute),
            Call::Substring { value, start, stop, reverse } => match self.value(value)? {
                Value::Text(Cow::Borrowed(text)) => {
                    library::substring(text, *start, *stop, *reverse).map(Value::from)
                }
                Value::Text(Cow::Owned(text)) => owned(library::substring(&text, *start, *stop, *reverse)?),
                _ => None,
            },
            Call::StringEquals(left, right) => {
                Some(Value::Bool(self.value(left)?.as_str()? == self.value(right)?.as_str()?))
            }
            Call::BooleanEquals(left, right) => Some(Value::Bool(self.flag(left)? == self.flag(right)?)),
            Call::IsValidHostLabel { value, subdomains } => {
                let subdomains = self.flag(subdomains)?;
                Some(Value::Bool(library::is_valid_host_label(self.value(value)?.as_str()?, subdomains)))
            }
            Call::UriEncode(value) => owned(&library::uri_encode(self.value(value)?.as_str()?)),
            Call::ParseUrl(value) => {
                library::parse_url(self.value(value)?.as_str()?).map(|it| Value::Url(Rc::new(it)))
            }
            Call::AwsPartition(region) => {
                self.partitions.of(self.value(region)?.as_str()?).map(Value::Partition)
            }
            Call::AwsParseArn(value) => {
                library::parse_arn(self.value(value)?.as_str()?).map(|it| Value::Arn(Rc::new(it)))
            }
            Call::AwsIsVirtualHostableS3Bucket { value, subdomains } => {
                let subdomains = self.flag(subdomains)?;
                let hostable = library::is_virtual_hostable_bucket(self.value(value)?.as_str()?, subdomains);
                Some(Value::Bool(hostable))
            }
            Call::Coalesce(values) => values.iter().find_map(|it| self.value(it)),
            Call::IfThenElse(condition, yes, no) => self.value(if self.flag(condition)? { yes } else { no }),
            Call::Split { value, delimiter, limit } => {
                let value = self.value(value)?;
                let parts = library::split(value.as_str()?, delimiter, *limit);
                Some(Value::List(parts.into_iter().map(|it| Cow::Owned(it.to_owned())).collect()))
            }
        }
    }

    fn flag(&self, expression: &'a Expression) -> Option<bool> {
        match self.value(expression)? {
            Value::Bool(flag) => Some(flag),
            _ => None,
        }
    }
}

fn owned<'a>(text: &str) -> Option<Value<'a>> {
    Some(Value::Text(Cow::Owned(text.to_owned())))
}

fn is_host_text(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.' | b'_'))
}

fn is_path_text(text: &str) -> bool {
    text.bytes().all(|it| it.is_ascii_graphic() && !matches!(it, b'?' | b'#' | b'\\'))
}
