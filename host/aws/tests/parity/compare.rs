//! When two values are the same.

use serde_json::Value;

/// The first difference of two values, by its path; numbers are equal by value, and names have no order.
pub(crate) fn difference(path: &str, ours: &Value, theirs: &Value) -> Option<String> {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let names = theirs.keys().chain(ours.keys().filter(|name| !theirs.contains_key(*name)));
            names.into_iter().find_map(|name| {
                let path = format!("{path}.{name}");
                match (ours.get(name), theirs.get(name)) {
                    (Some(ours), Some(theirs)) => difference(&path, ours, theirs),
                    (None, theirs) => Some(format!("{path} is missing, should be {theirs:?}")),
                    (ours, None) => Some(format!("{path} is {ours:?}, should be missing")),
                }
            })
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            ours.iter().zip(theirs).enumerate().find_map(|(position, (ours, theirs))| {
                difference(&format!("{path}[{position}]"), ours, theirs)
            })
        }
        (Value::Number(ours), Value::Number(theirs)) if ours.as_f64() == theirs.as_f64() => None,
        (ours, theirs) if ours == theirs => None,
        (ours, theirs) => Some(format!("{path} is {ours}, should be {theirs}")),
    }
}
