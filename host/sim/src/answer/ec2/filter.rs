//! EC2's filters.

use serde_json::Value;

use crate::problem::Problem;

/// One filter: the values are alternatives.
pub(super) struct Filter<'a> {
    name: &'a str,
    values: Vec<&'a str>,
    /// Where the member is that it compares; none for tags.
    pointer: Option<&'static str>,
}

impl<'a> Filter<'a> {
    /// Reads a filter of an operation that knows these, by their names, and tags.
    pub(super) fn read(filter: &'a Value, known: &[(&str, &'static str)]) -> Result<Self, Problem> {
        let name = filter.get("Name").and_then(Value::as_str).unwrap_or_default();
        let pointer = known.iter().find(|(known, _)| *known == name).map(|(_, pointer)| *pointer);
        if pointer.is_some() || name == "tag-key" || name.starts_with("tag:") {
            return Ok(Self { name, values: texts(filter.get("Values")), pointer });
        }
        Err(Problem::Unsupported(format!("the filter '{name}'")))
    }

    pub(super) fn holds(&self, thing: &Value) -> bool {
        let any = |given: &str| self.values.iter().any(|pattern| wildcard(pattern, given));
        if let Some(pointer) = self.pointer {
            return match thing.pointer(pointer) {
                Some(Value::String(text)) => any(text),
                Some(Value::Bool(value)) => any(&value.to_string()),
                _ => false,
            };
        }
        let tags = thing.get("Tags").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut tags =
            tags.iter().filter_map(|tag| Some((tag.get("Key")?.as_str()?, tag.get("Value")?.as_str()?)));
        match self.name.strip_prefix("tag:") {
            Some(wanted) => tags.any(|(key, value)| key == wanted && any(value)),
            None => tags.any(|(key, _)| any(key)),
        }
    }
}

pub(super) fn texts(list: Option<&Value>) -> Vec<&str> {
    list.and_then(Value::as_array)
        .map(|list| list.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}

/// EC2's wildcards: `*` for any text, `?` for one character, and a backslash before one that stands for itself.
fn wildcard(pattern: &str, text: &str) -> bool {
    let (mut pattern_rest, mut text_rest) = (pattern.chars(), text.chars());
    let (expected, given) = (pattern_rest.next(), text_rest.next());
    match expected {
        None => given.is_none(),
        Some('*') => {
            wildcard(pattern_rest.as_str(), text) || given.is_some() && wildcard(pattern, text_rest.as_str())
        }
        Some('?') => given.is_some() && wildcard(pattern_rest.as_str(), text_rest.as_str()),
        Some(character) => {
            let literal = match character {
                '\\' => pattern_rest.next().unwrap_or(character),
                character => character,
            };
            given == Some(literal) && wildcard(pattern_rest.as_str(), text_rest.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text, expected) in [
            ("web-1", "web-1", true),
            ("web-1", "web-10", false),
            ("web-*", "web-", true),
            ("web-*", "web-10", true),
            ("*-10", "web-10", true),
            ("*", "", true),
            ("web-?", "web-ü", true),
            ("web-?", "web-", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            (r"what\?", "what?", true),
            (r"what\?", "whats", false),
            (r"a\*", "a*", true),
            (r"a\\b", r"a\b", true),
        ] {
            assert_eq!(wildcard(pattern, text), expected, "{pattern} {text}");
        }
    }
}
