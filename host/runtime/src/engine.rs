//! The engine that all sandboxes share: how guest code is compiled, and what it is linked to.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store, UpdateDeadline};
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::{cli, filesystem, random};
use wasmtime_wasi::random::WasiRandom;
use wasmtime_wasi::{WasiView, p2};

use crate::bindings::ToolPlugin;
use crate::compiled::Compiled;
use crate::config::Limits;
use crate::error::LoadError;
use crate::state::{Context, State};
use crate::ticker::{Running, Ticker};
use crate::turns::Turns;

/// Plugins that list their tools at once, beside the calls that run.
pub(crate) const LOADS: u32 = 8;

// What one component may consist of. Components of interpreted languages link dozens of modules.
const CORE_INSTANCES: u32 = 128;
const MEMORIES: u32 = 8;
const TABLES: u32 = 32;
const TABLE_ELEMENTS: usize = 100_000;
const INSTANCE_BYTES: usize = 4 << 20;

// What the pool holds per call. Most components are well below what one may consist of, and a call
// has one stack at a time unless its guest is composed of several that wait for each other.
const POOLED_CORE_INSTANCES: u32 = 32;
const POOLED_MEMORIES: u32 = 2;
const POOLED_TABLES: u32 = 8;
const POOLED_STACKS: u32 = 8;

/// Pages that stay mapped in a free slot: zeroing them is cheaper than faulting them in anew.
const RESIDENT_MEMORY: usize = 512 << 10;
const RESIDENT_TABLE: usize = 64 << 10;

/// Ticks before a guest first gives way: with one, a call that begins right before a tick would.
const FIRST_TICKS: u64 = 2;

/// Data that a guest hands to the host at once, besides its answer: names, log lines, requests.
const SMALL_CHANGE: usize = 1 << 20;

/// Compiles components and runs them.
pub(crate) struct Sandbox {
    engine: Engine,
    linker: Linker<State>,
    compiled: Option<Compiled>,
    ticker: Ticker,
    turns: Turns,
    limits: Limits,
}

impl Sandbox {
    pub(crate) fn new(limits: &Limits, cache: Option<&Path>) -> Result<Self, LoadError> {
        let failed = |error: wasmtime::Error| LoadError::Sandbox(format!("{error:#}"));
        let engine = Engine::new(&config(limits)).map_err(failed)?;
        let linker = linker(&engine).map_err(failed)?;
        let compiled = cache.map(|directory| Compiled::new(directory.to_owned(), &engine));
        let ticker = Ticker::start(engine.clone()).map_err(|error| LoadError::Sandbox(error.to_string()))?;
        Ok(Self { engine, linker, compiled, ticker, turns: Turns::new(), limits: limits.clone() })
    }

    pub(crate) fn linker(&self) -> &Linker<State> {
        &self.linker
    }

    /// Compiles a component, or finds it compiled. Takes long: not for an async thread.
    pub(crate) fn compile(&self, bytes: &[u8], digest: [u8; 32]) -> wasmtime::Result<Component> {
        match &self.compiled {
            Some(compiled) => compiled.component(&self.engine, bytes, digest),
            None => Component::from_binary(&self.engine, bytes),
        }
    }

    /// A fresh sandbox, in which nothing has run.
    pub(crate) fn enter(&self, context: Context) -> Entered<'_> {
        let mut store = Store::new(&self.engine, State::new(context, &self.limits));
        store.limiter(|state| &mut state.memory);
        store.set_hostcall_fuel(self.copy_limit());
        let interrupted = Arc::new(AtomicBool::new(false));
        store.set_epoch_deadline(FIRST_TICKS);
        store.epoch_deadline_callback({
            let interrupted = interrupted.clone();
            move |_| {
                interrupted.store(true, Ordering::Relaxed);
                Ok(UpdateDeadline::Yield(1))
            }
        });
        Entered { store, interrupted, turns: &self.turns, _running: self.ticker.running() }
    }

    /// The most bytes that a guest can hand to the host at once. Answers up to twice their limit
    /// are still measured, so that the error is about the answer; larger ones are not even copied.
    fn copy_limit(&self) -> usize {
        let Limits { output_bytes, api_input_bytes, cache_entry_bytes, .. } = self.limits;
        SMALL_CHANGE + 2 * output_bytes.max(api_input_bytes).max(cache_entry_bytes)
    }
}

/// A store with what keeps it going.
pub(crate) struct Entered<'a> {
    store: Store<State>,
    interrupted: Arc<AtomicBool>,
    turns: &'a Turns,
    _running: Running,
}

impl Entered<'_> {
    /// Runs guest code in turn with all other guests.
    pub(crate) async fn run<R>(&mut self, guest: impl AsyncFnOnce(&mut Store<State>) -> R) -> R {
        self.turns.run(&self.interrupted, guest(&mut self.store)).await
    }

    /// Whether the guest was refused memory.
    pub(crate) fn is_out_of_memory(&self) -> bool {
        self.store.data().memory.exhausted
    }
}

fn config(limits: &Limits) -> Config {
    let places = limits.concurrent_calls.saturating_add(LOADS);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(places)
        .total_core_instances(places.saturating_mul(POOLED_CORE_INSTANCES).max(CORE_INSTANCES))
        .total_memories(places.saturating_mul(POOLED_MEMORIES).max(MEMORIES))
        .total_tables(places.saturating_mul(POOLED_TABLES).max(TABLES))
        .total_stacks(places.saturating_mul(POOLED_STACKS))
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(TABLES)
        .max_component_instance_size(INSTANCE_BYTES)
        .max_core_instance_size(INSTANCE_BYTES)
        .table_elements(TABLE_ELEMENTS)
        .linear_memory_keep_resident(RESIDENT_MEMORY)
        .table_keep_resident(RESIDENT_TABLE)
        .max_unused_warm_slots(places);
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .wasm_component_model_async(true)
        .epoch_interruption(true)
        .parallel_compilation(true)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

/// Links the contract, and of WASI what standard libraries import: over an empty context, without
/// sockets, without HTTP.
fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    p2::add_to_linker_proxy_interfaces_async(l)?;
    random::insecure::add_to_linker::<State, WasiRandom>(l, |state| state.ctx().ctx.random())?;
    random::insecure_seed::add_to_linker::<State, WasiRandom>(l, |state| state.ctx().ctx.random())?;
    filesystem::preopens::add_to_linker::<State, WasiFilesystem>(l, State::filesystem)?;
    filesystem::types::add_to_linker::<State, WasiFilesystem>(l, State::filesystem)?;
    cli::environment::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::exit::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_input::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_output::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_stdin::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_stdout::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_stderr::add_to_linker::<State, WasiCli>(l, State::cli)?;
    ToolPlugin::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    Ok(linker)
}
