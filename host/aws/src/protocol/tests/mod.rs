//! The protocols on the bundled model, without botocore.

mod answers;
mod cbor;
mod errors;
mod inputs;

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value as Json;

use super::{DecodeError, HttpRequest, InvalidInput, UnknownValues, random_token};
use crate::model::{Pack, Service};

fn service(name: &str) -> Arc<Service> {
    Pack::bundled().service(name).unwrap()
}

fn encode(name: &str, operation: &str, input: &Json) -> Result<HttpRequest, InvalidInput> {
    let service = service(name);
    super::encode(&service, service.operation(operation).unwrap(), input)
}

fn check(name: &str, operation: &str, input: &Json, values: UnknownValues) -> Result<(), InvalidInput> {
    let service = service(name);
    super::check(&service, service.operation(operation).unwrap(), input, values)
}

fn decode(name: &str, operation: &str, body: &str) -> Result<Json, DecodeError> {
    let service = service(name);
    let operation = service.operation(operation).unwrap();
    super::decode(&service, operation, 200, &HeaderMap::new(), body.as_bytes()).map(super::Value::into_json)
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&str, &str)| {
        (HeaderName::try_from(*name).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
    };
    pairs.iter().map(pair).collect()
}

#[test]
fn tokens_are_random_uuids() {
    let (one, other) = (random_token(), random_token());
    assert_ne!(one, other);
    for token in [one, other] {
        let parts: Vec<_> = token.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12], "{token}");
        assert_eq!(&token[14..15], "4", "{token}");
        assert!("89ab".contains(&token[19..20]), "{token}");
    }
}
