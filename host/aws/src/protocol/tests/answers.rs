//! Answers that are odd, broken or hostile.

use http::HeaderMap;
use proptest::prelude::*;
use serde_json::json;

use super::{decode, headers, service};
use crate::protocol::DecodeError;

const INSTANCES: &str = include_str!("../../../benches/instance.xml");

fn regions(content: &str) -> String {
    format!("<DescribeRegionsResponse xmlns=\"http://example.com/\">{content}</DescribeRegionsResponse>")
}

#[test]
fn unknown_elements_survive() {
    let body = regions(
        "<requestId>r</requestId><regionInfo><item><regionName>a</regionName><newText> x </newText>\
         <newSet><item>1</item><item><b>2</b></item></newSet><newOnes>1</newOnes><newOnes>2</newOnes>\
         <newThing><a>1</a><b/></newThing><Endpoint>not the member</Endpoint></item></regionInfo>",
    );
    let wanted = json!({"Regions": [{
        "RegionName": "a",
        "newText": " x ",
        "newSet": ["1", {"b": "2"}],
        "newOnes": ["1", "2"],
        "newThing": {"a": "1", "b": ""},
    }]});
    assert_eq!(decode("ec2", "DescribeRegions", &body).unwrap(), wanted);
}

#[test]
fn unknown_members_survive() {
    let body =
        r#"{"Regions": [{"RegionName": "a", "New": {"b": [1, null, 2.5]}}], "__type": "x", "Extra": true}"#;
    let wanted = json!({"Regions": [{"RegionName": "a", "New": {"b": [1, null, 2.5]}}], "Extra": true});
    assert_eq!(decode("account", "ListRegions", body).unwrap(), wanted);
}

