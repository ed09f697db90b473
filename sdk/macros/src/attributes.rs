//! What stands in the parentheses of `#[tool(…)]`.

use syn::{
    Error, LitStr, Result,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

/// The words of the attribute.
#[derive(Default)]
pub(crate) struct Attributes {
    pub(crate) read_only: bool,
    pub(crate) idempotent: bool,
    pub(crate) destructive: bool,
    pub(crate) open_world: bool,
    pub(crate) title: Option<LitStr>,
    pub(crate) name: Option<LitStr>,
}

const WORDS: &str =
    "`read_only`, `idempotent`, `destructive`, `open_world`, `title = \"…\"` or `name = \"…\"`";

enum Word {
    Flag(syn::Ident),
    Text(syn::Ident, LitStr),
}

impl Parse for Word {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let word: syn::Ident = input.parse()?;
        if input.peek(syn::Token![=]) {
            input.parse::<syn::Token![=]>()?;
            return Ok(Self::Text(word, input.parse()?));
        }
        Ok(Self::Flag(word))
    }
}

impl Parse for Attributes {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut attributes = Self::default();
        for word in Punctuated::<Word, syn::Token![,]>::parse_terminated(input)? {
            match word {
                Word::Flag(word) => attributes.flag(&word)?,
                Word::Text(word, text) => attributes.text(&word, text)?,
            }
        }
        if attributes.read_only && attributes.destructive {
            return Err(input.error("a tool that is `read_only` is not `destructive`"));
        }
        Ok(attributes)
    }
}

impl Attributes {
    fn flag(&mut self, word: &syn::Ident) -> Result<()> {
        let flag = match word.to_string().as_str() {
            "read_only" => &mut self.read_only,
            "idempotent" => &mut self.idempotent,
            "destructive" => &mut self.destructive,
            "open_world" => &mut self.open_world,
            "title" | "name" => return Err(Error::new(word.span(), format!("write `{word} = \"…\"`"))),
            _ => return Err(Error::new(word.span(), format!("expected {WORDS}"))),
        };
        *flag = true;
        Ok(())
    }

    fn text(&mut self, word: &syn::Ident, text: LitStr) -> Result<()> {
        match word.to_string().as_str() {
            "title" => self.title = Some(text),
            "name" => self.name = Some(text),
            _ => return Err(Error::new(word.span(), format!("expected {WORDS}"))),
        }
        Ok(())
    }
}
