//! Decoding with a mask gives what the mask leaves of the whole answer, and no error where the whole gives none.

use http::HeaderMap;
use serde_json::{Map, Value};
use tollgate_aws::model::{Operation, Service};
use tollgate_aws::protocol::{Mask, decode_masked};

/// As many paths of an answer are tried by themselves.
const MOST: usize = 12;

/// Decodes an answer with one mask after another.
pub(crate) fn same_when_masked(
    service: &Service,
    operation: &Operation,
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
    whole: &Value,
) -> Result<(), String> {
    for mask in masks(whole) {
        let less = decode_masked(service, operation, status, headers, body, &mask)
            .map_err(|error| format!("masked by {mask:?}: {error}"))?;
        let less = serde_json::to_value(&less).map_err(|error| error.to_string())?;
        if left(&less, &mask) != left(whole, &mask) {
            return Err(format!("masked by {mask:?} it is {less}, whole {whole}"));
        }
    }
    Ok(())
}

/// What a mask leaves at least.
fn left(value: &Value, mask: &Mask) -> Value {
    match value {
        Value::Array(values) => values.iter().map(|value| left(value, mask)).collect(),
        Value::Object(members) => {
            let of_member =
                |(name, value): (&String, &Value)| Some((name.clone(), left(value, mask.member(name)?)));
            members.iter().filter_map(of_member).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// Nothing at all, each of the paths whole and as far as it goes, and all of them but the first.
fn masks(whole: &Value) -> Vec<Mask> {
    let mut paths = Vec::new();
    find(whole, &mut Vec::new(), &mut paths);
    paths.sort();
    paths.dedup();
    // Evenly, from the first to the last.
    let step = paths.len().div_ceil(MOST).max(1);
    let mut masks = vec![Mask::NOTHING];
    let mut others = Mask::NOTHING;
    for (position, path) in paths.iter().enumerate().step_by(step) {
        for end in [Mask::NOTHING, Mask::Everything] {
            let mut mask = Mask::NOTHING;
            mask.add_at(path, &end);
            mask.add_at(&["NoSuchMember", "Key"], &end);
            masks.push(mask);
        }
        if position > 0 {
            others.add_at(path, &Mask::NOTHING);
        }
    }
    masks.push(others);
    masks
}

/// The paths of names in a value.
fn find<'a>(value: &'a Value, path: &mut Vec<&'a str>, paths: &mut Vec<Vec<&'a str>>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| find(value, path, paths)),
        Value::Object(members) => {
            for (name, value) in members {
                path.push(name);
                paths.push(path.clone());
                find(value, path, paths);
                path.pop();
            }
        }
        _ => {}
    }
}
