//! Resource Explorer: a small part of its query language.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Call, tagging};
use crate::fixture::Answer;
use crate::problem::Problem;

/// `Search` finds what `ListResources` lists.
pub(super) fn answer(call: &Call<'_>) -> Option<Map<String, Value>> {
    if *call.operation.name != *"Search" {
        return None;
    }
    let place = call.place;
    let source =
        call.world.fixtures.source(&place.account, &place.region, "resource-explorer-2", "ListResources")?;
    match source.answer(&Map::new())? {
        Answer::Output(output) => Some(Arc::unwrap_or_clone(output)),
        Answer::Items(items) => Some(items.output()),
        Answer::Error(_) => None,
    }
}

/// The resources that a query finds: all of its filters must hold, and one of its words. Letter case does not matter.
pub(super) fn search(call: &Call<'_>, answer: Answer) -> Result<Answer, Problem> {
    let mut output = match answer {
        Answer::Output(output) => Arc::unwrap_or_clone(output),
        Answer::Items(items) => items.output(),
        error @ Answer::Error(_) => return Ok(error),
    };
    let filter = call.input.get("Filters").and_then(|filters| filters.get("FilterString")?.as_str());
    let query = Query::read(filter.or(call.text("QueryString")).unwrap_or_default())?;
    if let Some(Value::Array(resources)) = output.get_mut("Resources") {
        resources.retain(|resource| query.finds(resource));
    }
    Ok(Answer::Output(Arc::new(output)))
}

#[derive(Debug, Default)]
struct Query {
    words: Vec<String>,
    /// The name of a filter, and its alternatives.
    filters: Vec<(String, Vec<String>)>,
}

const FILTERS: [&str; 5] = ["region", "resourcetype", "service", "tag", "tag.key"];

impl Query {
    fn read(text: &str) -> Result<Self, Problem> {
        let mut query = Self::default();
        for term in terms(&text.to_lowercase()) {
            match term.split_once(':') {
                None if !term.starts_with('-') => query.words.push(term),
                Some((name, values)) if FILTERS.contains(&name) => {
                    query.filters.push((name.to_owned(), values.split(',').map(str::to_owned).collect()));
                }
                _ => return Err(Problem::Unsupported(format!("`{term}` in a query of Resource Explorer"))),
            }
        }
        Ok(query)
    }

    fn finds(&self, resource: &Value) -> bool {
        let text = resource.to_string().to_lowercase();
        (self.words.is_empty() || self.words.iter().any(|word| text.contains(word)))
            && self
                .filters
                .iter()
                .all(|(name, values)| values.iter().any(|value| holds(resource, name, value)))
    }
}

/// Whether a filter with one of its values holds.
fn holds(resource: &Value, name: &str, value: &str) -> bool {
    let member = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or_default().to_lowercase();
    match name {
        "region" => member("Region") == value,
        "resourcetype" => member("ResourceType") == value,
        "service" => tagging::is_of_type(&member("Arn"), value),
        _ => {
            tags(resource).any(|(key, of_key)| match name {
                "tag" => format!("{key}={of_key}") == value || value == "all",
                _ => key == value,
            }) || (name == "tag" && value == "none" && tags(resource).next().is_none())
        }
    }
}

fn tags(resource: &Value) -> impl Iterator<Item = (String, String)> {
    let properties = resource.get("Properties").and_then(Value::as_array).into_iter().flatten();
    let tags = properties.filter(|property| property.get("Name").is_some_and(|name| name == "tags"));
    let tags = tags.filter_map(|property| property.get("Data")?.as_array()).flatten();
    let member = |tag: &Value, name: &str| Some(tag.get(name)?.as_str()?.to_lowercase());
    tags.filter_map(move |tag| Some((member(tag, "Key")?, member(tag, "Value")?)))
}

/// The terms of a query, which spaces part but for those in quotes.
fn terms(text: &str) -> Vec<String> {
    let (mut terms, mut term, mut quoted) = (Vec::new(), String::new(), false);
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            ' ' if !quoted => terms.push(std::mem::take(&mut term)),
            character => term.push(character),
        }
    }
    terms.push(term);
    terms.retain(|term| !term.is_empty());
    terms
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn filters_must_all_hold_and_of_the_words_one() {
        let resource = json!({
            "Arn": "arn:aws:ec2:eu-west-1:1:volume/vol-1", "Region": "eu-west-1", "ResourceType": "ec2:volume",
            "Properties": [{ "Name": "tags", "Data": [{ "Key": "team", "Value": "Web Shop" }] }],
        });
        for (text, expected) in [
            ("", true),
            ("vol-1", true),
            ("SHOP nothing", true),
            ("nothing", false),
            ("region:us-east-1,eu-west-1 service:ec2", true),
            ("region:us-east-1", false),
            ("vol service:s3", false),
            ("resourcetype:ec2:volume", true),
            ("tag:\"team=web shop\" tag.key:team", true),
            ("tag:team=web", false),
            ("tag.key:env", false),
            ("tag:none", false),
            ("tag:all", true),
        ] {
            assert_eq!(Query::read(text).unwrap().finds(&resource), expected, "{text}");
        }
        assert!(Query::read("tag:none").unwrap().finds(&json!({ "Arn": "arn:aws:sqs:eu-west-1:1:q" })));
        assert!(Query::read("-service:ec2").is_err() && Query::read("size:1").is_err());
    }
}
