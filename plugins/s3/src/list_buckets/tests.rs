use serde_json::json;
use tollgate_sdk::describe;

use super::*;

fn wanted(query: serde_json::Value) -> Wanted {
    Wanted::by(&serde_json::from_value(query).expect("a query"))
}

#[test]
fn only_what_a_query_names_is_asked_of_every_bucket() {
    assert_eq!(wanted(json!({})), Wanted::default());
    assert_eq!(wanted(json!({ "group_by": ["account", "region"] })), Wanted::default());
    let encryption = Wanted { encryption: true, ..Wanted::default() };
    assert_eq!(wanted(json!({ "filter": "encryption == 'none'" })), encryption);
    assert_eq!(wanted(json!({ "filter": "!encrypted" })), encryption);
    assert_eq!(wanted(json!({ "fields": ["kms_key"] })), encryption);
    let public = Wanted { public: true, ..Wanted::default() };
    assert_eq!(wanted(json!({ "filter": "public" })), public);
    let team = Wanted { tags: true, versioning: true, ..Wanted::default() };
    assert_eq!(wanted(json!({ "group_by": ["versioning"], "filter": "tags.team == 'web'" })), team);
}

#[test]
fn clients_see_a_small_tool() {
    let tool = describe::<s3_list_buckets>();
    insta::assert_snapshot!(tool.description, @"Lists S3 buckets across accounts. By `fields` or `filter` also: `encryption` (none, AES256, aws:kms), `public` (open by policy or ACL and not blocked), `versioning` (Enabled, Suspended, Disabled), `logging` (its target or none).");
    insta::assert_snapshot!(tool.input_schema["properties"]["regions"], @r#"{"type":"array","items":{"type":"string"},"description":"Only rows of these; default: all"}"#);
    insta::assert_snapshot!(tool.input_schema["properties"]["fields"], @r#"{"type":"array","items":{"type":"string"},"description":"Default: account, region, name, created; more: account_id, encrypted, encryption, kms_key, public, public_access_block, policy, versioning, logging, object_lock, tags[.<key>]"}"#);
}
