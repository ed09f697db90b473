//! Which element is which member: what the model says, made ready for reading.

use std::rc::Rc;

use crate::model::{Kind, Location, Member, Service, ShapeId, Structure};

/// The plans of a document's structures, each made when it is first met.
#[derive(Default)]
pub(super) struct Plans<'a> {
    by_shape: Vec<Option<Rc<Plan<'a>>>>,
}

/// The elements that a structure may hold.
pub(super) struct Plan<'a> {
    structure: Option<&'a Structure>,
    entries: Vec<Entry<'a>>,
    /// Whether some members are attributes of the structure's own element.
    pub(super) has_attributes: bool,
}

/// One element that a structure may hold.
pub(super) struct Entry<'a> {
    /// Its local name.
    wire_name: &'a str,
    pub(super) member: &'a Member,
    pub(super) shape: ShapeId,
    pub(super) kind: &'a Kind,
    /// It is an element of a list or map, not the list or map itself.
    pub(super) flattened: bool,
}

impl<'a> Plans<'a> {
    pub(super) fn of(&mut self, service: &'a Service, shape: ShapeId) -> Rc<Plan<'a>> {
        let position = shape.0 as usize;
        if self.by_shape.len() <= position {
            self.by_shape.resize(position.max(service.shapes.len()) + 1, None);
        }
        match self.by_shape.get_mut(position) {
            Some(plan) => Rc::clone(plan.get_or_insert_with(|| Rc::new(Plan::new(service, shape)))),
            None => Rc::new(Plan::new(service, shape)),
        }
    }
}

impl<'a> Plan<'a> {
    fn new(service: &'a Service, shape: ShapeId) -> Self {
        let structure = service.structure(shape);
        let members = structure.map(|structure| structure.members.as_slice()).unwrap_or_default();
        let mut entries: Vec<_> = members
            .iter()
            .filter(|member| is_in_body(member))
            .map(|member| Entry::new(service, member))
            .collect();
        // Deprecated structures of S3 have a member and a list of the same element: the list has it all.
        let lists: Vec<_> =
            entries.iter().filter(|entry| entry.flattened).map(|entry| entry.wire_name).collect();
        if !lists.is_empty() {
            entries.retain(|entry| entry.flattened || !lists.contains(&entry.wire_name));
        }
        let has_attributes = entries.iter().any(|entry| entry.member.xml_attribute);
        Self { structure, entries, has_attributes }
    }

    /// The member of an element's name. Services write members in the model's order, more or less, so the
    /// search begins behind the last one.
    pub(super) fn find(&self, wire_name: &str, from: usize) -> Option<(usize, &Entry<'a>)> {
        let (before, after) = self.entries.split_at(from.min(self.entries.len()));
        let is_it = |entry: &&Entry<'a>| entry.wire_name == wire_name;
        let position = match after.iter().position(|entry| is_it(&entry)) {
            Some(position) => before.len() + position,
            None => before.iter().position(|entry| is_it(&entry))?,
        };
        self.entries.get(position).map(|entry| (position, entry))
    }

    /// Whether the structure has a member of that API name, wherever it travels.
    pub(super) fn has_member(&self, name: &str) -> bool {
        self.structure.is_some_and(|structure| structure.member(name).is_some())
    }

    /// The members that are attributes.
    pub(super) fn attributes(&self) -> impl Iterator<Item = &Entry<'a>> {
        self.entries.iter().filter(|entry| entry.member.xml_attribute)
    }

    /// How many fields to make room for.
    pub(super) fn capacity(&self) -> usize {
        self.entries.len().min(16)
    }
}

impl<'a> Entry<'a> {
    fn new(service: &'a Service, member: &'a Member) -> Self {
        let kind = &service.shape(member.shape).kind;
        let own_name = member.wire_name.as_deref();
        let (flattened, name) = match kind {
            // Its elements' name takes the place of the list's.
            Kind::List(list) if list.flattened || member.flattened => {
                let element_name = list.wire_name.as_deref().or_else(|| xml_name(service, list.member));
                (true, element_name.or(own_name))
            }
            Kind::Map(map) => (map.flattened || member.flattened, own_name),
            _ => (false, own_name.or_else(|| xml_name(service, member.shape))),
        };
        Self { wire_name: name.unwrap_or(&member.name), member, shape: member.shape, kind, flattened }
    }
}

fn xml_name(service: &Service, shape: ShapeId) -> Option<&str> {
    service.structure(shape)?.xml_name.as_deref()
}

/// Whether a member of an answer is in its body.
pub(super) fn is_in_body(member: &Member) -> bool {
    !matches!(member.location, Location::Header | Location::Headers | Location::StatusCode)
}
