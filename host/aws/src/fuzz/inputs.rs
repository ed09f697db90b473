//! The check of inputs, and the requests that they become.

use http::HeaderValue;
use serde_json::Value as Json;

use super::make::{Maker, operation, services};
use super::{Bounds, fuzz, mutate};
use crate::model::{Location, Protocol, Service};
use crate::protocol::encode;

/// A member that is wrong is told with its path, which is as long as the input is deep.
const INPUT: Bounds = Bounds { bytes: 1024, allocations: 32, base: 1 << 20 };

#[test]
fn requests() {
    let services = services(|_| true);
    fuzz("inputs", 2000, |chance, tally| {
        let (service, operation) = operation(chance, &services);
        let mut input = match operation.input.and_then(|shape| service.structure(shape)) {
            Some(structure) => Json::Object(Maker { service, chance }.structure(structure, 0)),
            None => Json::Object(serde_json::Map::new()),
        };
        mutate::json(chance, &mut input);
        let length = input.to_string().len();
        let encoded = tally.bounded(length, INPUT, || encode(service, operation, &input));
        tally.count(&encoded);
        match encoded {
            Ok(request) => {
                assert!(request.path.starts_with('/') && request.path.is_ascii(), "{}", request.path);
                let prefix = request.host_prefix.as_deref().unwrap_or_default();
                let is_label = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
                assert!(prefix.bytes().all(is_label), "{prefix:?} of {input:.2000}");
                for (name, value) in &request.headers {
                    assert!(HeaderValue::from_str(value).is_ok(), "{name}: {value:?} of {input:.2000}");
                }
                if says_json(service, operation) && !request.body.is_empty() {
                    assert!(serde_json::from_slice::<Json>(&request.body).is_ok(), "{input:.2000}");
                }
            }
            Err(error) => {
                let text = error.to_string();
                assert!(!text.is_empty() && text.len() <= 20_000, "{} bytes: {text:.2000}", text.len());
            }
        }
    });
}

/// Whether the body is a JSON document: all but payloads of another kind are.
fn says_json(service: &Service, operation: &crate::model::Operation) -> bool {
    let input = operation.input.and_then(|shape| service.structure(shape));
    let has_payload = input.is_some_and(|input| input.payload.is_some());
    let in_body =
        input.is_some_and(|input| input.members.iter().any(|member| member.location == Location::Body));
    in_body
        && !has_payload
        && matches!(service.protocol, Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RestJson1)
}
