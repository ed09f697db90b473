//! The endpoint rules, judged by botocore's own endpoint tests: every case, for every service.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use tollgate_aws::Environment;
use tollgate_aws::endpoint::rules::{
    AuthScheme, Builtin, Failure, Parameter, ParameterKind, Resolved, RuleSet, Value,
};
use tollgate_aws::endpoint::{Builtins, Endpoint, EndpointError, PartitionIndex, Resolver, Settings};
use tollgate_aws::model::Pack;
use tollgate_aws::profile::Profile;
use tollgate_aws::protocol::encode;

type Cases = BTreeMap<String, Vec<Json>>;

fn file(name: &str) -> std::fs::File {
    std::fs::File::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/endpoints").join(name)).unwrap()
}

fn cases() -> Cases {
    let file = file("cases.json.zst");
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
        let rules = RuleSet::read(service.endpoint_rules.as_ref().unwrap().get()).unwrap();
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

/// The client settings of an operation's case, by their names in the rules.
fn builtins(given: &Json) -> Builtins<'_> {
    let text = |name: &str| given.get(name).and_then(Json::as_str);
    let flag = |name: &str| given.get(name).and_then(Json::as_bool);
    Builtins {
        fips: flag("AWS::UseFIPS").unwrap_or(false),
        dual_stack: flag("AWS::UseDualStack").unwrap_or(false),
        endpoint: text("SDK::Endpoint"),
        account_id: text("AWS::Auth::AccountId"),
        account_id_mode: text("AWS::Auth::AccountIdEndpointMode"),
        sts_global: flag("AWS::STS::UseGlobalEndpoint").unwrap_or(false),
        s3_global: flag("AWS::S3::UseGlobalEndpoint").unwrap_or(false),
        s3_path_style: flag("AWS::S3::ForcePathStyle").unwrap_or(false),
        s3_accelerate: flag("AWS::S3::Accelerate").unwrap_or(false),
        s3_use_arn_region: flag("AWS::S3::UseArnRegion"),
        s3_no_multi_region: flag("AWS::S3::DisableMultiRegionAccessPoints").unwrap_or(false),
        s3_control_use_arn_region: flag("AWS::S3Control::UseArnRegion"),
        ..Builtins::bare(text("AWS::Region"))
    }
}

/// Whether an answer to a whole call is what a case expects.
fn fits(answer: &Result<Endpoint, EndpointError>, case: &Json) -> bool {
    let names = |schemes: &Json| schemes.as_array().into_iter().flatten().any(|it| it["name"] == "sigv4");
    match (answer, case.pointer("/expect/endpoint")) {
        (Ok(endpoint), Some(expected)) => expected["url"] == *endpoint.url,
        (Err(EndpointError::Signature { .. }), Some(expected)) => {
            !names(expected.pointer("/properties/authSchemes").unwrap())
        }
        (Err(EndpointError::Unresolved { reason, .. }), None) => {
            case["expect"]["error"] == reason.to_string()
        }
        _ => false,
    }
}

