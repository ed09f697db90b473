//! The endpoint rules, judged by botocore's own endpoint tests: every case, for every service.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value as Json, json};
use tollgate_aws::endpoint::PartitionIndex;
use tollgate_aws::endpoint::rules::{AuthScheme, Failure, Resolved, RuleSet, Value};
use tollgate_aws::model::Pack;

type Cases = BTreeMap<String, Vec<Json>>;

fn cases() -> Cases {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/endpoints");
    let file = std::fs::File::open(folder.join("cases.json.zst")).unwrap();
    serde_json::from_reader(zstd::Decoder::new(file).unwrap()).unwrap()
}

fn value(json: &Json) -> Option<Value<'_>> {
    match json {
        Json::String(text) => Some(Value::from(text.as_str())),
        Json::Bool(flag) => Some(Value::from(*flag)),
        Json::Array(items) => Some(items.iter().map(|it| it.as_str().unwrap()).collect()),
        Json::Null => None,
        other => panic!("a parameter of another type: {other}"),
    }
}

fn evaluate(rules: &RuleSet, partitions: &PartitionIndex, case: &Json) -> Result<Resolved, Failure> {
    let given = |name: &str| case.get("params")?.get(name).and_then(value);
    rules.evaluate(partitions, rules.parameters().iter().map(|it| given(&it.name)).collect())
}

fn scheme_json(scheme: &AuthScheme) -> Json {
    let mut json = json!({ "name": &*scheme.name });
    if let Some(name) = &scheme.signing_name {
        json["signingName"] = json!(name);
    }
    if let Some(region) = &scheme.signing_region {
        json["signingRegion"] = json!(region);
    }
    if !scheme.signing_region_set.is_empty() {
        json["signingRegionSet"] = json!(scheme.signing_region_set);
    }
    if let Some(flag) = scheme.disable_double_encoding {
        json["disableDoubleEncoding"] = json!(flag);
    }
    json
}

/// What botocore's cases say about an answer, in their form. Of the properties only those that say how to
/// sign are ours; the others (`backend`, `metricValues`) are for statistics in AWS's SDKs.
fn in_their_words(answer: &Result<Resolved, Failure>) -> Json {
    match answer {
        Err(failure) => json!({ "error": failure.to_string() }),
        Ok(resolved) => {
            let headers: BTreeMap<&str, &Vec<String>> =
                resolved.headers.iter().map(|(name, it)| (&**name, it)).collect();
            let schemes: Vec<Json> = resolved.schemes.iter().map(scheme_json).collect();
            json!({ "url": resolved.url, "headers": headers, "schemes": schemes })
        }
    }
}

fn expected(case: &Json) -> Json {
    match (case.pointer("/expect/endpoint"), case.pointer("/expect/error")) {
        (Some(endpoint), None) => json!({
            "url": endpoint["url"],
            "headers": endpoint.get("headers").cloned().unwrap_or_else(|| json!({})),
            "schemes": endpoint.pointer("/properties/authSchemes").cloned().unwrap_or_else(|| json!([])),
        }),
        (None, Some(error)) => json!({ "error": error }),
        _ => panic!("a case that expects something else: {case}"),
    }
}

#[test]
fn every_case_of_botocore_holds() {
    let pack = Pack::bundled();
    let partitions = PartitionIndex::new(pack.partitions());
    let (mut held, mut wrong) = (0, Vec::new());
    for (name, cases) in cases() {
        let service = pack.service(&name).unwrap();
        let rules = RuleSet::parse(service.endpoint_rules.as_ref().unwrap()).unwrap();
        for case in &cases {
            let (ours, theirs) = (in_their_words(&evaluate(&rules, &partitions, case)), expected(case));
            if ours == theirs {
                held += 1;
            } else {
                wrong.push(format!("{name}: {}\n  ours   {ours}\n  theirs {theirs}", case["documentation"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} held, {} did not:\n{}", held, wrong.len(), wrong.join("\n"));
    assert!(held > 14_000, "{held} cases only");
}

#[test]
fn every_service_of_the_pack_has_cases() {
    let tested: BTreeSet<String> = cases().into_keys().collect();
    let packed: BTreeSet<String> = Pack::bundled().service_names().map(str::to_owned).collect();
    assert_eq!(tested, packed);
}
