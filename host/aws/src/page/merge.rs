//! The output that grows page by page.

use std::collections::HashMap;

use serde_json::Number;

use super::path::Path;
use crate::protocol::Value;

/// One result key.
#[derive(Debug)]
pub(super) struct Column<'a> {
    pub(super) path: Path<'a>,
    content: Content,
}

/// What a result key has gathered.
#[derive(Debug)]
enum Content {
    Nothing,
    /// The elements in JSON, with commas.
    List(String),
    /// The entries in JSON, and where each name is.
    Object {
        entries: Vec<(String, String)>,
        positions: HashMap<String, usize>,
    },
    Number(Number),
    Text(String),
    Other(String),
}

impl<'a> Column<'a> {
    pub(super) fn new(path: Path<'a>) -> Self {
        Self { path, content: Content::Nothing }
    }

    /// Begins a list, so that one without elements is there as well.
    pub(super) fn begin_list(&mut self) {
        if matches!(self.content, Content::Nothing) {
            self.content = Content::List(String::new());
        }
    }

    /// Adds an element, if it takes at most `room` bytes; tells how many it took.
    pub(super) fn push(&mut self, element: &Value<'_>, room: usize) -> Option<usize> {
        let Content::List(elements) = &mut self.content else { return Some(0) };
        let before = elements.len();
        if before > 0 {
            elements.push(',');
        }
        elements.push_str(&json(element));
        let taken = elements.len() - before;
        if taken > room {
            elements.truncate(before);
            return None;
        }
        Some(taken)
    }

    /// Adds a page's value that is no list: counts are added up, texts put together, objects united. Of anything
    /// else the first holds. Tells how many bytes it took.
    pub(super) fn add(&mut self, value: Value<'_>) -> usize {
        let before = self.size();
        let content = std::mem::replace(&mut self.content, Content::Nothing);
        self.content = match (content, value) {
            (content, Value::Null | Value::List(_)) => content,
            (Content::Nothing, Value::Number(number)) => Content::Number(number),
            (Content::Number(sum), Value::Number(number)) => Content::Number(add(&sum, &number)),
            (Content::Nothing, Value::String(text)) => Content::Text(text.into_owned()),
            (Content::Text(text), Value::String(more)) => Content::Text(text + &more),
            (Content::Nothing, Value::Object(fields)) => unite(Vec::new(), HashMap::new(), fields),
            (Content::Object { entries, positions }, Value::Object(fields)) => {
                unite(entries, positions, fields)
            }
            (Content::Nothing, value) => Content::Other(json(&value)),
            (content, _) => content,
        };
        self.size().saturating_sub(before)
    }

    fn size(&self) -> usize {
        match &self.content {
            Content::Nothing => 0,
            Content::List(text) | Content::Text(text) | Content::Other(text) => text.len(),
            Content::Number(_) => 20,
            Content::Object { entries, .. } => {
                entries.iter().map(|(name, value)| name.len() + value.len() + 2).sum()
            }
        }
    }

    /// What there is, in JSON.
    fn into_json(self) -> Option<String> {
        match self.content {
            Content::Nothing => None,
            Content::List(elements) => Some(format!("[{elements}]")),
            Content::Object { entries, .. } => {
                let entries: Vec<_> =
                    entries.into_iter().map(|(name, value)| format!("{}:{value}", quoted(&name))).collect();
                Some(format!("{{{}}}", entries.join(",")))
            }
            Content::Number(number) => Some(number.to_string()),
            Content::Text(text) => Some(quoted(&text)),
            Content::Other(json) => Some(json),
        }
    }
}

fn add(left: &Number, right: &Number) -> Number {
    let whole = || left.as_i64()?.checked_add(right.as_i64()?).map(Number::from);
    let broken = || Number::from_f64(left.as_f64()? + right.as_f64()?);
    whole().or_else(broken).unwrap_or_else(|| left.clone())
}

/// Entries of all pages; lists of the same name are joined, of anything else the first holds.
fn unite<'a>(
    mut entries: Vec<(String, String)>,
    mut positions: HashMap<String, usize>,
    fields: impl IntoIterator<Item = (std::borrow::Cow<'a, str>, Value<'a>)>,
) -> Content {
    for (name, value) in fields {
        match positions.get(&*name).and_then(|position| entries.get_mut(*position)) {
            None => {
                positions.insert(name.to_string(), entries.len());
                entries.push((name.into_owned(), json(&value)));
            }
            Some((_, known)) => {
                if let (Value::List(more), Some(inner)) =
                    (&value, known.strip_prefix('[').and_then(|known| known.strip_suffix(']')))
                {
                    let mut all: Vec<String> = more.iter().map(json).collect();
                    if !inner.is_empty() {
                        all.insert(0, inner.to_owned());
                    }
                    *known = format!("[{}]", all.join(","));
                }
            }
        }
    }
    Content::Object { entries, positions }
}

/// A value as JSON text.
pub(super) fn json(value: &Value<'_>) -> String {
    // Texts and numbers always fit into JSON.
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

fn quoted(text: &str) -> String {
    json(&Value::String(text.into()))
}

/// An object whose members may lie deep: `DistributionList.Items`.
#[derive(Debug, Default)]
pub(super) struct Tree<'a>(Vec<(&'a str, Node<'a>)>);

#[derive(Debug)]
enum Node<'a> {
    Branch(Tree<'a>),
    Leaf(String),
}

impl<'a> Tree<'a> {
    /// Puts JSON at a place. What is there already holds.
    pub(super) fn set(&mut self, place: &[&'a str], json: String) {
        let [name, rest @ ..] = place else { return };
        let known = self.0.iter().position(|(known, _)| known == name);
        match (known.and_then(|position| self.0.get_mut(position)), rest) {
            (Some((_, Node::Branch(branch))), [_, ..]) => branch.set(rest, json),
            (Some(_), _) => {}
            (None, []) => self.0.push((name, Node::Leaf(json))),
            (None, _) => {
                let mut branch = Tree::default();
                branch.set(rest, json);
                self.0.push((name, Node::Branch(branch)));
            }
        }
    }

    /// Puts what a column has at its place.
    pub(super) fn set_column(&mut self, column: Column<'a>) {
        let names = column.path.names();
        if let (Some(names), Some(json)) = (names, column.into_json()) {
            self.set(&names, json);
        }
    }

    pub(super) fn into_json(self) -> String {
        let members = self.0.into_iter().map(|(name, node)| {
            let value = match node {
                Node::Branch(tree) => tree.into_json(),
                Node::Leaf(json) => json,
            };
            format!("{}:{value}", quoted(name))
        });
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }
}
