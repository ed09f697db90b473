//! Lambda: what is asked of one function follows from the list of functions.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Call, object};
use crate::fixture::Answer;
use crate::problem::Problem;

/// What follows from the list of functions, where no fixture answers.
pub(super) fn answer(call: &Call<'_>) -> Result<Option<Map<String, Value>>, Problem> {
    let Some(named) = call.text("FunctionName") else { return Ok(None) };
    let name = name(named);
    let function = fixture(call, "ListFunctions", "Functions", &Map::new())
        .into_iter()
        .find(|function| text(function, "FunctionName") == Some(name));
    match (&*call.operation.name, function) {
        ("ListEventSourceMappings", _) => Ok(None),
        (_, None) => {
            let (account, region) = (&call.place.account, &call.place.region);
            let arn = format!("arn:aws:lambda:{region}:{account}:function:{name}");
            Err(missing(format!("Function not found: {arn}")))
        }
        ("GetFunctionConfiguration", Some(function)) => configuration(call, name, function).map(Some),
        ("GetFunctionEventInvokeConfig" | "GetFunctionUrlConfig" | "GetPolicy", Some(_)) => {
            Err(missing("The resource you requested does not exist.".to_owned()))
        }
        (_, Some(_)) => Ok(None),
    }
}

/// The mappings of one function, where the input names one.
pub(super) fn event_source_mappings(call: &Call<'_>, answer: Answer) -> Answer {
    let (Some(named), Answer::Output(output)) = (call.text("FunctionName"), &answer) else { return answer };
    let mut mappings = list(output, "EventSourceMappings");
    mappings.retain(|mapping| text(mapping, "FunctionArn").is_some_and(|arn| name(arn) == name(named)));
    Answer::Output(Arc::new(object(json!({ "EventSourceMappings": mappings }))))
}

/// The configuration of a function, or of the version that an alias stands for.
fn configuration(call: &Call<'_>, name: &str, function: Value) -> Result<Map<String, Value>, Problem> {
    let mut configuration = object(function);
    configuration.entry("State").or_insert_with(|| "Active".into());
    configuration.entry("LastUpdateStatus").or_insert_with(|| "Successful".into());
    let Some(alias) = call.text("Qualifier").filter(|qualifier| *qualifier != "$LATEST") else {
        return Ok(configuration);
    };
    let aliases = fixture(call, "ListAliases", "Aliases", &object(json!({ "FunctionName": name })));
    let alias = aliases.iter().find(|listed| text(listed, "Name") == Some(alias));
    let alias = alias.ok_or_else(|| missing(format!("Function not found: {name}")))?;
    for (member, of_alias) in [("FunctionArn", "AliasArn"), ("Version", "FunctionVersion")] {
        configuration.insert(member.to_owned(), alias.get(of_alias).cloned().unwrap_or_default());
    }
    Ok(configuration)
}

fn missing(text: String) -> Problem {
    Problem::service(404, "ResourceNotFoundException", text)
}

/// The name in a name, an ARN, or either with a version or an alias.
fn name(named: &str) -> &str {
    let named = named.rsplit_once(":function:").map_or(named, |(_, name)| name);
    named.split(':').next().unwrap_or(named)
}

/// A list of another operation's fixture.
fn fixture(call: &Call<'_>, operation: &str, member: &str, input: &Map<String, Value>) -> Vec<Value> {
    let source = call.world.fixtures.source(&call.place.account, &call.place.region, "lambda", operation);
    match source.and_then(|source| source.answer(input)) {
        Some(Answer::Output(output)) => list(&output, member),
        Some(Answer::Items(items)) => list(&items.output(), member),
        Some(Answer::Error(_)) | None => Vec::new(),
    }
}

fn list(output: &Map<String, Value>, member: &str) -> Vec<Value> {
    output.get(member).and_then(Value::as_array).cloned().unwrap_or_default()
}

fn text<'a>(value: &'a Value, member: &str) -> Option<&'a str> {
    value.get(member).and_then(Value::as_str)
}
