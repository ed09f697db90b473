//! Writing the pack file; `host/aws/src/model/index.rs` describes it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use zstd::bulk::Compressor;

use super::types::index::{Index, MAGIC, MAX_INDEX, Span};

/// The slowest level with a window that needs no more memory to read.
const LEVEL: i32 = 19;

/// The most that may be committed.
const LARGEST: usize = 3_000_000;

/// Services whose texts are the dictionary: between them they use every field and most endpoint rules.
const TYPICAL: [&str; 4] = ["backup", "sns", "cloudwatch", "s3"];

/// The whole file.
pub(crate) fn write(services: &BTreeMap<Box<str>, Vec<u8>>, partitions: &[u8]) -> Result<Vec<u8>> {
    let dictionary = dictionary(services)?;
    let mut index = Index::default();
    let mut frames = Vec::new();
    let mut plain = Compressor::new(LEVEL)?;
    index.dictionary = append(&mut frames, &mut plain, &dictionary)?;
    let mut compressor = Compressor::with_dictionary(LEVEL, &dictionary)?;
    compressor.include_checksum(true)?;
    index.partitions = append(&mut frames, &mut compressor, partitions)?;
    for (name, service) in services {
        index.services.insert(name.clone(), append(&mut frames, &mut compressor, service)?);
    }

    let index = serde_json::to_vec(&index)?;
    ensure!(index.len() <= MAX_INDEX, "the index has {} bytes", index.len());
    let index = plain.compress(&index)?;
    let mut file = MAGIC.to_vec();
    file.extend(u32::try_from(index.len())?.to_le_bytes());
    file.extend(index);
    file.extend(frames);
    ensure!(file.len() <= LARGEST, "the pack has {} bytes, more than {LARGEST}", file.len());
    Ok(file)
}

fn append(frames: &mut Vec<u8>, compressor: &mut Compressor<'_>, content: &[u8]) -> Result<Span> {
    let frame = compressor.compress(content)?;
    let span = Span { offset: frames.len(), length: frame.len(), size: content.len() };
    frames.extend(frame);
    Ok(span)
}

/// What all services have in common: whole texts of some of them, the most typical last, where zstd finds
/// it soonest.
fn dictionary(services: &BTreeMap<Box<str>, Vec<u8>>) -> Result<Vec<u8>> {
    let mut dictionary = Vec::new();
    for name in TYPICAL {
        let service = services.get(name).with_context(|| format!("no service {name} for the dictionary"))?;
        dictionary.extend_from_slice(service);
    }
    Ok(dictionary)
}
