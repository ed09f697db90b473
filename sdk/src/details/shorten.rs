//! Details that fit into a short answer: their longest lists are cut, and kept whole by the host.

use serde_json::{Map, Value, json};

use super::Details;
use crate::{
    ToolError,
    results::{self, Cursor},
};

/// A list keeps so many elements at least.
const FEWEST: usize = 3;

/// The structured output, in at most `room` bytes of JSON where cutting lists can make it so.
pub(super) fn to_fit(details: Details, room: usize) -> Result<Value, ToolError> {
    let Details { matches, truncated, coverage } = details;
    let mut matches: Value = matches.into_iter().map(Value::Object).collect();
    let mut output = Map::new();
    let coverage = serde_json::to_value(coverage).map_err(|error| ToolError::failed(error.to_string()))?;
    let cut = cut(&mut matches, room);
    if !cut.is_empty() {
        let lengths: Map<String, Value> =
            cut.iter().map(|list| (list.path.clone(), list.items.len().into())).collect();
        output.insert("shortened".to_owned(), lengths.into());
        // Where the host keeps no more, the answer still says how much is missing.
        if let Ok(cursor) = keep(&cut) {
            output.insert("cursor".to_owned(), cursor.to_string().into());
        }
    }
    output.insert("matches".to_owned(), matches);
    if truncated {
        output.insert("truncated".to_owned(), true.into());
    }
    output.insert("coverage".to_owned(), coverage);
    Ok(output.into())
}

/// A list that was cut.
struct Cut {
    /// Where it is: `matches[0].containers`.
    path: String,
    /// All its elements.
    items: Vec<Value>,
}

/// Cuts the largest lists until all fits, or none is left to cut.
fn cut(matches: &mut Value, room: usize) -> Vec<Cut> {
    let mut cuts: Vec<Cut> = Vec::new();
    let mut size = matches.to_string().len();
    while size > room {
        let mut largest = None;
        walk(matches, "matches", &mut String::new(), &mut largest);
        let Some(Largest { pointer, path, bytes, len }) = largest else { break };
        let Some(Value::Array(items)) = matches.pointer_mut(&pointer) else { break };
        let excess = size - room;
        let keep = len.saturating_sub((len * excess).div_ceil(bytes.max(1))).max(FEWEST);
        if !cuts.iter().any(|cut| cut.path == path) {
            cuts.push(Cut { path, items: items.clone() });
        }
        items.truncate(keep.min(len - 1));
        size = matches.to_string().len();
    }
    cuts
}

struct Largest {
    pointer: String,
    path: String,
    bytes: usize,
    len: usize,
}

/// Finds the largest list, by its bytes, that still has more than the fewest elements. The list of
/// matches itself is never cut.
fn walk(value: &Value, path: &str, pointer: &mut String, largest: &mut Option<Largest>) {
    let mut below = |child: &Value, path: String, step: &str| {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        if let Value::Array(items) = child {
            let bytes = child.to_string().len();
            if items.len() > FEWEST && largest.as_ref().is_none_or(|largest| largest.bytes < bytes) {
                *largest =
                    Some(Largest { pointer: pointer.clone(), path: path.clone(), bytes, len: items.len() });
            }
        }
        walk(child, &path, pointer, largest);
        pointer.truncate(length);
    };
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, child)| below(child, format!("{path}.{name}"), name));
        }
        Value::Array(items) => {
            let steps = items.iter().enumerate();
            steps.for_each(|(index, child)| {
                below(child, format!("{path}[{index}]"), &index.to_string());
            });
        }
        _ => {}
    }
}

/// Keeps the lists as one table: a row for each element.
fn keep(cuts: &[Cut]) -> Result<Cursor, results::Error> {
    let handle = results::begin(&["list".to_owned(), "item".to_owned()])?;
    for (place, Cut { path, items }) in cuts.iter().enumerate() {
        let rows: Vec<String> = items.iter().map(|item| json!([path, item]).to_string()).collect();
        results::append(&handle, u32::try_from(place).unwrap_or(u32::MAX), &rows)?;
    }
    Ok(Cursor::new(handle))
}
