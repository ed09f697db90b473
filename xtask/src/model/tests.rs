//! The conversion of a model, on a small one.

use serde_json::{Value, json};

use super::botocore::Model;
use super::convert;
use super::types::service::{Protocol, Service};
use super::types::shape::{Kind, Location, Structure, TimestampFormat};

fn model(metadata: Value) -> Model {
    let mut service = json!({
        "metadata": {
            "apiVersion": "2026-01-01", "endpointPrefix": "thing", "protocol": "query", "serviceFullName": "Things",
            "serviceId": "Thing Store-v2", "signatureVersion": "v4", "xmlNamespace": "https://things/",
        },
        "operations": {
            "ListThings": {
                "name": "ListThings20260101",
                "http": {"method": "POST", "requestUri": "/", "responseCode": 202},
                "input": {"shape": "In", "locationName": "Root", "xmlNamespace": {"uri": "u", "prefix": "p"}},
                "output": {"shape": "Out", "resultWrapper": "ListThingsResult"},
                "errors": [{"shape": "Gone"}],
                "documentation": "<p>Lists <i>things</i>.</p>",
                "authtype": "none",
                "httpChecksum": {"requestAlgorithmMember": "Algorithm", "requestChecksumRequired": true},
                "endpoint": {"hostPrefix": "{Id}."},
            },
        },
        "shapes": {
            "In": {"type": "structure", "required": ["Id"], "members": {
                "Id": {"shape": "Id", "locationName": "id", "location": "uri", "hostLabel": true},
                "When": {"shape": "When", "timestampFormat": "rfc822"},
                "Names": {"shape": "Names"},
                "Stream": {"shape": "Events"},
            }},
            "Out": {"type": "structure", "members": {
                "Tags": {"shape": "Tags"}, "Body": {"shape": "Body"}, "Self": {"shape": "Out"},
            }},
            "Id": {"type": "string", "min": 1, "max": 9, "pattern": "[a-z]+", "sensitive": true},
            "When": {"type": "timestamp", "timestampFormat": "iso8601"},
            "Names": {"type": "list", "member": {"shape": "Id", "locationName": "Name"}, "flattened": true},
            "Tags": {"type": "map", "key": {"shape": "Id", "locationName": "K"}, "value": {"shape": "Id"}},
            "Body": {"type": "blob", "streaming": true},
            "Events": {"type": "structure", "eventstream": true, "members": {"Event": {"shape": "Unused"}}},
            "Unused": {"type": "string"},
            "Gone": {"type": "structure", "members": {}, "exception": true, "retryable": {"throttling": true},
                "error": {"code": "ThingGone", "httpStatusCode": 410}},
        },
    });
    for (key, value) in metadata.as_object().into_iter().flatten() {
        service["metadata"][key] = value.clone();
    }
    let paginators = json!({"ListThings": {"input_token": "Token", "output_token": ["A", "B"]}});
    Model {
        name: "thing".to_owned(),
        service,
        paginators: paginators.as_object().cloned().unwrap_or_default(),
        endpoint_rules: None,
    }
}

fn structure(service: &Service, name: &str) -> Structure {
    let shape = service.shapes.iter().find(|shape| *shape.name == *name).unwrap();
    match &shape.kind {
        Kind::Structure(structure) => structure.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_service_keeps_what_its_model_says() {
    let service = convert::service(&model(json!({}))).unwrap();
    assert_eq!(service.protocol, Protocol::AwsQuery);
    assert_eq!((&*service.signing_name, &*service.endpoint_variable), ("thing", "THING_STORE_V2"));
    assert_eq!(&*service.xml_namespace.as_ref().unwrap().uri, "https://things/");

    let operation = &service.operations["ListThings"];
    assert_eq!((&*operation.method, &*operation.uri, operation.status), ("POST", "/", 202));
    assert_eq!(operation.doc.as_deref(), Some("Lists things."));
    assert_eq!(operation.input_name.as_deref(), Some("Root"));
    assert_eq!(operation.input_namespace.as_ref().unwrap().prefix.as_deref(), Some("p"));
    assert_eq!(operation.output_wrapper.as_deref(), Some("ListThingsResult"));
    assert_eq!(operation.host_prefix.as_deref(), Some("{Id}."));
    assert!(operation.unsigned && operation.checksum_required);
    assert_eq!(operation.checksum_algorithm_member.as_deref(), Some("Algorithm"));
    let paginator = operation.paginator.as_ref().unwrap();
    assert_eq!((paginator.input_tokens.len(), paginator.output_tokens.len()), (1, 2));
}

#[test]
fn a_reference_has_its_own_traits_over_those_of_its_shape() {
    let service = convert::service(&model(json!({}))).unwrap();
    let input = structure(&service, "In");
    let [id, when, names, _] = &input.members[..] else { panic!("{input:?}") };
    assert!(id.required && id.host_label && id.location == Location::Uri && id.wire_name() == "id");
    assert_eq!(when.timestamp_format, Some(TimestampFormat::Rfc822));
    assert!(!when.required && names.flattened, "flattened by its shape");
    assert!(structure(&service, "Out").members[1].streaming, "streaming by its shape");
    let kinds = |name: &str| service.shapes.iter().find(|shape| *shape.name == *name).unwrap().kind.clone();
    assert!(matches!(kinds("When"), Kind::Timestamp(Some(TimestampFormat::Iso8601))));
    assert!(
        matches!(kinds("Names"), Kind::List(list) if list.wire_name.as_deref() == Some("Name") && list.flattened)
    );
    assert!(
        matches!(kinds("Tags"), Kind::Map(map) if map.key_name.as_deref() == Some("K") && map.value_name.is_none())
    );
    assert!(
        matches!(kinds("Id"), Kind::String(text) if text.bounds.max == Some(9.0) && text.pattern.is_some())
    );
}

#[test]
fn shapes_are_those_that_operations_reach_and_errors_have_codes() {
    let service = convert::service(&model(json!({}))).unwrap();
    let names: Vec<&str> = service.shapes.iter().map(|shape| &*shape.name).collect();
    assert_eq!(names, ["In", "Out", "Gone", "Id", "When", "Names", "Events", "Tags", "Body"]);
    assert!(structure(&service, "Events").event_stream);
    let gone = structure(&service, "Gone");
    assert_eq!(gone.error_code.as_deref(), Some("ThingGone"));
    let traits = gone.error.unwrap();
    assert!(traits.status == Some(410) && traits.retryable && traits.throttling && !traits.fault);
}

#[test]
fn json_goes_before_other_protocols() {
    let protocol = |metadata: Value| convert::service(&model(metadata)).map(|service| service.protocol);
    let several = json!({"protocols": ["smithy-rpc-v2-cbor", "json", "query"], "jsonVersion": "1.0"});
    assert_eq!(protocol(several).unwrap(), Protocol::AwsJson10);
    let cbor = json!({"protocol": "smithy-rpc-v2-cbor", "protocols": ["smithy-rpc-v2-cbor"]});
    assert_eq!(protocol(cbor).unwrap(), Protocol::RpcV2Cbor);
    assert!(protocol(json!({"protocol": "json"})).is_err(), "no version");
    assert!(protocol(json!({"protocol": "carrier-pigeon"})).is_err());
}
