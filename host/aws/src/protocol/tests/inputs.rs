//! Inputs that are refused, and what is told about them.

use serde_json::{Value as Json, json};

use super::{check, encode};
use crate::protocol::{InvalidInput, UnknownValues};

fn refusal(service: &str, operation: &str, input: &Json) -> String {
    check(service, operation, input, UnknownValues::Refuse).unwrap_err().to_string()
}

fn body(service: &str, operation: &str, input: &Json) -> String {
    String::from_utf8(encode(service, operation, input).unwrap().body.to_vec()).unwrap()
}

#[test]
fn every_problem_is_named_with_its_path() {
    let input = json!({
        "InstanceIDs": ["i-1"],
        "Filters": [{"Name": "vpc-id", "Values": "vpc-1"}, {"Nam": 5}],
        "MaxResults": "ten",
        "DryRun": null,
    });
    assert_eq!(
        refusal("ec2", "DescribeInstances", &input),
        "the input of ec2:DescribeInstances is wrong: \
         `InstanceIDs` is not a member of DescribeInstancesRequest; the nearest is `InstanceIds`; \
         `Filters[0].Values` has to be an array, not the string \"vpc-1\"; \
         `Filters[1].Nam` is not a member of Filter; the nearest is `Name`; \
         `MaxResults` has to be a 32-bit integer, not the string \"ten\""
    );
    assert_eq!(
        refusal(
            "sts",
            "AssumeRole",
            &json!({"RoleSessionName": "s", "DurationSeconds": 10, "RoleArn": null})
        ),
        "the input of sts:AssumeRole is wrong: `RoleSessionName` has to be at least 2, not 1 characters; \
         `DurationSeconds` has to be at least 900, not 10; `RoleArn` is required"
    );
    assert_eq!(
        refusal("sts", "GetCallerIdentity", &json!([])),
        "the input of sts:GetCallerIdentity is wrong: the input has to be an object, not an array"
    );
}

#[test]
fn many_problems_are_counted() {
    let input: Json = (0..9).map(|number| (format!("zzz{number}"), json!(1))).collect();
    let text = refusal("ec2", "DescribeRegions", &input);
    assert!(text.ends_with("`zzz5` is not a member of DescribeRegionsRequest; and 3 more"), "{text}");
}

#[test]
fn secrets_are_not_repeated() {
    let text = refusal("iam", "CreateLoginProfile", &json!({"UserName": "u", "Password": 1234}));
    assert!(text.ends_with("`Password` has to be a string, not a number"), "{text}");
}

#[test]
fn types_are_checked() {
    for (input, problem) in [
        (json!({"MaxResults": 1.5}), "`MaxResults` has to be a 32-bit integer, not the number 1.5"),
        (
            json!({"MaxResults": 3_000_000_000_u64}),
            "`MaxResults` has to be a 32-bit integer, not the number 3000000000",
        ),
        (json!({"DryRun": "true"}), "`DryRun` has to be a boolean, not the string \"true\""),
        (json!({"InstanceIds": [null]}), "`InstanceIds[0]` has to be a string, not null"),
        (json!({"InstanceIds": {}}), "`InstanceIds` has to be an array, not an object"),
    ] {
        let text = refusal("ec2", "DescribeInstances", &input);
        assert!(text.ends_with(&format!("is wrong: {problem}")), "{text}");
    }
    let text = refusal("ec2", "DescribeSpotPriceHistory", &json!({"StartTime": "tomorrow"}));
    assert!(text.contains("`StartTime` has to be a timestamp (ISO 8601, or seconds since 1970)"), "{text}");
    let text = refusal("lambda", "Invoke", &json!({"FunctionName": "f", "Payload": "not base64!"}));
    assert!(text.contains("`Payload` has to be bytes in base64"), "{text}");
}

