//! JMESPath: expressions of plugins over any output, and what they make of an answer that is read for them alone.

use std::sync::Arc;

use fastrand::Rng;
use futures::FutureExt as _;
use http::HeaderMap;
use serde_json::{Value as Json, json};

use super::decoders::ANSWER;
use super::make::{Maker, operation, services};
use super::{Bounds, fuzz, mutate, wire};
use crate::model::Protocol;
use crate::protocol::{decode, decode_masked};
use crate::select::Select;

/// An evaluation has a budget of its own: sixteen times the data and 32 MiB, by estimates of what a value takes.
const EVALUATION: Bounds = Bounds { bytes: 256, allocations: 256, base: 256 << 20 };

#[test]
fn expressions() {
    fuzz("select", 3000, |chance, tally| {
        let mut text = expression(chance, &NAMES, 4);
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

/// What an expression looks at is all that is made of an answer, and it must make no difference.
#[test]
fn masks() {
    let services = services(|service| service.protocol != Protocol::RpcV2Cbor);
    let headers = HeaderMap::new();
    fuzz("masks", 3000, |chance, tally| {
        let (service, operation) = operation(chance, &services);
        let Some(output) = operation.output.and_then(|shape| service.structure(shape)) else { return };
        let value = Json::Object(Maker { service, chance }.structure(output, 0));
        let mut names = vec!["@".to_owned(), "length(@)".to_owned()];
        collect_names(&value, &mut names);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (_, mut body) = wire::answer(service, operation, &value);
        if chance.u8(..4) == 0 {
            mutate::bytes(chance, &mut body);
        }
        let text = expression(chance, &names, 3);
        let (Ok(select), Ok(whole)) =
            (Select::compile(&text).map(Arc::new), decode(service, operation, 200, &headers, &body))
        else {
            return tally.count::<(), ()>(&Err(()));
        };
        let mask = select.mask();
        let masked = tally.bounded(body.len(), ANSWER, || {
            decode_masked(service, operation, 200, &headers, &body, &mask).unwrap()
        });
        let [whole, masked] = [whole, masked].map(|value| serde_json::to_string(&value).unwrap());
        if whole.len() > 16 * 1024 {
            return;
        }
        let apply = |json: &str| {
            let result = select.apply(json.to_owned(), 1 << 20).now_or_never().expect("is small");
            result.map_err(|error| error.to_string())
        };
        let result = apply(&whole);
        tally.count(&result);
        assert_eq!(apply(&masked), result, "{text} of {whole}, which was read as {masked}");
    });
}

/// The names in a value, as expressions write them.
fn collect_names(value: &Json, names: &mut Vec<String>) {
    match value {
        Json::Object(fields) => fields.iter().for_each(|(name, value)| {
            names.push(json!(name).to_string());
            collect_names(value, names);
        }),
        Json::Array(values) => values.iter().for_each(|value| collect_names(value, names)),
        _ => {}
    }
}

const NAMES: [&str; 6] = ["a", "Items", "Name", "\"a b\"", "Tags", "@"];

/// An expression that is mostly right.
fn expression(chance: &mut Rng, names: &[&str], depth: usize) -> String {
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
        return pick(chance, names).to_owned();
    }
    let mut inner = || expression(chance, names, depth - 1);
    let (left, right) = (inner(), inner());
    match chance.u8(..16) {
        0 => pick(chance, names).to_owned(),
        1 => pick(chance, &LITERALS).to_owned(),
        2 | 3 => format!("{left}.{}", pick(chance, names)),
        4 => format!("{left}[*].{}", pick(chance, names)),
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
