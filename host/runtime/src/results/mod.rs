//! Tables that are too large for one answer, kept for their callers for a while.

mod sql;
mod table;

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use thiserror::Error;

pub(crate) use self::table::Page;
use self::table::{Rows, Table};
use crate::call::Caller;
use crate::config::Limits;

/// A table that nobody looks at is forgotten after so long.
pub(crate) const KEPT: Duration = Duration::from_secs(15 * 60);

/// As many tables of one caller are kept: an agent that begins more has lost the first ones anyway.
const MAX_TABLES: usize = 64;

/// Why a table was not kept, or could not be read. Texts are for agents.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum ResultsError {
    /// Ask for it again.
    #[error(
        "there is no result {handle:?}: results are kept for {} minutes after their last use, and for the \
         caller alone that asked; call the tool again without a cursor", KEPT.as_secs() / 60
    )]
    Unknown {
        /// What was asked for.
        handle: String,
    },
    /// Ask for less.
    #[error("{0}")]
    TooLarge(String),
    /// Correct the query.
    #[error("{0}")]
    InvalidQuery(String),
    /// Ask for something simpler.
    #[error("the query took longer than {} s", .0.as_secs_f32())]
    Timeout(Duration),
    /// A plugin handed over what is no table, or the system failed.
    #[error("{0}")]
    Other(String),
}

/// All tables of this process.
#[derive(Clone, Debug)]
pub(crate) struct Results {
    kept: Arc<Mutex<Kept>>,
    limits: ResultLimits,
}

#[derive(Clone, Copy, Debug)]
struct ResultLimits {
    /// All tables together.
    total_bytes: usize,
    /// One table.
    table_bytes: usize,
    /// One query.
    query: Duration,
}

#[derive(Debug, Default)]
struct Kept {
    tables: HashMap<Key, Entry>,
    bytes: usize,
}

/// Who may read a table, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    caller: Arc<Caller>,
    handle: String,
}

#[derive(Debug)]
struct Entry {
    table: Arc<Table>,
    used: Instant,
}

/// The tables as one caller sees them.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    results: Results,
    caller: Arc<Caller>,
}

impl Results {
    pub(crate) fn new(limits: &Limits) -> Self {
        let limits = ResultLimits {
            total_bytes: limits.results_bytes,
            table_bytes: limits.result_bytes.min(limits.results_bytes),
            query: limits.result_query,
        };
        Self { kept: Arc::default(), limits }
    }

    /// The tables of a caller.
    pub(crate) fn shelf(&self, caller: Caller) -> Shelf {
        Shelf { results: self.clone(), caller: Arc::new(caller) }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // Nothing in here panics half-way; what is there is whole.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    /// Begins a table; gives its handle.
    pub(crate) fn begin(&self, columns: Vec<String>) -> Result<String, ResultsError> {
        let table = Table::new(columns)?;
        let handle = new_handle();
        let mut kept = self.results.lock();
        kept.expire();
        kept.make_room(&self.caller, MAX_TABLES - 1);
        kept.bytes += table.bytes();
        kept.tables.insert(self.key(&handle), Entry { table: Arc::new(table), used: Instant::now() });
        kept.shrink(self.results.limits.total_bytes, &handle);
        Ok(handle)
    }

    /// Adds rows to a table: a JSON array of arrays. Those of a lower place come first.
    pub(crate) fn append(&self, handle: &str, place: u32, rows: &str) -> Result<(), ResultsError> {
        // Packed before the lock is taken: it takes a while.
        let rows = Rows::new(rows)?;
        let limits = self.results.limits;
        let mut kept = self.results.lock();
        let entry = kept.tables.get_mut(&self.key(handle)).ok_or_else(|| unknown(handle))?;
        entry.used = Instant::now();
        // Nobody reads a table that is still growing, so that this copies nothing.
        let grown = Arc::make_mut(&mut entry.table).append(place, rows, limits.table_bytes)?;
        kept.bytes += grown;
        kept.shrink(limits.total_bytes, handle);
        Ok(())
    }

    /// Some rows of a table.
    pub(crate) fn read(
        &self,
        handle: &str,
        offset: u64,
        max_rows: u32,
        max_bytes: usize,
    ) -> Result<Page, ResultsError> {
        self.table(handle)?.page(offset, max_rows, max_bytes)
    }

    /// What a query answers. Takes long: not for an async thread.
    pub(crate) fn query(
        &self,
        handle: &str,
        sql: &str,
        max_rows: u32,
        max_bytes: usize,
    ) -> Result<Page, ResultsError> {
        let table = self.table(handle)?;
        sql::query(&table, sql, max_rows, max_bytes, self.results.limits.query)
    }

    /// Forgets a table.
    pub(crate) fn discard(&self, handle: &str) {
        self.results.lock().remove(&self.key(handle));
    }

    fn table(&self, handle: &str) -> Result<Arc<Table>, ResultsError> {
        let mut kept = self.results.lock();
        kept.expire();
        let entry = kept.tables.get_mut(&self.key(handle)).ok_or_else(|| unknown(handle))?;
        entry.used = Instant::now();
        Ok(entry.table.clone())
    }

    fn key(&self, handle: &str) -> Key {
        Key { caller: self.caller.clone(), handle: handle.to_owned() }
    }
}

impl Kept {
    fn expire(&mut self) {
        let old: Vec<Key> = self
            .tables
            .iter()
            .filter(|(_, entry)| entry.used.elapsed() > KEPT)
            .map(|(key, _)| key.clone())
            .collect();
        for key in old {
            self.remove(&key);
        }
    }

    /// Leaves a caller so many tables: the last used ones.
    fn make_room(&mut self, caller: &Caller, most: usize) {
        while self.tables.keys().filter(|key| *key.caller == *caller).count() > most {
            self.remove_oldest(|key| *key.caller == *caller);
        }
    }

    /// Drops tables, the longest unused first and never the one of `handle`, until the rest fits.
    fn shrink(&mut self, total_bytes: usize, handle: &str) {
        while self.bytes > total_bytes && self.remove_oldest(|key| key.handle != handle) {}
    }

    fn remove_oldest(&mut self, of: impl Fn(&Key) -> bool) -> bool {
        let candidates = self.tables.iter().filter(|(key, _)| of(key));
        let oldest = candidates.min_by_key(|(_, entry)| entry.used).map(|(key, _)| key.clone());
        oldest.is_some_and(|key| self.remove(&key))
    }

    fn remove(&mut self, key: &Key) -> bool {
        let removed = self.tables.remove(key);
        if let Some(entry) = &removed {
            self.bytes -= entry.table.bytes();
        }
        removed.is_some()
    }
}

/// A name that nobody guesses: of the plugins that work for a caller only those read a table that were told its
/// name. Twelve characters, since agents repeat it.
fn new_handle() -> String {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut number = KEY.hash_one(COUNT.fetch_add(1, Ordering::Relaxed));
    let mut handle = String::from("r");
    for _ in 0..11 {
        // Letters and digits, none of which looks like another.
        handle.push(char::from(b"0123456789abcdefghjkmnpqrstvwxyz"[(number % 32) as usize]));
        number /= 32;
    }
    handle
}

fn unknown(handle: &str) -> ResultsError {
    ResultsError::Unknown { handle: handle.chars().take(40).collect() }
}

#[cfg(test)]
mod tests;
