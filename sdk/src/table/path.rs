//! A column, or a place below one: `state`, `tags.Name`.

use serde_json::{Map, Value};

use super::columns::Columns;
use crate::{ToolError, nearest::suggestion};

/// Where a cell comes from.
#[derive(Debug)]
pub(super) struct Path {
    column: String,
    /// What stands behind the column's name: keys, joined by dots.
    below: Option<String>,
}

impl Path {
    /// A column, which is known.
    pub(super) fn column(name: &str) -> Self {
        Self { column: name.to_owned(), below: None }
    }

    /// Reads a path as a caller wrote it into `argument`.
    pub(super) fn parse(argument: &str, text: &str, columns: &Columns) -> Result<Self, ToolError> {
        let (name, below) = match columns.get(text) {
            Some(_) => (text, None),
            None => text.split_once('.').map_or((text, None), |(name, below)| (name, Some(below))),
        };
        match (columns.get(name), below) {
            (Some(column), Some(_)) if !column.nested => Err(ToolError::invalid_argument(
                argument,
                format!("column `{name}` has no members, so no `{text}`"),
            )),
            (Some(_), below) => Ok(Self { column: name.to_owned(), below: below.map(str::to_owned) }),
            (None, _) => Err(ToolError::invalid_argument(argument, unknown(name, columns))),
        }
    }

    /// Reads the name of a column of numbers.
    pub(super) fn parse_numeric(argument: &str, text: &str, columns: &Columns) -> Result<Self, ToolError> {
        let path = Self::parse(argument, text, columns)?;
        let numeric: Vec<&str> = columns.numeric().collect();
        if path.below.is_none() && numeric.contains(&text) {
            return Ok(path);
        }
        let reason = match numeric.is_empty() {
            true => ", and no other column does".to_owned(),
            false => format!("; columns that do: {}", numeric.join(", ")),
        };
        Err(ToolError::invalid_argument(argument, format!("`{text}` holds no numbers{reason}")))
    }

    /// The name as the caller wrote it: that of the answer's column.
    pub(super) fn name(&self) -> String {
        match &self.below {
            Some(below) => format!("{}.{below}", self.column),
            None => self.column.clone(),
        }
    }

    /// The cell in a row; `null` where there is none.
    pub(super) fn cell(&self, row: &Map<String, Value>) -> Value {
        let cell = row.get(&self.column);
        let cell = match &self.below {
            Some(below) => cell.and_then(|cell| member(cell, below)),
            None => cell,
        };
        cell.cloned().unwrap_or_default()
    }
}

/// The member at keys joined by dots. A key may hold dots itself, as those of tags do
/// (`kubernetes.io/cluster`): the longest key that is there wins.
fn member<'a>(value: &'a Value, keys: &str) -> Option<&'a Value> {
    let members = value.as_object()?;
    if let Some(member) = members.get(keys) {
        return Some(member);
    }
    let dots = keys.rmatch_indices('.').map(|(dot, _)| dot);
    dots.filter_map(|dot| member(members.get(&keys[..dot])?, &keys[dot + 1..])).next()
}

/// That a column is not known, and which ones are.
pub(super) fn unknown(name: &str, columns: &Columns) -> String {
    let hint = match suggestion(name, columns.names()) {
        hint if hint.is_empty() => format!("; known: {}", columns.names().collect::<Vec<_>>().join(", ")),
        hint => hint,
    };
    format!("unknown column `{name}`{hint}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_may_hold_dots() {
        let tags = json!({ "kubernetes.io/cluster": "a", "x": { "y.z": "b" }, "x.y": { "z": "c" } });
        assert_eq!(member(&tags, "kubernetes.io/cluster"), Some(&json!("a")));
        assert_eq!(member(&tags, "x.y.z"), Some(&json!("c")));
        assert_eq!(member(&tags, "x.nothing"), None);
    }
}
