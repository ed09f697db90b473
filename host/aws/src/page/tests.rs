use serde_json::{Value as Json, json};

use super::*;
use crate::account::Target;
use crate::model::Pack;
use crate::protocol::Value;

/// Gives the pages to a pager of an operation, and checks what it asks for; the merged output, and the cursor of a
/// cut one.
struct Script {
    service: &'static str,
    operation: &'static str,
    input: Json,
    /// What is asked for, and what is answered.
    pages: Vec<(Json, Json)>,
    key: CursorKey,
}

impl Script {
    fn new(service: &'static str, operation: &'static str, input: Json, pages: Vec<(Json, Json)>) -> Self {
        Self { service, operation, input, pages, key: CursorKey::random().unwrap() }
    }

    fn run(&self, limits: Limits, cursor: Option<&str>) -> (Json, Option<String>) {
        let service = Pack::bundled().service(self.service).unwrap();
        let operation = service.operation(self.operation).unwrap();
        let target = Target { account: "111111111111".parse().unwrap(), region: "us-east-1".to_owned() };
        let binding =
            Binding { service: self.service, operation: self.operation, target: &target, input: &self.input };
        let cursor = cursor.map(|cursor| (&self.key, cursor));
        let mut pager = Pager::new(&service, operation, binding, limits, cursor).unwrap().unwrap();
        loop {
            let asked = pager.input();
            let answer = self.pages.iter().find(|(input, _)| *input == asked);
            let (_, answer) = answer.unwrap_or_else(|| panic!("unexpected request {asked}"));
            match pager.absorb(Value::from(answer.clone())).unwrap() {
                Step::Next => {}
                Step::Done { truncated } => {
                    let cursor = truncated.then(|| pager.cursor(&self.key));
                    return (serde_json::from_str(&pager.finish()).unwrap(), cursor);
                }
            }
        }
    }

    fn whole(&self) -> Json {
        let (output, cursor) = self.run(Limits { max_items: None, max_bytes: 1 << 20 }, None);
        assert_eq!(cursor, None);
        output
    }
}

#[test]
fn counts_are_added_up() {
    let script = Script::new(
        "dynamodb",
        "Scan",
        json!({"TableName": "t"}),
        vec![
            (
                json!({"TableName": "t"}),
                json!({"Items": [{"a": {"S": "1"}}], "Count": 1, "ScannedCount": 9, "LastEvaluatedKey": {"a": {"S": "1"}},
                       "ConsumedCapacity": {"TableName": "t"}}),
            ),
            (
                json!({"TableName": "t", "ExclusiveStartKey": {"a": {"S": "1"}}}),
                json!({"Items": [{"a": {"S": "2"}}, {"a": {"S": "3"}}], "Count": 2, "ScannedCount": 2}),
            ),
        ],
    );
    let expected = json!({
        "Items": [{"a": {"S": "1"}}, {"a": {"S": "2"}}, {"a": {"S": "3"}}],
        "Count": 3, "ScannedCount": 11, "ConsumedCapacity": {"TableName": "t"}
    });
    assert_eq!(script.whole(), expected);
}

#[test]
fn what_is_not_gathered_is_kept_empty_or_false_as_well() {
    let stream = |shards: Json, more: bool| {
        json!({"StreamDescription": {
            "StreamName": "s", "KeyId": "", "HasMoreShards": more, "EnhancedMonitoring": [], "Shards": shards,
        }})
    };
    let script = Script::new(
        "kinesis",
        "DescribeStream",
        json!({"StreamName": "s"}),
        vec![(json!({"StreamName": "s"}), stream(json!([{"ShardId": "1"}]), false))],
    );
    let expected = json!({"StreamDescription": {
        "Shards": [{"ShardId": "1"}], "StreamName": "s", "KeyId": "", "EnhancedMonitoring": [],
    }});
    assert_eq!(script.whole(), expected);
}

