//! JSON Schemas as small as they can be and still true: every client's model pays for each word of
//! them in each conversation.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::table::is_empty;

/// The schema of a tool's arguments: closed, unless it is one of several, and without the `null` of
/// what is optional anyway.
///
/// # Panics
/// Where `T` is no JSON object: the plugin then fails to load, and says why.
pub(crate) fn of_input<T: JsonSchema>() -> Value {
    let mut root = generate::<T>(SchemaSettings::draft2020_12().for_deserialize());
    assert!(may_be_object(&root), "a tool's argument must be a struct, and `{}` is not", T::schema_name());
    drop_null_of_optional(&mut root);
    root.entry("type").or_insert_with(|| json!("object"));
    if !["anyOf", "oneOf", "allOf"].iter().any(|choice| root.contains_key(*choice)) {
        root.entry("properties").or_insert_with(|| json!({}));
        root.entry("additionalProperties").or_insert(json!(false));
    }
    Value::Object(root)
}

/// The schema of a tool's structured output.
///
/// # Panics
/// Where `T` is no JSON object: the plugin then fails to load, and says why.
pub(crate) fn of_output<T: JsonSchema>() -> Value {
    let mut root = generate::<T>(SchemaSettings::draft2020_12().for_serialize());
    assert!(
        may_be_object(&root),
        "structured output must be a JSON object, and `{}` is not",
        T::schema_name()
    );
    root.insert("type".into(), json!("object"));
    Value::Object(root)
}

fn may_be_object(root: &Map<String, Value>) -> bool {
    root.get("type").is_none_or(|kind| kind == "object")
}

/// A member of a row type: a column.
pub(crate) struct Member {
    pub(crate) name: String,
    /// Whether it may have members of its own.
    pub(crate) nested: bool,
    /// Whether it is a number, where it is anything.
    pub(crate) numeric: bool,
    /// Whether it is true or false, where it is anything.
    pub(crate) boolean: bool,
}

/// The columns that the members of a row type make.
pub(crate) fn members<T: JsonSchema>() -> Vec<Member> {
    let mut root = generate::<T>(SchemaSettings::draft2020_12().for_serialize());
    let Some(Value::Object(properties)) = root.remove("properties") else {
        return Vec::new();
    };
    let member = |(name, schema): (String, Value)| {
        let (nested, numeric) = (may_have_members(&schema), is_of(&schema, &["integer", "number"]));
        Member { name, nested, numeric, boolean: is_of(&schema, &["boolean"]) }
    };
    properties.into_iter().map(member).collect()
}

/// Whether a value of this schema is of these types or nothing.
fn is_of(schema: &Value, types: &[&str]) -> bool {
    let of = |kind: &Value| types.iter().any(|name| kind == name);
    match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().all(|kind| of(kind) || kind == "null"),
        Some(kind) => of(kind),
        None => false,
    }
}

/// Whether a value of this schema may be an object.
fn may_have_members(schema: &Value) -> bool {
    let Value::Object(schema) = schema else { return schema == &Value::Bool(true) };
    let is_object = |kind: &Value| kind == "object";
    match (schema.get("type"), schema.get("anyOf").or(schema.get("oneOf"))) {
        (Some(Value::Array(kinds)), _) => kinds.iter().any(is_object),
        (Some(kind), _) => is_object(kind),
        (None, Some(Value::Array(choices))) => choices.iter().any(may_have_members),
        (None, _) => !schema.contains_key("enum") && !schema.contains_key("const"),
    }
}

/// The root schema, without the description of the type: the tool has its own.
fn generate<T: JsonSchema>(settings: SchemaSettings) -> Map<String, Value> {
    let settings = settings.with(|settings| {
        settings.meta_schema = None;
        settings.inline_subschemas = true;
    });
    let mut root = match settings.into_generator().into_root_schema_for::<T>().to_value() {
        Value::Object(root) => root,
        _ => Map::new(),
    };
    compact(&mut root);
    root.shift_remove("description");
    root
}

/// Removes what says nothing to a caller: titles, Rust's number formats, empty defaults, line
/// breaks in descriptions.
fn compact(schema: &mut Map<String, Value>) {
    schema.shift_remove("title");
    schema.shift_remove("format");
    if schema.get("minimum") == Some(&json!(0)) {
        schema.shift_remove("minimum");
    }
    if schema.get("default").is_some_and(|value| value == false || is_empty(value)) {
        schema.shift_remove("default");
    }
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    // `true` is a schema too, but some clients take nothing for one that is no object.
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for property in properties.values_mut().filter(|property| **property == Value::Bool(true)) {
            *property = json!({});
        }
    }
    for_each_subschema(schema, &mut compact);
}

/// What need not be given need not be given as `null` either.
fn drop_null_of_optional(schema: &mut Map<String, Value>) {
    let required = schema.get("required").cloned().unwrap_or_default();
    let is_required = |name: &str| required.as_array().is_some_and(|all| all.iter().any(|r| r == name));
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for (name, property) in properties {
            if let (Value::Object(property), false) = (property, is_required(name)) {
                drop_null(property);
            }
        }
    }
    for_each_subschema(schema, &mut drop_null_of_optional);
}

