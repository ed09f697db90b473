//! What the host makes of answers of AWS Organizations before they cross: for the tests of all rows.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Member, Policy, Unit, policies, tree};

fn read<T: DeserializeOwned>(select: &str, output: &Value) -> T {
    let selected =
        jmespath::compile(select).and_then(|select| select.search(output)).expect("the expression fits");
    let selected = serde_json::to_string(&selected).expect("JSON");
    serde_json::from_str(&selected).expect("what the expression makes")
}

pub(crate) fn roots(output: &Value) -> Vec<Unit> {
    read(tree::ROOTS, output)
}

pub(crate) fn units(output: &Value) -> Vec<Unit> {
    read(tree::UNITS, output)
}

pub(crate) fn members(output: &Value) -> Vec<Member> {
    read(tree::MEMBERS, output)
}

pub(crate) fn policies(output: &Value) -> Vec<Policy> {
    read(policies::POLICIES, output)
}
