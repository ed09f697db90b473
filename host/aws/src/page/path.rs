//! The expressions of paginators: `NextToken`, `Jobs[-1].JobId`, `NextMarker || Contents[-1].Key`.

use crate::protocol::{Mask, Value};

/// Alternatives; the first that has a value holds.
#[derive(Clone, Debug)]
pub(super) struct Path<'a> {
    alternatives: Vec<Vec<Step<'a>>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step<'a> {
    Field(&'a str),
    Index(i32),
}

impl<'a> Path<'a> {
    /// Reads an expression; nothing if it has anything else in it than paginators have.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let alternatives = text.split("||").map(|alternative| {
            let mut steps = Vec::new();
            for part in alternative.trim().split('.') {
                let (name, index) = match part.split_once('[') {
                    Some((name, index)) => (name, Some(index.strip_suffix(']')?.parse().ok()?)),
                    None => (part, None),
                };
                let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
                if name.is_empty() || !name.bytes().all(plain) {
                    return None;
                }
                steps.push(Step::Field(name));
                steps.extend(index.map(Step::Index));
            }
            Some(steps)
        });
        alternatives.collect::<Option<_>>().map(|alternatives| Self { alternatives })
    }

    /// Adds to a mask what it passes, and what is wanted at its end.
    pub(super) fn add_to(&self, mask: &mut Mask, wanted: &Mask) {
        for steps in &self.alternatives {
            let name = |step: &Step<'a>| match step {
                Step::Field(name) => Some(*name),
                Step::Index(_) => None,
            };
            // Lists are seen through by masks.
            let names: Vec<_> = steps.iter().filter_map(name).collect();
            mask.add_at(&names, wanted);
        }
    }

    /// The names on the way, where there is but one way and no index on it.
    pub(super) fn names(&self) -> Option<Vec<&'a str>> {
        let [steps] = self.alternatives.as_slice() else { return None };
        let name = |step: &Step<'a>| match step {
            Step::Field(name) => Some(*name),
            Step::Index(_) => None,
        };
        steps.iter().map(name).collect()
    }

    /// The value that it leads to, if JMESPath takes it for true: an empty token is none.
    pub(super) fn find<'v, 'b>(&self, value: &'v Value<'b>) -> Option<&'v Value<'b>> {
        self.alternatives.iter().find_map(|steps| follow(steps, value).filter(|value| is_something(value)))
    }

    /// The value that it leads to, empty or false as well.
    pub(super) fn get<'v, 'b>(&self, value: &'v Value<'b>) -> Option<&'v Value<'b>> {
        let is_there = |value: &&Value<'_>| !matches!(value, Value::Null);
        self.alternatives.iter().find_map(|steps| follow(steps, value).filter(is_there))
    }

    /// The list that it leads to, taken out.
    pub(super) fn take<'b>(&self, value: &mut Value<'b>) -> Option<Value<'b>> {
        let [steps] = self.alternatives.as_slice() else { return None };
        let mut value = value;
        for step in steps {
            let (Step::Field(name), Value::Object(fields)) = (step, value) else { return None };
            value = fields.iter_mut().find(|(field, _)| field == name).map(|(_, value)| value)?;
        }
        Some(std::mem::replace(value, Value::Null))
    }
}

fn follow<'v, 'b>(steps: &[Step<'_>], value: &'v Value<'b>) -> Option<&'v Value<'b>> {
    steps.iter().try_fold(value, |value, step| match step {
        Step::Field(name) => value.get(name),
        Step::Index(index) => at(value, *index),
    })
}

fn at<'v, 'b>(value: &'v Value<'b>, index: i32) -> Option<&'v Value<'b>> {
    let Value::List(values) = value else { return None };
    let distance = usize::try_from(index.unsigned_abs()).ok()?;
    if index < 0 { values.get(values.len().checked_sub(distance)?) } else { values.get(distance) }
}

/// What JMESPath takes for true.
fn is_something(value: &Value<'_>) -> bool {
    match value {
        Value::Null => false,
        Value::Boolean(value) => *value,
        Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::List(values) => !values.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Pack;

    #[test]
    fn finds_what_paginators_look_for() {
        let value = Value::from(serde_json::json!({
            "Next": "", "Jobs": [{"Id": "a"}, {"Id": "b"}], "Stream": {"More": true, "None": false}
        }));
        let find =
            |text: &str| Path::parse(text).unwrap().find(&value).and_then(Value::as_str).map(str::to_owned);
        assert_eq!(find("Jobs[-1].Id").as_deref(), Some("b"));
        assert_eq!(find("Jobs[0].Id").as_deref(), Some("a"));
        assert_eq!(find("Next || Jobs[-1].Id").as_deref(), Some("b"));
        assert_eq!(find("Next"), None);
        assert_eq!(find("Jobs[7].Id"), None);
        assert!(Path::parse("Stream.More").unwrap().find(&value).is_some());
        assert!(Path::parse("Stream.None").unwrap().find(&value).is_none());
        assert!(Path::parse("Stream.None").unwrap().get(&value).is_some());
        assert!(Path::parse("Stream.Other").unwrap().get(&value).is_none());
        for other in ["", "a.", "a[", "a[b]", "a[*].b", "a b", "length(a)"] {
            assert!(Path::parse(other).is_none(), "{other:?}");
        }
    }

    #[test]
    fn every_paginator_of_the_pack_is_understood() {
        let pack = Pack::bundled();
        let mut count = 0;
        for name in pack.service_names() {
            let service = pack.service(name).unwrap();
            for operation in service.operations() {
                let Some(paginator) = &operation.paginator else { continue };
                count += 1;
                let expressions = paginator
                    .output_tokens
                    .iter()
                    .chain(&paginator.more_results)
                    .chain(&paginator.non_aggregate_keys);
                for expression in expressions {
                    assert!(Path::parse(expression).is_some(), "{name} {}: {expression}", operation.name);
                }
                for key in &paginator.result_keys {
                    let names = Path::parse(key).and_then(|path| path.names());
                    assert!(names.is_some(), "{name} {}: {key}", operation.name);
                }
                assert_eq!(
                    paginator.input_tokens.len(),
                    paginator.output_tokens.len(),
                    "{name} {}",
                    operation.name
                );
            }
        }
        assert!(count > 3000, "{count}");
    }
}
