//! Services from descriptions in botocore's format, by the converter that makes the model pack.

use serde_json::{Map, Value, json};
use tollgate_aws::model::{Kind, Service, Shape};

#[path = "../../../../xtask/src/model/convert.rs"]
mod convert;
#[path = "../../../../xtask/src/model/doc.rs"]
mod doc;
#[path = "../../../../xtask/src/model/shapes.rs"]
mod shapes;

/// The types that the converter makes.
mod types {
    pub(crate) use tollgate_aws::model as redaction;
    pub(crate) use tollgate_aws::model as service;
    pub(crate) use tollgate_aws::model as shape;
}

/// What the converter reads.
mod botocore {
    use serde_json::{Map, Value};

    /// A service's description, as the pack's generator has it.
    pub(crate) struct Model {
        pub(crate) name: String,
        pub(crate) service: Value,
        pub(crate) paginators: Map<String, Value>,
        pub(crate) endpoint_rules: Option<Value>,
    }

    impl Model {
        pub(crate) fn metadata(&self, key: &str) -> Option<&str> {
            self.service["metadata"][key].as_str()
        }
    }
}

/// The service of a suite, with one operation. What the suites leave out is filled in.
pub(crate) fn service(suite: &Value, operation: &str, given: &Value) -> Service {
    let mut metadata = json!({
        "apiVersion": "2014-01-01", "endpointPrefix": "test", "serviceFullName": "Test", "serviceId": "Test",
        "signatureVersion": "v4", "jsonVersion": "1.1", "targetPrefix": "Test",
    });
    merge(&mut metadata, &suite["metadata"]);
    let mut given = given.clone();
    let mut http = json!({"method": "POST", "requestUri": "/"});
    merge(&mut http, &given["http"]);
    given["http"] = http;
    // Some suites name the payload where the shape is used, not at the shape.
    let mut shapes = suite["shapes"].clone();
    for side in ["input", "output"] {
        if let (Some(shape), Value::String(payload)) =
            (given[side]["shape"].as_str(), &given[side]["payload"])
        {
            shapes[shape]["payload"] = json!(payload);
        }
    }
    let model = botocore::Model {
        name: "test".to_owned(),
        service: json!({"metadata": metadata, "shapes": shapes, "operations": {operation: given}}),
        paginators: Map::new(),
        endpoint_rules: None,
    };
    convert::service(&model).unwrap_or_else(|error| panic!("{operation}: {error:#}"))
}

fn merge(base: &mut Value, over: &Value) {
    if let (Some(base), Some(over)) = (base.as_object_mut(), over.as_object()) {
        base.extend(over.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
}

/// Rewrites the scalars of a value that a shape describes.
pub(crate) fn rewrite(
    service: &Service,
    shape: &Shape,
    value: &Value,
    scalar: &dyn Fn(&Kind, &Value) -> Value,
) -> Value {
    match (&shape.kind, value) {
        (_, Value::Null) => Value::Null,
        (Kind::Structure(structure), Value::Object(fields)) => fields
            .iter()
            .map(|(name, value)| {
                let member = structure.member(name);
                let value = match member {
                    Some(member) => rewrite(service, service.shape(member.shape), value, scalar),
                    None => value.clone(),
                };
                (name.clone(), value)
            })
            .collect(),
        (Kind::List(list), Value::Array(values)) => {
            values.iter().map(|value| rewrite(service, service.shape(list.member), value, scalar)).collect()
        }
        (Kind::Map(map), Value::Object(fields)) => fields
            .iter()
            .map(|(name, value)| (name.clone(), rewrite(service, service.shape(map.value), value, scalar)))
            .collect(),
        (kind, value) => scalar(kind, value),
    }
}
