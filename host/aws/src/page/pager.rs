//! Going from page to page.

use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use super::cursor::{Binding, CursorKey, Position};
use super::merge::{Column, Tree, json};
use super::path::Path;
use super::size::page_size;
use crate::error::{Error, InvalidRequest};
use crate::model::{Operation, Paginator, Service};
use crate::protocol::{Mask, Value};

/// How much of an output is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// So many items at most.
    pub(crate) max_items: Option<u32>,
    /// So many bytes of JSON at most.
    pub(crate) max_bytes: usize,
}

/// One paged call on its way.
#[derive(Debug)]
pub(crate) struct Pager<'a> {
    binding: Binding<'a>,
    limits: Limits,
    plan: Plan<'a>,
    /// Where the next request begins.
    position: Position,
    /// The tokens that were asked for already.
    seen: HashSet<String>,
    items: u64,
    bytes: usize,
    /// What is the same on every page, in JSON, with its place.
    fixed: Vec<(Vec<&'a str>, String)>,
    pages: u32,
}

/// The paginator, its expressions read.
#[derive(Debug)]
struct Plan<'a> {
    paginator: &'a Paginator,
    tokens: Vec<(&'a str, Path<'a>)>,
    more: Option<Path<'a>>,
    fixed: Vec<Path<'a>>,
    columns: Vec<Column<'a>>,
}

/// Whether another page is wanted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Next,
    Done { truncated: bool },
}

impl<'a> Plan<'a> {
    fn new(paginator: &'a Paginator) -> Option<Self> {
        let tokens = paginator.input_tokens.iter().zip(&paginator.output_tokens);
        Some(Self {
            paginator,
            tokens: tokens.map(|(name, path)| Some((&**name, Path::parse(path)?))).collect::<Option<_>>()?,
            more: paginator.more_results.as_deref().and_then(Path::parse),
            fixed: paginator
                .non_aggregate_keys
                .iter()
                .map(|path| Path::parse(path))
                .collect::<Option<_>>()?,
            columns: paginator
                .result_keys
                .iter()
                .map(|path| Path::parse(path).map(Column::new))
                .collect::<Option<_>>()?,
        })
    }
}

impl<'a> Pager<'a> {
    /// Begins, or goes on where a cursor says. Nothing for an operation that has no pages.
    pub(crate) fn new(
        service: &Service,
        operation: &'a Operation,
        binding: Binding<'a>,
        limits: Limits,
        cursor: Option<(&CursorKey, &str)>,
    ) -> Result<Option<Self>, InvalidRequest> {
        if limits.max_items == Some(0) {
            return Err(InvalidRequest::MaxItems);
        }
        let Some(plan) = operation.paginator.as_ref().and_then(Plan::new) else {
            return match cursor {
                Some(_) => Err(InvalidRequest::Cursor { reason: "the operation has no pages" }),
                None => Ok(None),
            };
        };
        let position = match cursor {
            Some((key, cursor)) => key.open(binding, cursor)?,
            None => Position {
                page_size: page_size(service, operation, plan.paginator, binding.input, limits.max_items),
                ..Position::default()
            },
        };
        let seen = HashSet::from([name_of(&position.tokens)]);
        let fixed = Vec::new();
        Ok(Some(Self { binding, limits, plan, position, seen, items: 0, bytes: 0, fixed, pages: 0 }))
    }

    /// The input of the next request.
    pub(crate) fn input(&self) -> Json {
        let mut input = match self.binding.input {
            Json::Object(members) => members.clone(),
            Json::Null => Map::new(),
            // Encoding will say that it has to be an object.
            other => return other.clone(),
        };
        if !self.position.tokens.is_empty() {
            for (name, _) in &self.plan.tokens {
                input.shift_remove(*name);
            }
            input.extend(self.position.tokens.clone());
        }
        if let (Some(size), Some(key)) = (self.position.page_size, self.plan.paginator.limit_key.as_deref()) {
            input.insert(key.to_owned(), size.into());
        }
        Json::Object(input)
    }

