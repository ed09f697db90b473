use serde_json::json;
use tollgate_sdk::describe as describe_tool;

use super::{
    part::{AddOnVersion, default_of},
    *,
};
use crate::selected::selected;

#[test]
fn a_node_group_says_how_it_is() {
    let group: Map<String, Value> = selected(
        NODE_GROUPS.select,
        &json!({ "nodegroup": {
            "nodegroupName": "spot", "clusterName": "main", "version": "1.32", "releaseVersion": "1.32.9-20260702",
            "status": "DEGRADED", "capacityType": "SPOT", "instanceTypes": ["m7g.large"], "diskSize": 50,
            "scalingConfig": { "minSize": 0, "desiredSize": 3, "maxSize": 10 },
            "updateConfig": { "maxUnavailablePercentage": 33 },
            "resources": { "autoScalingGroups": [{ "name": "eks-spot" }] },
            "health": { "issues": [{ "code": "AsgInstanceLaunchFailures", "message": "No.", "resourceIds": ["eks-spot"] }] },
        } }),
    );
    assert_eq!(group["size"], json!({ "min": 0, "desired": 3, "max": 10 }));
    assert_eq!((&group["state"], &group["update"]), (&json!("DEGRADED"), &json!(33)));
    assert_eq!(group["auto_scaling_groups"], json!(["eks-spot"]));
    assert_eq!(
        group["health"],
        json!([{ "code": "AsgInstanceLaunchFailures", "message": "No.", "resources": ["eks-spot"] }])
    );
}

#[test]
fn every_expression_fits_an_answer_that_says_nothing() {
    for (part, thing) in [
        (&NODE_GROUPS, "nodegroup"),
        (&FARGATE_PROFILES, "fargateProfile"),
        (&ADD_ONS, "addon"),
        (&ACCESS_ENTRIES, "accessEntry"),
        (&POD_IDENTITIES, "association"),
    ] {
        let described: Map<String, Value> = selected(part.select, &json!({ thing: {} }));
        assert!(described.values().all(Value::is_null), "{thing}: {described:?}");
    }
    let described: Value =
        selected(IDENTITY_PROVIDERS.select, &json!({ "identityProviderConfig": { "oidc": {} } }));
    assert!(described.as_object().expect("an object").values().all(Value::is_null), "{described}");
}

#[test]
fn the_configuration_of_an_add_on_is_left_out() {
    let add_on =
        json!({ "addon": { "addonName": "x", "configurationValues": "{\"password\":\"hunter2\"}" } });
    let described: Value = selected(ADD_ONS.select, &add_on);
    assert!(!described.to_string().contains("hunter2"), "{described}");
}

#[test]
fn the_default_version_of_an_add_on_is_that_of_the_clusters_kubernetes() {
    let fits = |version: &str, default: bool| json!({ "clusterVersion": version, "defaultVersion": default });
    let versions = json!({ "addons": [{ "addonName": "coredns", "addonVersions": [
        { "addonVersion": "v3", "compatibilities": [fits("1.33", false), fits("1.34", true)] },
        { "addonVersion": "v2", "compatibilities": [fits("1.33", true)] },
        { "addonVersion": "v1" },
    ] }] });
    let default = |kubernetes: &str| {
        default_of(selected::<Vec<AddOnVersion>>(AddOnVersion::SELECT, &versions), kubernetes)
    };
    assert_eq!(default("1.33").as_deref(), Some("v2"));
    assert_eq!(default("1.34").as_deref(), Some("v3"));
    assert_eq!(default("1.35"), None);
}

#[test]
fn access_entries_are_asked_for_where_there_can_be_some() {
    let has = |mode: Value| {
        let cluster =
            json!({ "cluster": { "name": "main", "accessConfig": { "authenticationMode": mode } } });
        selected::<Cluster>(cluster::SELECT, &cluster).has_access_entries()
    };
    assert!(has(json!("API")) && has(json!("API_AND_CONFIG_MAP")));
    assert!(!has(json!("CONFIG_MAP")) && !has(Value::Null));
}

#[test]
fn clients_see_how_one_is_named() {
    let tool = describe_tool::<eks_describe_cluster>();
    insta::assert_snapshot!(tool.description, @"Describes an EKS cluster: node groups, Fargate profiles, add-ons, access entries, pod identities, OIDC, network, support.");
    insta::assert_snapshot!(tool.input_schema["properties"]["cluster"], @r#"{"type":"string","description":"Name or ARN"}"#);
    assert!(tool.hints.read_only && tool.hints.open_world && !tool.hints.destructive);
}
