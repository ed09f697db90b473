//! Bytes that are the same for the same request, however it was written down.

use serde_json::Value;

/// Adds a part with its length before it, so that no two sequences of parts give the same bytes.
pub(crate) fn push(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
    bytes.extend_from_slice(part);
}

/// Adds a JSON value, whatever the order of its members. A member that is null counts as absent.
pub(crate) fn push_json(bytes: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().filter(|(_, value)| !value.is_null()).collect();
            members.sort_by_key(|(name, _)| *name);
            push(bytes, b"{");
            for (name, value) in members {
                push(bytes, name.as_bytes());
                push_json(bytes, value);
            }
            push(bytes, b"}");
        }
        Value::Array(values) => {
            push(bytes, b"[");
            values.iter().for_each(|value| push_json(bytes, value));
            push(bytes, b"]");
        }
        other => push(bytes, other.to_string().as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn bytes(value: &Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        push_json(&mut bytes, value);
        bytes
    }

    #[test]
    fn the_order_of_members_and_nulls_do_not_matter_and_all_else_does() {
        let one = json!({"Filters": [{"Name": "a", "Values": ["b"]}], "X": 1});
        assert_eq!(
            bytes(&one),
            bytes(&json!({"X": 1, "Y": null, "Filters": [{"Values": ["b"], "Name": "a"}]}))
        );
        let others = [
            json!({"Filters": [{"Name": "a", "Values": ["b"]}], "X": "1"}),
            json!({"Filters": [{"Name": "a", "Values": ["b", null]}], "X": 1}),
            json!({"Filters": [{"Name": "a", "Values": [["b"]]}], "X": 1}),
            json!({"Filters": [{"Name": "a"}, {"Values": ["b"]}], "X": 1}),
            json!({"Filters": {"Name": "a", "Values": ["b"]}, "X": 1}),
            json!([]),
            json!("[]"),
            json!({}),
            json!("{}"),
        ];
        for (position, other) in others.iter().enumerate() {
            assert_ne!(bytes(&one), bytes(other), "{other}");
            assert!(others[..position].iter().all(|before| bytes(before) != bytes(other)), "{other}");
        }
    }
}
