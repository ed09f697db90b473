use serde_json::{Value, json};
use tollgate_sdk::describe as describe_tool;

use super::*;
use crate::selected::selected;

fn row(more: More) -> Value {
    let insights: Vec<Selected> = selected(
        SELECT,
        &json!({ "insights": [{
            "id": "a-1", "name": "Deprecated APIs", "category": "UPGRADE_READINESS", "kubernetesVersion": "1.34",
            "lastRefreshTime": "2026-03-02T00:00:00Z", "lastTransitionTime": "2026-03-01T00:00:00Z",
            "description": "Checks for usage.", "insightStatus": { "status": "ERROR", "reason": "Usage was found." },
        }] }),
    );
    let insight = insights.into_iter().next().expect("one");
    serde_json::to_value(Insight::new("main", insight, more)).expect("a row is JSON")
}

#[test]
fn an_insight_becomes_a_row() {
    let row = row(More::default());
    assert_eq!(
        (&row["cluster"], &row["state"], &row["version"]),
        (&json!("main"), &json!("ERROR"), &json!("1.34"))
    );
    assert_eq!((&row["reason"], &row["recommendation"]), (&json!("Usage was found."), &Value::Null));
    assert_eq!(
        (&row["refreshed"], &row["changed"]),
        (&json!("2026-03-02T00:00:00Z"), &json!("2026-03-01T00:00:00Z"))
    );
}

#[test]
fn its_description_says_what_to_do_and_where() {
    let row = row(selected(
        SELECT_MORE,
        &json!({ "insight": {
            "recommendation": "Update manifests.",
            "resources": [
                { "kubernetesResourceUri": "/apis/x/v1beta3/y", "insightStatus": { "status": "ERROR" } },
                { "arn": "arn:aws:eks:x" },
            ],
            "categorySpecificSummary": {
                "deprecationDetails": [{
                    "usage": "/apis/x/v1beta3", "replacedWith": "/apis/x/v1", "stopServingVersion": "1.34",
                    "clientStats": [{ "numberOfRequestsLast30Days": 4210 }, { "numberOfRequestsLast30Days": 3 }],
                }, { "usage": "/apis/z/v1beta1" }],
                "addonCompatibilityDetails": [{ "name": "coredns", "compatibleVersions": ["v2"] }],
            },
        } }),
    ));
    assert_eq!(row["resources"], json!(["/apis/x/v1beta3/y", "arn:aws:eks:x"]));
    assert_eq!(
        row["deprecations"],
        json!([
            { "usage": "/apis/x/v1beta3", "replaced_with": "/apis/x/v1", "stops_in": "1.34", "requests": 4213 },
            { "usage": "/apis/z/v1beta1", "replaced_with": null, "stops_in": null, "requests": 0 },
        ])
    );
    assert_eq!(row["add_ons"], json!([{ "name": "coredns", "versions": ["v2"] }]));
}

#[test]
fn most_descriptions_have_little_to_say() {
    let more: More =
        selected(SELECT_MORE, &json!({ "insight": { "recommendation": "Nothing is to be done." } }));
    assert_eq!(more.recommendation.as_deref(), Some("Nothing is to be done."));
    assert!(more.resources.is_none() && more.deprecations.is_none() && more.add_ons.is_none());
}

#[test]
fn what_only_a_description_says_costs_calls_only_where_it_is_wanted() {
    let wants = |query: ListQuery| query.wants::<Insight>(DESCRIBED);
    assert!(!wants(ListQuery::default()));
    assert!(wants(ListQuery { fields: vec!["recommendation".to_owned()], ..ListQuery::default() }));
    assert!(wants(ListQuery { filter: Some("length(add_ons) > `0`".to_owned()), ..ListQuery::default() }));
}

#[test]
fn clients_see_which_clusters_can_be_named() {
    let tool = describe_tool::<eks_insights>();
    insta::assert_snapshot!(tool.description, @"Lists what EKS found in checking clusters: whether they are ready for an upgrade, what is deprecated or misconfigured, and what to do.");
    insta::assert_snapshot!(tool.input_schema["properties"]["clusters"], @r#"{"type":"array","items":{"type":"string"},"description":"Names; default: all"}"#);
    assert!(tool.hints.read_only && tool.hints.open_world && !tool.hints.destructive);
}