#[test]
fn values_are_looked_up() {
    let escape = " (if AWS takes such a value by now, `unknown_values = \"send\"` under `[aws]` in the configuration \
                  lets it pass)";
    let input = json!({
        "InstanceTypes": ["t3.mikro", "t3.micro"],
        "ProductDescriptions": ["Linux"],
        "AvailabilityZoneId": "not-looked-at",
    });
    assert_eq!(
        refusal("ec2", "DescribeSpotPriceHistory", &input),
        format!(
            "the input of ec2:DescribeSpotPriceHistory is wrong: `InstanceTypes[0]` has to be one of {} known \
             values, not the string \"t3.mikro\"; the nearest is `t3.micro`{escape}",
            known_instance_types()
        )
    );
    assert_eq!(
        refusal("s3", "PutBucketVersioning", &versioning("enabled")),
        format!(
            "the input of s3:PutBucketVersioning is wrong: `VersioningConfiguration.Status` has to be one of \
             `Enabled`, `Suspended`, not the string \"enabled\"{escape}"
        )
    );
    let input = json!({"QueueUrl": "https://example.com/q", "Attributes": {"Polizy": "{}"}});
    let text = refusal("sqs", "SetQueueAttributes", &input);
    assert!(text.contains("`Attributes.Polizy` has to be one of"), "{text}");
    assert!(text.contains("not the key \"Polizy\"; the nearest is `Policy`"), "{text}");
    assert_eq!(
        refusal("organizations", "DescribeAccount", &json!({"AccountId": "prod"})),
        format!(
            "the input of organizations:DescribeAccount is wrong: `AccountId` has to match `^\\d{{12}}$`, not the \
             string \"prod\"{escape}"
        )
    );
}

fn versioning(status: &str) -> Json {
    json!({"Bucket": "b", "VersioningConfiguration": {"Status": status}})
}

fn known_instance_types() -> usize {
    let service = super::service("ec2");
    let known = |shape: &crate::model::Shape| match &shape.kind {
        crate::model::Kind::String(text) if &*shape.name == "InstanceType" => Some(text.enum_values.len()),
        _ => None,
    };
    service.shapes.iter().find_map(known).unwrap()
}

#[test]
fn unknown_values_are_sent_where_that_is_asked_for() {
    let input = versioning("New");
    check("s3", "PutBucketVersioning", &input, UnknownValues::Send).unwrap();
    // What follows a page of AWS is not held against the model.
    encode("s3", "PutBucketVersioning", &input).unwrap();
}

#[test]
fn looking_values_up_takes_no_time_without_end() {
    let types: Vec<_> = (0..20_000).map(|number| json!(format!("t3.mikro-{number}"))).collect();
    let text = refusal("ec2", "DescribeSpotPriceHistory", &json!({ "InstanceTypes": types }));
    assert!(text.contains("; and 19994 more"), "{text}");
    // Long texts are left to AWS.
    let input = json!({"AccountId": "x".repeat(5000)});
    check("organizations", "DescribeAccount", &input, UnknownValues::Refuse).unwrap();
}

#[test]
fn unions_have_one_member() {
    let input = json!({"Name": "n", "CaCertificatesBundleSource": {}});
    let text = refusal("cloudfront", "CreateTrustStore", &input);
    assert!(
        text.ends_with(
            "`CaCertificatesBundleSource` has to have exactly one of its members, not 0: `CaCertificatesBundleS3Location`"
        ),
        "{text}"
    );
}

#[test]
fn times_and_numbers_are_taken_in_many_forms() {
    for time in [
        json!("2026-11-22T05:54:38Z"),
        json!("2026-11-22T06:54:38+01:00"),
        json!(1_795_326_878),
        json!(1_795_326_878.0),
    ] {
        let body = body("ec2", "DescribeSpotPriceHistory", &json!({"StartTime": time}));
        assert!(body.ends_with("StartTime=2026-11-22T05%3A54%3A38Z"), "{body}");
    }
}

#[test]
fn absent_tokens_are_filled_in() {
    let input = json!({"IpamPoolId": "pool", "ClientToken": null});
    let filled = body("ec2", "AllocateIpamPoolCidr", &input);
    let (rest, token) = filled.split_once("&ClientToken=").unwrap();
    assert_eq!(rest, "Action=AllocateIpamPoolCidr&Version=2016-11-15&IpamPoolId=pool");
    assert_eq!(token.len(), 36);
    let given = body("ec2", "AllocateIpamPoolCidr", &json!({"IpamPoolId": "pool", "ClientToken": "mine"}));
    assert!(given.ends_with("&ClientToken=mine"), "{given}");
}

