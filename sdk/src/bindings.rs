//! The only `generate!`: what wit-bindgen makes of `wit/`, converted to the SDK's own types in the
//! module of each interface. Not for plugins.
#![allow(missing_docs, unreachable_pub, unsafe_code, reason = "generated code")]

wit_bindgen::generate!({
    world: "tool-plugin",
    path: "../wit",
    generate_all,
    pub_export_macro: true,
    export_macro_name: "export_world",
    default_bindings_module: "::tollgate_sdk::bindings",
    runtime_path: "::tollgate_sdk::wit_bindgen::rt",
});
