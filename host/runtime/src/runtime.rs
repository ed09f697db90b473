//! The runtime: plugins loaded once, calls within their limits.

use std::fmt;
use std::num::NonZero;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::available_parallelism;

use futures::future::{BoxFuture, FutureExt, Shared};
use futures::stream::{FuturesOrdered, TryStreamExt};
use tokio::sync::{Semaphore, SemaphorePermit};
use tollgate_aws::Client;

use crate::call::{self, Call, Caller};
use crate::config::{Config, PluginConfig};
use crate::engine::{LOADS, Sandbox};
use crate::error::{CallError, LoadError};
use crate::output::Outcome;
use crate::plugin::{self, Plugin};
use crate::registry::Registry;
use crate::results::Results;
use crate::tool::Tool;

/// The plugins of a host. Cheap to clone; the last clone that is dropped ends it.
#[derive(Clone)]
pub struct Runtime(Arc<Inner>);

struct Inner {
    config: Config,
    client: Client,
    sandbox: Sandbox,
    results: Results,
    loaded: OnceLock<Result<Registry, Arc<LoadError>>>,
    loading: OnceLock<Loading>,
    running: Semaphore,
    waiting: AtomicU32,
}

type Loading = Shared<BoxFuture<'static, ()>>;

/// How busy a runtime is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Calls that run.
    pub running: u32,
    /// Calls that wait for a place.
    pub waiting: u32,
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl Runtime {
    /// Sets up the sandboxes. No plugin is read, nothing is compiled, no file or socket touched.
    ///
    /// # Errors
    ///
    /// The machine refuses the address space or the thread that sandboxes need.
    pub fn new(config: Config, client: Client) -> Result<Self, LoadError> {
        let sandbox = Sandbox::new(&config.limits, config.cache_dir.as_deref())?;
        Ok(Self(Arc::new(Inner {
            results: Results::new(&config.limits),
            running: Semaphore::new(config.limits.concurrent_calls as usize),
            config,
            client,
            sandbox,
            loaded: OnceLock::new(),
            loading: OnceLock::new(),
            waiting: AtomicU32::new(0),
        })))
    }

    /// Loads the plugins, once: whoever comes later waits for the same load and gets the same
    /// result. It goes on though the caller may give up.
    ///
    /// # Errors
    ///
    /// A plugin cannot be loaded, or two of them clash. Of several errors it is that of the plugin
    /// that stands first in the configuration; the others are logged.
    pub async fn load(&self) -> Result<&Registry, Arc<LoadError>> {
        if self.0.loaded.get().is_none() {
            let loading = self.0.loading.get_or_init(|| {
                let inner = self.0.clone();
                let task = tokio::spawn(async move {
                    let loaded = inner.load().await.map_err(Arc::new);
                    // Nobody else sets it.
                    let _ = inner.loaded.set(loaded);
                });
                task.map(|_| ()).boxed().shared()
            });
            loading.clone().await;
        }
        match self.0.loaded.get() {
            Some(Ok(registry)) => Ok(registry),
            Some(Err(error)) => Err(error.clone()),
            None => Err(Arc::new(LoadError::Interrupted)),
        }
    }

    /// The tools that a caller may see, by name.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Self::load).
    pub async fn tools(&self, _caller: &Caller) -> Result<Vec<Arc<Tool>>, Arc<LoadError>> {
        // Which accounts a caller reaches does not change which tools there are.
        Ok(self.load().await?.tools().to_vec())
    }

    /// Calls a tool in a fresh sandbox. Dropping the future stops the call: its sandbox and all its
    /// requests to AWS are dropped with it.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub async fn call(&self, call: Call) -> Result<Outcome, CallError> {
        let registry = self.load().await.map_err(CallError::Load)?;
        let Some(entry) = registry.get(&call.tool) else {
            return Err(CallError::UnknownTool { nearest: registry.nearest(&call.tool), name: call.tool });
        };
        let Inner { config, client, sandbox, results, .. } = &*self.0;
        let limits = &config.limits;
        for (what, text) in [
            ("arguments", Some(&call.arguments)),
            ("answers", call.answers.as_ref()),
            ("state", call.state.as_ref()),
        ] {
            if let Some(size) = text.map(String::len).filter(|&size| size > limits.input_bytes) {
                let detail =
                    format!("{what}: {size} bytes are over the limit of {} bytes", limits.input_bytes);
                return Err(CallError::InvalidArguments(detail));
            }
        }
        let _place = self.0.place().await?;
        call::run(call::Host { sandbox, client, results, limits }, entry.clone(), call).await
    }

    /// How busy it is now.
    #[must_use]
    pub fn busy(&self) -> Load {
        let limit = self.0.config.limits.concurrent_calls;
        let free = u32::try_from(self.0.running.available_permits()).unwrap_or(limit);
        Load { running: limit.saturating_sub(free), waiting: self.0.waiting.load(Ordering::Relaxed) }
    }
}

impl Inner {
    /// Waits for a place among the calls that run: first come, first served.
    async fn place(&self) -> Result<SemaphorePermit<'_>, CallError> {
        let limits = &self.config.limits;
        if let Ok(place) = self.running.try_acquire() {
            return Ok(place);
        }
        let overloaded = CallError::Overloaded { limit: limits.concurrent_calls };
        let _waiting = Waiting(&self.waiting);
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= limits.waiting_calls {
            return Err(overloaded);
        }
        match tokio::time::timeout(limits.wait, self.running.acquire()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(overloaded),
        }
    }

    async fn load(self: &Arc<Self>) -> Result<Registry, LoadError> {
        // More threads than cores would only use more memory.
        let linking = Semaphore::new(available_parallelism().map_or(2, NonZero::get));
        let listing = Semaphore::new(LOADS as usize);
        let plugins = self.config.plugins.iter().map(|config| self.load_plugin(config, &linking, &listing));
        let mut loads: FuturesOrdered<_> = plugins.collect();
        let mut plugins = Vec::new();
        let mut failure = None;
        loop {
            match loads.try_next().await {
                Ok(Some(plugin)) => plugins.push(plugin),
                Ok(None) => break,
                Err(error) if failure.is_none() => failure = Some(error),
                Err(error) => tracing::error!(%error, "a further plugin cannot be loaded"),
            }
        }
        match failure {
            Some(error) => Err(error),
            None => Registry::new(plugins),
        }
    }

    async fn load_plugin(
        self: &Arc<Self>,
        config: &PluginConfig,
        linking: &Semaphore,
        listing: &Semaphore,
    ) -> Result<Plugin, LoadError> {
        let place = linking.acquire().await.map_err(|_| LoadError::Interrupted)?;
        let linked = tokio::task::spawn_blocking({
            let (inner, config) = (self.clone(), config.clone());
            move || plugin::link(&inner.sandbox, &config, &inner.config.limits)
        });
        let linked = linked.await.map_err(|_| LoadError::Interrupted)??;
        drop(place);
        let _place = listing.acquire().await.map_err(|_| LoadError::Interrupted)?;
        linked.list_tools(&self.sandbox, &self.config.limits).await
    }
}

struct Waiting<'a>(&'a AtomicU32);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
