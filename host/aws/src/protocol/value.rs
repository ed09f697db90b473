//! A decoded response: a tree that borrows from the body and from the model.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Number;

/// A decoded value.
///
/// It serialises as plain JSON. Texts without entities borrow from the response body and names from the
/// model, so turning a response into JSON text copies each of them once.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing: an element of a list that the service left out, for example.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A finite number. The others, `NaN` and the infinities, are texts, since JSON has no numbers for them.
    Number(Number),
    /// Text, bytes in base64, or a point in time as ISO 8601 in UTC.
    String(Cow<'a, str>),
    /// An array.
    List(Vec<Value<'a>>),
    /// An object, in the order of the wire. No name occurs twice.
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

impl<'a> Value<'a> {
    /// The value of a name of an object; nothing for all other kinds.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        match self {
            Self::Object(fields) => fields.iter().find(|(field, _)| field == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// A tree that borrows nothing.
    #[must_use]
    pub fn into_json(self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Boolean(value) => serde_json::Value::Bool(value),
            Self::Number(number) => serde_json::Value::Number(number),
            Self::String(text) => serde_json::Value::String(text.into_owned()),
            Self::List(values) => {
                serde_json::Value::Array(values.into_iter().map(Value::into_json).collect())
            }
            Self::Object(fields) => serde_json::Value::Object(
                fields.into_iter().map(|(name, value)| (name.into_owned(), value.into_json())).collect(),
            ),
        }
    }

    /// A floating-point number; text where JSON has no number for it.
    pub(super) fn float(value: f64) -> Self {
        if value.is_nan() {
            return Self::String(Cow::Borrowed("NaN"));
        }
        match Number::from_f64(value) {
            Some(number) => Self::Number(number),
            None if value > 0.0 => Self::String(Cow::Borrowed("Infinity")),
            None => Self::String(Cow::Borrowed("-Infinity")),
        }
    }
}

impl From<serde_json::Value> for Value<'_> {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Boolean(value),
            serde_json::Value::Number(number) => Self::Number(number),
            serde_json::Value::String(text) => Self::String(Cow::Owned(text)),
            serde_json::Value::Array(values) => Self::List(values.into_iter().map(Self::from).collect()),
            serde_json::Value::Object(fields) => Self::Object(
                fields.into_iter().map(|(name, value)| (Cow::Owned(name), Self::from(value))).collect(),
            ),
        }
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::List(values) => serializer.collect_seq(values),
            Self::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name.as_ref(), value)?;
                }
                map.end()
            }
        }
    }
}

/// The fields of an object whose names are not known beforehand, while they come in.
///
/// Few names are compared one by one; from [`FEW`] on they are hashed, so that a hostile answer with a
/// million names costs no more than its length.
#[derive(Default)]
pub(super) struct Fields<'a> {
    fields: Vec<(Cow<'a, str>, Value<'a>)>,
    positions: HashMap<Cow<'a, str>, usize>,
}

const FEW: usize = 16;

impl<'a> Fields<'a> {
    /// Sets a field; the last value of a name holds.
    pub(super) fn set(&mut self, name: Cow<'a, str>, value: Value<'a>) {
        match self.slot(&name) {
            Some(slot) => *slot = value,
            None => self.push(name, value),
        }
    }

    /// The value of a name, if it came already.
    pub(super) fn slot(&mut self, name: &str) -> Option<&mut Value<'a>> {
        if self.positions.is_empty() {
            return self.fields.iter_mut().find(|(field, _)| field == name).map(|(_, value)| value);
        }
        let position = *self.positions.get(name)?;
        self.fields.get_mut(position).map(|(_, value)| value)
    }

    /// Adds a field whose name did not come before.
    pub(super) fn push(&mut self, name: Cow<'a, str>, value: Value<'a>) {
        if !self.positions.is_empty() {
            self.positions.insert(name.clone(), self.fields.len());
        }
        self.fields.push((name, value));
        if self.positions.is_empty() && self.fields.len() >= FEW {
            self.positions = self
                .fields
                .iter()
                .enumerate()
                .map(|(position, (name, _))| (name.clone(), position))
                .collect();
        }
    }

    /// All of them.
    pub(super) fn into_vec(self) -> Vec<(Cow<'a, str>, Value<'a>)> {
        self.fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serialises_as_plain_json() {
        let value = Value::Object(vec![
            (Cow::Borrowed("a"), Value::List(vec![Value::Null, Value::Boolean(true), Value::float(1.5)])),
            (Cow::Borrowed("b"), Value::String(Cow::Borrowed("\"<"))),
            (Cow::Borrowed("c"), Value::List(vec![Value::float(f64::NAN), Value::float(f64::NEG_INFINITY)])),
        ]);
        let text = serde_json::to_string(&value).unwrap();
        assert_eq!(text, r#"{"a":[null,true,1.5],"b":"\"<","c":["NaN","-Infinity"]}"#);
        assert_eq!(serde_json::to_string(&value.clone().into_json()).unwrap(), text);
        assert_eq!(Value::from(value.clone().into_json()), value);
    }

    #[test]
    fn the_last_field_of_a_name_holds_however_many_there_are() {
        let mut fields = Fields::default();
        for round in 0..2_u64 {
            for name in 0..40 {
                fields.set(Cow::Owned(format!("n{name}")), Value::Number((name + round * 100).into()));
            }
        }
        let fields = fields.into_vec();
        assert_eq!(fields.len(), 40);
        assert_eq!(fields[39], (Cow::Borrowed("n39"), Value::Number(139.into())));
    }
}
