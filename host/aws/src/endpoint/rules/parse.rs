//! From a rule set's JSON to its typed form.

use serde_json::Value as Json;

use super::syntax::{
    Builtin, Call, Condition, Expression, Outcome, Parameter, ParameterDefault, ParameterKind, Part, Rule,
    RuleSet, Scheme, Slot, Target,
};
use super::value::Attribute;

/// A rule set is not one that this program understands. Rule sets come with the model pack, so this means
/// that the pack is newer than the program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("endpoint rules of another kind: {0}")]
pub struct RuleSetError(String);

type Result<T> = std::result::Result<T, RuleSetError>;

impl RuleSet {
    /// Parses the text of botocore's `endpoint-rule-set-1.json`.
    ///
    /// # Errors
    ///
    /// It is no JSON, or as with [`RuleSet::parse`].
    pub fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_or_else(fail, |json| Self::parse(&json))
    }

    /// Parses botocore's `endpoint-rule-set-1.json`.
    ///
    /// # Errors
    ///
    /// It has a function, a type or a built-in that this program does not know, or refers to a variable
    /// that is not in scope.
    pub fn parse(json: &Json) -> Result<Self> {
        let parameters = match json.get("parameters") {
            Some(Json::Object(parameters)) => {
                parameters.iter().map(|(name, it)| parameter(name, it)).collect::<Result<Vec<_>>>()?
            }
            _ => return fail("no parameters"),
        };
        let names = parameters.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
        let mut scope = Scope { deepest: names.len(), names };
        let rules = scope.rules(json)?;
        Ok(Self { parameters, rules, slots: scope.deepest })
    }
}

fn parameter(name: &str, json: &Json) -> Result<Parameter> {
    let text = |key: &str| json.get(key).and_then(Json::as_str);
    let kind = match text("type").map(str::to_ascii_lowercase).as_deref() {
        Some("string") => ParameterKind::Text,
        Some("boolean") => ParameterKind::Bool,
        Some("stringarray") => ParameterKind::List,
        other => return fail(format_args!("parameter {name} of type {other:?}")),
    };
    let builtin = match text("builtIn") {
        None => None,
        Some(builtin) => Some(
            Builtin::from_name(builtin)
                .ok_or_else(|| RuleSetError(format!("parameter {name} of built-in {builtin}")))?,
        ),
    };
    let default = match json.get("default") {
        None | Some(Json::Null) => None,
        Some(Json::Bool(flag)) => Some(ParameterDefault::Bool(*flag)),
        Some(Json::String(text)) => Some(ParameterDefault::Text(text.as_str().into())),
        Some(_) => return fail(format_args!("default of parameter {name}")),
    };
    let required = json.get("required").and_then(Json::as_bool).unwrap_or(false);
    Ok(Parameter { name: name.into(), kind, builtin, required, default })
}

/// The variables in scope, in the order of their slots.
struct Scope {
    names: Vec<Box<str>>,
    deepest: usize,
}

impl Scope {
    fn rules(&mut self, json: &Json) -> Result<Vec<Rule>> {
        array(json, "rules")?.iter().map(|rule| self.rule(rule)).collect()
    }

    fn rule(&mut self, json: &Json) -> Result<Rule> {
        let outside = self.names.len();
        let conditions =
            array(json, "conditions")?.iter().map(|it| self.condition(it)).collect::<Result<Vec<_>>>()?;
        let outcome = match json.get("type").and_then(Json::as_str) {
            Some("tree") => Outcome::Tree(self.rules(json)?),
            Some("endpoint") => Outcome::Endpoint(Box::new(self.target(field(json, "endpoint")?)?)),
            Some("error") => Outcome::Error(self.expression(field(json, "error")?)?),
            other => return fail(format_args!("rule of type {other:?}")),
        };
        self.names.truncate(outside);
        Ok(Rule { conditions, outcome })
    }

    fn condition(&mut self, json: &Json) -> Result<Condition> {
        let expression = self.expression(json)?;
        let assign = json.get("assign").and_then(Json::as_str).map(|name| self.declare(name)).transpose()?;
        Ok(Condition { expression, assign })
    }

    fn declare(&mut self, name: &str) -> Result<Slot> {
        if self.names.iter().any(|it| &**it == name) {
            return fail(format_args!("{name} is assigned twice"));
        }
        self.names.push(name.into());
        self.deepest = self.deepest.max(self.names.len());
        Ok(self.names.len() - 1)
    }

    fn variable(&self, name: &str) -> Result<Slot> {
        let found = self.names.iter().position(|it| &**it == name);
        found.ok_or_else(|| RuleSetError(format!("{name} is not in scope")))
    }

    fn target(&self, json: &Json) -> Result<Target> {
        let url = self.expression(field(json, "url")?)?;
        let schemes = match json.pointer("/properties/authSchemes") {
            Some(Json::Array(schemes)) => schemes.iter().map(|it| self.scheme(it)).collect::<Result<_>>()?,
            _ => Vec::new(),
        };
        let mut headers = Vec::new();
        for (name, values) in json.get("headers").and_then(Json::as_object).into_iter().flatten() {
            let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
            headers.push((name.as_str().into(), self.expressions(values)?));
        }
        Ok(Target { url, schemes, headers })
    }