fn drop_null(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(kinds)) = schema.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [kind] = kinds.as_slice() {
            let kind = kind.clone();
            schema.insert("type".into(), kind);
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| *choice != json!({ "type": "null" }));
        if let [Value::Object(choice)] = choices.as_slice() {
            let choice = choice.clone();
            schema.shift_remove("anyOf");
            for (key, value) in choice {
                schema.entry(key).or_insert(value);
            }
        }
    }
}

/// Visits the schemas directly below one, and never what is data: defaults, constants, names of
/// properties.
fn for_each_subschema(schema: &mut Map<String, Value>, visit: &mut dyn FnMut(&mut Map<String, Value>)) {
    for (keyword, value) in schema {
        match (keyword.as_str(), value) {
            ("properties" | "patternProperties" | "$defs", Value::Object(members)) => {
                members.values_mut().filter_map(Value::as_object_mut).for_each(&mut *visit);
            }
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(schemas)) => {
                schemas.iter_mut().filter_map(Value::as_object_mut).for_each(&mut *visit);
            }
            ("items" | "additionalProperties" | "not" | "propertyNames", Value::Object(schema)) => {
                visit(schema)
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};

    use super::*;

    /// Prose about the type, which no caller needs.
    #[derive(Serialize, Deserialize, JsonSchema)]
    #[allow(dead_code, reason = "only its schema is used")]
    struct Everything {
        /// How many,
        /// at most.
        #[serde(default)]
        limit: u32,
        /// A member named as a keyword.
        title: String,
        #[serde(default)]
        format: Vec<String>,
        colour: Option<Colour>,
        inner: Option<Inner>,
        tags: BTreeMap<String, String>,
        #[serde(default = "yes")]
        default: bool,
        ratio: Option<f32>,
    }

    fn yes() -> bool {
        true
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "lowercase")]
    enum Colour {
        Red,
        Green,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Inner {
        name: Option<String>,
    }

    #[test]
    fn input_is_small_closed_and_true() {
        insta::assert_snapshot!(of_input::<Everything>(), @r#"{"type":"object","properties":{"limit":{"type":"integer","description":"How many, at most.","default":0},"title":{"type":"string","description":"A member named as a keyword."},"format":{"type":"array","items":{"type":"string"}},"colour":{"type":"string","enum":["red","green"]},"inner":{"type":"object","properties":{"name":{"type":"string"}}},"tags":{"type":"object","additionalProperties":{"type":"string"}},"default":{"type":"boolean","default":true},"ratio":{"type":"number"}},"required":["title","tags"],"additionalProperties":false}"#);
    }

    #[test]
    fn no_arguments_take_none() {
        insta::assert_snapshot!(of_input::<crate::NoArguments>(), @r#"{"type":"object","properties":{},"additionalProperties":false}"#);
    }

    #[test]
    fn what_may_be_anything_is_an_object_too() {
        #[derive(Serialize, JsonSchema)]
        struct Anything {
            output: Value,
        }
        insta::assert_snapshot!(of_output::<Anything>(), @r#"{"type":"object","properties":{"output":{}},"required":["output"]}"#);
    }

    #[test]
    fn output_keeps_null() {
        insta::assert_snapshot!(of_output::<Inner>(), @r#"{"type":"object","properties":{"name":{"type":["string","null"]}},"required":["name"]}"#);
    }

    #[test]
    #[should_panic(expected = "must be a JSON object")]
    fn output_that_is_no_object_is_refused() {
        of_output::<Vec<String>>();
    }

    #[test]
    #[should_panic(expected = "a tool's argument must be a struct")]
    fn input_that_is_no_object_is_refused() {
        of_input::<String>();
    }

    #[test]
    fn one_of_several_shapes_stays_open() {
        #[derive(Deserialize, JsonSchema)]
        #[serde(tag = "by", rename_all = "lowercase")]
        #[allow(dead_code, reason = "only its schema is used")]
        enum Search {
            Name { name: String },
            Id { id: String },
        }
        insta::assert_snapshot!(of_input::<Search>(), @r#"{"oneOf":[{"type":"object","properties":{"by":{"type":"string","const":"name"},"name":{"type":"string"}},"required":["by","name"]},{"type":"object","properties":{"by":{"type":"string","const":"id"},"id":{"type":"string"}},"required":["by","id"]}],"type":"object"}"#);
    }

    #[test]
    fn recursive_types_have_a_schema() {
        #[derive(Deserialize, JsonSchema)]
        #[allow(dead_code, reason = "only its schema is used")]
        struct Tree {
            children: Vec<Tree>,
        }
        insta::assert_snapshot!(of_input::<Tree>(), @r##"{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#"}}},"required":["children"],"additionalProperties":false}"##);
    }

    #[test]
    fn members_know_what_nests_and_what_is_a_number() {
        let members = members::<Everything>();
        let names = |which: fn(&Member) -> bool| {
            members
                .iter()
                .filter(|member| which(member))
                .map(|member| member.name.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(|_| true).len(), 8);
        assert_eq!(names(|member| member.nested), ["inner", "tags"]);
        assert_eq!(names(|member| member.numeric), ["limit", "ratio"]);
        assert_eq!(names(|member| member.boolean), ["default"]);
    }
}
