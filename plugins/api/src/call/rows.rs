//! Outputs as rows.

use serde_json::{Value, value::RawValue};
use tollgate_sdk::catalog::Description;

use crate::schema::{Kind, Schema};

/// Where the rows of an output are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    /// What an expression selects: the elements of a list, else one row.
    Selected(String),
    /// In several lists, each at an expression.
    Lists(Vec<String>),
    /// The output is one row.
    Whole,
}

/// What tells of other pages, and is no part of an answer.
const PAGING: &[&str] = &["token", "marker", "truncated", "count", "total", "max", "hasmore"];

impl Place {
    /// Where AWS has the rows: in the lists of its pages, or in those of an output that has nothing but lists.
    pub(super) fn of(description: &Description) -> Self {
        let mut lists = match description.items.is_empty() {
            true => only_lists(description),
            // Some pages have a count besides.
            false => description.items.iter().filter(|path| !is_scalar(description, path)).cloned().collect(),
        };
        match (lists.len(), lists.pop()) {
            (1, Some(list)) => Self::Selected(list),
            (_, Some(last)) => {
                lists.push(last);
                Self::Lists(lists)
            }
            (_, None) => Self::Whole,
        }
    }

    /// The expression that the host applies before an output crosses into the sandbox.
    pub(super) fn select(&self) -> Option<String> {
        match self {
            Self::Selected(expression) => Some(expression.clone()),
            Self::Lists(lists) => {
                let member = |list: &String| format!("{}: {list}", Value::from(list.as_str()));
                Some(format!("{{{}}}", lists.iter().map(member).collect::<Vec<_>>().join(", ")))
            }
            Self::Whole => None,
        }
    }

    /// The rows of an output. Of several lists, each row says by its column `list` in which one it is.
    pub(super) fn rows(&self, output: &RawValue) -> Vec<Box<RawValue>> {
        match self {
            Self::Lists(lists) => {
                let members: Map = serde_json::from_str(output.get()).unwrap_or_default();
                let rows_of = |list: &String| {
                    let rows = members.get(list).map(|rows| elements(rows)).unwrap_or_default();
                    rows.into_iter().filter_map(|row| labelled(list, &row)).collect::<Vec<_>>()
                };
                lists.iter().flat_map(rows_of).collect()
            }
            Self::Selected(_) | Self::Whole => elements(output),
        }
    }
}

type Map = std::collections::HashMap<String, Box<RawValue>>;

/// The elements of a list; what is no list is one row, and nothing is none.
fn elements(output: &RawValue) -> Vec<Box<RawValue>> {
    match output.get().as_bytes().first() {
        Some(b'[') => serde_json::from_str(output.get()).unwrap_or_default(),
        Some(b'n') => Vec::new(),
        _ => vec![output.to_owned()],
    }
}

/// A row with the name of its list in front.
fn labelled(list: &str, row: &RawValue) -> Option<Box<RawValue>> {
    let list = Value::from(list);
    let row = match row.get().strip_prefix('{').map(str::trim_start) {
        Some("}") => format!(r#"{{"list":{list}}}"#),
        Some(members) => format!(r#"{{"list":{list},{members}"#),
        None => format!(r#"{{"list":{list},"value":{}}}"#, row.get()),
    };
    RawValue::from_string(row).ok()
}

/// The lists of an output that has nothing else to say.
fn only_lists(description: &Description) -> Vec<String> {
    let schema = Schema::of(&description.output_schema);
    let Kind::Structure(members) = schema.kind() else { return Vec::new() };
    let is_list = |name: &&String| {
        members.get(*name).is_some_and(|member| matches!(schema.member(member).kind(), Kind::List(_)))
    };
    let (lists, others): (Vec<&String>, Vec<&String>) = members.keys().partition(is_list);
    let is_paging = |name: &&String| PAGING.iter().any(|word| name.to_lowercase().contains(word));
    match others.iter().all(is_paging) {
        true => lists.into_iter().cloned().collect(),
        false => Vec::new(),
    }
}

/// The members that rows can have, so that a filter may name them.
pub(super) fn members(description: &Description, place: &Place) -> Vec<String> {
    let below = |path: &str| {
        let Some(at) = at(description, path) else { return Vec::new() };
        let item = if let Kind::List(item) = at.kind() { item } else { at };
        match item.kind() {
            Kind::Structure(members) => members.keys().cloned().collect(),
            _ => Vec::new(),
        }
    };
    match place {
        Place::Selected(path) => below(path),
        Place::Lists(lists) => lists.iter().flat_map(|list| below(list)).collect(),
        Place::Whole => below(""),
    }
}

/// What stands in an output at a path of members; none for any other expression.
fn at<'a>(description: &'a Description, path: &str) -> Option<Schema<'a>> {
    let mut at = Schema::of(&description.output_schema);
    for name in path.split('.').filter(|name| !name.is_empty()) {
        let Kind::Structure(members) = at.kind() else { return None };
        at = at.member(members.get(name)?);
    }
    Some(at)
}

fn is_scalar(description: &Description, path: &str) -> bool {
    let kind = at(description, path).map(Schema::kind);
    matches!(kind, Some(Kind::Boolean | Kind::Integer | Kind::Number | Kind::Text(_)))
}
