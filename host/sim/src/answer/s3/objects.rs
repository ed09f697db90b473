//! `ListObjectsV2` with its parameters.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::fixture::Answer;

/// The keys behind `Prefix` and after `StartAfter`, in their order; what is alike up to `Delimiter` as one prefix.
pub(in super::super) fn list_objects(input: &Map<String, Value>, answer: Answer) -> Answer {
    let mut output = match answer {
        Answer::Output(output) => Arc::unwrap_or_clone(output),
        Answer::Items(items) => items.output(),
        error @ Answer::Error(_) => return error,
    };
    let text = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default();
    let (prefix, after, delimiter) = (text("Prefix"), text("StartAfter"), text("Delimiter"));
    let mut objects = output.get("Contents").and_then(Value::as_array).cloned().unwrap_or_default();
    let key = |object: &Value| object.get("Key").and_then(Value::as_str).unwrap_or_default().to_owned();
    objects.sort_by_cached_key(key);
    let mut prefixes = BTreeSet::new();
    objects.retain(|object| {
        let key = key(object);
        let Some(rest) = key.strip_prefix(prefix).filter(|_| *key > *after) else { return false };
        let folded = Some(delimiter).filter(|text| !text.is_empty()).and_then(|text| rest.split_once(text));
        if let Some((folder, _)) = folded {
            prefixes.insert(format!("{prefix}{folder}{delimiter}"));
        }
        folded.is_none()
    });
    let prefixes: Vec<Value> = prefixes.into_iter().map(|prefix| json!({ "Prefix": prefix })).collect();
    output.insert("KeyCount".to_owned(), (objects.len() + prefixes.len()).into());
    output.insert("Contents".to_owned(), objects.into());
    output.insert("CommonPrefixes".to_owned(), prefixes.into());
    for name in ["Bucket", "Prefix", "Delimiter", "StartAfter"] {
        if let Some(value) = input.get(name) {
            output.insert(if name == "Bucket" { "Name" } else { name }.to_owned(), value.clone());
        }
    }
    Answer::Output(Arc::new(output))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(input: Value) -> (Vec<String>, Vec<String>) {
        let keys = ["logs/1", "a", "logs/2/x", "logs/2/y", "z"].map(|key| json!({ "Key": key }));
        let fixture = json!({ "Contents": keys }).as_object().unwrap().clone();
        let answer = list_objects(input.as_object().unwrap(), Answer::Output(Arc::new(fixture)));
        let Answer::Output(output) = answer else { panic!("no output") };
        let texts = |list: &str, member: &str| {
            let list = output[list].as_array().unwrap().iter();
            list.map(|item| item[member].as_str().unwrap().to_owned()).collect()
        };
        (texts("Contents", "Key"), texts("CommonPrefixes", "Prefix"))
    }

    #[test]
    fn keys_are_those_behind_the_prefix_and_folders_are_folded() {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(listed(json!({})), (owned(&["a", "logs/1", "logs/2/x", "logs/2/y", "z"]), vec![]));
        assert_eq!(listed(json!({ "Delimiter": "/" })), (owned(&["a", "z"]), owned(&["logs/"])));
        assert_eq!(
            listed(json!({ "Delimiter": "/", "Prefix": "logs/" })),
            (owned(&["logs/1"]), owned(&["logs/2/"]))
        );
        assert_eq!(listed(json!({ "StartAfter": "logs/2/x" })), (owned(&["logs/2/y", "z"]), vec![]));
    }
}
