//! Schemas, as a validator reads them.

use serde_json::{Value, json};

use crate::describe::{input_schema, output_schema};
use crate::model::Pack;
use crate::protocol;

fn schema(service: &str, operation: &str) -> Value {
    let service = Pack::bundled().service(service).expect("is there");
    input_schema(&service, service.operation(operation).expect("is there"))
}

#[test]
fn a_small_one_in_full() {
    insta::assert_json_snapshot!(schema("sqs", "GetQueueUrl"), @r#"
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "type": "object",
      "properties": {
        "QueueName": {
          "type": "string"
        },
        "QueueOwnerAWSAccountId": {
          "type": "string"
        }
      },
      "required": [
        "QueueName"
      ],
      "additionalProperties": false
    }
    "#);
}

#[test]
fn a_type_within_itself_is_defined_once() {
    let schema = schema("dynamodb", "PutItem");
    let attribute = &schema["$defs"]["AttributeValue"];
    assert_eq!(attribute["properties"]["L"]["items"], json!({"$ref": "#/$defs/AttributeValue"}));
    assert_eq!(
        schema["properties"]["Item"]["additionalProperties"],
        json!({"$ref": "#/$defs/AttributeValue"})
    );
}

const ARN: &str = "arn:aws:ssm-incidents::123456789012:incident-record/plan/1";

#[test]
fn the_validator_and_the_engine_refuse_the_same() {
    let cases = [
        ("ec2", "DescribeInstances", json!({}), true),
        ("ec2", "DescribeInstances", json!({"InstanceIds": ["i-1"], "MaxResults": 10}), true),
        ("ec2", "DescribeInstances", json!({"InstanceIds": "i-1"}), false),
        ("ec2", "DescribeInstances", json!({"Instances": []}), false),
        ("ec2", "DescribeInstances", json!([]), false),
        ("s3", "GetBucketLocation", json!({"Bucket": "b"}), true),
        ("s3", "GetBucketLocation", json!({"Bucket": ""}), false),
        ("s3", "GetBucketLocation", json!({}), false),
        ("dynamodb", "GetItem", json!({"TableName": "t", "Key": {"id": {"S": "1"}}}), true),
        ("dynamodb", "GetItem", json!({"TableName": "t", "Key": {"id": {"X": "1"}}}), false),
        ("ssm-incidents", "UpdateIncidentRecord", json!({"arn": ARN, "chatChannel": {"empty": {}}}), true),
        ("ssm-incidents", "UpdateIncidentRecord", json!({"arn": ARN, "chatChannel": {}}), false),
        (
            "ssm-incidents",
            "UpdateIncidentRecord",
            json!({"arn": ARN, "chatChannel": {"empty": {}, "chatbotSns": []}}),
            false,
        ),
        ("logs", "StartQuery", json!({"queryString": "q", "startTime": 1, "endTime": 2}), true),
        ("logs", "StartQuery", json!({"queryString": "q", "startTime": 1.5, "endTime": 2}), false),
        ("sts", "GetCallerIdentity", json!({}), true),
        ("sts", "GetCallerIdentity", json!({"Account": 1}), false),
        // The engine fills the token in.
        ("ec2", "RunInstances", json!({"MinCount": 1, "MaxCount": 1}), true),
        ("s3", "PutObject", json!({"Bucket": "b", "Key": "k", "Body": "YQ=="}), false),
    ];
    for (service, operation, input, fits) in cases {
        let what = format!("{service}:{operation} {input}");
        let validator = jsonschema::validator_for(&schema(service, operation)).expect("is a schema");
        assert_eq!(validator.is_valid(&input), fits, "the validator, {what}");
        let service = Pack::bundled().service(service).expect("is there");
        let operation = service.operation(operation).expect("is there");
        assert_eq!(protocol::encode(&service, operation, &input).is_ok(), fits, "the engine, {what}");
    }
}

#[test]
fn every_schema_of_the_pack_is_one() {
    let pack = Pack::bundled();
    for name in pack.service_names() {
        let service = pack.service(name).expect("is there");
        for operation in service.operations() {
            for schema in [input_schema(&service, operation), output_schema(&service, operation)] {
                let meta = jsonschema::draft202012::meta::validate(&schema);
                assert!(meta.is_ok(), "{name}:{}: {meta:?}", operation.name);
            }
        }
    }
}
