use serde_json::{Value, json};
use tollgate_sdk::describe;

use super::*;
use crate::{cluster::SELECT, selected::selected};

fn row(cluster: &Value) -> Cluster {
    let mut cluster: cluster::Cluster = selected(SELECT, &json!({ "cluster": cluster }));
    cluster.hide_unused_cidrs();
    Cluster::new(cluster, &Calendar::default())
}

fn network(public: bool, cidrs: &[&str]) -> Value {
    json!({
        "name": "main",
        "resourcesVpcConfig": {
            "vpcId": "vpc-1", "endpointPublicAccess": public, "endpointPrivateAccess": true, "publicAccessCidrs": cidrs,
        },
    })
}

#[test]
fn a_cluster_becomes_a_row() {
    let mut cluster = network(true, &["203.0.113.0/24"]);
    let more = json!({
        "arn": "arn:aws:eks:eu-west-1:111111111111:cluster/main", "createdAt": "2026-03-01T00:00:00Z",
        "version": "1.33", "platformVersion": "eks.9", "status": "ACTIVE",
        "logging": { "clusterLogging": [
            { "types": ["api", "audit"], "enabled": true },
            { "types": ["scheduler", "controllerManager", "authenticator"], "enabled": false },
        ] },
        "certificateAuthority": { "data": "LS0tLS1CRUdJTg==" },
        "encryptionConfig": [{ "resources": ["secrets"], "provider": { "keyArn": "arn:aws:kms:x" } }],
        "accessConfig": { "authenticationMode": "API" }, "upgradePolicy": { "supportType": "EXTENDED" },
        "computeConfig": { "enabled": false }, "deletionProtection": true,
        "health": { "issues": [{ "code": "VpcNotFound", "message": "No VPC.", "resourceIds": ["vpc-1"] }] },
        "tags": { "team": "web" },
    });
    cluster.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    assert_eq!(
        serde_json::to_value(row(&cluster)).expect("a row is JSON"),
        json!({
            "name": "main", "state": "ACTIVE", "version": "1.33", "support": null, "support_ends": null,
            "extended_support_ends": null, "upgrade_policy": "EXTENDED", "platform_version": "eks.9",
            "public": true, "private": true, "public_cidrs": ["203.0.113.0/24"], "logging": ["api", "audit"],
            "kms_key": "arn:aws:kms:x", "auth_mode": "API", "auto_mode": false, "deletion_protection": true,
            "vpc": "vpc-1", "health": ["VpcNotFound"], "created": "2026-03-01T00:00:00Z",
            "arn": "arn:aws:eks:eu-west-1:111111111111:cluster/main", "tags": { "team": "web" },
        })
    );
}

#[test]
fn addresses_are_told_only_of_a_public_endpoint() {
    let cidrs = |public| row(&network(public, &["0.0.0.0/0"])).public_cidrs;
    assert_eq!(cidrs(true), Some(vec!["0.0.0.0/0".to_owned()]));
    assert_eq!(cidrs(false), None);
}

#[test]
fn a_cluster_that_is_being_made_says_little() {
    let row = row(&json!({ "name": "main", "status": "CREATING" }));
    assert_eq!((row.name.as_str(), &row.version, row.public, &row.kms_key), ("main", &None, None, &None));
    assert_eq!(row.health.as_deref(), Some(&[][..]));
}

#[test]
fn clients_see_a_small_tool() {
    let tool = describe::<eks_list_clusters>();
    insta::assert_snapshot!(tool.description, @"Lists EKS clusters: version and when its support ends, exposure of the endpoint, logging, encryption.");
    assert!(tool.hints.read_only && tool.hints.open_world && !tool.hints.destructive);
}
