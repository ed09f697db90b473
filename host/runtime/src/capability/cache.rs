//! `tollgate:cache/store`: entries that outlive a call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use moka::Expiry;
use moka::sync::Cache;
use tollgate_aws::account::Reach;

use crate::bindings::tollgate::cache::store::{Error, Host};
use crate::config::Limits;
use crate::state::State;

/// What an entry costs besides its key and value.
const OVERHEAD: usize = 128;
/// No entry lives longer.
const MAX_TTL: Duration = Duration::from_secs(24 * 60 * 60);

/// The entries of one plugin.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    entries: Cache<Key, Arc<Entry>>,
    max_entry: usize,
}

/// Callers that reach the same accounts share entries, others do not: what one caller's call
/// learned from an account must not show up for another who may not see that account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    reach: Arc<Reach>,
    key: String,
}

#[derive(Debug)]
struct Entry {
    value: Vec<u8>,
    ttl: Duration,
}

struct ByTtl;

impl Expiry<Key, Arc<Entry>> for ByTtl {
    fn expire_after_create(&self, _: &Key, entry: &Arc<Entry>, _: Instant) -> Option<Duration> {
        Some(entry.ttl)
    }

    fn expire_after_update(
        &self,
        _: &Key,
        entry: &Arc<Entry>,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(entry.ttl)
    }
}

impl Store {
    pub(crate) fn new(limits: &Limits) -> Self {
        let entries = Cache::builder()
            .max_capacity(limits.cache_bytes)
            .weigher(|key: &Key, entry: &Arc<Entry>| {
                u32::try_from(key.key.len() + entry.value.len() + OVERHEAD).unwrap_or(u32::MAX)
            })
            .expire_after(ByTtl)
            .build();
        Self { entries, max_entry: limits.cache_entry_bytes }
    }

    /// The entries as a caller with this reach sees them.
    pub(crate) fn entries(&self, reach: &Reach) -> Entries {
        Entries { store: self.clone(), reach: Arc::new(reach.clone()) }
    }
}

/// The entries of a plugin for one caller.
#[derive(Clone, Debug)]
pub(crate) struct Entries {
    store: Store,
    reach: Arc<Reach>,
}

impl Entries {
    fn key(&self, key: String) -> Key {
        Key { reach: self.reach.clone(), key }
    }

    fn get(&self, key: String) -> Option<Vec<u8>> {
        self.store.entries.get(&self.key(key)).map(|entry| entry.value.clone())
    }

    fn set(&self, key: String, value: Vec<u8>, ttl: Duration) -> Result<(), Error> {
        let (size, limit) = (key.len() + value.len(), self.store.max_entry);
        if size > limit {
            return Err(Error::TooLarge(format!(
                "{size} bytes are over the limit of {limit} bytes for an entry"
            )));
        }
        self.store.entries.insert(self.key(key), Arc::new(Entry { value, ttl: ttl.min(MAX_TTL) }));
        Ok(())
    }

    fn delete(&self, key: String) {
        self.store.entries.invalidate(&self.key(key));
    }
}

impl Host for State {
    fn get(&mut self, key: String) -> Option<Vec<u8>> {
        self.context.entries.get(key)
    }

    fn set(&mut self, key: String, value: Vec<u8>, ttl_seconds: u32) -> Result<(), Error> {
        self.context.entries.set(key, value, Duration::from_secs(u64::from(ttl_seconds)))
    }

    fn delete(&mut self, key: String) {
        self.context.entries.delete(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TTL: Duration = Duration::from_secs(60);

    fn get(entries: &Entries, key: &str) -> Option<Vec<u8>> {
        entries.get(key.to_owned())
    }

    #[test]
    fn entries_are_kept_replaced_and_forgotten() {
        let entries = Store::new(&Limits::default()).entries(&Reach::All);
        assert_eq!(get(&entries, "a"), None);
        entries.set("a".into(), vec![1], TTL).unwrap();
        entries.set("a".into(), vec![2], TTL).unwrap();
        entries.set("gone".into(), vec![3], Duration::ZERO).unwrap();
        assert_eq!(get(&entries, "a"), Some(vec![2]));
        assert_eq!(get(&entries, "gone"), None);
        entries.delete("a".into());
        assert_eq!(get(&entries, "a"), None);
    }

    #[test]
    fn entries_are_shared_by_callers_of_the_same_reach_only() {
        let store = Store::new(&Limits::default());
        let reach = |ids: &[&str]| ids.iter().map(|id| id.parse().unwrap()).collect::<Reach>();
        let narrow = reach(&["111111111111"]);
        let wide = reach(&["111111111111", "222222222222"]);
        store.entries(&wide).set("a".into(), vec![1], TTL).unwrap();
        assert_eq!(get(&store.entries(&wide.clone()), "a"), Some(vec![1]));
        assert_eq!(get(&store.entries(&narrow), "a"), None);
        assert_eq!(get(&store.entries(&Reach::All), "a"), None);
    }

    #[test]
    fn entries_and_their_sum_are_bounded() {
        let limits = Limits { cache_bytes: 10_000, cache_entry_bytes: 1_000, ..Limits::default() };
        let store = Store::new(&limits);
        let entries = store.entries(&Reach::All);
        let Err(Error::TooLarge(text)) = entries.set("k".into(), vec![0; 1_000], TTL) else {
            panic!("an entry over the limit was kept")
        };
        assert_eq!(text, "1001 bytes are over the limit of 1000 bytes for an entry");
        for number in 0..100 {
            entries.set(format!("{number:03}"), vec![0; 900], TTL).unwrap();
        }
        store.entries.run_pending_tasks();
        assert!(store.entries.weighted_size() <= 10_000);
        assert!(store.entries.entry_count() > 0);
    }
}
