//! The compliance tests of JMESPath.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::Select;

/// Cases over one document.
#[derive(Deserialize)]
struct Suite {
    given: Value,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    expression: String,
    /// Whatever it is, `null` included.
    #[serde(default, deserialize_with = "present")]
    result: Option<Value>,
    error: Option<String>,
}

/// A case whose outcome is another with us.
#[derive(Deserialize)]
struct Deviation {
    file: String,
    expression: String,
    reason: String,
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/jmespath")
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

/// What is wrong with a case's outcome.
fn judge(case: &Case, given: &str) -> Result<(), String> {
    let outcome = Select::compile(&case.expression).map_err(|error| (true, error.to_string()));
    let outcome = outcome.and_then(|select| {
        let json = select.evaluate(given, 1 << 20).map_err(|error| (false, error.to_string()))?;
        Ok(serde_json::from_str::<Value>(&json).unwrap())
    });
    match (&case.error, &case.result, outcome) {
        (None, Some(expected), Ok(found)) if is_same(expected, &found) => Ok(()),
        (Some(kind), None, Err((before, text))) => {
            let fits = match kind.as_str() {
                // Told before anything is sent.
                "syntax" => before && text.contains("Parse error"),
                "unknown-function" => before && text.contains("there is no function"),
                "invalid-arity" => before && text.contains(" takes "),
                "invalid-type" => text.contains("expects type") || text.contains("must return"),
                "invalid-value" => text.contains("Invalid slice"),
                other => panic!("{other}"),
            };
            if fits && text.contains("column") { Ok(()) } else { Err(format!("{kind}: {text}")) }
        }
        (error, expected, found) => Err(format!("expected {error:?} {expected:?}, found {found:?}")),
    }
}

/// Numbers are compared as numbers: `4` and `4.0` are one.
fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|other| is_same(value, other)))
        }
        (left, right) => left == right,
    }
}

#[test]
fn the_compliance_tests_pass() {
    let deviations: Vec<Deviation> = read(&folder().join("deviations.json"));
    let mut open: BTreeMap<_, _> =
        deviations.iter().map(|it| ((it.file.clone(), it.expression.clone()), &it.reason)).collect();
    assert!(deviations.len() == open.len() && open.values().all(|reason| !reason.is_empty()));
    let (mut count, mut wrong) = (0, Vec::new());
    for file in std::fs::read_dir(folder()).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".json") || name == "deviations.json" {
            continue;
        }
        for suite in read::<Vec<Suite>>(&path) {
            let given = suite.given.to_string();
            for case in suite.cases {
                count += 1;
                let known = open.remove(&(name.clone(), case.expression.clone()));
                match (judge(&case, &given), known) {
                    (Ok(()), None) | (Err(_), Some(_)) => {}
                    (Ok(()), Some(_)) => wrong.push(format!("{name}: {}: passes by now", case.expression)),
                    (Err(reason), None) => wrong.push(format!("{name}: {}: {reason}", case.expression)),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(open.is_empty(), "no such cases: {:?}", open.keys());
    assert!(count > 700, "{count} cases");
}
