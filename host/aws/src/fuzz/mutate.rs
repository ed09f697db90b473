//! Damage: what hostile, broken or half-finished peers would send.

use fastrand::Rng;
use serde_json::{Value as Json, json};

/// What means something to one of the readers.
const PIECES: [&[u8]; 44] = [
    b"<",
    b">",
    b"</",
    b"/>",
    b"&",
    b"&#x10ffff;",
    b"&#0;",
    b"&unknown;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<?xml ",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"<a>",
    b"</a>",
    b"<item/>",
    b" a=\"b\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b"\\ud800",
    b"\\u0000",
    b":",
    b",",
    b"null",
    b"1e999",
    b"-",
    b"0.00000000000000000000001",
    b"99999999999999999999999999",
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\xbf",
    b"\x9f",
    b"\x7f",
    b"\xc1",
    b"\xc2\x5b",
    b"\xfb\x7f\xf8\x00\x00\x00\x00\x00\x00",
    b"\xf9\x7c\x00",
];

/// What nests, or makes much of little.
const OPENINGS: [&[u8]; 14] = [
    b"<a>",
    b"<item>",
    b"<a/>",
    b"<member>1</member>",
    b"[",
    b"{\"a\":",
    b"[[],",
    b"1,",
    b"{\"a\":1},",
    b"\x81",
    b"\xa1\x61a",
    b"\xc1",
    b"\x9f",
    b"\x80",
];

/// Damages bytes up to three times, or not at all.
pub(super) fn bytes(chance: &mut Rng, bytes: &mut Vec<u8>) {
    for _ in 0..chance.usize(..4) {
        let at = chance.usize(..=bytes.len());
        let end = (at + chance.usize(..64)).min(bytes.len());
        match chance.u8(..9) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 if at < bytes.len() => bytes[at] ^= 1 << chance.u8(..8),
            3 => insert(bytes, at, &[chance.u8(..)]),
            4 | 5 => insert(bytes, at, PIECES[chance.usize(..PIECES.len())]),
            6 => {
                let opening = OPENINGS[chance.usize(..OPENINGS.len())];
                let times = 1 << chance.u8(..14);
                insert(bytes, at, &opening.repeat(times));
            }
            7 => {
                let part = bytes[at..end].repeat(1 << chance.u8(..9));
                insert(bytes, at, &part);
            }
            _ => {
                let part = bytes[at..end].to_vec();
                let to = chance.usize(..=bytes.len());
                insert(bytes, to, &part);
            }
        }
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, part: &[u8]) {
    bytes.splice(at..at, part.iter().copied());
}

/// Damages a text up to three times, or not at all.
pub(super) fn text(chance: &mut Rng, text: &mut String) {
    let mut damaged = std::mem::take(text).into_bytes();
    bytes(chance, &mut damaged);
    *text = String::from_utf8_lossy(&damaged).into_owned();
}

/// Puts other values in some places of a value.
pub(super) fn json(chance: &mut Rng, value: &mut Json) {
    for _ in 0..chance.usize(..4) {
        let place = descend(chance, value);
        let other = strange(chance);
        match place {
            Json::Object(fields) if chance.bool() => {
                let name = fields.keys().next().map_or_else(String::new, |name| format!("{name}s"));
                fields.insert(name, other);
            }
            Json::Array(values) if chance.bool() => values.push(other),
            place => *place = other,
        }
    }
}

/// Any place within a value, itself among them.
fn descend<'v>(chance: &mut Rng, value: &'v mut Json) -> &'v mut Json {
    let children = match &*value {
        Json::Object(fields) => fields.len(),
        Json::Array(values) => values.len(),
        _ => 0,
    };
    if children == 0 || chance.u8(..4) == 0 {
        return value;
    }
    let chosen = chance.usize(..children);
    match value {
        Json::Object(fields) => descend(chance, fields.values_mut().nth(chosen).expect("is there")),
        Json::Array(values) => descend(chance, &mut values[chosen]),
        value => value,
    }
}

fn strange(chance: &mut Rng) -> Json {
    const TEXTS: [&str; 20] = [
        "",
        " ",
        ".",
        "..",
        "../../x",
        "a/b",
        "/",
        "%2f%00",
        "ünï ☃",
        "a\r\nX-Injected: b",
        "\u{0}",
        "host@evil.example",
        "evil.example/",
        "evil.example#",
        "https://evil.example",
        "arn:aws:s3:us-east-1:123456789012:accesspoint:point",
        "arn:aws:s3-outposts:evil.example:123456789012:outpost:op-1:accesspoint:p",
        "arn:::::",
        "bucket.with.dots",
        "mfzwi23gnjvgw.mrap",
    ];
    match chance.u8(..12) {
        0 => Json::Null,
        1 => json!(chance.bool()),
        2 => json!(i64::MIN),
        3 => json!(u64::MAX),
        4 => json!(1e308),
        5 => (0..100).fold(json!([]), |inner, _| json!([inner])),
        6 => (0..100).fold(json!({}), |inner, _| json!({"a": inner})),
        7 => json!(vec![0; 1 << chance.u8(..13)]),
        8 => json!(vec![json!({}); 1 << chance.u8(..12)]),
        9 => json!("x".repeat(1 << chance.u8(..14))),
        10 => json!(vec![TEXTS[chance.usize(..TEXTS.len())]; 1 << chance.u8(..10)]),
        _ => json!(TEXTS[chance.usize(..TEXTS.len())]),
    }
}
