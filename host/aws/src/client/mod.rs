//! The client: any operation of any service in any account of the registry.

mod accounts;
mod call;
mod regions;

use std::fmt;
use std::sync::Arc;

use tokio::sync::OnceCell;

use self::regions::RegionCache;
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
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("registry", &self.inner.registry).finish_non_exhaustive()
    }
}

struct Inner {
    wire: Arc<Wire>,
    registry: Registry,
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
        let regions = config.accounts.iter().flat_map(|account| &account.regions).chain(&config.home_region);
        for region in regions {
            check_region(pack.partitions(), region)?;
        }
        let wire = Arc::new(Wire::new(&config, pack)?);
        let (given, home) = (config.base_credentials, config.home_region);
        let store = Store::new(wire.clone(), given, home, config.mfa, &config.accounts);
        let inner = Inner {
            wire,
            registry: Registry::new(config.accounts)?,
            store: Arc::new(store),
            places: Places::new(&config.concurrency),
            cursors: CursorKey::new(config.cursor_seal).ok_or(ConfigError::Random)?,
            answers: Answers::new(config.cache, config.clock.clone(), config.retry.max_backoff),
            max_output_bytes: config.max_output_bytes,
            unknown_values: config.unknown_values,
            implicit: OnceCell::new(),
            regions: regions::cache(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The model of all services.
    #[must_use]
    pub fn pack(&self) -> &'static Pack {
        self.inner.wire.pack
    }

    /// The accounts of the configuration.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.inner.registry
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
        let found = if self.inner.registry.is_implicit() {
            let account = self.implicit().await?;
            if account.id == id {
                return Ok(account);
            }
            crate::account::Registry::unknown(id, [&account])
        } else {
            match self.inner.registry.enabled(id) {
                Ok(account) => return Ok(account.clone()),
                Err(error) => error,
            }
        };
        Err(InvalidRequest::from(found).into())
    }
}
