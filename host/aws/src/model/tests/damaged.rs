//! Files that are no pack, or no longer one.

use crate::model::index::{Index, MAGIC, Span};
use crate::model::{Pack, UnknownService};

const SERVICE: &str = r#"{
    "name": "tiny", "service_id": "Tiny", "full_name": "Tiny Service", "api_version": "2026-01-01",
    "protocol": "aws-query", "endpoint_prefix": "tiny", "signing_name": "tiny", "endpoint_variable": "TINY",
    "operations": {"Get": {"name": "Get", "method": "POST", "uri": "/", "access": "read", "iam_action": "tiny:Get"}},
    "shapes": []
}"#;

/// A whole pack with one service, and the index that it was written with.
fn pack(change: impl FnOnce(&mut Index)) -> Vec<u8> {
    let mut compressor = zstd::bulk::Compressor::new(3).unwrap();
    compressor.include_checksum(true).unwrap();
    let mut frames = Vec::new();
    let mut append = |content: &[u8]| {
        let frame = compressor.compress(content).unwrap();
        let span = Span { offset: frames.len(), length: frame.len(), size: content.len() };
        frames.extend(frame);
        span
    };
    let dictionary = append(b"");
    let partitions = append(br#"{"partitions": []}"#);
    let services = [("tiny".into(), append(SERVICE.as_bytes()))].into();
    let mut index = Index { dictionary, partitions, services };
    change(&mut index);
    let index = zstd::bulk::compress(&serde_json::to_vec(&index).unwrap(), 3).unwrap();
    let length = u32::try_from(index.len()).unwrap().to_le_bytes();
    [MAGIC.as_slice(), &length, &index, &frames].concat()
}

fn open(file: Vec<u8>) -> Pack {
    Pack::open(file.leak())
}

fn reason(pack: &Pack) -> String {
    match pack.service("tiny") {
        Err(UnknownService::Damaged { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_whole_one_can_be_read() {
    let pack = open(pack(|_| {}));
    assert_eq!(pack.service_names().collect::<Vec<_>>(), ["tiny"]);
    assert_eq!(&*pack.service("tiny").unwrap().operation("Get").unwrap().iam_action, "tiny:Get");
}

#[test]
fn damage_is_told() {
    for (file, expected) in [
        (b"".to_vec(), "not a model pack of this version"),
        (b"TGMODEL1....".to_vec(), "not a model pack of this version"),
        (b"TGMODEL2...".to_vec(), "ends too early"),
        (b"TGMODEL2\xff\xff\xff\xff".to_vec(), "ends within its index"),
        (b"TGMODEL2\x03\0\0\0abc".to_vec(), "its index: "),
        (pack(|index| index.partitions.offset = usize::MAX), "partitions: its span overflows"),
        (pack(|index| index.dictionary.length = 1 << 30), "dictionary: its span lies outside of the file"),
    ] {
        let pack = open(file);
        assert_eq!(pack.service_names().count(), 0);
        assert!(pack.partitions().partitions.is_empty());
        let reason = reason(&pack);
        assert!(reason.contains(expected), "{reason}");
        let text = pack.service("tiny").unwrap_err().to_string();
        assert!(text.starts_with("the AWS model pack is damaged at `tiny`: "), "{text}");
    }
    let tiny =
        |change: fn(&mut Span)| reason(&open(pack(|index| index.services.values_mut().for_each(change))));
    assert!(tiny(|span| span.size += 1).contains("shorter than its index says"));
    assert!(tiny(|span| span.size = usize::MAX).contains("beyond all services"));
    assert!(!tiny(|span| span.size -= 1).is_empty());
    assert!(!tiny(|span| span.length -= 1).is_empty());
}

#[test]
fn no_damage_panics_or_changes_what_is_read() {
    let whole = pack(|_| {});
    let expected = serde_json::to_value(&*open(whole.clone()).service("tiny").unwrap()).unwrap();
    let mut told = 0;
    for position in 0..whole.len() {
        for file in [whole[..position].to_vec(), flipped(&whole, position)] {
            match open(file).service("tiny") {
                // A flipped bit in the index's name of the service, or in a part that nothing needs.
                Ok(service) => assert_eq!(serde_json::to_value(&*service).unwrap(), expected, "{position}"),
                Err(_) => told += 1,
            }
        }
    }
    assert!(told > whole.len(), "{told} of {}", 2 * whole.len());
}

fn flipped(file: &[u8], position: usize) -> Vec<u8> {
    let mut file = file.to_vec();
    file[position] ^= 0x10;
    file
}
