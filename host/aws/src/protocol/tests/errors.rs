//! Errors in all the forms that they come in.

use super::{headers, service};
use crate::protocol::{ServiceError, decode_error};

/// The error of an operation that all these services have in some form.
fn error(name: &str, status: u16, pairs: &[(&str, &str)], body: &str) -> ServiceError {
    let service = service(name);
    let operation = service.operations().next().unwrap();
    decode_error(&service, operation, status, &headers(pairs), body.as_bytes())
}

fn same(error: &ServiceError, code: &str, message: &str, request_id: Option<&str>) {
    assert_eq!(
        (error.code.as_str(), error.message.as_str(), error.request_id.as_deref()),
        (code, message, request_id)
    );
}

#[test]
fn each_protocol_has_its_form() {
    let ec2 = "<Response><Errors><Error><Code>A</Code><Message>m &amp; n</Message></Error><Error><Code>B</Code></Error></Errors><RequestID>1</RequestID></Response>";
    same(&error("ec2", 400, &[], ec2), "A", "m & n", Some("1"));
    let query = "<ErrorResponse xmlns=\"u\"><Error><Type>Sender</Type><Code>A</Code><Message>m</Message></Error><RequestId>1</RequestId></ErrorResponse>";
    same(&error("iam", 400, &[], query), "A", "m", Some("1"));
    same(&error("route53", 400, &[], query), "A", "m", Some("1"));
    let s3 =
        "<Error><Code>NoSuchKey</Code><Message>m</Message><RequestId>1</RequestId><HostId>h</HostId></Error>";
    same(&error("s3", 404, &[("x-amz-request-id", "2")], s3), "NoSuchKey", "m", Some("1"));
    let json = r#"{"__type": "com.amazonaws.x#A:http://y", "Message": "m"}"#;
    same(&error("dynamodb", 400, &[("x-amzn-requestid", "1")], json), "A", "m", Some("1"));
    let rest = [("x-amzn-errortype", "A:http://internal/"), ("x-amzn-requestid", "1")];
    same(&error("lambda", 400, &rest, r#"{"message": "m", "code": "B"}"#), "A", "m", Some("1"));
    same(&error("lambda", 400, &[], r#"{"message": "m", "code": "B"}"#), "B", "m", None);
}

#[test]
fn query_compatible_services_keep_their_codes() {
    let pairs = [("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender")];
    let body = r#"{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "m"}"#;
    same(&error("sqs", 400, &pairs, body), "AWS.SimpleQueueService.NonExistentQueue", "m", None);
    // No other service has that header's meaning.
    same(&error("dynamodb", 400, &pairs, body), "QueueDoesNotExist", "m", None);
}

#[test]
fn foreign_forms_are_understood() {
    let xml = "<ErrorResponse><Errors><Error><Code>SignatureDoesNotMatch</Code><Message>m</Message></Error></Errors><RequestId>1</RequestId></ErrorResponse>";
    for name in ["lambda", "dynamodb", "ec2", "s3", "iam"] {
        same(&error(name, 403, &[], xml), "SignatureDoesNotMatch", "m", Some("1"));
        same(&error(name, 400, &[], r#"{"__type": "A", "message": "m"}"#), "A", "m", None);
        same(&error(name, 400, &[], r#"{"Code": "A", "Message": "m"}"#), "A", "m", None);
    }
}

#[test]
fn pages_and_nothing_give_the_status() {
    let page = "<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n<h1>Internal Server Error</h1>";
    for name in ["lambda", "dynamodb", "ec2", "s3", "iam"] {
        same(
            &error(name, 500, &[], page),
            "500",
            "Internal Server Error (a page titled \"500 Internal Server Error\")",
            None,
        );
        same(&error(name, 503, &[], "<html><body>x</body></html>"), "503", "Service Unavailable", None);
        same(&error(name, 404, &[("x-amz-request-id", "1")], ""), "404", "Not Found", Some("1"));
        same(&error(name, 404, &[], " \n "), "404", "Not Found", None);
        same(&error(name, 502, &[], "upstream failed"), "502", "upstream failed", None);
        same(&error(name, 599, &[], ""), "599", "", None);
        same(&error(name, 400, &[], "<Error><Code>A</Code"), "400", "Bad Request", None);
        assert_eq!(error(name, 400, &[], &"x".repeat(100_000)).message.len(), 1000);
    }
}

#[test]
fn it_reads_as_a_sentence() {
    let error = error(
        "iam",
        404,
        &[],
        "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>no role</Message></Error></ErrorResponse>",
    );
    assert_eq!(error.to_string(), "NoSuchEntity (status 404): no role");
}
