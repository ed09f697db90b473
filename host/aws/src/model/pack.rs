//! The model pack: every AWS service, decompressed and parsed when it is first asked for.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, OnceLock};

use serde::de::DeserializeOwned;

use super::error::{UnknownService, most_similar};
use super::index::{Index, MAGIC, MAX_INDEX, Span};
use super::partitions::Partitions;
use super::permissions::{Permission, Permissions};
use super::service::Service;
use super::spelling::Names;
use crate::describe::SearchIndex;

/// Every AWS service and operation.
///
/// Opening a pack reads its index alone. A service takes about a millisecond for each 100 kB of its
/// description at first use (`ec2`, the largest, a few milliseconds) and is kept from then on.
#[derive(Debug)]
pub struct Pack {
    services: BTreeMap<Box<str>, Entry>,
    names: OnceLock<Result<Vec<Names>, String>>,
    search_index: OnceLock<Result<SearchIndex, String>>,
    partitions: Partitions,
    frames: Frames,
    /// Why there is nothing in it, where the file as a whole cannot be read.
    damage: Option<String>,
}

/// A service of the pack.
#[derive(Debug)]
struct Entry {
    span: Span,
    service: OnceLock<Result<Arc<Service>, String>>,
}

impl Pack {
    /// The pack that this program was built with.
    #[must_use]
    pub fn bundled() -> &'static Self {
        static BUNDLED: OnceLock<Pack> = OnceLock::new();
        BUNDLED.get_or_init(|| Self::open(include_bytes!("../../model/pack.bin")))
    }

    /// Opens a pack file. A damaged one opens as well: then every look-up says what is wrong with it.
    #[must_use]
    pub fn open(file: &'static [u8]) -> Self {
        Self::read(file).unwrap_or_else(|reason| Self {
            services: BTreeMap::new(),
            names: OnceLock::new(),
            search_index: OnceLock::new(),
            partitions: Partitions::default(),
            frames: Frames::default(),
            damage: Some(reason),
        })
    }

    fn read(file: &'static [u8]) -> Result<Self, String> {
        let rest = file.strip_prefix(MAGIC).ok_or("it is not a model pack of this version")?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or("it ends too early")?;
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| "its index is too long")?;
        let (index, frames) = rest.split_at_checked(length).ok_or("it ends within its index")?;
        let mut plain = Vec::new();
        zstd::Decoder::new(index)
            .and_then(|decoder| decoder.take(MAX_INDEX as u64).read_to_end(&mut plain))
            .map_err(|error| format!("its index: {error}"))?;
        let index: Index = serde_json::from_slice(&plain).map_err(|error| format!("its index: {error}"))?;

        let mut frames = Frames { bytes: frames, dictionary: Vec::new() };
        let dictionary =
            frames.decompress(index.dictionary).map_err(|error| format!("dictionary: {error}"))?;
        frames.dictionary = dictionary;
        let partitions: Partitions =
            frames.parse(index.partitions).map_err(|error| format!("partitions: {error}"))?;
        let services = index
            .services
            .into_iter()
            .map(|(name, span)| (name, Entry { span, service: OnceLock::new() }))
            .collect();
        let (names, search_index) = (OnceLock::new(), OnceLock::new());
        Ok(Self { services, names, search_index, partitions, frames, damage: None })
    }

    /// The names of all services, sorted.
    pub fn service_names(&self) -> impl Iterator<Item = &str> {
        self.services.keys().map(AsRef::as_ref)
    }

    /// A service by its SDK name, for example `ec2`.
    ///
    /// # Errors
    ///
    /// No service has that name, or the pack is damaged.
    pub fn service(&self, name: &str) -> Result<Arc<Service>, UnknownService> {
        let entry = self.entry(name)?;
        let service = entry.service.get_or_init(|| self.frames.parse::<Service>(entry.span).map(Arc::new));
        service.clone().map_err(|reason| UnknownService::Damaged { name: name.to_owned(), reason })
    }

    /// The names of all services, sorted by SDK name. Reads the whole pack at the first call, about a third of a
    /// second, and keeps the names alone.
    ///
    /// # Errors
    ///
    /// The pack is damaged.
    pub fn names(&self) -> Result<&[Names], UnknownService> {
        self.intact("")?;
        let read = || {
            let entries = self.services.iter();
            let names = entries.map(|(name, entry)| {
                self.frames.parse(entry.span).map_err(|reason| format!("{name}: {reason}"))
            });
            names.collect()
        };
        let damaged =
            |reason: &String| UnknownService::Damaged { name: String::new(), reason: reason.clone() };
        self.names.get_or_init(read).as_deref().map_err(damaged)
    }

    /// A service, read anew and not kept: for those who go through all of them once.
    pub(crate) fn read_service(&self, name: &str) -> Result<Service, UnknownService> {
        let read = self.frames.parse(self.entry(name)?.span);
        read.map_err(|reason| UnknownService::Damaged { name: name.to_owned(), reason })
    }

    fn entry(&self, name: &str) -> Result<&Entry, UnknownService> {
        self.intact(name)?;
        self.services.get(name).ok_or_else(|| UnknownService::NotThere {
            name: name.to_owned(),
            suggestion: most_similar(name, self.service_names()),
        })
    }

    /// Whether the file as a whole can be read.
    fn intact(&self, name: &str) -> Result<(), UnknownService> {
        match &self.damage {
            Some(reason) => Err(UnknownService::Damaged { name: name.to_owned(), reason: reason.clone() }),
            None => Ok(()),
        }
    }

    /// The permissions of all operations of all services, in no order. Reads the whole file, and keeps nothing: ask
    /// on a thread that may be busy for some hundredths of a second.
    ///
    /// # Errors
    ///
    /// The pack, or a service in it, is damaged.
    pub(crate) fn permissions(&self) -> Result<Vec<Permission>, String> {
        let mut all = Vec::with_capacity(20_000);
        for service in self.read_all::<Permissions>()? {
            all.extend(service?.operations.into_values());
        }
        Ok(all)
    }

    /// All services, sorted by name, read anew and not kept: each as far as `T` wants it.
    pub(crate) fn read_all<T: DeserializeOwned>(
        &self,
    ) -> Result<impl Iterator<Item = Result<T, String>>, String> {
        self.intact("").map_err(|error| error.to_string())?;
        Ok(self
            .services
            .iter()
            .map(|(name, entry)| self.frames.parse(entry.span).map_err(|reason| format!("{name}: {reason}"))))
    }

    /// The index in which operations are searched by words. Made at the first call, which reads the whole file.
    ///
    /// # Errors
    ///
    /// The pack is damaged.
    pub(crate) fn search_index(&self) -> Result<&SearchIndex, UnknownService> {
        let damaged =
            |reason: &String| UnknownService::Damaged { name: String::new(), reason: reason.clone() };
        self.search_index.get_or_init(|| SearchIndex::of(self)).as_ref().map_err(damaged)
    }

    /// The partitions with their regions.
    #[must_use]
    pub fn partitions(&self) -> &Partitions {
        &self.partitions
    }
}

/// The compressed part of the file.
#[derive(Debug, Default)]
struct Frames {
    bytes: &'static [u8],
    dictionary: Vec<u8>,
}

impl Frames {
    fn parse<T: DeserializeOwned>(&self, span: Span) -> Result<T, String> {
        serde_json::from_slice(&self.decompress(span)?).map_err(|error| error.to_string())
    }

    /// A frame's content, bounded by what the index says about its length.
    fn decompress(&self, span: Span) -> Result<Vec<u8>, String> {
        let end = span.offset.checked_add(span.length).ok_or("its span overflows")?;
        let frame = self.bytes.get(span.offset..end).ok_or("its span lies outside of the file")?;
        if span.size > MAX_FRAME {
            return Err(format!("its size, {} bytes, is beyond all services of AWS", span.size));
        }
        let mut decompressor =
            zstd::bulk::Decompressor::with_dictionary(&self.dictionary).map_err(|error| error.to_string())?;
        let content = decompressor.decompress(frame, span.size).map_err(|error| error.to_string())?;
        if content.len() == span.size {
            Ok(content)
        } else {
            Err("it is shorter than its index says".to_owned())
        }
    }
}

/// No frame is larger, once decompressed.
const MAX_FRAME: usize = 64 << 20;
