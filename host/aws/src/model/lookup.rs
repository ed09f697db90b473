//! Look-ups in a service.

use std::sync::{LazyLock, OnceLock};

use super::error::{UnknownOperation, most_similar};
use super::service::{Operation, Service};
use super::shape::{Kind, Member, Shape, ShapeId, Structure};

/// What a reference to a shape that is not there gives.
static NOTHING: LazyLock<Shape> =
    LazyLock::new(|| Shape { name: "".into(), kind: Kind::Blob, sensitive: false });

/// Up to so many members it is quicker to compare with each of them.
const FEW: usize = 8;

impl Service {
    /// An operation by its API name, for example `DescribeInstances`.
    ///
    /// # Errors
    ///
    /// The service has no operation of that name; the error tells the nearest.
    pub fn operation(&self, name: &str) -> Result<&Operation, UnknownOperation> {
        self.operations.get(name).ok_or_else(|| UnknownOperation {
            service: self.name.to_string(),
            name: name.to_owned(),
            suggestion: most_similar(name, self.operations.keys().map(AsRef::as_ref)),
        })
    }

    /// All operations, in no order.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values()
    }

    /// A shape of this service. The id of another service gives a wrong shape, or a blob without a name.
    #[must_use]
    pub fn shape(&self, id: ShapeId) -> &Shape {
        usize::try_from(id.0).ok().and_then(|index| self.shapes.get(index)).unwrap_or_else(|| &NOTHING)
    }

    /// Whether values at a shape or below it may be withheld.
    #[must_use]
    pub fn guards(&self, id: ShapeId) -> bool {
        self.redactions.guard(&self.shapes, id)
    }

    /// The members of a structure; none for any other shape.
    #[must_use]
    pub fn structure(&self, id: ShapeId) -> Option<&Structure> {
        match &self.shape(id).kind {
            Kind::Structure(structure) => Some(structure),
            _ => None,
        }
    }
}

impl Structure {
    /// A member by its API name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.find(&self.order.by_name, name, |member| &member.name)
    }

    /// The first member of that wire name (`locationName`, else the API name), wherever it travels.
    ///
    /// A flattened list whose elements have a name of their own travels under that name instead: see
    /// [`List::wire_name`](super::List::wire_name).
    #[must_use]
    pub fn member_by_wire_name(&self, name: &str) -> Option<&Member> {
        self.find(&self.order.by_wire_name, name, Member::wire_name)
    }

    fn find(
        &self,
        order: &OnceLock<Box<[u16]>>,
        name: &str,
        key: impl for<'a> Fn(&'a Member) -> &'a str,
    ) -> Option<&Member> {
        let Ok(count) = u16::try_from(self.members.len()) else {
            return self.members.iter().find(|member| key(member) == name);
        };
        if self.members.len() <= FEW {
            return self.members.iter().find(|member| key(member) == name);
        }
        let key_at = |position: &u16| self.members.get(usize::from(*position)).map_or("", &key);
        let order = order.get_or_init(|| {
            let mut order: Box<[u16]> = (0..count).collect();
            order.sort_by_key(key_at);
            order
        });
        let first = order.partition_point(|position| key_at(position) < name);
        let member = self.members.get(usize::from(*order.get(first)?))?;
        (key(member) == name).then_some(member)
    }
}