#[test]
fn deep_keys_stay_deep() {
    let page = |items: &[&str], marker: Option<&str>| {
        let mut list = json!({"Items": items, "Quantity": items.len(), "IsTruncated": marker.is_some()});
        if let Some(marker) = marker {
            list["NextMarker"] = marker.into();
        }
        json!({ "DistributionList": list })
    };
    let script = Script::new(
        "cloudfront",
        "ListDistributions",
        json!({}),
        vec![(json!({}), page(&["a", "b"], Some("m"))), (json!({"Marker": "m"}), page(&["c"], None))],
    );
    assert_eq!(script.whole(), json!({"DistributionList": {"Items": ["a", "b", "c"]}}));
}

#[test]
fn several_tokens_go_together() {
    let script = Script::new(
        "route53",
        "ListResourceRecordSets",
        json!({"HostedZoneId": "Z1"}),
        vec![
            (
                json!({"HostedZoneId": "Z1"}),
                json!({"ResourceRecordSets": [{"Name": "a"}], "IsTruncated": true, "MaxItems": "1",
                       "NextRecordName": "b", "NextRecordType": "A", "NextRecordIdentifier": "blue"}),
            ),
            (
                json!({"HostedZoneId": "Z1", "StartRecordName": "b", "StartRecordType": "A",
                       "StartRecordIdentifier": "blue"}),
                json!({"ResourceRecordSets": [{"Name": "b"}], "IsTruncated": true, "MaxItems": "1",
                       "NextRecordName": "c", "NextRecordType": "A"}),
            ),
            // No identifier now: that of the page before must be gone.
            (
                json!({"HostedZoneId": "Z1", "StartRecordName": "c", "StartRecordType": "A"}),
                // A name without `IsTruncated` is no token.
                json!({"ResourceRecordSets": [{"Name": "c"}], "IsTruncated": false, "NextRecordName": "d"}),
            ),
        ],
    );
    assert_eq!(script.whole(), json!({"ResourceRecordSets": [{"Name": "a"}, {"Name": "b"}, {"Name": "c"}]}));
}

#[test]
fn maps_are_united_and_texts_put_together() {
    let script = Script::new(
        "apigateway",
        "GetUsage",
        json!({"usagePlanId": "p"}),
        vec![
            (
                json!({"usagePlanId": "p"}),
                json!({"items": {"k1": [[1, 9]], "k2": [[0, 0]]}, "position": "x", "startDate": "a", "endDate": "b",
                       "usagePlanId": "p"}),
            ),
            (json!({"usagePlanId": "p", "position": "x"}), json!({"items": {"k1": [[2, 8]], "k3": []}})),
        ],
    );
    let output = script.whole();
    assert_eq!(output["items"], json!({"k1": [[1, 9], [2, 8]], "k2": [[0, 0]], "k3": []}));

    let script = Script::new(
        "rds",
        "DownloadDBLogFilePortion",
        json!({"DBInstanceIdentifier": "d", "LogFileName": "l"}),
        vec![
            (
                json!({"DBInstanceIdentifier": "d", "LogFileName": "l"}),
                json!({"LogFileData": "one\n", "Marker": "1", "AdditionalDataPending": true}),
            ),
            (
                json!({"DBInstanceIdentifier": "d", "LogFileName": "l", "Marker": "1"}),
                json!({"LogFileData": "two\n", "Marker": "2", "AdditionalDataPending": false}),
            ),
        ],
    );
    assert_eq!(script.whole(), json!({"LogFileData": "one\ntwo\n"}));
}

