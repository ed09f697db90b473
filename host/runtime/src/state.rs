//! What a sandbox holds besides the guest: one per call, dropped with it.

use std::sync::Arc;

use tokio::time::Instant;
use tollgate_aws::account::Reach;
use tollgate_aws::{Client, Principal};
use wasmtime::ResourceLimiter;
use wasmtime_wasi::{ResourceTable, WasiCtx, WasiCtxView, WasiView};

use crate::capability::cache::Entries;
use crate::capability::log::Log;
use crate::capability::progress::Progression;
use crate::capability::{Queue, stdio};
use crate::config::Limits;
use crate::results::Shelf;

/// Host objects of WASI (streams, pollables) that a guest may hold at once.
const MAX_WASI_OBJECTS: usize = 10_000;
/// The most random bytes of one request.
const MAX_RANDOM_BYTES: u64 = 64 << 10;
/// A table element is a pointer in the host.
const TABLE_ELEMENT_BYTES: u64 = 8;

/// The data of a store.
pub(crate) struct State {
    pub(crate) memory: Memory,
    pub(crate) context: Context,
    wasi: WasiCtx,
    table: ResourceTable,
}

/// What the capabilities know about the call.
pub(crate) struct Context {
    pub(crate) log: Arc<Log>,
    pub(crate) progress: Progression,
    pub(crate) entries: Entries,
    /// What the call may do outside; `None` while a plugin only lists its tools.
    pub(crate) scope: Option<Arc<Scope>>,
    /// The input of one request to AWS.
    pub(crate) api_input_bytes: usize,
}

/// What a call may do outside its sandbox.
pub(crate) struct Scope {
    pub(crate) client: Client,
    /// For whom it is, and what the plugin may ask of AWS.
    pub(crate) principal: Principal,
    /// The accounts that this call may touch.
    pub(crate) reach: Reach,
    /// Until when AWS is asked.
    pub(crate) deadline: Instant,
    /// How large the answer should be.
    pub(crate) answer_bytes: u32,
    /// The results that are kept for the caller.
    pub(crate) results: Shelf,
    /// Bounds the requests in flight.
    pub(crate) queue: Arc<Queue>,
}

impl State {
    pub(crate) fn new(context: Context, limits: &Limits) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_WASI_OBJECTS);
        // Everything that is not set here is empty: arguments, environment, files, input.
        let wasi = WasiCtx::builder()
            .stdout(stdio::Output::new(context.log.clone(), "stdout"))
            .stderr(stdio::Output::new(context.log.clone(), "stderr"))
            .max_random_size(MAX_RANDOM_BYTES)
            .allow_tcp(false)
            .allow_udp(false)
            .build();
        Self { memory: Memory::new(limits.memory_bytes), context, wasi, table }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// The memory limit of a store: all linear memories and tables of a component together.
#[derive(Debug)]
pub(crate) struct Memory {
    limit: u64,
    used: u64,
    /// Whether a growth was refused: what a guest dies of afterwards is out of memory.
    pub(crate) exhausted: bool,
}

impl Memory {
    fn new(limit: u64) -> Self {
        Self { limit, used: 0, exhausted: false }
    }

    fn grow(&mut self, by: u64) -> bool {
        match self.used.checked_add(by) {
            Some(used) if used <= self.limit => {
                self.used = used;
                true
            }
            _ => {
                self.exhausted = true;
                false
            }
        }
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(self.grow((desired - current) as u64))
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(self.grow((desired - current) as u64 * TABLE_ELEMENT_BYTES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_and_tables_share_one_limit() {
        let mut memory = Memory::new(1_000);
        assert!(memory.memory_growing(0, 600, None).unwrap());
        assert!(memory.table_growing(0, 25, None).unwrap(), "200 bytes");
        assert!(!memory.exhausted);
        assert!(!memory.memory_growing(600, 801, None).unwrap());
        assert!(memory.exhausted);
        assert!(memory.memory_growing(600, 800, None).unwrap(), "a smaller growth still fits");
    }
}
