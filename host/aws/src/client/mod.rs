//! The client: any operation of any service in any account of the registry.

mod accounts;
mod call;
mod discovery;
mod host;
mod regions;

use std::fmt;
use std::sync::Arc;

use tokio::sync::OnceCell;

use self::discovery::Discovered;
use self::regions::RegionCache;
use crate::account::discovery::Discovery;
use crate::account::{Account, AccountId, Registry, Target, check_region};
use crate::cache::Answers;
use crate::config::{Config, ConfigError};
use crate::credentials::{Identity, Store};
use crate::endpoint::Scope;
use crate::error::{Error, InvalidRequest};
use crate::model::{Operation, Pack, Service, UnknownService};
use crate::page::CursorKey;
use crate::principal::Principal;
use crate::protocol::{UnknownValues, Value};
use crate::wire::{Places, Wire};

/// A dynamic AWS client over many accounts. Clones are cheap and share everything.
///
/// Making one contacts nothing and reads no file: credentials, the account behind them, and connections come with
/// the first call that needs them.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    /// The accounts as they were when this client first looked for them; absent: as they are.
    pinned: Option<Arc<OnceCell<Arc<Registry>>>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("configured", &self.inner.configured).finish_non_exhaustive()
    }
}

struct Inner {
    wire: Arc<Wire>,
    /// The accounts of the configuration.
    configured: Arc<Registry>,
    /// Where there are more.
    discovered: Option<Discovered>,
    store: Arc<Store>,
    places: Places,
    cursors: CursorKey,
    answers: Answers,
    max_output_bytes: usize,
    unknown_values: UnknownValues,
    /// The account of the base credentials, where none is configured.
    implicit: OnceCell<Arc<Account>>,
    /// The enabled regions of an account.
    regions: RegionCache,
}

/// One call of one operation.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where it goes. A service with one endpoint takes [`GLOBAL`](crate::endpoint::GLOBAL) as its region, and any
    /// region of the account's partition as well.
    pub target: Target,
    /// The service by its SDK name, for example `ec2`.
    pub service: String,
    /// The operation by its API name, for example `DescribeInstances`.
    pub operation: String,
    /// The input: an object with the member names of the AWS API reference.
    pub input: serde_json::Value,
    /// A JMESPath expression over the merged output.
    pub select: Option<String>,
    /// At most so many items of a paged operation.
    pub max_items: Option<u32>,
    /// Where an earlier response of the same request was cut.
    pub cursor: Option<String>,
    /// Ask AWS even where a recent answer of the same request is known, as when the call polls, or looks at what was
    /// changed by others.
    pub fresh: bool,
}

/// The output of an operation, all pages merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// JSON: the output, or what `select` made of it.
    pub output: String,
    /// Whether AWS has more than `output` holds.
    pub truncated: bool,
    /// Continues exactly where this response was cut; good for the same request in this process.
    pub cursor: Option<String>,
}

impl Client {
    /// A client over the bundled model pack.
    ///
    /// # Errors
    ///
    /// The accounts, a region or an endpoint of the configuration, or the endpoint variables of the environment, do
    /// not fit.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        let pack = Pack::bundled();
        let discovery = config.discovery.as_ref();
        let template = discovery.map(|discovery| &discovery.template);
        let table = discovery.and_then(|discovery| discovery.dynamodb.as_ref()).map(|table| &table.region);
        let of_accounts = config.accounts.iter().flat_map(|account| &account.regions);
        let of_template = template.into_iter().flat_map(|template| &template.regions);
        for region in of_accounts.chain(of_template).chain(table).chain(&config.home_region) {
            check_region(pack.partitions(), region)?;
        }
        discovery.map_or(Ok(()), Discovery::check)?;
        let wire = Arc::new(Wire::new(&config, pack)?);
        let (given, home) = (config.base_credentials, config.home_region);
        let profiles = config.accounts.iter().filter_map(|account| account.profile.as_ref());
        let profiles = profiles.chain(template.and_then(|template| template.profile.as_ref()));
        let store = Store::new(wire.clone(), given, home, config.mfa, profiles);
        let inner = Inner {
            wire,
            configured: Arc::new(Registry::new(config.accounts)?),
            discovered: config.discovery.map(Discovered::new),
            store: Arc::new(store),
            places: Places::new(&config.concurrency),
            cursors: CursorKey::new(config.cursor_seal).ok_or(ConfigError::Random)?,
            answers: Answers::new(config.cache, config.clock.clone(), config.retry.max_backoff),
            max_output_bytes: config.max_output_bytes,
            unknown_values: config.unknown_values,
            implicit: OnceCell::new(),
            regions: regions::cache(),
        };
        Ok(Self { inner: Arc::new(inner), pinned: None })
    }

    /// The model of all services.
    #[must_use]
    pub fn pack(&self) -> &'static Pack {
        self.inner.wire.pack
    }

    /// How often a service is asked by who wants to know all of it: in every region, or once per account for the
    /// region `global`.
    ///
    /// # Errors
    ///
    /// There is no such service; the error tells the nearest.
    pub fn scope(&self, service: &str) -> Result<Scope, UnknownService> {
        Ok(self.inner.wire.router.resolver().scope(&*self.pack().service(service)?))
    }

    /// How often an operation is asked by who wants to know all of it; mostly as its service is.
    #[must_use]
    pub fn operation_scope(&self, service: &Service, operation: &Operation) -> Scope {
        self.inner.wire.router.resolver().operation_scope(service, operation)
    }

    /// Asks STS who signs the requests to a target. Needs the grant `sts:GetCallerIdentity`.
    ///
    /// # Errors
    ///
    /// As [`Client::call`].
    pub async fn caller_identity(&self, principal: &Principal, target: Target) -> Result<Identity, Error> {
        let request = Request {
            target,
            service: "sts".to_owned(),
            operation: "GetCallerIdentity".to_owned(),
            input: serde_json::json!({}),
            select: None,
            max_items: None,
            cursor: None,
            fresh: true,
        };
        let response = self.call(principal, request).await?;
        let output: serde_json::Value = serde_json::from_str(&response.output)
            .map_err(|error| Error::Internal { reason: format!("sts: {error}") })?;
        Identity::read(&Value::from(output))
            .ok_or_else(|| Error::Response { reason: "GetCallerIdentity told no account".to_owned() })
    }

    /// The enabled account of an id.
    async fn account(&self, id: AccountId) -> Result<Arc<Account>, Error> {
        let registry = match self.inner.configured.account(id) {
            // What is written down is known without any discovery.
            Some(_) => self.inner.configured.clone(),
            None => self.registry().await.map_err(Error::Discovery)?,
        };
        let found = if registry.is_implicit() {
            let account = self.implicit().await?;
            if account.id == id { Ok(account) } else { Err(Registry::unknown(id, [&account])) }
        } else {
            registry.enabled(id).cloned()
        };
        Ok(found.map_err(InvalidRequest::from)?)
    }
}
