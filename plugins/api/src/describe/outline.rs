//! Schemas in short: `{"Filters[]": {"Name": "string", "Values[]": "string"}}`. `[]` stands for a list, `.*` for an
//! object with any keys.

use serde_json::{Map, Value};

use crate::schema::{Kind, Schema};

/// No type of AWS is deeper; those within themselves never end.
const DEEPEST: usize = 8;

/// So many known values are told of a text.
const VALUES: usize = 12;

/// As many levels of a schema as fit into so many bytes of JSON, but one at least.
pub(super) fn within(schema: Schema<'_>, bytes: usize) -> Value {
    let mut fitting = levels(schema, 1);
    for depth in 2..=DEEPEST {
        let deeper = levels(schema, depth);
        if deeper == fitting || deeper.to_string().len() > bytes {
            break;
        }
        fitting = deeper;
    }
    fitting
}

/// What the elements of lists and maps are, and of those within them.
pub(super) fn innermost(schema: Schema<'_>) -> Schema<'_> {
    named(schema, &mut String::new())
}

/// As [`innermost`], with the signs that stand for the lists and maps behind the name.
fn named<'a>(mut schema: Schema<'a>, name: &mut String) -> Schema<'a> {
    for _ in 0..DEEPEST {
        match schema.kind() {
            Kind::List(item) => {
                name.push_str("[]");
                schema = item;
            }
            Kind::Map(value) => {
                name.push_str(".*");
                schema = value;
            }
            _ => break,
        }
    }
    schema
}

fn levels(schema: Schema<'_>, depth: usize) -> Value {
    let schema = innermost(schema);
    match schema.kind() {
        Kind::Structure(members) if depth == 0 => match members.len() {
            1 => "1 member".into(),
            count => format!("{count} members").into(),
        },
        Kind::Structure(members) => {
            let member = |(name, member): (&String, _)| {
                let mut shown = name.clone();
                let inner = named(schema.member(member), &mut shown);
                if schema.requires(name) {
                    shown.push_str(" (required)");
                }
                (shown, levels(inner, depth - 1))
            };
            Value::Object(members.iter().map(member).collect::<Map<_, _>>())
        }
        Kind::Boolean => "boolean".into(),
        Kind::Integer => "integer".into(),
        Kind::Number => "number".into(),
        Kind::Text([]) => schema.text_format().unwrap_or("string").into(),
        Kind::Text(values) => one_of(values).into(),
        Kind::Stream => "a stream, not supported".into(),
        Kind::Any | Kind::List(_) | Kind::Map(_) => "any JSON".into(),
    }
}

/// Known values: `gp2 | gp3 | …`.
fn one_of(values: &[Value]) -> String {
    let told = values.iter().take(VALUES).filter_map(Value::as_str);
    let mut told = told.collect::<Vec<_>>().join(" | ");
    if let Some(more) = values.len().checked_sub(VALUES).filter(|more| *more > 0) {
        told.push_str(&format!(" | … {more} more"));
    }
    told
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schemas_are_told_in_short() {
        let states: Vec<String> = (0..15).map(|number| format!("s{number}")).collect();
        let root = json!({
            "type": "object",
            "properties": {
                "Bucket": { "type": "string" },
                "Filters": { "type": "array", "items": { "$ref": "#/$defs/Filter" } },
                "Tags": { "type": "object", "additionalProperties": { "type": "array", "items": { "type": "string" } } },
                "Since": { "type": ["string", "number"], "format": "date-time" },
                "Data": { "type": "string", "contentEncoding": "base64" },
                "State": { "type": "string", "enum": states },
                "Document": {},
                "Body": false,
            },
            "required": ["Bucket", "Filters"],
            "$defs": { "Filter": {
                "type": "object",
                "properties": { "Not": { "$ref": "#/$defs/Filter" }, "Size": { "type": "integer" } },
            } },
        });
        insta::assert_snapshot!(levels(Schema::of(&root), 2), @r#"{"Bucket (required)":"string","Filters[] (required)":{"Not":"2 members","Size":"integer"},"Tags.*[]":"string","Since":"time","Data":"base64","State":"s0 | s1 | s2 | s3 | s4 | s5 | s6 | s7 | s8 | s9 | s10 | s11 | … 3 more","Document":"any JSON","Body":"a stream, not supported"}"#);
        let short = within(Schema::of(&root), 10);
        assert_eq!(short["Filters[] (required)"], "2 members", "one level at least");
        let deep = within(Schema::of(&root), 100_000).to_string();
        assert_eq!(deep.matches("Not").count(), DEEPEST - 1, "a type within itself ends: {deep}");
    }
}