    /// What of a page has to be decoded, if so much of the output is wanted: what tells where the next page is as
    /// well, and how many items there are.
    pub(crate) fn mask(&self, wanted: &Mask) -> Mask {
        let mut mask = wanted.clone();
        let tells = self.plan.tokens.iter().map(|(_, path)| path).chain(&self.plan.more);
        tells.for_each(|path| path.add_to(&mut mask, &Mask::Everything));
        self.plan.columns.iter().for_each(|column| column.path.add_to(&mut mask, &Mask::NOTHING));
        mask
    }

    /// Takes a page in.
    pub(crate) fn absorb(&mut self, mut page: Value<'_>) -> Result<Step, Error> {
        self.pages += 1;
        let next = self.next_tokens(&page);
        if self.pages == 1 {
            let fixed =
                self.plan.fixed.iter().filter_map(|path| Some((path.names()?, json(path.get(&page)?))));
            self.fixed = fixed.collect();
            self.bytes += self.fixed.iter().map(|(_, json)| json.len()).sum::<usize>();
        }
        if let Some(offset) = self.take(&mut page)? {
            self.position.offset = offset;
            return Ok(Step::Done { truncated: true });
        }
        let Some(next) = next else { return Ok(Step::Done { truncated: false }) };
        if !self.seen.insert(name_of(&next)) {
            let reason = format!(
                "{} {} gave a page token that it gave before, after {} pages",
                self.binding.service, self.binding.operation, self.pages
            );
            return Err(Error::Response { reason });
        }
        self.position.tokens = next;
        self.position.offset = 0;
        let full = self.limits.max_items.is_some_and(|max| self.items >= u64::from(max));
        Ok(if full { Step::Done { truncated: true } } else { Step::Next })
    }

    /// Takes a page's items over. If they do not all fit, tells how many of them are known by now.
    fn take(&mut self, page: &mut Value<'_>) -> Result<Option<u64>, Error> {
        let known = self.position.offset;
        let mut position = 0;
        let values: Vec<_> = self.plan.columns.iter().map(|column| column.path.take(page)).collect();
        let mut lists = Vec::with_capacity(values.len());
        for (column, value) in self.plan.columns.iter_mut().zip(values) {
            match value {
                Some(Value::List(elements)) => {
                    column.begin_list();
                    lists.push((column, elements));
                }
                // Counts and texts came with the first part of a page that was cut.
                Some(value) if known == 0 => self.bytes += column.add(value),
                _ => {}
            }
        }
        if self.bytes > self.limits.max_bytes {
            return Err(Error::TooLarge { limit: self.limits.max_bytes });
        }
        for (column, elements) in lists {
            for element in elements {
                if position < known {
                    position += 1;
                    continue;
                }
                if self.limits.max_items.is_some_and(|max| self.items >= u64::from(max)) {
                    return Ok(Some(position));
                }
                match column.push(&element, self.limits.max_bytes - self.bytes) {
                    Some(taken) => self.bytes += taken,
                    None if self.items == 0 => return Err(Error::TooLarge { limit: self.limits.max_bytes }),
                    None => return Ok(Some(position)),
                }
                self.items += 1;
                position += 1;
            }
        }
        Ok(None)
    }

    /// The token members of the next request; nothing after the last page.
    fn next_tokens(&self, page: &Value<'_>) -> Option<Map<String, Json>> {
        if self.plan.more.as_ref().is_some_and(|more| more.find(page).is_none()) {
            return None;
        }
        let found = self.plan.tokens.iter().filter_map(|(name, path)| {
            let token = path.find(page)?.clone().into_json();
            Some(((*name).to_owned(), token))
        });
        let tokens: Map<_, _> = found.collect();
        (!tokens.is_empty()).then_some(tokens)
    }

    /// How many pages were taken in.
    pub(crate) fn pages(&self) -> u32 {
        self.pages
    }

    /// Where to go on after a cut.
    pub(crate) fn cursor(&self, key: &CursorKey) -> String {
        key.seal(self.binding, &self.position)
    }

    /// The output, in JSON.
    pub(crate) fn finish(self) -> String {
        let mut tree = Tree::default();
        for column in self.plan.columns {
            tree.set_column(column);
        }
        for (place, json) in self.fixed {
            tree.set(&place, json);
        }
        tree.into_json()
    }
}

/// A name for a place, to tell it from others.
fn name_of(tokens: &Map<String, Json>) -> String {
    tokens.iter().map(|(name, token)| format!("{name}={token}\n")).collect()
}
