//! Paged operations: all pages merged into one output, cut where there is too much of it.
//!
//! The paginators are botocore's, and so is the form of the output: the result keys and the members that are
//! the same on every page, without tokens and page counts. Lists are joined, counts added up, texts put
//! together. `max_items` counts the elements of all result lists.

mod cursor;
mod merge;
mod pager;
mod path;
mod size;

pub(crate) use cursor::{Binding, CursorKey};
pub(crate) use pager::{Limits, Pager, Step};

#[cfg(test)]
mod tests;
