//! The values that the model knows: enumerations and patterns.
//!
//! AWS adds to its enumerations every week, and some of its patterns are wrong, so what is found here can be
//! wrong as well: [`UnknownValues`] says what happens then.

use std::sync::LazyLock;

use moka::sync::Cache;
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use super::error::Fault;
use super::input::nearest;
use crate::model::Text;

/// What happens to an input whose values are in no enumeration of the model, or do not match its pattern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownValues {
    /// It is refused, with what the model knows.
    #[default]
    Refuse,
    /// It is sent, and AWS judges.
    Send,
}

/// How many values are all told; of more, the nearest one.
const TOLD: usize = 12;

/// The longest text that is matched, in bytes. What AWS describes by a pattern is shorter.
pub(super) const MAX_MATCHED: usize = 4096;

/// The largest compiled pattern, in bytes: larger are only those that count up to thousands.
const MAX_PATTERN: usize = 256 << 10;

/// Patterns by their text, since services and shapes share them. None: cannot be told in Rust's dialect.
static PATTERNS: LazyLock<Cache<String, Option<Regex>>> = LazyLock::new(|| Cache::new(256));

/// What is wrong with a text, if its enumeration does not have it. `found` describes it.
pub(super) fn unknown(
    text: &Text,
    value: &str,
    wants_nearest: bool,
    found: impl FnOnce() -> String,
) -> Option<Fault> {
    let known = &text.enum_values;
    if known.is_empty() || known.iter().any(|known| **known == *value) {
        return None;
    }
    let is_told = known.len() <= TOLD;
    let names = || known.iter().map(AsRef::as_ref);
    Some(Fault::Value {
        known: known.len(),
        told: if is_told { names().map(str::to_owned).collect() } else { Vec::new() },
        nearest: if is_told || !wants_nearest { None } else { nearest(value, names()) },
        found: found(),
    })
}

/// What is wrong with a text, if it does not match its pattern. `found` describes it.
pub(super) fn mismatch(text: &Text, value: &str, found: impl FnOnce() -> String) -> Option<Fault> {
    let pattern = text.pattern.as_deref()?;
    let compiled = PATTERNS.get_with_by_ref(pattern, || compile(pattern).ok());
    // As Smithy has it, a pattern without anchors may match anywhere.
    if compiled?.is_match(value) {
        return None;
    }
    Some(Fault::Pattern { pattern: pattern.to_owned(), found: found() })
}

/// Compiles a pattern of the model.
fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&translate(pattern)).size_limit(MAX_PATTERN).build()
}

/// From Java's dialect to Rust's: the classes with a letter are those of ASCII.
fn translate(pattern: &str) -> String {
    let mut translated = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            translated.push(letter);
            continue;
        }
        match letters.next() {
            Some('d') => translated.push_str("[0-9]"),
            Some('D') => translated.push_str("[^0-9]"),
            Some('w') => translated.push_str("[0-9A-Za-z_]"),
            Some('W') => translated.push_str("[^0-9A-Za-z_]"),
            Some('s') => translated.push_str(r"[\t\n\x0B\f\r ]"),
            Some('S') => translated.push_str(r"[^\t\n\x0B\f\r ]"),
            other => {
                translated.push('\\');
                translated.extend(other);
            }
        }
    }
    translated
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::{Kind, Pack};

    fn matches(pattern: &str, value: &str) -> bool {
        let text = Text { pattern: Some(pattern.into()), ..Text::default() };
        mismatch(&text, value, String::new).is_none()
    }

    #[test]
    fn patterns_are_javas() {
        assert!(matches("[a-z]{3}", "12abc3"), "it may match anywhere");
        assert!(!matches("^[a-z]{3}$", "12abc3"));
        assert!(matches(r"^[\w-.]+$", "a-b.c_9"));
        assert!(!matches(r"^\w+$", "ü"), "the classes are of ASCII");
        assert!(matches(r"^\\d$", r"\d"), "an escaped backslash begins no class");
        assert!(matches(r"^arn:aws(-\w+)*:iam::\d{12}:role\/.+$", "arn:aws-cn:iam::123456789012:role/r"));
        assert!(matches(r"^[\s\S]*$", "a\nü"));
        // Looking ahead is not in Rust's dialect.
        assert!(matches("^(?!aws:).*$", "aws:x"));
        assert!(matches("^.{1,100000}$", ""), "too large to be compiled");
    }

    /// A new model may bring patterns that we cannot tell; not many, or something is amiss with the translation.
    #[test]
    fn almost_all_patterns_of_the_model_can_be_told() {
        let pack = Pack::bundled();
        let mut patterns = BTreeSet::new();
        for name in pack.service_names() {
            let service = pack.service(name).unwrap();
            patterns.extend(service.shapes.iter().filter_map(|shape| match &shape.kind {
                Kind::String(text) => text.pattern.clone(),
                _ => None,
            }));
        }
        assert!(patterns.len() > 4000, "{}", patterns.len());
        let skipped = patterns.iter().filter(|pattern| compile(pattern).is_err()).count();
        assert!(skipped * 12 < patterns.len(), "{skipped} of {} patterns cannot be told", patterns.len());
    }
}
