//! From the configuration to the running parts: AWS, then the runtime on it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tollgate_aws::account::Account;
use tollgate_aws::{Client, Config as AwsConfig};
use tollgate_runtime::{Config as RuntimeConfig, Limits, PluginConfig, Runtime, Source};
use tollgate_sim::{DemoOptions, Sim};

use crate::bundled::BUNDLED;
use crate::config::{self, ConfigError, File};

/// Everything that a command needs.
pub(crate) struct App {
    /// The plugins.
    pub(crate) runtime: Runtime,
    /// How Streamable HTTP is served.
    pub(crate) http: config::Http,
    /// The demo organisation's AWS, which answers as long as this lives.
    _sim: Option<Sim>,
}

impl App {
    /// Serves the accounts of the configuration. Nothing is contacted or compiled yet.
    pub(crate) fn new(file: File) -> Result<Self> {
        let aws = AwsConfig {
            home_region: file.aws.region,
            endpoint_url: file.aws.endpoint_url,
            accounts: file.account.into_iter().map(account).collect::<Result<_>>()?,
            ..AwsConfig::default()
        };
        let plugins = plugins(file.plugins)?;
        Ok(Self { runtime: runtime(aws, plugins, &file.limits)?, http: file.http, _sim: None })
    }
}
