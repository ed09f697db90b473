//! XML without a model: elements that it does not know, and errors.

use std::borrow::Cow;

use super::super::super::value::{Fields, Value};
use super::object::Object;
use super::reader::{Flaw, Reader};

/// A whole document: the local name of its root, and its content.
pub(in super::super) fn document(body: &[u8]) -> Result<(String, Value<'_>), Flaw> {
    let mut reader = Reader::new(body);
    let root = reader.root()?;
    let content = content(&mut reader)?;
    Ok((root.local_name().into_inner().to_owned(), content))
}

/// Reads an element's content up to its end.
///
/// Without children it is the text; with children it is an object, in which a name that stands several times
/// has an array; if all children are called `item` or `member`, it is an array.
pub(super) fn content<'a>(reader: &mut Reader<'a>) -> Result<Value<'a>, Flaw> {
    reader.enter()?;
    let mut text = Cow::Borrowed("");
    let mut children = Vec::new();
    while let Some(start) = reader.child_or_text(&mut text)? {
        let name = start.local_name().into_inner().to_owned();
        children.push((Cow::Owned(name), content(reader)?));
    }
    reader.leave();
    Ok(match children.first() {
        None => Value::String(text),
        Some((first, _))
            if matches!(&**first, "item" | "member") && children.iter().all(|(name, _)| name == first) =>
        {
            Value::List(children.into_iter().map(|(_, value)| value).collect())
        }
        Some(_) => Value::Object(group(children)),
    })
}

/// Puts the values of equal names into an array.
pub(super) fn group(children: Object<'_>) -> Object<'_> {
    let mut groups = Fields::default();
    for (name, value) in children {
        match groups.slot(&name) {
            Some(Value::List(values)) => values.push(value),
            _ => groups.push(name, Value::List(vec![value])),
        }
    }
    let mut fields = groups.into_vec();
    for (_, value) in &mut fields {
        if let Value::List(values) = value
            && values.len() == 1
            && let Some(only) = values.pop()
        {
            *value = only;
        }
    }
    fields
}
