//! From a function to a tool.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Error, Expr, ExprLit, FnArg, ItemFn, Lit, Meta, Result, ReturnType, Type, spanned::Spanned};

use crate::attributes::Attributes;

pub(crate) fn expand(attributes: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let attributes: Attributes = syn::parse2(attributes)?;
    let function: ItemFn = syn::parse2(item)
        .map_err(|error| Error::new(error.span(), "`#[tool]` stands on an async function"))?;
    let argument = argument(&function)?;
    let result = result(&function)?;
    let description = description(&function)?;
    let name = name(&attributes, &function)?;

    let ident = &function.sig.ident;
    let visibility = &function.vis;
    let Attributes { read_only, idempotent, destructive, open_world, title, .. } = &attributes;
    let title = match title {
        Some(title) => quote!(::core::option::Option::Some(#title)),
        None => quote!(::core::option::Option::None),
    };
    let (arguments, call) = match argument {
        Some(argument) => (quote!(#argument), quote!(#ident(arguments))),
        None => (quote!(::tollgate_sdk::NoArguments), quote!({ let _ = arguments; #ident() })),
    };
    // At the type that the author wrote, so that the compiler points there where it does not fit.
    let output = quote_spanned!(result.span()=> <#result as ::tollgate_sdk::ToolResult>::Output);
    let doc = format!("The tool `{name}`.");
    Ok(quote! {
        #function

        #[doc = #doc]
        #[allow(non_camel_case_types)]
        #visibility struct #ident {}

        impl ::tollgate_sdk::Tool for #ident {
            const NAME: &'static str = #name;
            const TITLE: ::core::option::Option<&'static str> = #title;
            const DESCRIPTION: &'static str = #description;
            const HINTS: ::tollgate_sdk::Hints = ::tollgate_sdk::Hints {
                read_only: #read_only,
                idempotent: #idempotent,
                destructive: #destructive,
                open_world: #open_world,
            };
            type Arguments = #arguments;
            type Output = #output;

            async fn call(
                arguments: Self::Arguments,
            ) -> ::core::result::Result<Self::Output, ::tollgate_sdk::ToolError> {
                ::tollgate_sdk::ToolResult::into_result(#call.await)
            }
        }
    })
}

/// The type of the one argument, where there is one.
fn argument(function: &ItemFn) -> Result<Option<&Type>> {
    let signature = &function.sig;
    if signature.asyncness.is_none() {
        return Err(Error::new(signature.fn_token.span(), "a tool is an `async fn`"));
    }
    if !signature.generics.params.is_empty() {
        return Err(Error::new(signature.generics.span(), "a tool takes no generic parameters"));
    }
    let mut inputs = signature.inputs.iter();
    let argument = match inputs.next() {
        None => None,
        Some(FnArg::Receiver(receiver)) => {
            return Err(Error::new(receiver.span(), "a tool is a free function, without `self`"));
        }
        Some(FnArg::Typed(argument)) => Some(&*argument.ty),
    };
    if let Some(Type::Reference(reference)) = argument {
        return Err(Error::new(reference.span(), "a tool takes its arguments by value"));
    }
    match inputs.next() {
        None => Ok(argument),
        Some(second) => Err(Error::new(
            second.span(),
            "a tool takes one argument: a struct whose members are the arguments that a client gives",
        )),
    }
}

fn result(function: &ItemFn) -> Result<&Type> {
    match &function.sig.output {
        ReturnType::Type(_, result) => Ok(result),
        ReturnType::Default => {
            Err(Error::new(function.sig.ident.span(), "a tool returns `Result<T, ToolError>`"))
        }
    }
}

/// The doc comment, its lines joined to paragraphs.
fn description(function: &ItemFn) -> Result<String> {
    let mut paragraphs = vec![String::new()];
    for attribute in &function.attrs {
        let Meta::NameValue(meta) = &attribute.meta else { continue };
        if !meta.path.is_ident("doc") {
            continue;
        }
        let Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) = &meta.value else {
            return Err(Error::new(meta.value.span(), "the description must be written out"));
        };
        let line = line.value();
        match (line.trim(), paragraphs.last_mut()) {
            ("", _) | (_, None) => paragraphs.push(String::new()),
            (line, Some(paragraph)) if paragraph.is_empty() => paragraph.push_str(line),
            (line, Some(paragraph)) => {
                paragraph.push(' ');
                paragraph.push_str(line);
            }
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    if paragraphs.is_empty() {
        return Err(Error::new(
            function.sig.ident.span(),
            "a tool needs a doc comment: it is the description that clients' models read, so say in one or \
             two sentences what is answered",
        ));
    }
    Ok(paragraphs.join("\n"))
}

fn name(attributes: &Attributes, function: &ItemFn) -> Result<String> {
    let (name, span) = match &attributes.name {
        Some(name) => (name.value(), name.span()),
        None => (function.sig.ident.to_string(), function.sig.ident.span()),
    };
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
    if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
        return Err(Error::new(span, "a tool's name is 1 to 64 characters of `A-Z a-z 0-9 _ . -`"));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message that the compiler would show.
    fn refused(attributes: TokenStream, item: TokenStream) -> String {
        expand(attributes, item).expect_err("no tool").to_string()
    }

    #[test]
    fn what_is_no_tool_is_refused_with_what_it_takes() {
        let good = quote!(
            /// Does.
            async fn f() -> Result<String, ToolError> {}
        );
        let cases = [
            (
                quote!(),
                quote!(
                    async fn f() -> Result<String, ToolError> {}
                ),
                "needs a doc comment",
            ),
            (
                quote!(),
                quote!(
                    /** Does. */
                    fn f() -> Result<String, ToolError> {}
                ),
                "is an `async fn`",
            ),
            (
                quote!(),
                quote!(
                    /** Does. */
                    async fn f() {}
                ),
                "returns `Result<T, ToolError>`",
            ),
            (
                quote!(),
                quote!(
                    /** Does. */
                    async fn f(a: A, b: B) -> R {}
                ),
                "takes one argument",
            ),
            (
                quote!(),
                quote!(
                    /** Does. */
                    async fn f(a: &A) -> R {}
                ),
                "by value",
            ),
            (
                quote!(),
                quote!(
                    /** Does. */
                    async fn f(self) -> R {}
                ),
                "without `self`",
            ),
            (
                quote!(),
                quote!(
                    /** Does. */
                    async fn f<T>(a: T) -> R {}
                ),
                "no generic parameters",
            ),
            (
                quote!(),
                quote!(
                    struct S;
                ),
                "stands on an async function",
            ),
            (quote!(readonly), good.clone(), "expected `read_only`"),
            (quote!(title), good.clone(), "write `title = \"…\"`"),
            (quote!(name = "a b"), good.clone(), "1 to 64 characters"),
            (quote!(read_only, destructive), good.clone(), "is not `destructive`"),
        ];
        for (attributes, item, expected) in cases {
            let message = refused(attributes, item.clone());
            assert!(message.contains(expected), "{item}: {message}");
        }
        assert!(expand(quote!(read_only, title = "F", name = "f.g"), good).is_ok());
    }

    #[test]
    fn doc_lines_join_to_paragraphs() {
        let function: ItemFn = syn::parse_quote!(
            /// Lists things,
            /// many of them.
            ///
            /// Second.
            async fn f() -> R {}
        );
        assert_eq!(description(&function).expect("a doc comment"), "Lists things, many of them.\nSecond.");
    }
}
