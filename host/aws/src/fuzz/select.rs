//! JMESPath: expressions of plugins over any output.

use std::sync::Arc;

use fastrand::Rng;
use futures::FutureExt as _;
use serde_json::{Value as Json, json};

use super::{Bounds, fuzz, mutate};
use crate::select::Select;

/// An evaluation has a budget of its own: sixteen times the data and 32 MiB, by estimates of what a value takes.
const EVALUATION: Bounds = Bounds { bytes: 256, allocations: 256, base: 256 << 20 };

#[test]
fn expressions() {
    fuzz("select", 3000, |chance, tally| {
        let mut text = expression(chance, 4);
        if chance.bool() {
            mutate::text(chance, &mut text);
        }
        text.truncate(text.floor_char_boundary(9 * 1024));
        // Larger data are worked on by another thread, whose memory is not seen here.
        let data = data(chance, 3).to_string();
        let data = if data.len() > 16 * 1024 { "{}".to_owned() } else { data };
        let length = text.len() + data.len();
        let limit = 1 << 20;
        let result = tally.bounded(length, EVALUATION, || {
            let select = Arc::new(Select::compile(&text)?);
            select.apply(data, limit).now_or_never().expect("small outputs are worked on at once")
        });
        tally.count(&result);
        match result {
            Ok(output) => {
                assert!(output.len() <= limit, "{text}");
                assert!(serde_json::from_str::<Json>(&output).is_ok(), "{output:.2000} of {text}");
            }
            Err(error) => assert!(error.to_string().len() < 1000, "{error} of {text}"),
        }
    });
}

/// An expression that is mostly right.
fn expression(chance: &mut Rng, depth: usize) -> String {
    const NAMES: [&str; 6] = ["a", "Items", "Name", "\"a b\"", "Tags", "@"];
    const LITERALS: [&str; 8] =
        ["`1`", "`[1, 2.5, null]`", "`{\"a\": [1]}`", "'raw'", "`\"text\"`", "`-0`", "`1e308`", "`true`"];
    const BOUNDS: [&str; 7] = ["", "0", "1", "-1", "2147483647", "-2147483648", "99999999999"];
    const FUNCTIONS: [&str; 26] = [
        "abs",
        "avg",
        "ceil",
        "contains",
        "ends_with",
        "floor",
        "join",
        "keys",
        "length",
        "map",
        "max",
        "max_by",
        "merge",
        "min",
        "min_by",
        "not_null",
        "reverse",
        "sort",
        "sort_by",
        "starts_with",
        "sum",
        "to_array",
        "to_number",
        "to_string",
        "type",
        "values",
    ];
    if depth == 0 {
        return pick(chance, &NAMES).to_owned();
    }
    let mut inner = || expression(chance, depth - 1);
    let (left, right) = (inner(), inner());
    match chance.u8(..16) {
        0 => pick(chance, &NAMES).to_owned(),
        1 => pick(chance, &LITERALS).to_owned(),
        2 | 3 => format!("{left}.{}", pick(chance, &NAMES)),
        4 => format!("{left}[*].{}", pick(chance, &NAMES)),
        5 => format!("{left}[]"),
        6 => format!("{left}[?{right}]"),
        7 => format!("{left}[{}]", pick(chance, &BOUNDS)),
        8 => format!("{left}[{}:{}:{}]", pick(chance, &BOUNDS), pick(chance, &BOUNDS), pick(chance, &BOUNDS)),
        9 => format!("{{a: {left}, Name: {right}}}"),
        10 => format!("[{left}, {right}]"),
        11 => format!("{left} {} {right}", pick(chance, &["||", "&&", "==", "<", ">=", "|"])),
        12 => format!("!({left})"),
        13 => format!("{}(&{left}, {right})", pick(chance, &["map", "sort"])),
        14 => format!("{}({left}, &{right})", pick(chance, &["sort_by", "max_by", "min_by"])),
        _ => match chance.u8(..3) {
            0 => format!("{}({left})", pick(chance, &FUNCTIONS)),
            1 => format!("{}({left}, {right})", pick(chance, &FUNCTIONS)),
            _ => format!("{}(@, {left}, {right})", pick(chance, &FUNCTIONS)),
        },
    }
}

fn pick<'a>(chance: &mut Rng, of: &[&'a str]) -> &'a str {
    of[chance.usize(..of.len())]
}

fn data(chance: &mut Rng, depth: usize) -> Json {
    match chance.u8(..if depth == 0 { 6 } else { 12 }) {
        0 => Json::Null,
        1 => json!(chance.bool()),
        2 => json!(chance.i64(..)),
        3 => json!(chance.f64()),
        4 | 5 => json!(["", "a", "text", "ünï ☃"][chance.usize(..4)]),
        6..=8 => (0..chance.usize(..8)).map(|_| data(chance, depth - 1)).collect(),
        _ => {
            let names = ["a", "Items", "Name", "a b", "Tags"];
            (0..chance.usize(..5)).map(|number| (names[number].to_owned(), data(chance, depth - 1))).collect()
        }
    }
}
