//! Which parts of an answer are wanted.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Which parts of an answer are wanted. The others need not be built: a decoder leaves them out where that saves
/// work, and may as well keep them.
///
/// Lists are seen through: the mask of a list is that of each of its elements, all of which are there. What is kept
/// keeps its kind, so an object of which nothing is wanted is an empty one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mask {
    /// All of it.
    Everything,
    /// Of an object, these members or keys; of anything else, that it is there.
    Members(BTreeMap<Box<str>, Mask>),
}

impl Mask {
    /// No member.
    pub const NOTHING: Self = Self::Members(BTreeMap::new());

    /// What is wanted of a member, if it is wanted.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Everything => Some(self),
            Self::Members(members) => members.get(name),
        }
    }

    /// How many places it names, itself included.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Everything => 1,
            Self::Members(members) => 1 + members.values().map(Self::size).sum::<usize>(),
        }
    }

    /// Adds what another one wants.
    pub fn add(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Everything, _) => {}
            (_, Self::Everything) => *self = Self::Everything,
            (Self::Members(members), Self::Members(others)) => {
                for (name, other) in others {
                    match members.entry(name.clone()) {
                        Entry::Vacant(place) => drop(place.insert(other.clone())),
                        Entry::Occupied(place) => place.into_mut().add(other),
                    }
                }
            }
        }
    }

    /// Adds what is wanted at the end of a path of names.
    pub fn add_at(&mut self, path: &[&str], wanted: &Self) {
        match (path, self) {
            (_, Self::Everything) => {}
            ([], mask) => mask.add(wanted),
            ([name, rest @ ..], Self::Members(members)) => {
                members.entry((*name).into()).or_insert(Self::NOTHING).add_at(rest, wanted);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_widens_and_never_narrows() {
        let mut mask = Mask::NOTHING;
        assert_eq!(mask.member("a"), None);
        mask.add_at(&["a", "b"], &Mask::Everything);
        mask.add_at(&["a", "c"], &Mask::NOTHING);
        mask.add_at(&["a", "b", "d"], &Mask::NOTHING);
        let a = mask.member("a").unwrap();
        assert_eq!(
            (a.member("b"), a.member("c"), a.member("d")),
            (Some(&Mask::Everything), Some(&Mask::NOTHING), None)
        );
        let mut other = Mask::NOTHING;
        other.add_at(&["a"], &Mask::Everything);
        let mut both = other.clone();
        both.add(&mask);
        mask.add(&other);
        assert_eq!(both, mask);
        assert!(mask.member("a").unwrap().member("whatever").is_some());
        assert_eq!(mask.member("b"), None);
        mask.add(&Mask::Everything);
        assert_eq!(mask, Mask::Everything);
    }
}
