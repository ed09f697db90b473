//! Operations by words of what they are called and do.
//!
//! A query such as `s3 bucket encryption` is compared with each operation's own name, the names of its service
//! and its line of documentation, all of them as stems (`encrypted`, `encryption`: `encrypt`). What is rare says
//! more than what is common; a word in the name says more than one in the documentation; a name that says nothing
//! besides the query goes before one that does; and what only reads goes before what changes.

mod index;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeSet;

pub(crate) use index::SearchIndex;
use index::{Entry, Group, Place};
use words::{query_terms, reads};

use crate::grant::{Grant, Refusal};
use crate::model::{Access, Pack, UnknownService};

/// How much a word says that stands in an operation's name, is the name of its service, is a part of the service's
/// longer names, or stands in the documentation.
const IN_NAME: f32 = 3.0;
const IS_SERVICE: f32 = 3.2;
const IN_SERVICE: f32 = 2.0;
const IN_DOC: f32 = 1.0;
/// What a word says again that stands in two of these.
const AGAIN: f32 = 0.3;
const NAME_AND_SERVICE: f32 = 1.0;
/// What `list`, `get` and `describe` say: nearly nothing.
const VERB: f32 = 0.5;

/// An operation that was found.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    group: &'a Group,
    entry: &'a Entry,
}

impl<'a> Found<'a> {
    /// The service's SDK name.
    #[must_use]
    pub fn service(&self) -> &'a str {
        &self.group.name
    }

    /// The operation's API name.
    #[must_use]
    pub fn operation(&self) -> &'a str {
        &self.entry.name
    }

    /// What it does, in one line.
    #[must_use]
    pub fn doc(&self) -> Option<&'a str> {
        self.entry.doc.as_deref()
    }

    /// IAM's access level.
    #[must_use]
    pub fn access(&self) -> Access {
        self.entry.permission.access
    }

    /// Whether a grant allows it.
    ///
    /// # Errors
    ///
    /// It does not; the text names the grant that would.
    pub fn check(&self, grant: &Grant) -> Result<(), Refusal> {
        grant.check_permission(&self.entry.permission)
    }
}

impl Pack {
    /// The operations that fit a text best, the best first; within one service, in any spelling, if one is named.
    ///
    /// The first search reads the whole pack, as [`Pack::names`] does: ask on a thread that may be busy.
    ///
    /// # Errors
    ///
    /// There is no such service, or the pack is damaged.
    pub fn search(
        &self,
        text: &str,
        service: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Found<'_>>, UnknownService> {
        let service = service.map(|spelling| self.find(spelling)).transpose()?;
        Ok(self.search_index()?.search(text, service.as_ref().map(|service| &*service.name), limit))
    }
}

impl SearchIndex {
    fn search(&self, text: &str, service: Option<&str>, limit: usize) -> Vec<Found<'_>> {
        let terms = query_terms(text);
        let weights: Vec<f32> =
            terms.iter().map(|term| if reads(term) { VERB } else { self.rarity(term) }).collect();
        let all: f32 = weights.iter().sum();
        let mut sums = vec![Sum::default(); self.entries.len()];
        for (term, weight) in terms.iter().zip(&weights) {
            self.add(&mut sums, term, *weight);
        }
        let wanted = |entry: &Entry| {
            service.is_none_or(|name| self.group(entry).is_some_and(|group| &*group.name == name))
        };
        let terms: BTreeSet<&str> = terms.iter().map(String::as_str).collect();
        let mut found: Vec<(f32, Found<'_>)> = std::iter::zip(&self.entries, &sums)
            .filter(|(entry, sum)| sum.matched > 0.0 && wanted(entry))
            .filter_map(|(entry, sum)| {
                let group = self.group(entry)?;
                let score = sum.score * (sum.matched / all) * fit(group, entry, &terms);
                Some((score, Found { group, entry }))
            })
            .collect();
        found.sort_by(|(left, a), (right, b)| {
            let shorter = || a.operation().len().cmp(&b.operation().len());
            right.total_cmp(left).then_with(shorter).then_with(|| a.service().cmp(b.service()))
        });
        found.into_iter().take(limit).map(|(_, found)| found).collect()
    }

    /// Adds what one word says to the operations that have it.
    fn add(&self, sums: &mut [Sum], term: &str, weight: f32) {
        let mut values = vec![0.0; sums.len()];
        for (at, place) in self.operations_with(term) {
            if let Some(value) = values.get_mut(at) {
                *value = match place {
                    Place::Name => IN_NAME,
                    Place::Doc => IN_DOC,
                    Place::Both => IN_NAME + AGAIN,
                };
            }
        }
        for group in self.services_with(term) {
            let is_service = group.is(term);
            for value in values.get_mut(group.entries.clone()).into_iter().flatten() {
                *value = match (*value >= IN_NAME, is_service) {
                    (true, true) => *value + NAME_AND_SERVICE,
                    (true, false) => *value,
                    (false, true) => IS_SERVICE + value.min(AGAIN),
                    (false, false) => IN_SERVICE + value.min(AGAIN),
                };
            }
        }
        for (sum, value) in std::iter::zip(sums, values) {
            if value > 0.0 {
                sum.score += weight * value;
                sum.matched += weight;
            }
        }
    }
}

/// What the words of a query say about one operation.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    score: f32,
    /// The weight of the words that it has at all.
    matched: f32,
}

/// How well an operation fits, whatever the words say: how much of its name they cover, whether it reads, and how
/// much its service is used, for which its size has to stand.
fn fit(group: &Group, entry: &Entry, terms: &BTreeSet<&str>) -> f32 {
    let own: Vec<&str> = entry.stems.iter().map(AsRef::as_ref).filter(|stem| !reads(stem)).collect();
    let covered = own.iter().filter(|stem| terms.contains(**stem) || group.has(stem)).count();
    #[expect(clippy::cast_precision_loss, reason = "names have few words, and services few operations")]
    let (cover, size) = (
        if own.is_empty() { 1.0 } else { covered as f32 / own.len() as f32 },
        (group.entries.len() as f32).ln(),
    );
    let mut fit = (0.6 + 0.4 * cover) * (1.0 + 0.05 * size);
    if entry.permission.access.is_read_only() {
        fit *= 1.25;
    }
    if entry.stems.first().is_some_and(|verb| reads(verb)) {
        fit *= 1.1;
    }
    if entry.deprecated { fit * 0.7 } else { fit }
}