    fn scheme(&self, json: &Json) -> Result<Scheme> {
        let optional = |key: &str| json.get(key).map(|it| self.expression(it)).transpose();
        let regions =
            json.get("signingRegionSet").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(Scheme {
            name: text(field(json, "name")?)?.into(),
            signing_name: optional("signingName")?,
            signing_region: optional("signingRegion")?,
            signing_region_set: self.expressions(regions)?,
            disable_double_encoding: json.get("disableDoubleEncoding").and_then(Json::as_bool),
        })
    }

    fn expressions(&self, json: &[Json]) -> Result<Vec<Expression>> {
        json.iter().map(|it| self.expression(it)).collect()
    }

    fn expression(&self, json: &Json) -> Result<Expression> {
        match json {
            Json::Bool(flag) => Ok(Expression::Bool(*flag)),
            Json::String(text) => self.template(text),
            Json::Object(object) => match (object.get("ref"), object.get("fn")) {
                (Some(name), None) => Ok(Expression::Variable(self.variable(text(name)?)?)),
                (None, Some(name)) => {
                    let call = self.call(text(name)?, array(json, "argv")?)?;
                    Ok(Expression::Call(Box::new(call)))
                }
                _ => fail("an object that is neither a reference nor a function"),
            },
            other => fail(format_args!("the expression {other}")),
        }
    }

    fn call(&self, name: &str, arguments: &[Json]) -> Result<Call> {
        let of = |json: &Json| self.expression(json);
        Ok(match (name, arguments) {
            ("isSet", [value]) => Call::IsSet(of(value)?),
            ("not", [value]) => Call::Not(of(value)?),
            ("getAttr", [value, path]) => Call::GetAttr(of(value)?, attribute(text(path)?)?),
            ("substring", [value, start, stop, reverse]) => Call::Substring {
                value: of(value)?,
                start: number(start)?,
                stop: number(stop)?,
                reverse: reverse
                    .as_bool()
                    .ok_or_else(|| RuleSetError("the direction of substring".to_owned()))?,
            },
            ("stringEquals", [left, right]) => Call::StringEquals(of(left)?, of(right)?),
            ("booleanEquals", [left, right]) => Call::BooleanEquals(of(left)?, of(right)?),
            ("isValidHostLabel", [value, subdomains]) => {
                Call::IsValidHostLabel { value: of(value)?, subdomains: of(subdomains)? }
            }
            ("uriEncode", [value]) => Call::UriEncode(of(value)?),
            ("parseURL", [value]) => Call::ParseUrl(of(value)?),
            ("aws.partition", [region]) => Call::AwsPartition(of(region)?),
            ("aws.parseArn", [value]) => Call::AwsParseArn(of(value)?),
            ("aws.isVirtualHostableS3Bucket", [value, subdomains]) => {
                Call::AwsIsVirtualHostableS3Bucket { value: of(value)?, subdomains: of(subdomains)? }
            }
            ("coalesce", values @ [_, _, ..]) => Call::Coalesce(self.expressions(values)?),
            ("ite", [condition, yes, no]) => Call::IfThenElse(of(condition)?, of(yes)?, of(no)?),
            ("split", [value, delimiter, limit]) => {
                Call::Split { value: of(value)?, delimiter: text(delimiter)?.into(), limit: number(limit)? }
            }
            (name, arguments) => {
                return fail(format_args!("function {name} of {} arguments", arguments.len()));
            }
        })
    }

    /// Text with `{variable}` and `{variable#attribute}` in it; doubled braces stand for themselves.
    fn template(&self, template: &str) -> Result<Expression> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = template;
        while let Some(brace) = rest.find(['{', '}']) {
            literal.push_str(&rest[..brace]);
            let doubled = rest[brace..].starts_with("{{") || rest[brace..].starts_with("}}");
            if doubled {
                literal.push_str(&rest[brace..=brace]);
                rest = &rest[brace + 2..];
                continue;
            }
            let Some((name, after)) = rest[brace..].strip_prefix('{').and_then(|it| it.split_once('}'))
            else {
                return fail(format_args!("the template {template}"));
            };
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal).into()));
            }
            parts.push(match name.split_once('#') {
                Some((name, path)) => Part::Variable(self.variable(name)?, Some(attribute(path)?)),
                None => Part::Variable(self.variable(name)?, None),
            });
            rest = after;
        }
        literal.push_str(rest);
        if parts.is_empty() {
            return Ok(Expression::Text(literal.into()));
        }
        if !literal.is_empty() {
            parts.push(Part::Text(literal.into()));
        }
        Ok(Expression::Template(parts))
    }
}

fn fail<T>(what: impl ToString) -> Result<T> {
    Err(RuleSetError(what.to_string()))
}

fn field<'a>(json: &'a Json, key: &str) -> Result<&'a Json> {
    json.get(key).ok_or_else(|| RuleSetError(format!("no {key}")))
}

fn array<'a>(json: &'a Json, key: &str) -> Result<&'a [Json]> {
    field(json, key)?
        .as_array()
        .map(Vec::as_slice)
        .ok_or_else(|| RuleSetError(format!("{key} is not a list")))
}

fn text(json: &Json) -> Result<&str> {
    json.as_str().ok_or_else(|| RuleSetError(format!("{json} in the place of text")))
}

fn number(json: &Json) -> Result<usize> {
    let number = json.as_u64().and_then(|it| usize::try_from(it).ok());
    number.ok_or_else(|| RuleSetError(format!("{json} in the place of a number")))
}

fn attribute(path: &str) -> Result<Attribute> {
    Attribute::parse(path).ok_or_else(|| RuleSetError(format!("attribute {path}")))
}
