//! What a client is made of.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aws_credential_types::provider::SharedCredentialsProvider;
use thiserror::Error;

use crate::account::discovery::Discovery;
use crate::account::{Account, RegistryError, SelectorError};
use crate::cache::CacheConfig;
use crate::clock::Clock;
use crate::credentials::Mfa;
use crate::endpoint::EndpointError;
use crate::environment::Environment;
use crate::model::UnknownService;
use crate::page::CursorSeal;
use crate::protocol::UnknownValues;
use crate::rate::{LimitsError, RateLimit};
use crate::retry::RetryConfig;
use crate::transport::{ProxyError, Timeouts};

/// What a client is made of. The default serves the account of the default credential chain.
#[derive(Clone, Debug)]
pub struct Config {
    /// The region of STS, and of accounts without regions; absent: that of the environment or profile.
    pub home_region: Option<String>,
    /// One endpoint for all services: an emulator. Absent: as environment and profile say.
    pub endpoint_url: Option<String>,
    /// Endpoints of single services, by their names in the model; above [`Config::endpoint_url`].
    pub endpoint_urls: BTreeMap<String, String>,
    /// Endpoints with FIPS 140 validated cryptography; absent: as environment and profile say.
    pub fips: Option<bool>,
    /// Endpoints that answer over IPv6 as well; absent: as environment and profile say.
    pub dual_stack: Option<bool>,
    /// A PEM file with certificates of authorities to trust beside the system's; absent: as `AWS_CA_BUNDLE` in the
    /// environment and `ca_bundle` in the profile say.
    pub ca_bundle: Option<PathBuf>,
    /// The environment variables that decide how AWS is reached, and where the shared AWS config file is. Default:
    /// this process's. The default credential chain always reads those.
    pub environment: Environment,
    /// The accounts that are written down; none, and no discovery either: the base credentials' own.
    pub accounts: Vec<Account>,
    /// Where further accounts are found out.
    pub discovery: Option<Discovery>,
    /// The base credentials; absent: AWS's default chain (environment, profile, SSO, web identity, container,
    /// instance).
    pub base_credentials: Option<SharedCredentialsProvider>,
    /// The MFA device of the base credentials' user, where roles are only given to who has shown a code.
    pub mfa: Option<Mfa>,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// How many requests are on their way at once.
    pub concurrency: Concurrency,
    /// How fast some operations are sent, before the limits that come with this program.
    pub limits: Vec<RateLimit>,
    /// When and how often to try again.
    pub retry: RetryConfig,
    /// How long answers are kept, and how much of them.
    pub cache: CacheConfig,
    /// What happens to values that the model does not know. Default: they are refused.
    pub unknown_values: UnknownValues,
    /// How the cursors of cut answers are sealed. Default: with a secret of this process.
    pub cursor_seal: CursorSeal,
    /// The largest output in JSON. A paged one is cut there, and its cursor continues it. Default 16 MiB.
    pub max_output_bytes: usize,
    /// The largest body of one response. Default 64 MiB.
    pub max_response_bytes: usize,
    /// The time, for signatures and expiry.
    pub clock: Clock,
}

/// How many requests are on their way at once. Those that wait between retries do not count.
#[derive(Clone, Debug)]
pub struct Concurrency {
    /// Overall. Default 256.
    pub total: usize,
    /// In one account. Default 64.
    pub per_account: usize,
    /// In one region, of all accounts together. Default 192, so that a region that is slow leaves some to others.
    pub per_region: usize,
    /// Bytes of answers that are read or decoded, the first 64 KiB of each not counted. Default 32 MiB.
    pub answer_bytes: usize,
    /// How many answers are read on when `answer_bytes` are used up. Default 8: together with the largest answer this
    /// bounds the memory that answers take.
    pub large_answers: usize,
}

impl Default for Concurrency {
    fn default() -> Self {
        Self { total: 256, per_account: 64, per_region: 192, answer_bytes: 32 << 20, large_answers: 8 }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            home_region: None,
            endpoint_url: None,
            endpoint_urls: BTreeMap::new(),
            fips: None,
            dual_stack: None,
            ca_bundle: None,
            environment: Environment::default(),
            accounts: Vec::new(),
            discovery: None,
            base_credentials: None,
            mfa: None,
            timeouts: Timeouts::default(),
            concurrency: Concurrency::default(),
            limits: Vec::new(),
            retry: RetryConfig::default(),
            cache: CacheConfig::default(),
            unknown_values: UnknownValues::default(),
            cursor_seal: CursorSeal::default(),
            max_output_bytes: 16 << 20,
            max_response_bytes: 64 << 20,
            clock: Clock::default(),
        }
    }
}

/// A configuration that no client can be made of. Mend what the text names.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The accounts do not fit together.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A region is none.
    #[error(transparent)]
    Region(#[from] SelectorError),
    /// An endpoint is given to a service that there is not.
    #[error(transparent)]
    Service(#[from] UnknownService),
    /// An endpoint or flag, of the configuration or of the environment, is none.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// A proxy of the environment cannot be used.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// The limits that come with this program cannot be read.
    #[error(transparent)]
    Limits(#[from] LimitsError),
    /// The system has no source of random numbers.
    #[error("the system gives no random numbers")]
    Random,
}
