//! Paged operations: all pages merged into one output, cut where there is too much of it.
//!
//! The paginators are botocore's, and so is the form of the output: the result keys and the members that are
//! the same on every page, without tokens and page counts. Lists are joined, counts added up, texts put
//! together.
//!
//! `max_items` counts the elements of all result lists, so that it is a bound, and a cursor goes on within any of
//! them. (The AWS CLI counts those of the first list alone, gives the others of a page whole, and leaves what it cuts
//! of them out when it goes on.)
//!
//! Where only a part of the output is looked at, only that part of a page is decoded and kept, with what tells where
//! the next one is. So the limit of bytes is one for what is kept.

mod cursor;
mod merge;
mod pager;
mod path;
mod size;

pub use cursor::CursorSeal;
pub(crate) use cursor::{Binding, CursorKey};
pub(crate) use pager::{Limits, Pager, Step};

#[cfg(test)]
mod tests;