#[test]
fn streams_are_refused() {
    let stream = |service, operation, input| match encode(service, operation, &input) {
        Err(InvalidInput::Streaming { member, .. }) => member,
        other => panic!("{operation}: {other:?}"),
    };
    assert_eq!(stream("s3", "PutObject", json!({"Bucket": "b", "Key": "k", "Body": "aGk="})), "Body");
    assert_eq!(stream("s3", "SelectObjectContent", json!({})), "Payload");
    // Without its stream, the request is an ordinary one.
    assert_eq!(encode("s3", "PutObject", &json!({"Bucket": "b", "Key": "k"})).unwrap().path, "/k");
}

#[test]
fn paths_cannot_be_climbed() {
    let text = refusal("lambda", "GetFunction", &json!({"FunctionName": ".."}));
    assert!(text.ends_with("`FunctionName` cannot be `.` or `..`, since it is part of a path"), "{text}");
    let text = refusal("lambda", "GetFunction", &json!({"FunctionName": ""}));
    assert!(text.ends_with("`FunctionName` has to be at least 1, not 0 characters"), "{text}");
    let path = encode("lambda", "GetFunction", &json!({"FunctionName": "../a?b#c"})).unwrap().path;
    assert_eq!(path, "/2015-03-31/functions/..%2Fa%3Fb%23c");
    // Keys of S3 are not paths, whatever they look like.
    let request = encode("s3", "GetObject", &json!({"Bucket": "b", "Key": "../a b/./ü"})).unwrap();
    assert_eq!(request.path, "/../a%20b/./%C3%BC");
}

#[test]
fn headers_cannot_be_broken_out_of() {
    let text = refusal("s3", "GetObject", &json!({"Bucket": "b", "Key": "k", "IfMatch": "a\r\nx: y"}));
    assert!(text.ends_with("`IfMatch` has control characters, which a header cannot carry"), "{text}");
    let text = refusal(
        "s3",
        "CreateMultipartUpload",
        &json!({"Bucket": "b", "Key": "k", "Metadata": {"a: b": "c"}}),
    );
    assert!(text.ends_with("`Metadata.a: b` is not allowed as the name of a header"), "{text}");
}

#[test]
fn host_names_cannot_be_broken_out_of() {
    let input = json!({"graphIdentifier": "g-1/evil.example.com", "queryId": "q"});
    let text = encode("neptune-graph", "CancelQuery", &input).unwrap_err().to_string();
    assert!(text.contains("`graphIdentifier` becomes part of a host name"), "{text}");
    let request =
        encode("neptune-graph", "CancelQuery", &json!({"graphIdentifier": "g-1", "queryId": "q"})).unwrap();
    assert_eq!(request.host_prefix.as_deref(), Some("g-1."));
}

#[test]
fn carriage_returns_survive_xml() {
    // A bare one would reach S3 as a line feed, and so name another object.
    let input = json!({"Bucket": "b", "Delete": {"Objects": [{"Key": "a\r\nb<&>"}]}});
    assert_eq!(
        body("s3", "DeleteObjects", &input),
        "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a&#13;\nb&lt;&amp;&gt;</Key></Object></Delete>"
    );
}

#[test]
fn depth_is_bounded() {
    let mut value = json!({"S": "end"});
    for _ in 0..200 {
        value = json!({"L": [value]});
    }
    let text = refusal("dynamodb", "PutItem", &json!({"TableName": "table", "Item": {"a": value}}));
    assert!(text.ends_with("is nested too deeply"), "{text}");
}

#[test]
fn operations_without_input_take_nothing() {
    assert!(encode("iam", "GetAccountSummary", &Json::Null).is_ok());
    assert!(encode("iam", "GetAccountSummary", &json!({})).is_ok());
    let text = refusal("iam", "GetAccountSummary", &json!({"a": 1}));
    assert!(
        text.ends_with("`a` is not a member of the input of GetAccountSummary, which takes none"),
        "{text}"
    );
}