#[test]
fn every_case_of_an_operation_holds() {
    let pack = Pack::bundled();
    let resolver = Resolver::new(pack);
    let (mut held, mut wrong) = (0, Vec::new());
    for (name, cases) in cases() {
        let service = pack.service(&name).unwrap();
        for case in &cases {
            for call in case.get("operationInputs").and_then(Json::as_array).into_iter().flatten() {
                let operation = service.operation(call["operationName"].as_str().unwrap()).unwrap();
                let empty = json!({});
                let input = call.get("operationParams").unwrap_or(&empty);
                let answer =
                    resolver.resolve_with(&service, operation, input, &builtins(&call["builtInParams"]));
                if fits(&answer, case) {
                    held += 1;
                } else {
                    let name = &operation.name;
                    wrong.push(format!(
                        "{name}: {}\n  ours   {answer:?}\n  theirs {}",
                        case["documentation"], case["expect"]
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} held, {} did not:\n{}", held, wrong.len(), wrong.join("\n"));
    assert!(held > 600, "{held} cases only");
}

#[test]
fn whole_calls_go_where_botocore_sends_them() {
    let pack = Pack::bundled();
    let resolver = Resolver::new(pack);
    let calls: Vec<Json> = serde_json::from_reader(file("calls.json")).unwrap();
    for call in &calls {
        let text = |key: &str| call[key].as_str().unwrap();
        let service = pack.service(text("service")).unwrap();
        let operation = service.operation(text("operation")).unwrap();
        let flag = |name: &str| call["settings"].get(name).is_some_and(|it| it == true);
        let mut settings = Settings::default().with_fips(flag("fips")).with_dual_stack(flag("dual_stack"));
        if let Some(url) = call["settings"].get("endpoint_url") {
            settings = settings.with_endpoint_url(url.as_str().unwrap()).unwrap();
        }
        let input = &call["input"];
        let request = encode(&service, operation, input).unwrap();
        let endpoint = resolver.resolve(&service, operation, input, text("region"), &settings).unwrap();
        let ours = json!({
            "url": endpoint.uri(&request).unwrap().to_string(),
            "signing_region": endpoint.signing_region,
            "signing_name": endpoint.signing_name,
        });
        assert_eq!(ours, call["expect"], "{call}");
    }
    assert!(calls.len() > 100);
}

#[tokio::test]
async fn environment_and_profile_lead_where_botocore_goes() {
    let pack = Pack::bundled();
    let resolver = Resolver::new(pack);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/endpoints");
    let calls: Vec<Json> = serde_json::from_reader(file("profiles.json")).unwrap();
    let mut wrong = Vec::new();
    for call in &calls {
        let text = |key: &str| call[key].as_str().unwrap();
        let service = pack.service(text("service")).unwrap();
        let operation = service.operation(text("operation")).unwrap();
        let given = call["environment"].as_object().unwrap();
        let variables = given.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
        let files = [
            ("AWS_CONFIG_FILE", folder.join("config")),
            ("AWS_SHARED_CREDENTIALS_FILE", folder.join("none")),
        ];
        let places = files.iter().map(|(name, path)| (*name, path.to_str().unwrap()));
        let environment: Environment =
            variables.chain(places).chain([("AWS_PROFILE", text("profile"))]).collect();
        let profile = Profile::load(&environment).await.unwrap();
        let settings = Settings::from_environment(&environment).unwrap().with_profile(Arc::new(profile));
        let (input, settings) = (&call["input"], settings.unwrap());
        let request = encode(&service, operation, input).unwrap();
        let ours = match resolver.resolve(&service, operation, input, text("region"), &settings) {
            Err(_) => json!({ "error": call["expect"]["error"] }),
            Ok(endpoint) => json!({
                "url": endpoint.uri(&request).unwrap().to_string(),
                "signing_region": endpoint.signing_region,
                "signing_name": endpoint.signing_name,
            }),
        };
        if ours != call["expect"] {
            wrong.push(format!("{call}\n  ours {ours}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), calls.len(), wrong.join("\n"));
    assert!(calls.len() >= 360);
}

#[test]
fn services_with_one_endpoint_are_known_in_every_partition() {
    let pack = Pack::bundled();
    let resolver = Resolver::new(pack);
    let home = |name: &str, region: &str| resolver.home_region(&pack.service(name).unwrap(), region);
    for name in [
        "account",
        "budgets",
        "ce",
        "cloudfront",
        "cost-optimization-hub",
        "iam",
        "organizations",
        "route53",
        "savingsplans",
        "support",
    ] {
        assert_eq!(home(name, "eu-west-1").as_deref(), Some("us-east-1"), "{name}");
    }
    for name in ["iam", "organizations", "route53"] {
        assert_eq!(home(name, "us-gov-east-1").as_deref(), Some("us-gov-west-1"), "{name}");
    }
    assert_eq!(home("iam", "cn-north-1").as_deref(), Some("cn-north-1"));
    assert_eq!(home("organizations", "cn-north-1").as_deref(), Some("cn-northwest-1"));
    for name in [
        "accessanalyzer",
        "cloudformation",
        "cloudwatch",
        "config",
        "ec2",
        "ecs",
        "eks",
        "elbv2",
        "guardduty",
        "inspector2",
        "kms",
        "lambda",
        "logs",
        "rds",
        "s3",
        "secretsmanager",
        "securityhub",
        "ssm",
        "sts",
    ] {
        for region in ["us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"] {
            assert_eq!(home(name, region), None, "{name} in {region}");
        }
    }
}

#[test]
fn nothing_but_a_region_is_a_region() {
    let pack = Pack::bundled();
    let resolver = Resolver::new(pack);
    let ec2 = pack.service("ec2").unwrap();
    let operation = ec2.operation("DescribeInstances").unwrap();
    let long = "a".repeat(64);
    for region in [
        "",
        " ",
        "evil.com/",
        "evil.com",
        "us-east-1/",
        "us-east-1@evil",
        "US-EAST-1",
        "us_east_1",
        "-us",
        "ü",
        &long,
    ] {
        let error = resolver.resolve(&ec2, operation, &json!({}), region, &Settings::default()).unwrap_err();
        assert_eq!(error, EndpointError::Region(region.to_owned()));
    }
}

#[test]
fn no_input_changes_the_host() {
    let pack = Pack::bundled();
    let resolver = Resolver::new(pack);
    for (service, operation, member) in [
        ("s3", "HeadBucket", "Bucket"),
        ("s3control", "ListAccessPoints", "AccountId"),
        ("neptune-graph", "GetGraphSummary", "graphIdentifier"),
        ("kinesis", "DescribeStreamSummary", "StreamARN"),
    ] {
        let service = pack.service(service).unwrap();
        let operation = service.operation(operation).unwrap();
        for text in [
            "evil.com/",
            "evil.com#",
            "evil.com?x=",
            "a@evil.com",
            "evil.com\\",
            "evil.com:443/",
            "\n",
            "ü",
            "..",
            "/",
            ".",
            "",
            "arn:aws:kinesis:eu-west-1:evil.com/:stream/x",
            "arn:aws:s3:evil.com/:123456789012:accesspoint/x",
        ] {
            let input = json!({ member: text });
            let Ok(request) = encode(&service, operation, &input) else { continue };
            let answer = resolver.resolve(&service, operation, &input, "eu-west-1", &Settings::default());
            if let Ok(uri) = answer.and_then(|endpoint| endpoint.uri(&request)) {
                assert!(uri.host().unwrap().ends_with(".amazonaws.com"), "{member} {text:?} gives {uri}");
            }
        }
    }
}

#[test]
fn emulators_have_one_host_name() {
    let pack = Pack::bundled();
    let resolver = Resolver::new(pack);
    for url in ["http://127.0.0.1:5000", "http://emulator:4566", "http://[::1]:5000"] {
        let settings = Settings::default().with_endpoint_url(url).unwrap();
        for (service, operation, input) in [
            ("s3control", "ListAccessPoints", json!({ "AccountId": "123456789012" })),
            ("mwaa", "ListEnvironments", json!({})),
            ("neptune-graph", "GetGraphSummary", json!({ "graphIdentifier": "g-0123456789" })),
        ] {
            let service = pack.service(service).unwrap();
            let operation = service.operation(operation).unwrap();
            let endpoint = resolver.resolve(&service, operation, &input, "eu-west-1", &settings).unwrap();
            let uri = endpoint.uri(&encode(&service, operation, &input).unwrap()).unwrap().to_string();
            assert!(uri.starts_with(&format!("{url}/")), "{}: {uri}", operation.name);
        }
    }
}

#[test]
fn what_cannot_be_resolved_says_why() {
    let pack = Pack::bundled();
    let resolver = Resolver::new(pack);
    let why = |service: &str, operation: &str, input: Json, region: &str, settings: &Settings| {
        let service = pack.service(service).unwrap();
        let operation = service.operation(operation).unwrap();
        resolver.resolve(&service, operation, &input, region, settings).unwrap_err().to_string()
    };
    let plain = Settings::default();
    let point = json!({ "Bucket": "arn:aws:s3::123456789012:accesspoint:mfzwi23gnjvgw.mrap" });
    assert_eq!(
        why("s3", "HeadBucket", point, "eu-west-1", &plain),
        "s3 wants sigv4a for this endpoint, and Tollgate signs with sigv4 only"
    );
    assert_eq!(
        why("s3control", "ListAccessPoints", json!({}), "eu-west-1", &plain),
        "s3control has no endpoint for this call: AccountId is required but not set"
    );
    assert_eq!(
        why("s3control", "ListAccessPoints", json!({ "AccountId": 123 }), "eu-west-1", &plain),
        "s3control has no endpoint for this call: AccountId has the wrong type for the endpoint rules"
    );
    assert_eq!(
        why("timestream-query", "ListScheduledQueries", json!({}), "eu-west-1", &plain),
        "timestream-query wants to be asked for the address of ListScheduledQueries first (DescribeEndpoints), \
         which Tollgate does not do: set an endpoint URL for timestream-query"
    );
    let bare = json!({
        "name": "new", "service_id": "New", "full_name": "New", "api_version": "1", "protocol": "aws-query",
        "endpoint_prefix": "new", "signing_name": "new", "endpoint_variable": "NEW", "operations": {}, "shapes": [],
    });
    let service = serde_json::from_value(bare).unwrap();
    let ec2 = pack.service("ec2").unwrap();
    let operation = ec2.operation("DescribeInstances").unwrap();
    let error = resolver.resolve(&service, operation, &json!({}), "eu-west-1", &plain).unwrap_err();
    assert_eq!(error.to_string(), "new has no endpoint rules: set an endpoint URL for it");
    let custom = Settings::default().with_endpoint_url("https://new.example").unwrap();
    let endpoint = resolver.resolve(&service, operation, &json!({}), "eu-west-1", &custom).unwrap();
    assert_eq!((&*endpoint.url, &*endpoint.signing_name), ("https://new.example", "new"));
    let timestream = pack.service("timestream-query").unwrap();
    let operation = timestream.operation("ListScheduledQueries").unwrap();
    let endpoint = resolver.resolve(&timestream, operation, &json!({}), "eu-west-1", &custom).unwrap();
    assert_eq!(&*endpoint.url, "https://new.example");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the parameters are, there is an answer, and one that names no host of the caller's.
    #[test]
    fn no_parameter_stops_or_diverts_the_rules(picks in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 64)) {
        const TEXTS: [&str; 14] = [
            "", "eu-west-1", "us-gov-west-1", "cn-north-1", "aws-global", "evil.com/", "@evil.com", "ü", "a.b", "arn:aws:s3:::", "-",
            "arn:aws:s3:eu-west-1:123456789012:accesspoint/ü@evil.com/", "arn:aws:kinesis:eu-west-1:evil.com/:stream/x:y/z",
            "bucket--use1-az1--x-s3",
        ];
        let pack = Pack::bundled();
        let partitions = PartitionIndex::new(pack.partitions());
        for name in pack.service_names() {
            let service = pack.service(name).unwrap();
            let rules = RuleSet::read(service.endpoint_rules.as_ref().unwrap().get()).unwrap();
            let value = |(it, (pick, flag)): (&Parameter, &(prop::sample::Index, bool))| match it.kind {
                ParameterKind::Bool => Some(Value::from(*flag)),
                ParameterKind::List => Some([*pick.get(&TEXTS)].into_iter().collect()),
                ParameterKind::Text if it.builtin == Some(Builtin::Endpoint) => None,
                ParameterKind::Text => Some(Value::from(*pick.get(&TEXTS))),
            };
            let values = rules.parameters().iter().zip(picks.iter().cycle()).map(value).collect();
            if let Ok(resolved) = rules.evaluate(&partitions, values) {
                let host = resolved.url.split("://").nth(1).unwrap().split('/').next().unwrap();
                prop_assert!(!host.contains('@') && !host.ends_with("evil.com"), "{name}: {resolved:?}");
            }
        }
    }
}
