use serde_json::json;

use super::*;

/// A policy that allows calls to a principal under conditions.
fn allows(principal: &Value, condition: &Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{
        "Sid": "s", "Effect": "Allow", "Action": "lambda:InvokeFunction", "Principal": principal,
        "Resource": "arn:aws:lambda:eu-west-1:222233334444:function:f", "Condition": condition,
    }] })
}

#[test]
fn everybody_is_a_star_wherever_it_stands() {
    let public = |principal: Value| is_public(&allows(&principal, &json!({})));
    assert!(public(json!("*")));
    assert!(public(json!({ "AWS": "*" })));
    assert!(public(json!({ "AWS": ["arn:aws:iam::111122223333:root", "*"] })));
    assert!(!public(json!({ "AWS": "arn:aws:iam::111122223333:root" })));
    assert!(!public(json!({ "AWS": "111122223333" })));
    assert!(!public(json!({ "Service": "apigateway.amazonaws.com" })));
}

#[test]
fn all_but_some_are_everybody() {
    let statement = json!({ "Effect": "Allow", "Action": "*", "NotPrincipal": { "AWS": "111122223333" } });
    assert!(is_public(&json!({ "Statement": statement })));
}

#[test]
fn a_policy_without_statements_or_that_denies_lets_nobody_in() {
    assert!(!is_public(&json!({})));
    assert!(!is_public(&json!({ "Statement": [] })));
    assert!(!is_public(&json!({ "Statement": { "Effect": "Deny", "Principal": "*", "Action": "*" } })));
    assert!(!is_public(&Value::Null));
}

#[test]
fn conditions_that_name_callers_close_it() {
    for condition in [
        json!({ "StringEquals": { "AWS:SourceAccount": "222233334444" } }),
        json!({ "StringEquals": { "aws:PrincipalOrgID": "o-abcdefghij" } }),
        json!({ "StringLike": { "aws:PrincipalOrgID": ["o-abcdefghij", "o-klmnopqrst"] } }),
        json!({ "ForAnyValue:StringEquals": { "aws:PrincipalOrgPaths": "o-abcdefghij/r-1/" } }),
        json!({ "ArnLike": { "AWS:SourceArn": "arn:aws:execute-api:eu-west-1:222233334444:api/*/GET/*" } }),
        json!({ "ArnEquals": { "aws:SourceArn": "arn:aws:s3:::uploads" } }),
        json!({ "StringEquals": { "aws:SourceVpce": "vpce-1" } }),
        json!({ "IpAddress": { "aws:SourceIp": ["203.0.113.0/24", "198.51.100.7"] } }),
        json!({ "IpAddress": { "aws:SourceIp": "2001:db8::/32" } }),
        json!({ "StringEquals": { "lambda:FunctionUrlAuthType": "NONE",
        "aws:SourceAccount": "222233334444" } }),
    ] {
        assert!(!is_public(&allows(&json!("*"), &condition)), "{condition}");
    }
}

#[test]
fn conditions_that_name_nobody_leave_it_open() {
    for condition in [
        json!({ "StringEquals": { "lambda:FunctionUrlAuthType": "NONE" } }),
        json!({ "Bool": { "lambda:InvokedViaFunctionUrl": "true" } }),
        json!({ "StringNotEquals": { "aws:SourceAccount": "222233334444" } }),
        json!({ "StringEqualsIfExists": { "aws:SourceAccount": "222233334444" } }),
        json!({ "ForAllValues:StringEquals": { "aws:PrincipalOrgPaths": "o-abcdefghij/r-1/" } }),
        json!({ "StringLike": { "aws:PrincipalOrgID": "o-*" } }),
        json!({ "StringEquals": { "aws:SourceAccount": ["222233334444", "*"] } }),
        json!({ "StringEquals": { "aws:SourceAccount": [] } }),
        json!({ "ArnLike": { "aws:SourceArn": "arn:aws:sns:*:*:*" } }),
        json!({ "ArnLike": { "aws:SourceArn": "arn:aws:s3:::*" } }),
        json!({ "IpAddress": { "aws:SourceIp": "0.0.0.0/0" } }),
        json!({ "IpAddress": { "aws:SourceIp": ["203.0.113.0/24", "::/0"] } }),
        json!({ "StringEquals": { "aws:PrincipalTag/team": "payments" } }),
        json!("no conditions at all"),
    ] {
        assert!(is_public(&allows(&json!({ "AWS": "*" }), &condition)), "{condition}");
    }
}

#[test]
fn one_open_statement_is_enough() {
    let mut policy = allows(&json!("*"), &json!({ "StringEquals": { "aws:SourceAccount": "222233334444" } }));
    assert!(!is_public(&policy));
    let open = allows(&json!("*"), &json!({}))["Statement"][0].clone();
    policy["Statement"].as_array_mut().expect("a list").push(open);
    assert!(is_public(&policy));
}
