//! `s3_list_objects`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tollgate_sdk::{ListQuery, Regions, Row, Rows, Table, ToolError, accounts, aws, sweep, tool};

use crate::buckets::{locate, name_of};

/// So many objects are read where the call does not say how many.
const MAX_OBJECTS: u32 = 1000;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Name or ARN
    bucket: String,
    /// Only keys that begin with it
    prefix: Option<String>,
    /// Folds keys up to it into one row each: / for folders
    delimiter: Option<String>,
    /// How many AWS is asked for; default: 1000
    max_objects: Option<u32>,
    #[serde(flatten)]
    query: ListQuery,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Object,
    /// What keys have in common up to the delimiter.
    Prefix,
}

#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Object {
    kind: Kind,
    key: String,
    size_bytes: Option<u64>,
    storage_class: Option<String>,
    last_modified: Option<String>,
}

impl Row for Object {
    const DEFAULT_FIELDS: &'static [&'static str] = &["kind", "key", "size_bytes", "last_modified"];
    /// The bucket's name says where it is.
    const REGIONS: Regions = Regions::None;
}

const SELECT: &str = "{
    objects: Contents[].{key: Key, size_bytes: Size, storage_class: StorageClass, last_modified: LastModified},
    prefixes: CommonPrefixes[].Prefix
}";

#[derive(Deserialize)]
struct Selected {
    objects: Option<Vec<SelectedObject>>,
    prefixes: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct SelectedObject {
    key: String,
    size_bytes: Option<u64>,
    storage_class: Option<String>,
    last_modified: Option<String>,
}

/// Lists the objects of one S3 bucket: keys, sizes, storage classes; never their content.
#[tool(read_only, open_world, title = "S3 objects")]
pub(crate) async fn s3_list_objects(arguments: Arguments) -> Result<Table<Object>, ToolError> {
    let Arguments { bucket, prefix, delimiter, max_objects, mut query } = arguments;
    if max_objects == Some(0) {
        return Err(ToolError::invalid_argument("max_objects", "must be 1 at least"));
    }
    let name = name_of(&bucket);
    // Whoever goes on in a table asks nobody.
    if query.cursor.is_none() {
        let bucket = locate(&accounts::list(&query.accounts).await?, name).await?;
        query.accounts = vec![bucket.target.account];
        query.regions = vec![bucket.target.region];
    }
    let input = json!({ "Bucket": name, "Prefix": prefix, "Delimiter": delimiter });
    sweep(&query, async |target| {
        let response = aws::call::<Selected>(&target, "s3", "ListObjectsV2", &input)
            .select(SELECT)
            .max_items(max_objects.unwrap_or(MAX_OBJECTS))
            .await?;
        let mut rows = Rows::from(objects(response.output));
        if response.truncated {
            rows.truncate();
        }
        Ok(rows)
    })
    .await
}

/// Objects and prefixes in one order, that of their keys.
fn objects(selected: Selected) -> Vec<Object> {
    let Selected { objects, prefixes } = selected;
    let objects = objects.unwrap_or_default().into_iter().map(|object| Object {
        kind: Kind::Object,
        key: object.key,
        size_bytes: object.size_bytes,
        storage_class: object.storage_class,
        last_modified: object.last_modified,
    });
    let prefixes = prefixes.unwrap_or_default().into_iter().map(|key| Object {
        kind: Kind::Prefix,
        key,
        size_bytes: None,
        storage_class: None,
        last_modified: None,
    });
    let mut rows: Vec<Object> = objects.chain(prefixes).collect();
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    rows
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tollgate_sdk::describe;

    use super::*;

    fn rows(output: Value) -> Vec<Object> {
        let selected =
            jmespath::compile(SELECT).and_then(|select| select.search(output)).expect("the expression fits");
        let selected = serde_json::to_string(&selected).expect("JSON");
        objects(serde_json::from_str(&selected).expect("what the expression makes"))
    }

    #[test]
    fn objects_and_prefixes_stand_in_the_order_of_their_keys() {
        let rows = rows(json!({
            "Contents": [
                { "Key": "a.txt", "Size": 5_368_709_120_u64, "StorageClass": "STANDARD", "ETag": "\"0\"",
                  "LastModified": "2026-03-01T00:00:00Z" },
                { "Key": "z", "Size": 0 },
            ],
            "CommonPrefixes": [{ "Prefix": "logs/" }],
        }));
        assert_eq!(
            serde_json::to_value(&rows[0]).expect("a row is JSON"),
            json!({ "kind": "object", "key": "a.txt", "size_bytes": 5_368_709_120_u64, "storage_class": "STANDARD",
                    "last_modified": "2026-03-01T00:00:00Z" })
        );
        let keys: Vec<(Kind, &str)> = rows.iter().map(|row| (row.kind, row.key.as_str())).collect();
        assert_eq!(keys, [(Kind::Object, "a.txt"), (Kind::Prefix, "logs/"), (Kind::Object, "z")]);
    }

    #[test]
    fn an_empty_bucket_has_no_rows() {
        assert_eq!(rows(json!({ "KeyCount": 0 })), []);
    }

    #[test]
    fn clients_see_a_small_tool() {
        let tool = describe::<s3_list_objects>();
        insta::assert_snapshot!(tool.description, @"Lists the objects of one S3 bucket: keys, sizes, storage classes; never their content.");
        let own = ["bucket", "prefix", "delimiter", "max_objects", "regions", "fields"];
        let own: Vec<String> =
            own.iter().map(|word| tool.input_schema["properties"][word].to_string()).collect();
        insta::assert_snapshot!(own.join("\n"), @r#"
        {"type":"string","description":"Name or ARN"}
        {"type":"string","description":"Only keys that begin with it"}
        {"type":"string","description":"Folds keys up to it into one row each: / for folders"}
        {"type":"integer","description":"How many AWS is asked for; default: 1000"}
        null
        {"type":"array","items":{"type":"string"},"description":"Default: account, region, kind, key, size_bytes, last_modified; more: account_id, storage_class"}
        "#);
    }
}
