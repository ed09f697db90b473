//! Answers and errors of every protocol.

use std::sync::Arc;

use fastrand::Rng;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value as Json, json};

use super::make::{Maker, is_stream, operation, services};
use super::{Bounds, fuzz, mutate, wire};
use crate::model::{Protocol, Service};
use crate::protocol::{decode, decode_error};

/// The smallest element takes a byte of CBOR, two of JSON or four of XML, and becomes a value in a list that grows by
/// doubling, with the old one beside the new.
pub(super) const ANSWER: Bounds = Bounds { bytes: 160, allocations: 4, base: 1 << 20 };

#[test]
fn ec2_query() {
    answers("ec2Query", Protocol::Ec2Query);
}

#[test]
fn aws_query() {
    answers("awsQuery", Protocol::AwsQuery);
}

#[test]
fn rest_xml() {
    answers("restXml", Protocol::RestXml);
}

#[test]
fn aws_json() {
    answers("awsJson", Protocol::AwsJson11);
}

#[test]
fn rest_json() {
    answers("restJson", Protocol::RestJson1);
}

#[test]
fn rpc_v2_cbor() {
    answers("rpcv2Cbor", Protocol::RpcV2Cbor);
}

fn answers(target: &str, protocol: Protocol) {
    let services = speaking(protocol);
    fuzz(target, 3000, |chance, tally| {
        let (service, operation) = operation(chance, &services);
        let Some(output) = operation.output.and_then(|shape| service.structure(shape)) else { return };
        if output.members.iter().any(|member| is_stream(service, member)) {
            return;
        }
        let mut value = Json::Object(Maker { service, chance }.structure(output, 0));
        let is_valid = chance.bool();
        if !is_valid {
            mutate::json(chance, &mut value);
        }
        let (mut headers, valid) = wire::answer(service, operation, &value);
        let mut body = valid.clone();
        mutate::bytes(chance, &mut body);
        if chance.u8(..8) == 0 {
            damage(chance, &mut headers);
        }
        let length = body.len() + length(&headers);
        let decoded = tally.bounded(length, ANSWER, || {
            decode(service, operation, 200, &headers, &body)
                .map(|value| serde_json::to_string(&value).unwrap())
        });
        tally.count(&decoded);
        match decoded {
            Ok(output) => {
                let parsed = serde_json::from_str::<Json>(&output);
                assert!(parsed.is_ok_and(|value| value.is_object()), "{output:.2000}");
            }
            Err(error) => {
                let text = error.to_string();
                assert!(
                    text.len() < 4000 && !(is_valid && body == valid),
                    "{text} of {:.2000}",
                    String::from_utf8_lossy(&body)
                );
            }
        }
    });
}

#[test]
fn errors() {
    let services: Vec<_> = [
        Protocol::Ec2Query,
        Protocol::AwsQuery,
        Protocol::RestXml,
        Protocol::AwsJson11,
        Protocol::RestJson1,
        Protocol::RpcV2Cbor,
    ]
    .map(speaking)
    .into_iter()
    .collect();
    fuzz("errors", 3000, |chance, tally| {
        let speaking = &services[chance.usize(..services.len())];
        let (service, operation) = operation(chance, speaking);
        let mut body = error(chance);
        let valid = body.clone();
        mutate::bytes(chance, &mut body);
        let mut headers = HeaderMap::new();
        if chance.bool() {
            damage(chance, &mut headers);
        }
        let status = [300, 400, 403, 404, 429, 500, 503, 599, 999][chance.usize(..9)];
        let length = body.len() + length(&headers);
        let error =
            tally.bounded(length, ANSWER, || decode_error(service, operation, status, &headers, &body));
        assert!(!error.code.is_empty() && error.status == status, "{error:?}");
        assert!(error.code.len() + error.message.len() <= 4 * length + 1000, "{error:?}");
        tally.count(&if body == valid && headers.is_empty() { Ok(()) } else { Err(()) });
    });
}

/// The services that speak a protocol. Few speak CBOR alone: others are made to.
fn speaking(protocol: Protocol) -> Vec<Arc<Service>> {
    let mut services = services(|service| match (protocol, service.protocol) {
        (Protocol::RpcV2Cbor, Protocol::AwsJson10) => true,
        (Protocol::AwsJson11, Protocol::AwsJson10) => true,
        (wanted, spoken) => wanted == spoken,
    });
    if protocol == Protocol::RpcV2Cbor {
        services.iter_mut().for_each(|service| Arc::make_mut(service).protocol = protocol);
    }
    services
}

/// An error in one of the forms that AWS and what stands before it have.
fn error(chance: &mut Rng) -> Vec<u8> {
    let json =
        json!({"__type": "com.example#Code", "message": "because", "code": "Code", "Errors": [{"a": 1}]});
    match chance.u8(..7) {
        0 => b"<Response><Errors><Error><Code>C</Code><Message>m</Message></Error></Errors><RequestID>r</RequestID></Response>"
            .to_vec(),
        1 => b"<ErrorResponse><Error><Type>Sender</Type><Code>C</Code><Message>m</Message></Error></ErrorResponse>".to_vec(),
        2 => b"<Error><Code>NoSuchBucket</Code><Message>m</Message><BucketName>b</BucketName></Error>".to_vec(),
        3 => b"<html><head><title>502 Bad Gateway</title></head><body></body></html>".to_vec(),
        4 => b"upstream connect error".to_vec(),
        5 => {
            let mut bytes = Vec::new();
            ciborium::into_writer(&json, &mut bytes).unwrap();
            bytes
        }
        _ => json.to_string().into_bytes(),
    }
}

/// Adds headers that errors and answers are read from, with values of any bytes.
fn damage(chance: &mut Rng, headers: &mut HeaderMap) {
    let names =
        ["x-amzn-errortype", "x-amzn-query-error", "x-amzn-requestid", "content-type", "x-amz-bucket-region"];
    let mut known: Vec<_> = headers.keys().cloned().collect();
    known.extend(names.map(http::HeaderName::from_static));
    for _ in 0..chance.usize(1..4) {
        let mut value =
            b"com.example#Code:http://example.com/;Sender, \"a\", Mon, 16 Dec 2019 23:48:18 GMT".to_vec();
        mutate::bytes(chance, &mut value);
        value.retain(|byte| *byte >= 32 && *byte != 127);
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            headers.append(known[chance.usize(..known.len())].clone(), value);
        }
    }
}

fn length(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}