/// Two lists on each of two pages, cut after every number of items, in every way to go on.
#[test]
fn several_lists_are_cut_as_one() {
    let script = Script::new(
        "s3",
        "ListObjectsV2",
        json!({"Bucket": "b", "Delimiter": "/"}),
        vec![
            (
                json!({"Bucket": "b", "Delimiter": "/"}),
                json!({"Name": "b", "Prefix": "", "KeyCount": 4, "MaxKeys": 4, "IsTruncated": true,
                       "Contents": [{"Key": "a"}, {"Key": "b"}], "CommonPrefixes": [{"Prefix": "c/"}, {"Prefix": "d/"}],
                       "NextContinuationToken": "t"}),
            ),
            (
                json!({"Bucket": "b", "Delimiter": "/", "ContinuationToken": "t"}),
                json!({"Name": "b", "Prefix": "", "KeyCount": 3, "IsTruncated": false,
                       "Contents": [{"Key": "e"}], "CommonPrefixes": [{"Prefix": "f/"}, {"Prefix": "g/"}]}),
            ),
        ],
    );
    let names = |output: &Json| {
        let list = |key: &str, name: &str| {
            let items = output.get(key).and_then(Json::as_array).into_iter().flatten();
            items.map(|item| item[name].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        [list("Contents", "Key"), list("CommonPrefixes", "Prefix")].concat()
    };
    let whole = script.whole();
    assert_eq!(names(&whole), ["a", "b", "e", "c/", "d/", "f/", "g/"]);
    let members: Vec<_> = whole.as_object().unwrap().keys().collect();
    assert_eq!(members, ["Contents", "CommonPrefixes", "Prefix"], "neither names nor counts of single pages");
    for max in 1..=8 {
        let limits = Limits { max_items: Some(max), max_bytes: 1 << 20 };
        let (mut found, mut cursor): (Vec<String>, Option<String>) = (Vec::new(), None);
        loop {
            let (output, next) = script.run(limits, cursor.as_deref());
            let names = names(&output);
            assert!(names.len() <= max as usize);
            found.extend(names);
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        // Each exactly once; in one response the contents come before the prefixes.
        found.sort();
        assert_eq!(found, ["a", "b", "c/", "d/", "e", "f/", "g/"], "at most {max}");
    }
}

/// The list of a resumed page may have become shorter meanwhile.
#[test]
fn a_page_that_shrank_is_left_behind() {
    let mut script = Script::new(
        "sqs",
        "ListQueues",
        json!({}),
        vec![
            // The model gives no bounds for it, so no page size is set.
            (json!({}), json!({"QueueUrls": ["a", "b", "c"], "NextToken": "t"})),
            (json!({"NextToken": "t"}), json!({"QueueUrls": ["d"]})),
        ],
    );
    let limits = Limits { max_items: Some(2), max_bytes: 1 << 20 };
    let (_, cursor) = script.run(limits, None);
    script.pages[0].1["QueueUrls"] = json!(["a"]);
    let (output, cursor) = script.run(limits, cursor.as_deref());
    assert_eq!((output, cursor), (json!({"QueueUrls": ["d"]}), None));
}

#[test]
fn page_sizes_keep_to_the_bounds_of_the_model() {
    let size = |service: &str, operation: &str, input: Json, max_items| {
        let service = Pack::bundled().service(service).unwrap();
        let operation = service.operation(operation).unwrap();
        size::page_size(&service, operation, operation.paginator.as_ref().unwrap(), &input, max_items)
    };
    assert_eq!(size("guardduty", "ListFindings", json!({}), Some(7)), Some(50), "50 at most");
    assert_eq!(size("guardduty", "ListFindings", json!({}), Some(70)), None);
    assert_eq!(size("iam", "ListRoles", json!({}), Some(7)), Some(100));
    assert_eq!(size("iam", "ListRoles", json!({}), Some(700)), Some(700));
    assert_eq!(size("iam", "ListRoles", json!({}), None), None);
    assert_eq!(size("rds", "DescribeDBInstances", json!({}), Some(7)), None, "no bounds in the model");
    assert_eq!(size("ec2", "DescribeVolumes", json!({}), Some(7)), Some(100));
    assert_eq!(size("ec2", "DescribeVolumes", json!({"VolumeIds": ["v"]}), Some(7)), None);
    assert_eq!(size("ec2", "DescribeVolumes", json!({"Filters": [{"Name": "x"}]}), Some(7)), Some(100));
}
