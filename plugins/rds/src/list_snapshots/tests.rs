use serde_json::Value;
use time::macros::datetime;
use tollgate_sdk::describe;

use super::*;

fn selected<T: serde::de::DeserializeOwned>(select: &str, output: &Value) -> T {
    let selected =
        jmespath::compile(select).and_then(|select| select.search(output)).expect("the expression fits");
    let selected = serde_json::to_string(&selected).expect("JSON");
    serde_json::from_str(&selected).expect("what the expression makes")
}

#[test]
fn snapshots_of_instances_and_clusters_become_rows_of_one_table() {
    let output = json!({ "DBSnapshots": [{
        "DBSnapshotIdentifier": "rds:orders-2026-11-21", "DBInstanceIdentifier": "orders",
        "SnapshotType": "automated",
        "Status": "available", "Engine": "postgres", "EngineVersion": "17.6", "AllocatedStorage": 200,
        "SnapshotCreateTime": "2026-11-21T03:07:00Z", "Encrypted": true, "VpcId": "vpc-1",
        "DBSnapshotArn": "arn:aws:rds:eu-west-1:222233334444:snapshot:rds:orders-2026-11-21",
        "TagList": [{ "Key": "team", "Value": "payments" }],
    }] });
    let rows: Vec<Snapshot> = selected(OF_INSTANCES, &output);
    assert_eq!(
        serde_json::to_value(&rows[0]).expect("a row is JSON"),
        json!({
            "kind": "instance", "id": "rds:orders-2026-11-21", "database": "orders", "type": "automated",
            "state": "available", "engine": "postgres", "version": "17.6",
            "created": "2026-11-21T03:07:00Z",
            "age_days": null, "size_gib": 200, "encrypted": true, "public": null, "shared_with": null,
            "vpc": "vpc-1",
            "arn": "arn:aws:rds:eu-west-1:222233334444:snapshot:rds:orders-2026-11-21",
            "tags": { "team": "payments" },
        })
    );
    let output = json!({ "DBClusterSnapshots": [{
        "DBClusterSnapshotIdentifier": "before-upgrade", "DBClusterIdentifier": "ledger",
        "SnapshotType": "manual",
        "Status": "available", "Engine": "aurora-postgresql", "AllocatedStorage": 1,
        "StorageEncrypted": false,
    }] });
    let rows: Vec<Snapshot> = selected(OF_CLUSTERS, &output);
    assert_eq!(
        (rows[0].kind, rows[0].database.as_str(), rows[0].encrypted),
        (Kind::Cluster, "ledger", Some(false))
    );
}

#[test]
fn restorers_are_read_of_both_kinds() {
    let attributes = json!([
        { "AttributeName": "other", "AttributeValues": ["x"] },
        { "AttributeName": "restore", "AttributeValues": ["all", "111122223333"] },
    ]);
    let instance = json!({ "DBSnapshotAttributesResult": { "DBSnapshotAttributes": attributes } });
    let cluster =
        json!({ "DBClusterSnapshotAttributesResult": { "DBClusterSnapshotAttributes": attributes } });
    let expected = ["all", "111122223333"];
    assert_eq!(selected::<Vec<String>>(RESTORERS_OF_INSTANCE, &instance), expected);
    assert_eq!(selected::<Vec<String>>(RESTORERS_OF_CLUSTER, &cluster), expected);
}

#[test]
fn all_is_everybody_and_the_rest_are_accounts() {
    let of = |restorers: &[&str]| exposure(restorers.iter().map(|id| (*id).to_owned()).collect());
    assert_eq!(of(&[]), (false, vec![]));
    assert_eq!(of(&["111122223333"]), (false, vec!["111122223333".to_owned()]));
    assert_eq!(of(&["all"]), (true, vec![]));
    assert_eq!(of(&["111122223333", "all"]), (true, vec!["111122223333".to_owned()]));
}

#[test]
fn age_counts_whole_days() {
    let now = datetime!(2026-11-22 12:00 UTC);
    assert_eq!(age_days("2026-11-22T11:59:59Z", now), Some(0));
    assert_eq!(age_days("2026-11-20T12:00:00Z", now), Some(2));
    assert_eq!(age_days("2026-11-20T12:00:00.250Z", now), Some(1));
    assert_eq!(age_days("yesterday", now), None);
}

#[test]
fn clients_see_a_small_tool() {
    let tool = describe::<rds_list_snapshots>();
    insta::assert_snapshot!(tool.description, @"Lists the accounts' own RDS snapshots, of instances and clusters: `type` is automated or manual. `public` and `shared_with` tell who else may restore them.");
    insta::assert_snapshot!(tool.input_schema["properties"]["kinds"], @r#"{"type":"array","items":{"type":"string","enum":["instance","cluster"]},"description":"Of what; default: both"}"#);
    insta::assert_snapshot!(tool.input_schema["properties"]["fields"], @r#"{"type":"array","items":{"type":"string"},"description":"Default: account, region, kind, id, database, type, state, age_days, size_gib, encrypted; more: account_id, engine, version, created, public, shared_with, vpc, arn, tags[.<key>]"}"#);
    assert!(tool.hints.read_only && tool.hints.open_world && !tool.hints.destructive);
}
