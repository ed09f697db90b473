//! botocore's data, loaded as botocore's own loader does.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value};

use super::wheel::Wheel;

/// Where the services lie in the wheel.
const DATA: &str = "botocore/data/";

/// One service's files, extras merged in.
pub(crate) struct Model {
    /// The folder: the name of the service in the SDK.
    pub(crate) name: String,
    /// `service-2`.
    pub(crate) service: Value,
    /// `paginators-1`, by operation.
    pub(crate) paginators: Map<String, Value>,
    /// `endpoint-rule-set-1`.
    pub(crate) endpoint_rules: Option<Value>,
}

impl Model {
    /// A text of the model's metadata.
    pub(crate) fn metadata(&self, key: &str) -> Option<&str> {
        self.service["metadata"][key].as_str()
    }

    /// The operations with their descriptions.
    pub(crate) fn operations(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.service["operations"].as_object().into_iter().flatten()
    }
}

/// All services, each in its newest API version.
pub(crate) fn services(wheel: &mut Wheel) -> Result<Vec<Model>> {
    let mut versions = BTreeMap::<String, String>::new();
    for path in wheel.names() {
        let parts: Vec<&str> = path.strip_prefix(DATA).unwrap_or_default().split('/').collect();
        if let [service, version, "service-2.json" | "service-2.json.gz"] = parts[..] {
            let newest = versions.entry(service.to_owned()).or_default();
            if version > newest.as_str() {
                version.clone_into(newest);
            }
        }
    }
    ensure!(!versions.is_empty(), "the wheel has no services under {DATA}");

    let mut models = Vec::new();
    for (name, version) in versions {
        let folder = format!("{DATA}{name}/{version}");
        let service = load(wheel, &folder, "service-2")?.with_context(|| folder.clone())?;
        let paginators = match load(wheel, &folder, "paginators-1")? {
            Some(mut file) => match file["pagination"].take() {
                Value::Object(pagination) => pagination,
                other => anyhow::bail!("{folder}/paginators-1: `pagination` is {other}"),
            },
            None => Map::new(),
        };
        let endpoint_rules = load(wheel, &folder, "endpoint-rule-set-1")?;
        models.push(Model { name, service, paginators, endpoint_rules });
    }
    Ok(models)
}

/// One file with its extras.
fn load(wheel: &mut Wheel, folder: &str, kind: &str) -> Result<Option<Value>> {
    let Some(mut file) = wheel.json(&format!("{folder}/{kind}"))? else { return Ok(None) };
    if let Some(mut extras) = wheel.json(&format!("{folder}/{kind}.sdk-extras"))? {
        merge(&mut file, extras["merge"].take());
    }
    Ok(Some(file))
}

/// Puts the extras over the base: objects key by key, anything else as a whole.
fn merge(base: &mut Value, extras: Value) {
    match (base, extras) {
        (Value::Object(base), Value::Object(extras)) => {
            for (key, value) in extras {
                match base.get_mut(&key) {
                    Some(place) if place.is_object() && value.is_object() => merge(place, value),
                    _ => {
                        base.insert(key, value);
                    }
                }
            }
        }
        (base, extras) => *base = extras,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::merge;

    #[test]
    fn extras_go_over_the_base_key_by_key() {
        let mut base = json!({"a": {"b": 1, "c": {"d": 2}}, "e": [1]});
        merge(&mut base, json!({"a": {"c": {"f": 3}, "b": {"g": 4}}, "e": [2], "h": 5}));
        assert_eq!(base, json!({"a": {"b": {"g": 4}, "c": {"d": 2, "f": 3}}, "e": [2], "h": 5}));
    }
}
