//! From the configuration to the running parts: AWS, then the runtime on it.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use aws_credential_types::provider::SharedCredentialsProvider;
use tollgate_aws::credentials::Mfa;
use tollgate_aws::{CacheConfig, Client, Concurrency, Config as AwsConfig, CursorSeal, Environment};
use tollgate_runtime::{Config as RuntimeConfig, Limits, PluginConfig, Runtime, Source};
use tollgate_sim::{DEMO_REGION, DemoOptions, DemoOrg, Sim};
use toml::Spanned;

use crate::bundled::BUNDLED;
use crate::config::{self, File, Plugin};
use crate::terminal;

/// Everything that a command needs.
pub(crate) struct App {
    /// The plugins.
    pub(crate) runtime: Runtime,
    /// How Streamable HTTP is served.
    pub(crate) http: config::Http,
    _aws: Aws,
}

/// AWS, as far as the configuration or the demo organisation has it.
pub(crate) struct Aws {
    /// Asks it.
    pub(crate) client: Client,
    /// The demo organisation's AWS, which answers as long as this lives.
    _sim: Option<Sim>,
}

impl Aws {
    /// The accounts of the configuration, and how to find more. Nothing is contacted yet.
    pub(crate) fn new(
        file: config::Aws,
        accounts: Vec<config::Account>,
        discovery: Option<config::Discovery>,
        cursor_seal: CursorSeal,
    ) -> Result<Self> {
        let config = AwsConfig {
            cache: cache(&file),
            concurrency: concurrency(&file.concurrency),
            limits: file.limit.into_iter().map(Into::into).collect(),
            home_region: file.region,
            endpoint_url: file.endpoint_url,
            endpoint_urls: file.endpoints.into_iter().map(|(service, url)| (service.0, url.0)).collect(),
            fips: file.use_fips,
            dual_stack: file.use_dualstack,
            ca_bundle: file.ca_bundle,
            unknown_values: file.unknown_values,
            accounts: accounts.into_iter().map(Into::into).collect(),
            discovery: discovery.map(Into::into),
            mfa: file.mfa_serial.map(|serial| Mfa { serial, prompt: terminal::mfa_prompt() }),
            cursor_seal,
            ..AwsConfig::default()
        };
        Ok(Self { client: client(config)?, _sim: None })
    }

    /// The demo organisation, whose AWS runs in this process and takes `latency` for each answer.
    pub(crate) async fn demo(latency: Duration, cursor_seal: CursorSeal) -> Result<Self> {
        let org = DemoOrg::load(&DemoOptions { latency, ..DemoOptions::default() })?;
        let (sim, accounts) = org.start().await.context("cannot start the demo organisation")?;
        let config = AwsConfig {
            home_region: Some(DEMO_REGION.to_owned()),
            endpoint_url: Some(sim.endpoint_url()),
            accounts,
            base_credentials: Some(SharedCredentialsProvider::new(sim.base_credentials())),
            // The demo is the same on every machine.
            environment: Environment::empty(),
            cursor_seal,
            ..AwsConfig::default()
        };
        Ok(Self { client: client(config)?, _sim: Some(sim) })
    }
}

fn client(config: AwsConfig) -> Result<Client> {
    Client::new(config).context("cannot set up the AWS client")
}

impl App {
    /// Serves the accounts of the configuration. Nothing is contacted or compiled yet.
    pub(crate) fn new(file: File) -> Result<Self> {
        let aws = Aws::new(file.aws, file.account, file.discovery, CursorSeal::Secret)?;
        Self::assemble(aws, file.plugins, &file.limits, file.http)
    }

    /// Serves the demo organisation with the plugins and limits of the configuration.
    pub(crate) async fn demo(file: File, latency: Duration) -> Result<Self> {
        let aws = Aws::demo(latency, CursorSeal::Secret).await?;
        Self::assemble(aws, file.plugins, &file.limits, file.http)
    }

