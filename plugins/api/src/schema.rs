//! The JSON Schema of an operation's input or output, as far as the host makes use of it.

use serde_json::{Map, Value};

/// References follow each other at most so often: none of the host's does twice.
const MOST_REFERENCES: usize = 8;

/// A schema, with the whole document in which its references are found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schema<'a> {
    root: &'a Value,
    at: &'a Value,
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind<'a> {
    /// An object with members of its own.
    Structure(&'a Map<String, Value>),
    /// An object with members of any name.
    Map(Schema<'a>),
    List(Schema<'a>),
    Boolean,
    Integer,
    Number,
    /// A text, with its known values; a time or bytes in base64 too.
    Text(&'a [Value]),
    /// Any JSON.
    Any,
    /// A stream, which the host does not send.
    Stream,
}

impl<'a> Schema<'a> {
    /// A whole document.
    pub(crate) fn of(root: &'a Value) -> Self {
        Self { root, at: root }
    }

    pub(crate) fn kind(self) -> Kind<'a> {
        let at = self.resolved();
        let below = |keyword: &str| Some(Self { root: self.root, at: at.get(keyword)? });
        match self.word("type") {
            _ if at == &Value::Bool(false) => Kind::Stream,
            Some("object") => match (at.get("properties"), below("additionalProperties")) {
                (Some(Value::Object(members)), _) => Kind::Structure(members),
                (_, Some(value)) => Kind::Map(value),
                _ => Kind::Any,
            },
            Some("array") => below("items").map_or(Kind::Any, Kind::List),
            Some("boolean") => Kind::Boolean,
            Some("integer") => Kind::Integer,
            Some("number") => Kind::Number,
            Some("string") => {
                let values = at.get("enum").or(at.get("examples")).and_then(Value::as_array);
                Kind::Text(values.map(Vec::as_slice).unwrap_or_default())
            }
            _ => Kind::Any,
        }
    }

    /// Another schema of the same document.
    pub(crate) fn member(self, schema: &'a Value) -> Self {
        Self { root: self.root, at: schema }
    }

    /// The members that an object must have.
    pub(crate) fn requires(self, member: &str) -> bool {
        let required = self.resolved().get("required").and_then(Value::as_array);
        required.is_some_and(|names| names.iter().any(|name| name == member))
    }

    /// Whether a text is a time, or bytes in base64.
    pub(crate) fn text_format(self) -> Option<&'static str> {
        match (self.word("format"), self.word("contentEncoding")) {
            (Some("date-time"), _) => Some("time"),
            (_, Some("base64")) => Some("base64"),
            _ => None,
        }
    }

    /// A word of the schema; of several types the first, for a time may be a number as well.
    fn word(self, keyword: &str) -> Option<&'a str> {
        match self.resolved().get(keyword)? {
            Value::Array(words) => words.first()?.as_str(),
            word => word.as_str(),
        }
    }

    fn resolved(self) -> &'a Value {
        let mut at = self.at;
        for _ in 0..MOST_REFERENCES {
            let Some(reference) = at.get("$ref").and_then(Value::as_str) else { return at };
            let target = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            let Some(target) = target else { return at };
            at = target;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn kinds_are_seen_through_references() {
        let root = json!({
            "type": "object",
            "properties": {
                "Filters": { "type": "array", "items": { "$ref": "#/$defs/Filter" } },
                "Tags": { "type": "object", "additionalProperties": { "type": "string" } },
                "Since": { "type": ["string", "number"], "format": "date-time" },
                "Body": false,
                "Document": {},
            },
            "required": ["Filters"],
            "$defs": { "Filter": { "type": "object", "properties": { "Name": { "type": "string" } } } },
        });
        let schema = Schema::of(&root);
        let Kind::Structure(members) = schema.kind() else { panic!("an object") };
        let kind = |name: &str| schema.member(&members[name]).kind();
        let Kind::List(item) = kind("Filters") else { panic!("a list") };
        assert!(matches!(item.kind(), Kind::Structure(members) if members.contains_key("Name")));
        assert!(matches!(kind("Tags"), Kind::Map(value) if matches!(value.kind(), Kind::Text(_))));
        assert!(matches!(kind("Since"), Kind::Text(_)));
        assert_eq!(schema.member(&members["Since"]).text_format(), Some("time"));
        assert!(matches!(kind("Body"), Kind::Stream));
        assert!(matches!(kind("Document"), Kind::Any));
        assert!(schema.requires("Filters") && !schema.requires("Tags"));
    }

    #[test]
    fn a_reference_to_itself_ends() {
        let root = json!({ "$ref": "#" });
        assert!(matches!(Schema::of(&root).kind(), Kind::Any));
    }
}
