//! Tags as a map.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, SeqAccess, Visitor},
};

/// Tags as a map from key to value, read from any of the shapes that AWS services give them in: a
/// list of `{Key, Value}`, of `{key, value}`, of `{TagKey, TagValue}`, a map, or nothing.
///
/// ```
/// use tollgate_sdk::Tags;
///
/// let tags: Tags = serde_json::from_str(r#"[{"Key": "Name", "Value": "web-1"}]"#)?;
/// assert_eq!(tags.get("Name"), Some("web-1"));
/// assert_eq!(serde_json::to_string(&tags)?, r#"{"Name":"web-1"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Tags(pub BTreeMap<String, String>);

impl Tags {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

impl JsonSchema for Tags {
    fn schema_name() -> Cow<'static, str> {
        "Tags".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        <BTreeMap<String, String>>::json_schema(generator)
    }
}

#[derive(Deserialize)]
struct Pair {
    #[serde(alias = "Key", alias = "TagKey", alias = "tagKey")]
    key: String,
    #[serde(alias = "Value", alias = "TagValue", alias = "tagValue", default)]
    value: Option<String>,
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TagsVisitor)
    }
}

struct TagsVisitor;

impl<'de> Visitor<'de> for TagsVisitor {
    type Value = Tags;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of {Key, Value} or a map")
    }

    fn visit_unit<E>(self) -> Result<Tags, E> {
        Ok(Tags::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pairs: A) -> Result<Tags, A::Error> {
        let mut tags = BTreeMap::new();
        while let Some(Pair { key, value }) = pairs.next_element()? {
            tags.insert(key, value.unwrap_or_default());
        }
        Ok(Tags(tags))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tags, A::Error> {
        let mut tags = BTreeMap::new();
        while let Some((key, value)) = entries.next_entry::<String, Option<String>>()? {
            tags.insert(key, value.unwrap_or_default());
        }
        Ok(Tags(tags))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Tags {
        serde_json::from_str(json).expect("tags")
    }

    #[test]
    fn every_shape_reads_the_same() {
        let expected =
            Tags(BTreeMap::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), String::new())]));
        assert_eq!(read(r#"[{"Key":"a","Value":"1"},{"Key":"b"}]"#), expected);
        assert_eq!(read(r#"[{"key":"a","value":"1"},{"key":"b","value":null}]"#), expected);
        assert_eq!(read(r#"[{"TagKey":"a","TagValue":"1"},{"TagKey":"b","TagValue":""}]"#), expected);
        assert_eq!(read(r#"{"a":"1","b":null}"#), expected);
        assert_eq!(read("null"), Tags::default());
    }
}
