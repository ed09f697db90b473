//! The Resource Groups Tagging API: resources by tags and types.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::fixture::Answer;

const RESOURCES: &str = "ResourceTagMappingList";

/// `GetResources` with its filters: all keys must be there, of a key's values one, and one of the types.
pub(super) fn get_resources(input: &Map<String, Value>, answer: Answer) -> Answer {
    let mut output = match answer {
        Answer::Output(output) => Arc::unwrap_or_clone(output),
        Answer::Items(items) => items.output(),
        error @ Answer::Error(_) => return error,
    };
    let list = |name: &str| input.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let (filters, types, arns) = (list("TagFilters"), list("ResourceTypeFilters"), list("ResourceARNList"));
    if let Some(Value::Array(resources)) = output.get_mut(RESOURCES) {
        resources.retain(|resource| {
            let arn = resource.get("ResourceARN").unwrap_or(&Value::Null);
            let is_of = |wanted: &Value| {
                is_of_type(arn.as_str().unwrap_or_default(), wanted.as_str().unwrap_or_default())
            };
            filters.iter().all(|filter| is_tagged(resource, filter))
                && (types.is_empty() || types.iter().any(is_of))
                && (arns.is_empty() || arns.contains(arn))
        });
    }
    Answer::Output(Arc::new(output))
}

fn is_tagged(resource: &Value, filter: &Value) -> bool {
    let values = filter.get("Values").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    resource.get("Tags").and_then(Value::as_array).into_iter().flatten().any(|tag| {
        let value = tag.get("Value").unwrap_or(&Value::Null);
        tag.get("Key") == filter.get("Key") && (values.is_empty() || values.contains(value))
    })
}

/// Whether an ARN is of a type as `ec2:instance`, or of a service as `ec2`.
pub(super) fn is_of_type(arn: &str, wanted: &str) -> bool {
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, resource) = (parts.next().unwrap_or_default(), parts.nth(2).unwrap_or_default());
    match wanted.split_once(':') {
        None => service == wanted,
        Some((wanted, kind)) => {
            let rest = resource.trim_start_matches('/').strip_prefix(kind);
            service == wanted && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ':']))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(input: Value) -> Vec<String> {
        let resource = |arn: &str, tags: &[(&str, &str)]| {
            let tags: Vec<Value> =
                tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
            json!({ "ResourceARN": arn, "Tags": tags })
        };
        let resources = [
            resource("arn:aws:ec2:eu-west-1:1:instance/i", &[("team", "web"), ("env", "prod")]),
            resource("arn:aws:sqs:eu-west-1:1:q", &[("team", "payments")]),
            resource("arn:aws:apigateway:eu-west-1::/restapis/r", &[]),
        ];
        let fixture = json!({ RESOURCES: resources }).as_object().unwrap().clone();
        let answer = get_resources(input.as_object().unwrap(), Answer::Output(Arc::new(fixture)));
        let Answer::Output(output) = answer else { panic!("no output") };
        let service =
            |found: &Value| found["ResourceARN"].as_str().unwrap().split(':').nth(2).unwrap().to_owned();
        output[RESOURCES].as_array().unwrap().iter().map(service).collect()
    }

    #[test]
    fn every_key_one_of_its_values_and_one_of_the_types_must_be_there() {
        assert_eq!(found(json!({})), ["ec2", "sqs", "apigateway"]);
        let team = |values: &[&str]| json!({ "Key": "team", "Values": values });
        assert_eq!(found(json!({ "TagFilters": [team(&["web", "payments"])] })), ["ec2", "sqs"]);
        assert_eq!(found(json!({ "TagFilters": [team(&["web", "payments"]), { "Key": "env" }] })), ["ec2"]);
        assert_eq!(found(json!({ "TagFilters": [team(&["Web"])] })), Vec::<String>::new());
        assert_eq!(
            found(json!({ "ResourceTypeFilters": ["ec2:instance", "apigateway:restapis"] })),
            ["ec2", "apigateway"]
        );
        assert_eq!(found(json!({ "ResourceTypeFilters": ["sqs", "ec2:inst"] })), ["sqs"]);
        assert_eq!(found(json!({ "ResourceARNList": ["arn:aws:sqs:eu-west-1:1:q"] })), ["sqs"]);
    }
}