#[test]
fn numbers_are_read_to_the_last_bit() {
    // A quick conversion to binary gets these wrong by one bit, which moves a time by a microsecond.
    for number in [31.245270191439438, 121.48791951161945, 1795340764.3801115] {
        let body = format!(r#"{{"ConsumedCapacity": {{"CapacityUnits": {number}}}}}"#);
        let decoded = decode("dynamodb", "GetItem", &body).unwrap();
        assert_eq!(decoded["ConsumedCapacity"]["CapacityUnits"], json!(number));
    }
}

#[test]
fn errors_are_short_whatever_the_body_holds() {
    let name = "n".repeat(100_000);
    for body in [format!("<a></{name}>"), format!("<a><b>&{name};</b></a>")] {
        let error = decode("ec2", "DescribeRegions", &body).unwrap_err();
        assert!(error.to_string().len() < 2000, "{:.100}", error.to_string());
    }
}

#[test]
fn texts_are_put_together() {
    let body = regions(
        "<regionInfo><item><regionName>a&lt;<![CDATA[<b>&amp;]]><!-- c -->&#100;\r\n&#xe9;</regionName></item></regionInfo>",
    );
    let decoded = decode("ec2", "DescribeRegions", &body).unwrap();
    assert_eq!(decoded["Regions"][0]["RegionName"], "a<<b>&amp;d\né");
}

#[test]
fn prefixes_and_repetitions_are_understood() {
    let body = "<n:R xmlns:n=\"u\"><n:regionInfo><n:item><n:regionName>a</n:regionName><regionName>b</regionName></n:item>\
                </n:regionInfo><regionInfo><item/></regionInfo></n:R>";
    assert_eq!(
        decode("ec2", "DescribeRegions", body).unwrap(),
        json!({"Regions": [{"RegionName": "a"}, {}]})
    );
}

#[test]
fn empty_and_absent_are_different() {
    assert_eq!(decode("ec2", "DescribeRegions", &regions("")).unwrap(), json!({}));
    assert_eq!(decode("ec2", "DescribeRegions", &regions("<regionInfo/>")).unwrap(), json!({"Regions": []}));
    assert_eq!(decode("account", "ListRegions", "").unwrap(), json!({}));
    // S3 answers some questions with no body at all.
    assert_eq!(decode("s3", "ListBuckets", "").unwrap(), json!({}));
    assert!(matches!(decode("ec2", "DescribeRegions", " \n"), Err(DecodeError::Empty { .. })));
    // And an operation without an output has none, whatever the body.
    assert_eq!(decode("ec2", "DeleteTags", "<x").unwrap(), json!({}));
}

#[test]
fn results_without_their_wrapper_are_read() {
    let body = "<GetCallerIdentityResponse><Account>123456789012</Account><ResponseMetadata><RequestId>r</RequestId>\
                </ResponseMetadata></GetCallerIdentityResponse>";
    assert_eq!(decode("sts", "GetCallerIdentity", body).unwrap(), json!({"Account": "123456789012"}));
}

#[test]
fn broken_documents_say_where() {
    for (body, reason) in [
        (regions("<regionInfo><item>").replace("</DescribeRegionsResponse>", ""), "it ends too early"),
        (regions("<regionInfo></item>"), "expected `</regionInfo>`"),
        (
            regions("<regionInfo><item><regionName>&nbsp;</regionName></item></regionInfo>"),
            "the entity `nbsp` is unknown",
        ),
        (
            "<HTML><body>Sign in</body></HTML>".to_owned(),
            "it is a page of HTML, which is not from the service",
        ),
        ("just text".to_owned(), "it ends too early"),
        (regions(&"<deep>".repeat(200)), "it is nested more than 100 levels deep"),
    ] {
        match decode("ec2", "DescribeRegions", &body) {
            Err(error @ DecodeError::Xml { .. }) => assert!(error.to_string().contains(reason), "{error}"),
            other => panic!("{body}: {other:?}"),
        }
    }
    match decode("account", "ListRegions", "{\"Regions\": [") {
        Err(error @ DecodeError::Json { .. }) => {
            assert!(error.to_string().contains("line 1 column 13"), "{error}")
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(decode("account", "ListRegions", "[]"), Err(DecodeError::Json { .. })));
    assert!(matches!(decode("account", "ListRegions", &"[".repeat(100_000)), Err(DecodeError::Json { .. })));
}

#[test]
fn an_error_with_status_200_is_an_error() {
    let body = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";
    match decode("s3", "ListBuckets", body) {
        Err(DecodeError::Service(error)) => {
            assert_eq!((error.code.as_str(), error.status), ("SlowDown", 500))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn bucket_locations_are_bare() {
    let location = |body| decode("s3", "GetBucketLocation", body).unwrap();
    assert_eq!(
        location("<LocationConstraint>eu-west-1</LocationConstraint>"),
        json!({"LocationConstraint": "eu-west-1"})
    );
    assert_eq!(location("<LocationConstraint xmlns=\"x\"/>"), json!({"LocationConstraint": null}));
}

#[test]
fn headers_are_members() {
    let service = service("s3");
    let operation = service.operation("HeadObject").unwrap();
    let headers = headers(&[
        ("content-length", "42"),
        ("last-modified", "Sun, 22 Nov 2026 05:54:38 GMT"),
        ("x-amz-meta-owner", "a"),
        ("x-amz-meta-team", "b"),
        ("etag", "\"0123\""),
        ("x-amz-delete-marker", "false"),
    ]);
    let decoded = crate::protocol::decode(&service, operation, 200, &headers, b"").unwrap().into_json();
    let wanted = json!({
        "ContentLength": 42,
        "LastModified": "2026-11-22T05:54:38Z",
        "Metadata": {"owner": "a", "team": "b"},
        "ETag": "\"0123\"",
        "DeleteMarker": false,
    });
    assert_eq!(decoded, wanted);
}

/// Operations of every protocol and of every kind of output.
const OPERATIONS: [(&str, &str); 8] = [
    ("ec2", "DescribeInstances"),
    ("sts", "AssumeRole"),
    ("sdb", "GetAttributes"),
    ("s3", "ListObjectsV2"),
    ("s3", "GetBucketAcl"),
    ("s3", "GetBucketLocation"),
    ("dynamodb", "GetItem"),
    ("lambda", "ListFunctions"),
];

fn never_panics(body: &[u8]) {
    for (name, operation) in OPERATIONS {
        let service = service(name);
        let operation = service.operation(operation).unwrap();
        if let Ok(value) = crate::protocol::decode(&service, operation, 200, &HeaderMap::new(), body) {
            let text = serde_json::to_string(&value).unwrap();
            assert!(serde_json::from_str::<serde_json::Value>(&text).unwrap().is_object());
        }
        let error = crate::protocol::decode_error(&service, operation, 400, &HeaderMap::new(), body);
        assert!(!error.code.is_empty());
    }
}

/// Pieces that documents are made of, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<",
        ">",
        "</",
        "/>",
        "<a>",
        "</a>",
        "<item>",
        "</item>",
        "<Error>",
        "</Error>",
        "<Code>",
        "</Code>",
        "&amp;",
        "&#0;",
        "&#x110000;",
        "&x;",
        "&",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<?xml",
        "?>",
        "<!DOCTYPE a [",
        " ",
        "x:y",
        "reservationSet",
        "a=\"b\"",
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "null",
        "1e999",
        "\\u",
        "\u{feff}",
        "é",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        never_panics(&body);
    }

    #[test]
    fn no_pieces_make_it_panic(body in pieces()) {
        never_panics(body.as_bytes());
    }

    #[test]
    fn no_damage_makes_it_panic(at in 0..8000_usize, length in 0..50_usize, with in prop::collection::vec(any::<u8>(), 0..20)) {
        let mut body = format!("<R><reservationSet>{INSTANCES}</reservationSet></R>").into_bytes();
        let from = at.min(body.len());
        let to = (from + length).min(body.len());
        body.splice(from..to, with);
        never_panics(&body);
    }
}
