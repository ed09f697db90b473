//! The index of all operations by the stems of their words.

use std::collections::HashMap;
use std::ops::Range;

use serde::Deserialize;

use super::words::{name_stems, sentence_stems, stem};
use crate::model::{Access, Pack, Permission};

/// All operations of a pack, by the words of their names and documentation.
#[derive(Debug)]
pub(crate) struct SearchIndex {
    groups: Vec<Group>,
    pub(super) entries: Vec<Entry>,
    /// The operations with a stem, in order, and where they have it.
    postings: HashMap<Box<str>, Vec<(u32, Place)>>,
}

/// A service.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: Box<str>,
    /// The stems of what it is called for short: `wafv2` is `waf` as well.
    short: Vec<String>,
    /// The stems of all its names.
    stems: Vec<String>,
    /// Its operations.
    pub(super) entries: Range<usize>,
}

/// An operation.
#[derive(Debug)]
pub(super) struct Entry {
    group: u16,
    pub(super) name: Box<str>,
    pub(super) stems: Box<[Box<str>]>,
    pub(super) doc: Option<Box<str>>,
    pub(super) deprecated: bool,
    pub(super) permission: Permission,
}

/// Where an operation has a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Name,
    Doc,
    Both,
}

/// A service, of which nothing is read but what is searched.
#[derive(Deserialize)]
struct ServiceLines {
    name: Box<str>,
    service_id: Box<str>,
    full_name: Box<str>,
    operations: HashMap<Box<str>, OperationLine>,
}

#[derive(Deserialize)]
struct OperationLine {
    #[serde(default)]
    doc: Option<Box<str>>,
    #[serde(default)]
    deprecated: bool,
    iam_action: Box<str>,
    access: Access,
    #[serde(default)]
    sensitive: Option<Box<str>>,
    #[serde(default)]
    exact_grant: Option<Box<str>>,
}

impl SearchIndex {
    pub(crate) fn of(pack: &Pack) -> Result<Self, String> {
        let mut index = Self { groups: Vec::new(), entries: Vec::new(), postings: HashMap::new() };
        for service in pack.read_all::<ServiceLines>()? {
            index.take_in(service?);
        }
        Ok(index)
    }

    fn take_in(&mut self, service: ServiceLines) {
        let group = u16::try_from(self.groups.len()).unwrap_or(u16::MAX);
        let mut operations: Vec<_> = service.operations.into_iter().collect();
        operations.sort_by(|(left, _), (right, _)| left.cmp(right));
        let first = self.entries.len();
        for (name, line) in operations {
            let at = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
            let stems: Box<[Box<str>]> = name_stems(&name).map(Into::into).collect();
            for stem in &stems {
                self.post(stem, at, Place::Name);
            }
            for stem in line.doc.iter().flat_map(|doc| sentence_stems(doc)) {
                self.post(&stem, at, Place::Doc);
            }
            let OperationLine { doc, deprecated, iam_action: action, access, sensitive, exact_grant } = line;
            let permission = Permission { action, access, sensitive, exact_grant };
            self.entries.push(Entry { group, name, stems, doc, deprecated, permission });
        }
        let short: Vec<String> =
            std::iter::once(&*service.name).chain(unversioned(&service.name)).map(stem).collect();
        let mut stems = short.clone();
        stems.push(stem(&service.service_id.replace(' ', "").to_lowercase()));
        for name in [&service.name, &service.service_id, &service.full_name] {
            stems.extend(name_stems(name).filter(|stem| !["amazon", "aw", "servic"].contains(&&**stem)));
        }
        stems.sort();
        stems.dedup();
        let entries = first..self.entries.len();
        self.groups.push(Group { name: service.name, short, stems, entries });
    }

    fn post(&mut self, stem: &str, at: u32, place: Place) {
        let postings = match self.postings.get_mut(stem) {
            Some(postings) => postings,
            None => self.postings.entry(stem.into()).or_default(),
        };
        match postings.last_mut() {
            Some((last, known)) if *last == at => {
                if *known != place {
                    *known = Place::Both;
                }
            }
            _ => postings.push((at, place)),
        }
    }

    /// The operations that have a stem, in order.
    pub(super) fn operations_with(&self, stem: &str) -> impl Iterator<Item = (usize, Place)> {
        let postings = self.postings.get(stem).map(Vec::as_slice).unwrap_or_default();
        postings.iter().filter_map(|(at, place)| Some((usize::try_from(*at).ok()?, *place)))
    }

    /// The services that have a stem among their names.
    pub(super) fn services_with(&self, stem: &str) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(move |group| group.has(stem))
    }

    pub(super) fn group(&self, entry: &Entry) -> Option<&Group> {
        self.groups.get(usize::from(entry.group))
    }

    /// How much a stem says: the fewer operations have it, the more.
    pub(super) fn rarity(&self, stem: &str) -> f32 {
        #[expect(clippy::cast_precision_loss, reason = "there are twenty thousand")]
        let (all, with) = (
            self.entries.len() as f32,
            (self.operations_with(stem).count()
                + self.services_with(stem).map(|group| group.entries.len()).sum::<usize>())
                as f32,
        );
        (1.0 + all / (1.0 + with)).ln()
    }
}

/// The name that a service has kept over its versions.
fn unversioned(name: &str) -> Option<&str> {
    name.strip_suffix("v2").or_else(|| name.strip_suffix('2'))
}

impl Group {
    /// Whether a stem is what the service is called, not only a part of a name.
    pub(super) fn is(&self, stem: &str) -> bool {
        self.short.iter().any(|own| own == stem)
    }

    pub(super) fn has(&self, stem: &str) -> bool {
        self.stems.binary_search_by(|own| own.as_str().cmp(stem)).is_ok()
    }
}
