use time::macros::date;
use tollgate_sdk::describe;

use super::*;

fn selected<T: DeserializeOwned>(select: &str, output: &Value) -> T {
    let selected =
        jmespath::compile(select).and_then(|select| select.search(output)).expect("the expression fits");
    let selected = serde_json::to_string(&selected).expect("JSON");
    serde_json::from_str(&selected).expect("what the expression makes")
}

#[test]
fn a_function_is_named_in_several_ways() {
    let named = |text: &str| {
        let wanted = Wanted::parse(text).expect(text);
        (wanted.name, wanted.qualifier, wanted.arn.map(|arn| arn.region))
    };
    let (name, live, region) =
        (|| "receipts".to_owned(), || Some("live".to_owned()), || Some("eu-west-1".to_owned()));
    assert_eq!(named("receipts"), (name(), None, None));
    assert_eq!(named("receipts:live"), (name(), live(), None));
    assert_eq!(named("arn:aws:lambda:eu-west-1:222233334444:function:receipts"), (name(), None, region()));
    assert_eq!(
        named("arn:aws:lambda:eu-west-1:222233334444:function:receipts:live"),
        (name(), live(), region())
    );
}

#[test]
fn other_things_are_refused() {
    for text in
        ["", ":live", "a:b:c", "arn:aws:lambda:eu-west-1:222233334444:layer:common:7", "arn:aws:s3:::f"]
    {
        let error = Wanted::parse(text).expect_err(text).to_string();
        assert!(error.starts_with("`function`: expected a name") && error.ends_with(text), "{error}");
    }
}

#[test]
fn an_alias_is_asked_for_by_its_qualifier_and_the_function_without() {
    let wanted = Wanted::parse("receipts:live").expect("a name");
    assert_eq!(wanted.input(), json!({ "FunctionName": "receipts", "Qualifier": "live" }));
    assert_eq!(wanted.input_of_function(), json!({ "FunctionName": "receipts" }));
    let arn = "arn:aws:lambda:eu-west-1:222233334444:function:receipts";
    assert_eq!(unqualified(&format!("{arn}:live")), arn);
    assert_eq!(unqualified(arn), arn);
}

#[test]
fn the_configuration_is_told_with_the_end_of_the_runtime() {
    let output = json!({
        "FunctionName": "receipts", "FunctionArn": "arn:f", "Runtime": "nodejs16.x", "MemorySize": 512,
        "LastModified": "2023-02-01T08:15:00.000+0000", "Version": "$LATEST", "State": "Active",
        "Environment": { "Variables": { "TOKEN": "[redacted]" } },
        "VpcConfig": { "VpcId": "vpc-1", "SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"] },
        "DeadLetterConfig": { "TargetArn": "arn:aws:sqs:eu-west-1:222233334444:dead" },
        "Layers": [{ "Arn": "arn:layer:7", "CodeSize": 10 }],
    });
    let function = Function::new(selected(select::CONFIGURATION, &output), date!(2026 - 11 - 22));
    let told = serde_json::to_value(function).expect("JSON");
    for (name, expected) in [
        ("runtime_deprecated", json!(true)),
        ("runtime_ends", json!("2024-06-12")),
        ("last_modified", json!("2023-02-01T08:15:00.000Z")),
        ("environment", json!({ "TOKEN": "[redacted]" })),
        ("security_groups", json!(["sg-1"])),
        ("dead_letter", json!("arn:aws:sqs:eu-west-1:222233334444:dead")),
        ("layers", json!([{ "arn": "arn:layer:7", "bytes": 10 }])),
        ("public", Value::Null),
    ] {
        assert_eq!(told[name], expected, "{name}");
    }
}

