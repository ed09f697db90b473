//! The life of a plugin up to its first call.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tollgate_aws::account::Reach;
use tollgate_aws::grant::Grant;

use crate::bindings::{ToolPlugin, ToolPluginPre};
use crate::capability::cache::Store as CacheStore;
use crate::capability::log::Log;
use crate::capability::progress::Progression;
use crate::compiled::hex;
use crate::config::{Limits, PluginConfig, Source};
use crate::engine::{Entered, Sandbox};
use crate::error::{LoadError, Origin, correlation_id};
use crate::inspect::inspect;
use crate::manifest::Manifest;
use crate::state::{Context, State};
use crate::tool::Tool;
use crate::{grant, offer};

/// More tools than this no client can handle.
const MAX_TOOLS: usize = 512;

/// A loaded plugin.
pub(crate) struct Plugin {
    pub(crate) info: Arc<PluginInfo>,
    pub(crate) origin: Origin,
    pub(crate) tools: Vec<Arc<Tool>>,
    pub(crate) grant: Arc<Grant>,
    pub(crate) cache: CacheStore,
    pre: ToolPluginPre<State>,
}

/// Who a plugin is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginInfo {
    /// The name: `[a-z][a-z0-9-]*`.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// What it is for.
    pub description: String,
    /// The SHA-256 of its component, in hexadecimal.
    pub digest: String,
    /// The IAM action patterns that it requests.
    pub request: Vec<String>,
}

impl fmt::Display for PluginInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("info", &self.info)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl Plugin {
    /// A fresh instance of its component.
    pub(crate) async fn instantiate(&self, sandbox: &mut Entered<'_>) -> wasmtime::Result<ToolPlugin> {
        sandbox.run(async |store| self.pre.instantiate_async(store).await).await
    }
}

/// A plugin that is compiled and linked, and has not run yet.
pub(crate) struct Linked {
    info: Arc<PluginInfo>,
    origin: Origin,
    grant: Grant,
    pre: ToolPluginPre<State>,
}

/// Reads, checks, compiles and links a plugin. Takes long: not for an async thread.
pub(crate) fn link(sandbox: &Sandbox, config: &PluginConfig, limits: &Limits) -> Result<Linked, LoadError> {
    let origin = config.source.origin();
    let bytes = read(&config.source, limits.component_bytes)?;
    let inspected = inspect(&bytes)
        .map_err(|found| LoadError::NotAComponent { origin: origin.clone(), found: found.describe() })?;
    let manifest = match *inspected.manifests {
        [] => return Err(LoadError::NoManifest { origin }),
        [manifest] => Manifest::parse(manifest),
        _ => Err("there is more than one `tollgate:plugin` section".to_owned()),
    }
    .map_err(|detail| LoadError::Manifest { origin: origin.clone(), detail })?;
    let grant = grant::effective(config, &manifest)?;

    let digest: [u8; 32] = Sha256::digest(&bytes).into();
    let Manifest { name, version, description, aws } = manifest;
    let info = PluginInfo { name, version, description, digest: hex(&digest), request: aws.request };
    let plugin = info.to_string();
    if let Some(import) = inspected.imports.iter().find(|import| !offer::serves(import)) {
        let offered = offer::instead_of(import);
        return Err(LoadError::UnknownImport { origin, plugin, import: import.clone(), offered });
    }
    if !inspected.exports.iter().any(|export| offer::is_expected_export(export)) {
        let found =
            if inspected.exports.is_empty() { "nothing".to_owned() } else { inspected.exports.join(", ") };
        return Err(LoadError::MissingExport { origin, plugin, expected: offer::EXPORT, found });
    }
    let pre = sandbox
        .compile(&bytes, digest)
        .and_then(|component| sandbox.linker().instantiate_pre(&component))
        .and_then(ToolPluginPre::new)
        .map_err(|error| LoadError::Incompatible {
            origin: origin.clone(),
            plugin,
            detail: format!("{error:#}"),
        })?;
    Ok(Linked { info: Arc::new(info), origin, grant, pre })
}

fn read(source: &Source, limit: u64) -> Result<Cow<'static, [u8]>, LoadError> {
    let origin = source.origin();
    let path = match source {
        Source::Bundled { bytes, .. } => return Ok(Cow::Borrowed(bytes)),
        Source::File(path) => path,
    };
    let failed = |source| LoadError::Read { origin: origin.clone(), source };
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let too_large = |size| LoadError::TooLarge { origin: origin.clone(), size, limit };
    if size > limit {
        return Err(too_large(size));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    // It may be no regular file, or grow while it is read.
    let read = file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if read as u64 > limit {
        return Err(too_large(read as u64));
    }
    Ok(Cow::Owned(bytes))
}

impl Linked {
    /// Asks the plugin for its tools, in a sandbox of its own in which there is no AWS.
    pub(crate) async fn list_tools(self, sandbox: &Sandbox, limits: &Limits) -> Result<Plugin, LoadError> {
        let Self { info, origin, grant, pre } = self;
        let failed =
            |detail| LoadError::ListTools { origin: origin.clone(), plugin: info.to_string(), detail };
        let cache = CacheStore::new(limits);
        let context = Context {
            log: Log::new(info.to_string(), "list-tools".to_owned(), correlation_id(), limits),
            progress: Progression::new(None, limits.progress_interval),
            entries: cache.entries(&Reach::All),
            api_input_bytes: limits.api_input_bytes,
            scope: None,
        };
        let mut entered = sandbox.enter(context);
        let listed = entered.run(async |store| {
            let plugin = pre.instantiate_async(&mut *store).await?;
            plugin.tollgate_plugin_tools().call_list_tools(store).await
        });
        let listed = match tokio::time::timeout(limits.load_deadline, listed).await {
            Ok(Ok(listed)) => listed,
            Ok(Err(_)) if entered.is_out_of_memory() => {
                return Err(failed(format!("it needs more than {} bytes of memory", limits.memory_bytes)));
            }
            Ok(Err(error)) => return Err(failed(format!("{error:?}"))),
            Err(_) => {
                return Err(failed(format!("no answer within {} s", limits.load_deadline.as_secs_f64())));
            }
        };
        drop(entered);
        if listed.len() > MAX_TOOLS {
            return Err(failed(format!("{} tools are over the limit of {MAX_TOOLS}", listed.len())));
        }
        let tool = |tool: crate::bindings::exports::tollgate::plugin::tools::Tool| {
            let name = tool.name.chars().take(80).collect::<String>();
            Tool::new(tool, info.clone()).map(Arc::new).map_err(|detail| LoadError::Tool {
                origin: origin.clone(),
                plugin: info.to_string(),
                tool: crate::text::line(&name, 80).into_owned(),
                detail,
            })
        };
        let tools = listed.into_iter().map(tool).collect::<Result<Vec<_>, _>>()?;
        Ok(Plugin { info, origin, tools, grant: Arc::new(grant), cache, pre })
    }
}
