//! The values of a rule set's parameters for one call.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::builtins::Builtins;
use super::error::EndpointError;
use super::rules::{Failure, Parameter, RuleSet, Value};
use crate::model::{Kind, Operation, Service, Structure};

/// Where each value comes from, in this order: the operation, the input, the client's settings. What is
/// left has the rule set's own default.
pub(super) fn bind<'a>(
    rules: &'a RuleSet,
    service: &'a Service,
    operation: &'a Operation,
    input: &'a Json,
    builtins: &Builtins<'a>,
) -> Result<Vec<Option<Value<'a>>>, EndpointError> {
    let call = Call { service, operation, input, builtins };
    rules.parameters().iter().map(|parameter| call.value(parameter)).collect()
}

struct Call<'a, 'b> {
    service: &'a Service,
    operation: &'a Operation,
    input: &'a Json,
    builtins: &'b Builtins<'a>,
}

impl<'a> Call<'a, '_> {
    fn value(&self, parameter: &Parameter) -> Result<Option<Value<'a>>, EndpointError> {
        let of = |json: &'a Json| convert(json).ok_or_else(|| self.misfit(parameter));
        if let Some(json) = self.fixed(parameter) {
            return of(json).map(Some);
        }
        if let Some(json) = self.member(parameter) {
            return of(json).map(Some);
        }
        if let Some(value) = self.computed(parameter)? {
            return Ok(Some(value));
        }
        let session = &*self.service.name == "s3" && &*parameter.name == "DisableS3ExpressSessionAuth";
        if session {
            // Directory buckets take the account's own credentials as well as those of a session that
            // would have to be opened for every bucket.
            return Ok(Some(Value::Bool(true)));
        }
        Ok(parameter.builtin.and_then(|builtin| self.builtins.get(builtin)))
    }

    /// The operation's own, fixed value.
    fn fixed(&self, parameter: &Parameter) -> Option<&'a Json> {
        let value = self.operation.static_context_params.as_ref()?.get(&*parameter.name)?.get("value")?;
        let unprefixed = &*parameter.name == "RequiresAccountId"
            && self.builtins.endpoint.is_some_and(|it| !has_names_below(it));
        (!unprefixed).then_some(value)
    }

    /// The value of the input member that the model ties to the parameter.
    fn member(&self, parameter: &Parameter) -> Option<&'a Json> {
        let members = &input_of(self.service, self.operation)?.members;
        let member = members.iter().find(|it| it.context_param.as_deref() == Some(&*parameter.name))?;
        self.input.get(&*member.name).filter(|it| !it.is_null())
    }

    /// The value that the model computes from the input by a JMESPath expression.
    fn computed(&self, parameter: &Parameter) -> Result<Option<Value<'a>>, EndpointError> {
        let parameters = self.operation.operation_context_params.as_ref();
        let path = parameters.and_then(|it| it.get(&*parameter.name)?.get("path")?.as_str());
        let Some(path) = path else { return Ok(None) };
        let misfit = |_| self.misfit(parameter);
        let found = jmespath::compile(path).map_err(misfit)?.search(self.input).map_err(misfit)?;
        if found.is_null() {
            return Ok(None);
        }
        if let Some(text) = found.as_string() {
            return Ok(Some(Value::Text(Cow::Owned(text.clone()))));
        }
        let items = found.as_array().ok_or_else(|| self.misfit(parameter))?;
        let texts = items.iter().filter_map(|it| it.as_string().cloned().map(Cow::Owned));
        Ok(Some(Value::List(texts.collect())))
    }

    fn misfit(&self, parameter: &Parameter) -> EndpointError {
        EndpointError::Unresolved {
            service: self.service.name.clone(),
            reason: Failure::WrongType(parameter.name.clone()),
        }
    }
}

/// Whether a name of one's own may be put before the host of an endpoint: not before an address, nor before
/// a name without a dot, which is where emulators are.
fn has_names_below(endpoint: &str) -> bool {
    let uri: Option<http::Uri> = endpoint.parse().ok();
    let host = uri.as_ref().and_then(http::Uri::host).unwrap_or_default();
    host.contains('.') && !host.ends_with(|it: char| it.is_ascii_digit())
}

fn convert(json: &Json) -> Option<Value<'_>> {
    match json {
        Json::String(text) => Some(Value::from(text.as_str())),
        Json::Bool(flag) => Some(Value::Bool(*flag)),
        Json::Array(items) => {
            items.iter().map(Json::as_str).collect::<Option<Vec<_>>>().map(Value::from_iter)
        }
        _ => None,
    }
}

/// The members of an operation's input.
pub(super) fn input_of<'a>(service: &'a Service, operation: &Operation) -> Option<&'a Structure> {
    let index = usize::try_from(operation.input?.0).ok()?;
    match &service.shapes.get(index)?.kind {
        Kind::Structure(structure) => Some(structure),
        _ => None,
    }
}