#[test]
fn lists_are_told_in_our_words() {
    let versions: Vec<Version> = selected(
        select::VERSIONS,
        &json!({ "Versions": [{ "Version": "$LATEST" }, { "Version": "7", "Runtime": "python3.14" }] }),
    );
    assert_eq!(versions.iter().map(|version| &version.version).collect::<Vec<_>>(), ["7"]);
    let aliases: Vec<Alias> = selected(
        select::ALIASES,
        &json!({ "Aliases": [{ "Name": "live", "FunctionVersion": "7",
                               "RoutingConfig": { "AdditionalVersionWeights": { "6": 0.1 } } }] }),
    );
    assert_eq!((aliases[0].name.as_str(), &aliases[0].weights), ("live", &Some(json!({ "6": 0.1 }))));
    let sources: Vec<Value> = selected(
        select::EVENT_SOURCES,
        &json!({ "EventSourceMappings": [{
            "UUID": "u", "EventSourceArn": "arn:aws:sqs:eu-west-1:222233334444:orders",
            "State": "Enabled", "BatchSize": 10,
            "FilterCriteria": { "Filters": [{ "Pattern": "{}" }] },
        }] }),
    );
    assert_eq!((&sources[0]["state"], &sources[0]["filters"]), (&json!("Enabled"), &json!(["{}"])));
    let asynchronous: Vec<Value> = selected(
        select::ASYNCHRONOUS,
        &json!({ "FunctionEventInvokeConfigs": [{
            "MaximumRetryAttempts": 0, "DestinationConfig": { "OnSuccess": {},
            "OnFailure": { "Destination": "arn:dead" } },
        }] }),
    );
    assert_eq!(
        (&asynchronous[0]["retries"], &asynchronous[0]["on_failure"]),
        (&json!(0), &json!("arn:dead"))
    );
    let provisioned: Vec<Value> = selected(
        select::PROVISIONED_CONCURRENCY,
        &json!({ "ProvisionedConcurrencyConfigs": [{ "RequestedProvisionedConcurrentExecutions": 5,
        "Status": "READY" }] }),
    );
    assert_eq!((&provisioned[0]["requested"], &provisioned[0]["state"]), (&json!(5), &json!("READY")));
}

#[test]
fn what_cannot_be_found_out_is_a_gap_that_says_what() {
    let mut gaps = Gaps { function: "web", rows: Rows::default() };
    let denied = aws::Error::Denied("not granted".to_owned());
    assert_eq!(gaps.or_default::<Vec<u8>>("tags", Err(denied)), Vec::<u8>::new());
    assert_eq!(gaps.or_default("URLs", Ok(vec![1])), [1]);
    insta::assert_debug_snapshot!(gaps.rows, @r#"
    Rows {
        rows: [],
        truncated: false,
        errors: [
            Denied(
                "function web: tags: not granted",
            ),
        ],
    }
    "#);
}

#[test]
fn a_list_that_was_cut_is_told_as_far_as_it_goes() {
    let mut gaps = Gaps { function: "web", rows: Rows::default() };
    assert_eq!(gaps.list("versions", Ok(aws::Response::new(vec![1, 2], false))), [1, 2]);
    assert_eq!(gaps.list("aliases", Ok(aws::Response::new(vec!["live"], true))), ["live"]);
    insta::assert_debug_snapshot!(gaps.rows, @"
    Rows {
        rows: [],
        truncated: true,
        errors: [],
    }
    ");
}

#[test]
fn statements_are_told_without_the_function_that_they_are_about() {
    let statement = json!({ "Sid": "s", "Effect": "Allow", "Resource": "arn:f", "Principal": "*" });
    let told = without_resource(&statement);
    insta::assert_snapshot!(told, @r#"{"Sid":"s","Effect":"Allow","Principal":"*"}"#);
}

#[test]
fn clients_see_a_small_tool() {
    let tool = describe::<lambda_describe_function>();
    insta::assert_snapshot!(tool.description, @"Describes a Lambda function: configuration (of its environment the names), URLs, resource policy, event sources, aliases, versions, concurrency. Never its code.");
    insta::assert_snapshot!(tool.input_schema["properties"]["function"], @r#"{"type":"string","description":"Name or ARN, with :alias or :version if need be"}"#);
    assert!(tool.hints.read_only && tool.hints.open_world && !tool.hints.destructive);
}
