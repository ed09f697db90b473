//! What `wit/` is in Rust: the only `bindgen!` of the host.
//!
//! These types stay between this module and [`crate::capability`], [`crate::output`] and
//! [`crate::tool`], which convert them.

#![allow(missing_docs, unreachable_pub, reason = "generated; the WIT files are the documentation")]

wasmtime::component::bindgen!({
    world: "tool-plugin",
    path: "../../wit",
    exports: { default: async },
});
