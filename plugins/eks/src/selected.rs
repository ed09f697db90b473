//! For tests: what the host makes of an answer before it crosses into the sandbox.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// Applies a JMESPath expression to an output of AWS, and decodes what is left.
pub(crate) fn selected<T: DeserializeOwned>(select: &str, output: &Value) -> T {
    let expression = jmespath::compile(select).expect("an expression");
    let selected = expression.search(output).expect("the expression fits the output");
    serde_json::from_str(&serde_json::to_string(&selected).expect("JSON")).expect("what is decoded")
}
