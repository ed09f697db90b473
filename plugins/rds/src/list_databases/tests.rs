use serde_json::Value;
use tollgate_sdk::describe;

use super::*;

/// What the host makes of an answer of RDS before it crosses.
fn selected(select: &str, output: &Value) -> Vec<Database> {
    let selected =
        jmespath::compile(select).and_then(|select| select.search(output)).expect("the expression fits");
    let selected = serde_json::to_string(&selected).expect("JSON");
    let selected: Vec<Selected> = serde_json::from_str(&selected).expect("what the expression makes");
    selected.into_iter().map(Database::from).collect()
}

#[test]
fn instances_become_rows() {
    let output = json!({ "DBInstances": [{
        "DBInstanceIdentifier": "orders", "DBInstanceClass": "db.m7g.large", "Engine": "postgres",
        "EngineVersion": "17.6", "DBInstanceStatus": "available", "MasterUsername": "app",
        "Endpoint": { "Address": "orders.c1.eu-west-1.rds.amazonaws.com", "Port": 5432,
        "HostedZoneId": "Z1" },
        "AllocatedStorage": 200, "StorageType": "gp3", "StorageEncrypted": true, "MultiAZ": true,
        "PubliclyAccessible": false, "BackupRetentionPeriod": 14, "DeletionProtection": true,
        "AvailabilityZone": "eu-west-1a", "DBSubnetGroup": { "VpcId": "vpc-1",
        "DBSubnetGroupName": "private" },
        "InstanceCreateTime": "2026-03-01T00:00:00Z",
        "DBInstanceArn": "arn:aws:rds:eu-west-1:222233334444:db:orders",
        "TagList": [{ "Key": "team", "Value": "payments" }],
    }] });
    assert_eq!(
        serde_json::to_value(&selected(INSTANCES, &output)[0]).expect("a row is JSON"),
        json!({
            "kind": "instance", "id": "orders", "engine": "postgres", "version": "17.6",
            "class": "db.m7g.large",
            "state": "available", "endpoint": "orders.c1.eu-west-1.rds.amazonaws.com:5432", "public": false,
            "encrypted": true, "multi_az": true, "size_gib": 200, "storage_type": "gp3", "cluster": null,
            "availability_zone": "eu-west-1a", "vpc": "vpc-1", "backup_retention_days": 14,
            "deletion_protection": true, "created": "2026-03-01T00:00:00Z",
            "arn": "arn:aws:rds:eu-west-1:222233334444:db:orders", "tags": { "team": "payments" },
        })
    );
}

#[test]
fn an_instance_in_creation_has_neither_endpoint_nor_date() {
    let output = json!({ "DBInstances": [{
        "DBInstanceIdentifier": "new", "DBInstanceClass": "db.t4g.micro", "Engine": "mysql",
        "DBInstanceStatus": "creating",
    }] });
    let rows = selected(INSTANCES, &output);
    assert_eq!((&rows[0].endpoint, &rows[0].created, rows[0].public), (&None, &None, None));
}

#[test]
fn clusters_become_rows_beside_them() {
    let output = json!({ "DBClusters": [{
        "DBClusterIdentifier": "ledger", "Engine": "aurora-postgresql", "EngineVersion": "16.8",
        "Status": "stopped",
        "Endpoint": "ledger.cluster-c1.eu-west-1.rds.amazonaws.com", "Port": 5432, "AllocatedStorage": 1,
        "StorageEncrypted": true, "MultiAZ": true, "BackupRetentionPeriod": 35, "DeletionProtection": true,
        "ClusterCreateTime": "2026-03-01T00:00:00Z", "TagList": [],
    }] });
    let ledger = &selected(CLUSTERS, &output)[0];
    assert_eq!(
        (ledger.kind, ledger.id.as_str(), ledger.state.as_deref()),
        (Kind::Cluster, "ledger", Some("stopped"))
    );
    assert_eq!(ledger.endpoint.as_deref(), Some("ledger.cluster-c1.eu-west-1.rds.amazonaws.com:5432"));
    assert_eq!((ledger.size_gib, ledger.public), (None, None));
}

#[test]
fn without_kinds_both_are_asked_for() {
    let wanted = |kinds: &[Kind]| Kind::wanted(kinds).collect::<Vec<_>>();
    assert_eq!(wanted(&[]), [Kind::Instance, Kind::Cluster]);
    assert_eq!(wanted(&[Kind::Cluster, Kind::Cluster]), [Kind::Cluster]);
}

#[test]
fn clients_see_a_small_tool() {
    let tool = describe::<rds_list_databases>();
    insta::assert_snapshot!(tool.description, @"Lists databases of RDS: instances and clusters, also those of Aurora, Neptune and DocumentDB (see `engine`). One that runs has the state `available`.");
    insta::assert_snapshot!(tool.input_schema["properties"]["kinds"], @r#"{"type":"array","items":{"type":"string","enum":["instance","cluster"]},"description":"Default: both"}"#);
    insta::assert_snapshot!(tool.input_schema["properties"]["fields"], @r#"{"type":"array","items":{"type":"string"},"description":"Default: account, region, kind, id, engine, version, class, state; more: account_id, endpoint, public, encrypted, multi_az, size_gib, storage_type, cluster, availability_zone, vpc, backup_retention_days, deletion_protection, created, arn, tags[.<key>]"}"#);
    assert!(tool.hints.read_only && tool.hints.open_world && !tool.hints.destructive);
}
