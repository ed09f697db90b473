//! The pack file: a header, an index, and one zstd frame for each service.
//!
//! ```text
//! 8 bytes   "TGMODEL2"
//! 4 bytes   length of the index, little-endian
//! n bytes   the index: JSON in one zstd frame
//! …         the spans that the index names, at offsets from here
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a pack file begins with: its format.
pub(crate) const MAGIC: &[u8; 8] = b"TGMODEL2";

/// An upper bound for the index, once decompressed.
pub(crate) const MAX_INDEX: usize = 1 << 20;

/// Where everything is.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Index {
    /// What all service frames are compressed against; itself a frame of its own.
    pub(crate) dictionary: Span,
    /// The partitions, as botocore ships them.
    pub(crate) partitions: Span,
    /// One frame for each service, by its name.
    pub(crate) services: BTreeMap<Box<str>, Span>,
}

/// A zstd frame in the pack.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Span {
    /// Its first byte, from the end of the index.
    pub(crate) offset: usize,
    /// Its length in the file.
    pub(crate) length: usize,
    /// Its length once decompressed.
    pub(crate) size: usize,
}
