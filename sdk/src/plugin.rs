//! A plugin: tools, exported to the host.

use std::{future::Future, marker::PhantomData};

use serde_json::{Map, Value};

use crate::{
    Body, Content, Description, Hints, Outcome, Output, ToolError, bindings::exports::tollgate::plugin::tools,
};

/// A plugin that names its tools itself. Most do not need it: [`export!`](crate::export) with a list
/// of functions writes it.
///
/// ```
/// use tollgate_sdk::{Description, Hints, Invocation, Outcome, Output, Plugin, ToolError};
///
/// struct Echo;
///
/// impl Plugin for Echo {
///     fn tools() -> Vec<Description> {
///         vec![Description {
///             name: "echo".to_owned(),
///             title: None,
///             description: "Answers its own arguments.".to_owned(),
///             input_schema: serde_json::json!({ "type": "object" }),
///             output_schema: None,
///             hints: Hints { read_only: true, ..Hints::default() },
///             meta: None,
///         }]
///     }
///
///     async fn call(invocation: Invocation) -> Result<Outcome, ToolError> {
///         Ok(Outcome::Complete(Output::text(invocation.arguments)))
///     }
/// }
/// # // A doctest has no plugin.toml: tollgate_sdk::export!(Echo);
/// # assert_eq!(Echo::tools().len(), 1);
/// ```
pub trait Plugin {
    /// The tools. Called once, when the host loads the plugin.
    fn tools() -> Vec<Description>;

    /// Calls a tool, in a fresh instance.
    fn call(invocation: Invocation) -> impl Future<Output = Result<Outcome, ToolError>>;
}

/// One call of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Invocation {
    /// The name of the tool.
    pub tool: String,
    /// The arguments: a JSON object as text.
    pub arguments: String,
    /// In the second round of a question, the client's answers: a JSON object as text, the ids of
    /// the requests to the responses.
    pub answers: Option<String>,
    /// In the second round of a question, what the plugin gave as
    /// [`Question::state`](crate::Question::state).
    pub state: Option<String>,
}

/// Makes the crate a plugin: exports its tools to the host and embeds the crate's `plugin.toml`.
///
/// Once per crate, whose `crate-type` is `cdylib`; on targets other than WebAssembly it only checks
/// the types, so that `cargo test` runs natively.
///
/// - `export!(tools: [a, module::b])`: functions with [`#[tool]`](macro@crate::tool);
/// - `export!(Type)`: a type that implements [`Plugin`](crate::Plugin).
///
/// The crate's `plugin.toml`, beside its `Cargo.toml`, says who the plugin is and which operations
/// it asks for; see `docs/authoring.md`.
#[macro_export]
macro_rules! export {
    (tools: [$($tool:path),+ $(,)?]) => {
        const _: () = {
            struct Tools;

            impl $crate::Plugin for Tools {
                fn tools() -> ::std::vec::Vec<$crate::Description> {
                    ::std::vec![$($crate::describe::<$tool>()),+]
                }

                async fn call(
                    invocation: $crate::Invocation,
                ) -> ::core::result::Result<$crate::Outcome, $crate::ToolError> {
                    $(
                        if invocation.tool == <$tool as $crate::Tool>::NAME {
                            return $crate::run::<$tool>(&invocation.arguments).await;
                        }
                    )+
                    ::core::result::Result::Err($crate::ToolError::Other(::std::format!(
                        "no tool `{}` in this plugin",
                        invocation.tool
                    )))
                }
            }

            $crate::export!(Tools);
        };
    };
    ($plugin:ident) => {
        const _: fn() -> ::std::vec::Vec<$crate::Description> = <$plugin as $crate::Plugin>::tools;

        #[cfg(target_family = "wasm")]
        const _: () = {
            type Component = $crate::Component<$plugin>;
            $crate::bindings::export_world!(Component with_types_in $crate::bindings);

            #[used]
            #[allow(unsafe_code, reason = "a custom section is the one way to embed the manifest")]
            #[unsafe(link_section = "tollgate:plugin")]
            static MANIFEST: [u8; include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/plugin.toml")).len()] =
                *include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/plugin.toml"));
        };
    };
}

/// A plugin as the world wants it: for [`export!`](crate::export) alone.
#[doc(hidden)]
#[derive(Debug)]
pub struct Component<P>(PhantomData<P>);

impl<P: Plugin> tools::Guest for Component<P> {
    fn list_tools() -> Vec<tools::Tool> {
        P::tools().into_iter().map(tools::Tool::from).collect()
    }

    async fn call_tool(invocation: tools::Invocation) -> Result<tools::Outcome, tools::Error> {
        let tools::Invocation { tool, arguments, answers, state } = invocation;
        let outcome = P::call(Invocation { tool, arguments, answers, state }).await?;
        Ok(outcome.into())
    }
}

impl From<Description> for tools::Tool {
    fn from(tool: Description) -> Self {
        Self {
            name: tool.name,
            title: tool.title,
            description: tool.description,
            input_schema: tool.input_schema.to_string(),
            output_schema: tool.output_schema.map(|schema| schema.to_string()),
            hints: tool.hints.into(),
            meta: tool.meta.map(text),
        }
    }
}

impl From<Hints> for tools::Hints {
    fn from(hints: Hints) -> Self {
        let mut flags = Self::empty();
        flags.set(Self::READ_ONLY, hints.read_only);
        flags.set(Self::IDEMPOTENT, hints.idempotent);
        flags.set(Self::DESTRUCTIVE, hints.destructive);
        flags.set(Self::OPEN_WORLD, hints.open_world);
        flags
    }
}

impl From<Outcome> for tools::Outcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Complete(output) => Self::Complete(output.into()),
            Outcome::InputRequired(question) => Self::InputRequired(tools::Question {
                requests: text(question.requests),
                state: question.state,
            }),
        }
    }
}

impl From<Output> for tools::Output {
    fn from(output: Output) -> Self {
        Self {
            content: output.content.into_iter().map(tools::Content::from).collect(),
            structured: output.structured,
            meta: output.meta.map(text),
        }
    }
}

impl From<Content> for tools::Content {
    fn from(content: Content) -> Self {
        match content {
            Content::Text(text) => Self::Text(text),
            Content::Image { data, mime_type } => Self::Image(tools::Blob { data, mime_type }),
            Content::Audio { data, mime_type } => Self::Audio(tools::Blob { data, mime_type }),
            Content::ResourceLink(link) => Self::ResourceLink(tools::Link {
                uri: link.uri,
                name: link.name,
                description: link.description,
                mime_type: link.mime_type,
            }),
            Content::Resource(resource) => Self::Resource(tools::Embedded {
                uri: resource.uri,
                mime_type: resource.mime_type,
                body: match resource.body {
                    Body::Text(text) => tools::Body::Text(text),
                    Body::Blob(bytes) => tools::Body::Blob(bytes),
                },
            }),
            Content::Other(block) => Self::Other(text(block)),
        }
    }
}

impl From<ToolError> for tools::Error {
    fn from(error: ToolError) -> Self {
        match error {
            ToolError::InvalidArguments(text) => Self::InvalidArguments(text),
            ToolError::Denied(text) => Self::Denied(text),
            ToolError::Failed(text) => Self::Failed(text),
            ToolError::Other(text) => Self::Other(text),
        }
    }
}

fn text(object: Map<String, Value>) -> String {
    Value::Object(object).to_string()
}
