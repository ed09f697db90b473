//! The pack's own types, of which the reader in `tollgate-aws` is the owner.
//!
//! The files are included rather than linked: the crate around them embeds the pack that is built here,
//! and brings an HTTP client with it.

#![allow(dead_code, unreachable_pub, unused_imports, reason = "the reader uses what the writer does not")]

#[path = "../../../host/aws/src/model/index.rs"]
pub(crate) mod index;
#[path = "../../../host/aws/src/redact/name.rs"]
pub(crate) mod name;
#[path = "../../../host/aws/src/model/redaction.rs"]
pub(crate) mod redaction;
#[path = "../../../host/aws/src/model/service.rs"]
pub(crate) mod service;
#[path = "../../../host/aws/src/model/shape.rs"]
pub(crate) mod shape;