    fn assemble(
        aws: Aws,
        configured: BTreeMap<Spanned<String>, Plugin>,
        limits: &config::Limits,
        http: config::Http,
    ) -> Result<Self> {
        let config = RuntimeConfig {
            limits: self::limits(limits),
            cache_dir: cache_dir(),
            plugins: plugins(configured),
        };
        let runtime = Runtime::new(config, aws.client.clone()).context("cannot set up the sandbox")?;
        Ok(Self { runtime, http, _aws: aws })
    }
}

/// The bundled plugins as configured, then those from files.
fn plugins(configured: BTreeMap<Spanned<String>, Plugin>) -> Vec<PluginConfig> {
    let mut configured: Vec<_> =
        configured.into_iter().map(|(name, plugin)| (name.into_inner(), plugin)).collect();
    let mut plugins = Vec::new();
    for bundled in BUNDLED {
        let at = configured.iter().position(|(name, plugin)| name == bundled.name && plugin.path.is_none());
        let plugin = at.map(|at| configured.swap_remove(at).1).unwrap_or_default();
        let replaced = configured.iter().any(|(name, _)| name == bundled.name);
        if plugin.enabled != Some(false) && !replaced {
            let source = Source::Bundled { name: bundled.name.to_owned(), bytes: bundled.component };
            plugins.push(plugin_config(source, plugin));
        }
    }
    configured.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (_, mut plugin) in configured {
        if let Some(path) = plugin.path.take().filter(|_| plugin.enabled != Some(false)) {
            plugins.push(plugin_config(Source::File(path), plugin));
        }
    }
    plugins
}

fn plugin_config(source: Source, plugin: Plugin) -> PluginConfig {
    let grant = plugin.grant.map(|patterns| patterns.iter().map(ToString::to_string).collect());
    let reveal = plugin.reveal.iter().map(ToString::to_string).collect();
    PluginConfig { source, grant, mode: plugin.mode, reveal }
}

fn limits(configured: &config::Limits) -> Limits {
    let mut limits = Limits::default();
    if let Some(seconds) = configured.deadline_seconds {
        limits.deadline = Duration::from_secs(seconds.get());
    }
    if let Some(mebibytes) = configured.memory_mib {
        limits.memory_bytes = mebibytes.get().saturating_mul(1 << 20);
    }
    if let Some(bytes) = configured.answer_bytes {
        limits.answer_bytes = bytes;
    }
    if let Some(mebibytes) = configured.results_mib {
        limits.results_bytes = usize::try_from(mebibytes.get()).unwrap_or(usize::MAX).saturating_mul(1 << 20);
    }
    if let Some(calls) = configured.concurrent_calls {
        limits.concurrent_calls = calls.get();
    }
    limits
}

fn concurrency(configured: &config::Concurrency) -> Concurrency {
    let default = Concurrency::default();
    let or = |configured: Option<NonZeroU32>, default| {
        configured.map_or(default, |number| usize::try_from(number.get()).unwrap_or(usize::MAX))
    };
    Concurrency {
        total: or(configured.total, default.total),
        per_account: or(configured.per_account, default.per_account),
        per_region: or(configured.per_region, default.per_region),
        answer_bytes: or(configured.answers_mib, default.answer_bytes >> 20).saturating_mul(1 << 20),
        large_answers: or(configured.large_answers, default.large_answers),
    }
}

fn cache(configured: &config::Aws) -> CacheConfig {
    let mut cache = CacheConfig::default();
    if let Some(seconds) = configured.cache_seconds {
        cache.time_to_live = Duration::from_secs(seconds);
    }
    if let Some(mebibytes) = configured.cache_mib {
        cache.max_bytes = mebibytes.get().saturating_mul(1 << 20);
    }
    cache
}

/// `$XDG_CACHE_HOME/tollgate/components`, else `~/.cache/tollgate/components`.
fn cache_dir() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = cache.or_else(|| Some(std::env::home_dir()?.join(".cache")))?;
    Some(cache.join("tollgate/components"))
}
