use tollgate_sdk::{aws::Target, describe};

use super::*;

fn located(region: &str) -> Located {
    let target = Target::new("111111111111", region);
    Located { name: "logs".to_owned(), target, created: Some("2026-03-01T00:00:00Z".to_owned()) }
}

#[test]
fn parts_that_fail_do_not_hide_the_rest() {
    let mut whole = Whole::new(&located("eu-west-1"));
    let denied = aws::ServiceError::new("AccessDenied", "You may not.", 403);
    whole.put("object_lock", Err(aws::Error::Service(denied)));
    whole.put("versioning", Ok("Enabled".into()));
    let members = Value::Object(whole.members.clone());
    insta::assert_snapshot!(members, @r#"{"region":"eu-west-1","name":"logs","arn":"arn:aws:s3:::logs","created":"2026-03-01T00:00:00Z","versioning":"Enabled"}"#);
    assert_eq!(
        whole.failures.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["AccessDenied: object lock of bucket logs: You may not."]
    );
}

#[test]
fn the_arn_is_that_of_the_partition() {
    let arn = |region: &str| Whole::new(&located(region)).members["arn"].clone();
    assert_eq!(arn("us-east-1"), "arn:aws:s3:::logs");
    assert_eq!(arn("us-gov-west-1"), "arn:aws-us-gov:s3:::logs");
    assert_eq!(arn("cn-north-1"), "arn:aws-cn:s3:::logs");
}

#[test]
fn a_policy_is_json_and_what_is_none_is_told_as_it_is() {
    assert_eq!(policy(Some(r#"{"Version":"2012-10-17"}"#.into())), json!({ "Version": "2012-10-17" }));
    assert_eq!(policy(Some("{".into())), json!("{"));
    assert_eq!(policy(None), Value::Null);
}

#[test]
fn notifications_of_all_kinds_are_one_list() {
    let notifications = |output: Value| {
        let found = jmespath::compile(NOTIFICATIONS).and_then(|select| select.search(output));
        serde_json::to_value(found.expect("the expression fits")).expect("JSON")
    };
    let output = json!({
        "QueueConfigurations": [{ "Id": "1", "QueueArn": "arn:aws:sqs:eu-west-1:1:q", "Events": ["s3:ObjectCreated:*"],
            "Filter": { "Key": { "FilterRules": [{ "Name": "prefix", "Value": "in/" }] } } }],
        "LambdaFunctionConfigurations": [{ "LambdaFunctionArn": "arn:aws:lambda:eu-west-1:1:function:f", "Events": [] }],
        "EventBridgeConfiguration": {},
    });
    assert_eq!(
        notifications(output),
        json!([
            { "target": "arn:aws:sqs:eu-west-1:1:q", "events": ["s3:ObjectCreated:*"],
              "filter": [{ "Name": "prefix", "Value": "in/" }] },
            { "target": "arn:aws:lambda:eu-west-1:1:function:f", "events": [], "filter": null },
            { "target": "EventBridge" },
        ])
    );
    assert_eq!(notifications(json!({})), json!([]));
}

#[test]
fn every_part_is_read_by_an_expression_that_compiles() {
    for part in PARTS {
        jmespath::compile(part.select).unwrap_or_else(|error| panic!("{}: {error}", part.name));
    }
}

#[test]
fn clients_see_a_small_tool() {
    let tool = describe::<s3_describe_bucket>();
    insta::assert_snapshot!(tool.description, @"Describes an S3 bucket: policy, public access, encryption, versioning, logging, lifecycle, replication, notifications, CORS, website, tags.");
    insta::assert_snapshot!(tool.input_schema["properties"], @r#"{"bucket":{"type":"string","description":"Name or ARN"},"accounts":{"type":"array","items":{"type":"string"},"description":"Where to look; default: all"}}"#);
}
