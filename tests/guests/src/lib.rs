//! What the guests share. They speak the contract directly, below the SDK, because half of them
//! break it.

/// The contract, as wit-bindgen makes it.
pub mod bindings {
    wit_bindgen::generate!({
        world: "tool-plugin",
        path: "../../wit",
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export_world",
        default_bindings_module: "::tollgate_guests::bindings",
    });
}

pub use bindings::exports::tollgate::plugin::tools::{
    Content, Error, Guest, Hints, Invocation, Outcome, Output, Tool,
};

use serde_json::Value;

/// Makes an example a plugin: its name, what it requests, its tools, and the function that is
/// called for each of them.
#[macro_export]
macro_rules! plugin {
    ($name:literal, request: $request:literal, tools: [$($tool:literal),* $(,)?], $call:path) => {
        struct Plugin;

        impl $crate::Guest for Plugin {
            fn list_tools() -> Vec<$crate::Tool> {
                vec![$($crate::tool($tool)),*]
            }

            async fn call_tool(
                invocation: $crate::Invocation,
            ) -> Result<$crate::Outcome, $crate::Error> {
                $call(invocation).await
            }
        }

        $crate::bindings::export_world!(Plugin with_types_in $crate::bindings);
        $crate::manifest!($name, $request);
    };
}

/// Embeds a manifest.
#[macro_export]
macro_rules! manifest {
    ($name:literal, $request:literal) => {
        #[used]
        #[unsafe(link_section = "tollgate:plugin")]
        static MANIFEST: [u8; $crate::manifest_text!($name, $request).len()] =
            match $crate::manifest_text!($name, $request).as_bytes().first_chunk() {
                Some(bytes) => *bytes,
                None => unreachable!(),
            };
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! manifest_text {
    ($name:literal, $request:literal) => {
        concat!(
            "name = '",
            $name,
            "'\nversion = '1.2.3'\ndescription = 'A guest of the tests'\n[aws]\nrequest = ",
            $request,
            "\n"
        )
    };
}

/// A tool that takes any object.
pub fn tool(name: &str) -> Tool {
    Tool {
        name: name.to_owned(),
        title: None,
        description: format!("The tool {name} of a guest of the tests."),
        input_schema: r#"{"type":"object"}"#.to_owned(),
        output_schema: None,
        hints: Hints::READ_ONLY,
        meta: None,
    }
}

/// The arguments of a call.
pub fn arguments(invocation: &Invocation) -> Result<Value, Error> {
    serde_json::from_str(&invocation.arguments).map_err(|error| Error::InvalidArguments(error.to_string()))
}

/// An answer of data alone.
pub fn structured(value: &Value) -> Result<Outcome, Error> {
    Ok(Outcome::Complete(Output { content: Vec::new(), structured: Some(value.to_string()), meta: None }))
}

/// An answer of text alone.
pub fn text(text: impl Into<String>) -> Result<Outcome, Error> {
    Ok(Outcome::Complete(Output { content: vec![Content::Text(text.into())], structured: None, meta: None }))
}
