//! The attribute macro behind `tollgate-sdk`.

use proc_macro::TokenStream;

mod attributes;
mod tool;

/// Makes a tool of an async function.
///
/// - The doc comment is the description that clients' models read: what is answered, in one or two
///   sentences. It is required.
/// - The function takes no argument or one, a struct with serde's `Deserialize` and schemars'
///   `JsonSchema`: its members are the tool's arguments, their doc comments the descriptions.
/// - It returns `Result<T, ToolError>`, where `T` is `Table<R>`, `Json<T>`, `String`, `Output` or
///   `Outcome`.
///
/// Beside the function stands a type of the same name that implements `Tool`: so the function's
/// path, once imported, is what `export!` takes.
///
/// In the parentheses, each optional:
///
/// | word | meaning |
/// |---|---|
/// | `read_only` | changes nothing |
/// | `idempotent` | calling it again with the same arguments changes nothing more |
/// | `destructive` | may delete or overwrite something |
/// | `open_world` | its answer depends on systems outside the host, AWS for one |
/// | `title = "…"` | a name for people |
/// | `name = "…"` | the name, where it is not the function's: `<family>_<verb>_<noun>` of `[A-Za-z0-9_.-]`, at most 64 characters |
#[proc_macro_attribute]
pub fn tool(attributes: TokenStream, item: TokenStream) -> TokenStream {
    tool::expand(attributes.into(), item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}
