//! CBOR answers that are odd, broken or hostile.

use http::HeaderMap;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{encode, headers, service};
use crate::protocol::{DecodeError, ServiceError, Value, decode_error};

const SERVICE: &str = "eventbridgev2";

fn decode(body: &[u8]) -> Result<Json, DecodeError> {
    let service = service(SERVICE);
    let operation = service.operation("ListEventBuses").unwrap();
    crate::protocol::decode(&service, operation, 200, &HeaderMap::new(), body).map(Value::into_json)
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// The value of the unknown member `a`.
fn unknown(value: &str) -> Json {
    let mut body = hex("a1 61 61");
    body.extend(hex(value));
    decode(&body).unwrap()["a"].clone()
}

#[test]
fn operations_are_in_the_path() {
    let request = encode(SERVICE, "ListEventBuses", &json!({})).unwrap();
    assert_eq!(request.path, "/service/AWSEventsV2/operation/ListEventBuses");
    assert_eq!(&request.body[..], [0xa0]);
    let header = |name| request.headers.iter().find(|(given, _)| given == name).map(|(_, value)| &**value);
    assert_eq!(header("smithy-protocol"), Some("rpc-v2-cbor"));
    assert_eq!(header("Accept"), Some("application/cbor"));
    assert_eq!(header("Content-Type"), Some("application/cbor"));
}

#[test]
fn numbers_keep_their_value() {
    for (bytes, value) in [
        ("17", json!(23)),
        ("1b 7fffffffffffffff", json!(i64::MAX)),
        ("1b ffffffffffffffff", json!(u64::MAX)),
        ("20", json!(-1)),
        ("38 ff", json!(-256)),
        ("3b 7fffffffffffffff", json!(i64::MIN)),
        // Beyond 64 bits, as text.
        ("3b 8000000000000000", json!("-9223372036854775809")),
        ("3b ffffffffffffffff", json!("-18446744073709551616")),
        ("c2 49 010000000000000000", json!("18446744073709551616")),
        ("c3 49 010000000000000000", json!("-18446744073709551617")),
        ("c2 43 010000", json!(65536)),
        ("c2 40", json!(0)),
        // Beyond 128 bits, as bytes.
        ("c2 51 0100000000000000000000000000000000", json!("AQAAAAAAAAAAAAAAAAAAAAA=")),
        ("f9 3c00", json!(1.0)),
        ("f9 0001", json!(5.960_464_477_539_063e-8)),
        ("fa 3dcccccd", json!(0.100_000_001_490_116_12)),
        ("fb 3fb999999999999a", json!(0.1)),
        ("f9 7e00", json!("NaN")),
        ("fa 7f800000", json!("Infinity")),
        ("fb fff0000000000000", json!("-Infinity")),
    ] {
        assert_eq!(unknown(bytes), value, "{bytes}");
    }
}

#[test]
fn other_values_survive() {
    for (bytes, value) in [
        ("f4", json!(false)),
        ("43 010203", json!("AQID")),
        ("5f 41 01 42 0203 ff", json!("AQID")),
        ("7f 61 78 60 61 79 ff", json!("xy")),
        ("9f 01 f6 f7 ff", json!([1, null, null])),
        ("bf 61 62 01 61 63 f6 61 62 02 ff", json!({"b": 2})),
        ("c1 1a 6553f100", json!("2023-11-14T22:13:20Z")),
        ("c1 fb 41d954fc40080000", json!("2023-11-14T22:13:20.125Z")),
        ("c0 61 78", json!("x")),
        ("d8 20 61 78", json!("x")),
    ] {
        assert_eq!(unknown(bytes), value, "{bytes}");
    }
    assert_eq!(decode(b"").unwrap(), json!({}));
    assert_eq!(decode(&hex("f6")).unwrap(), json!({}));
    assert_eq!(decode(&hex("a2 66 5f5f74797065 61 78 61 61 f6")).unwrap(), json!({}));
}

#[test]
fn broken_bodies_say_where() {
    for (bytes, reason) in [
        ("a1", "end of input bytes"),
        ("a1 61 61", "end of input bytes"),
        ("a1 61 61 01 00", "decode error at position 4: something follows"),
        ("a1 61 61 1c", "unexpected type 0x1c at position 3"),
        ("a1 61 61 ff", "at position 3"),
        ("a1 61 61 f8 20", "unexpected type simple at position 3"),
        ("a1 01 01", "expected a name"),
        ("a1 61 ff 01", "invalid utf-8"),
        ("bf 61 61 01", "end of input bytes"),
        ("80", "it is not a map"),
    ] {
        match decode(&hex(bytes)) {
            Err(error @ DecodeError::Cbor { .. }) => {
                assert!(error.to_string().contains(reason), "{bytes}: {error}");
            }
            other => panic!("{bytes}: {other:?}"),
        }
    }
}

#[test]
fn claims_are_not_believed() {
    for claim in ["a1 61 61 9b ffffffffffffffff", "bb ffffffffffffffff", "a1 7b ffffffffffffffff 61"] {
        assert!(decode(&hex(claim)).is_err(), "{claim}");
    }
    // Arrays, and tags: any, times, and bignums.
    for deep in [0x81, 0x9f, 0xd8, 0xc1, 0xc2, 0xc3] {
        let body = [hex("a1 61 61"), vec![deep; 100_000]].concat();
        assert!(decode(&body).unwrap_err().to_string().contains("it is nested too deeply"));
    }
}

fn error(pairs: &[(&str, &str)], body: &[u8]) -> ServiceError {
    let service = service(SERVICE);
    let operation = service.operation("ListEventBuses").unwrap();
    decode_error(&service, operation, 400, &headers(pairs), body)
}

#[test]
fn errors_are_read() {
    let mut body = Vec::new();
    let fields = json!({"__type": "com.amazonaws.events#NotFound", "Message": "no bus"});
    ciborium::into_writer(&fields, &mut body).unwrap();
    let read = error(&[("x-amzn-requestid", "r")], &body);
    assert_eq!((&*read.code, &*read.message, read.request_id.as_deref()), ("NotFound", "no bus", Some("r")));
    // Cut off, empty, and in the forms of other protocols.
    assert_eq!(error(&[], body.get(..20).unwrap()).code, "400");
    assert_eq!(error(&[], b"").message, "Bad Request");
    assert_eq!(error(&[], br#"{"__type": "A", "message": "m"}"#).code, "A");
    assert_eq!(error(&[], b"<Error><Code>A</Code></Error>").code, "A");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&body);
        let _ = error(&[], &body);
    }

    /// What another implementation writes is what we read.
    #[test]
    fn values_survive_the_way(number in any::<i64>(), real in any::<f64>(), text in ".*", bytes in any::<Vec<u8>>()) {
        use ciborium::Value::{Array, Bytes, Map, Text};
        let list = Array(vec![number.into(), real.into(), Text(text.clone()), Bytes(bytes.clone())]);
        let mut body = Vec::new();
        ciborium::into_writer(&Map(vec![(Text("a".to_owned()), list)]), &mut body).unwrap();
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::STANDARD.encode(bytes);
        let wanted = Value::List(vec![
            Value::Number(number.into()),
            Value::float(real),
            Value::String(text.into()),
            Value::String(bytes.into()),
        ]);
        prop_assert_eq!(decode(&body).unwrap(), json!({"a": wanted.into_json()}));
    }
}
