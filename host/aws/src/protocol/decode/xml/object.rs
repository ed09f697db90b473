//! A structure while its elements come in.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;

use super::super::super::mask::Mask;
use super::super::super::value::{Fields, Value};
use super::generic;
use super::plan::{Entry, Plan};
use super::reader::Flaw;

/// An object's fields.
pub(super) type Object<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

pub(super) struct Partial<'a> {
    fields: Object<'a>,
    /// Room to make for them, with the first: an answer of many empty elements is not to take much for each.
    capacity: usize,
    /// Which of the first 128 members came already, one bit each.
    seen: u128,
    /// And which of the others.
    seen_beyond: Vec<usize>,
    /// Behind the member that came last.
    pub(super) next: usize,
    /// Flattened lists and maps, whose elements and entries come one at a time.
    lists: Vec<(&'a str, Vec<Value<'a>>)>,
    maps: Vec<(&'a str, Fields<'a>)>,
    /// Elements that the model does not know.
    unknown: Object<'a>,
}

impl<'a> Partial<'a> {
    pub(super) fn new(plan: &Plan<'a>) -> Self {
        Self {
            fields: Vec::new(),
            capacity: plan.capacity(),
            seen: 0,
            seen_beyond: Vec::new(),
            next: 0,
            lists: Vec::new(),
            maps: Vec::new(),
            unknown: Vec::new(),
        }
    }

    /// Whether the member at that position comes for the first time.
    pub(super) fn is_first(&mut self, position: usize) -> bool {
        if position < 128 {
            let bit = 1 << position;
            let is_first = self.seen & bit == 0;
            self.seen |= bit;
            return is_first;
        }
        let is_first = !self.seen_beyond.contains(&position);
        if is_first {
            self.seen_beyond.push(position);
        }
        is_first
    }

    pub(super) fn push(&mut self, entry: &Entry<'a>, value: Value<'a>) {
        if self.fields.is_empty() {
            self.fields.reserve(self.capacity);
        }
        self.fields.push((Cow::Borrowed(&entry.member.name), value));
    }

    /// The elements of a flattened list so far.
    pub(super) fn list(&mut self, entry: &Entry<'a>, is_first: bool) -> &mut Vec<Value<'a>> {
        part(&mut self.lists, &entry.member.name, is_first)
    }

    /// The entries of a flattened map so far.
    pub(super) fn map(&mut self, entry: &Entry<'a>, is_first: bool) -> &mut Fields<'a> {
        part(&mut self.maps, &entry.member.name, is_first)
    }

    /// Adds the elements of a list that stands twice to those of the first.
    pub(super) fn extend(&mut self, entry: &Entry<'a>, more: Vec<Value<'a>>) {
        let mut fields = self.fields.iter_mut().rev();
        if let Some((_, Value::List(elements))) = fields.find(|(name, _)| *name == *entry.member.name) {
            elements.extend(more);
        }
    }

    pub(super) fn add_unknown(&mut self, name: &str, value: Value<'a>) {
        self.unknown.push((Cow::Owned(name.to_owned()), value));
    }

    /// Adds the members that are attributes, unless an element of their name came. As in botocore, the
    /// prefix of an attribute is not looked up: that it has one is enough for a member whose name has one.
    pub(super) fn add_attributes(
        &mut self,
        plan: &Plan<'a>,
        start: &BytesStart<'_>,
        mask: &Mask,
    ) -> Result<(), Flaw> {
        for attribute in start.attributes() {
            let attribute = attribute.map_err(quick_xml::Error::from)?;
            let (local, prefixed) =
                (attribute.key.local_name().into_inner(), attribute.key.prefix().is_some());
            let is_it = |entry: &&Entry<'a>| match entry.member.wire_name().split_once(':') {
                Some((_, name)) => prefixed && name == local,
                None => !prefixed && entry.member.wire_name() == local,
            };
            if let Some(entry) = plan.attributes().find(is_it)
                && mask.member(&entry.member.name).is_some()
                && !self.fields.iter().any(|(name, _)| *name == *entry.member.name)
            {
                let text = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(Flaw::from)?;
                self.push(entry, Value::String(Cow::Owned(text.into_owned())));
            }
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Object<'a> {
        let lists = self.lists.into_iter().map(|(name, list)| (Cow::Borrowed(name), Value::List(list)));
        self.fields.extend(lists);
        let maps =
            self.maps.into_iter().map(|(name, map)| (Cow::Borrowed(name), Value::Object(map.into_vec())));
        self.fields.extend(maps);
        if !self.unknown.is_empty() {
            self.fields.extend(generic::group(self.unknown));
        }
        self.fields
    }
}

/// The part of a member, begun if it is new.
fn part<'p, 'a, T: Default>(parts: &'p mut Vec<(&'a str, T)>, name: &'a str, is_first: bool) -> &'p mut T {
    let known = if is_first { None } else { parts.iter().position(|(part, _)| *part == name) };
    let position = known.unwrap_or_else(|| {
        parts.push((name, T::default()));
        parts.len() - 1
    });
    &mut parts[position].1
}
