//! The simulator: start it, ask it, look at what it counted.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tollgate_aws::model::Pack;
use tollgate_aws::{CacheConfig, Config};

use crate::answer::identity_of_management;
use crate::auth::Keys;
use crate::fault::{Fault, Faults};
use crate::fixture::Fixtures;
use crate::page::Pager;
use crate::route::Catalog;
use crate::server::serve;
use crate::stats::Stats;
use crate::world::{AssumedRole, World};

/// How a simulator is set up.
#[derive(Clone, Debug)]
pub struct SimConfig {
    /// What it plays.
    pub fixtures: Fixtures,
    /// Where it listens; the default is a free port of the loopback interface.
    pub address: SocketAddr,
    /// How much later every request is answered; default: at once.
    pub latency: Duration,
    /// What goes wrong; default: nothing.
    pub faults: Vec<Fault>,
    /// The largest page of a result, whatever a request asks for; default: 1000.
    pub page_size: usize,
    /// What page tokens are made with; tokens of another simulator are refused. Default: a random one.
    pub page_secret: Option<[u8; 16]>,
    /// The longest that the credentials of an assumed role are good, whatever was asked for; default: as asked.
    pub longest_session: Option<Duration>,
}

impl SimConfig {
    /// A simulator of these fixtures, with everything else as by default.
    #[must_use]
    pub fn new(fixtures: Fixtures) -> Self {
        Self {
            fixtures,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            latency: Duration::ZERO,
            faults: Vec::new(),
            page_size: 1000,
            page_secret: None,
            longest_session: None,
        }
    }
}

/// A running simulator. It ends, with all its connections, when it is dropped.
#[derive(Debug)]
pub struct Sim {
    world: Arc<World>,
    address: SocketAddr,
    base: Credentials,
    server: JoinHandle<()>,
}

impl Sim {
    /// Starts a simulator on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// The address cannot be listened at.
    pub async fn start(config: SimConfig) -> std::io::Result<Self> {
        let listener = TcpListener::bind(config.address).await?;
        let address = listener.local_addr()?;
        let keys = Keys::default();
        let (id, secret) =
            keys.long_term(identity_of_management(&config.fixtures.organization().management_account));
        let page_secret = config.page_secret.unwrap_or_else(|| {
            let mut secret = [0; 16];
            fastrand::fill(&mut secret);
            secret
        });
        let faults = Faults::default();
        faults.set(config.faults);
        let world = Arc::new(World {
            fixtures: config.fixtures,
            keys,
            catalog: Catalog::new(Pack::bundled()),
            pager: Pager { secret: page_secret, largest: config.page_size.max(1) },
            faults,
            ledger: Arc::default(),
            latency: config.latency,
            longest_session: config.longest_session,
            assumed: Mutex::new(VecDeque::new()),
        });
        let server = tokio::spawn(serve(listener, Arc::clone(&world)));
        Ok(Self { world, address, base: Credentials::new(id, secret, None, None, "tollgate-sim"), server })
    }

    /// The URL of every service in every region, for example `http://127.0.0.1:40123`.
    #[must_use]
    pub fn endpoint_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The credentials of the management account's user. They are made anew for every simulator.
    #[must_use]
    pub fn base_credentials(&self) -> Credentials {
        self.base.clone()
    }

    /// What a client needs to talk to it as the management account: endpoint, credentials, and the first region
    /// of the organisation as home region. It keeps no answers, so that every call is played. The accounts are
    /// [`Organization::registry`](crate::Organization::registry).
    #[must_use]
    pub fn client_config(&self) -> Config {
        Config {
            home_region: self.world.fixtures.organization().regions.first().cloned(),
            endpoint_url: Some(self.endpoint_url()),
            base_credentials: Some(SharedCredentialsProvider::new(self.base_credentials())),
            cache: CacheConfig::off(),
            ..Config::default()
        }
    }

    /// What it plays.
    #[must_use]
    pub fn fixtures(&self) -> &Fixtures {
        &self.world.fixtures
    }

    /// Replaces the faults in force. A fault counts its requests anew only if it is made anew.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.world.faults.set(faults);
    }

    /// What has happened so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.world.ledger.snapshot()
    }

    /// Begins to count anew. What is at work stays counted.
    pub fn reset_stats(&self) {
        self.world.ledger.reset();
    }

    /// Waits until the counters say something, for example that nothing is in flight. Put a time-out around it.
    pub async fn wait_until(&self, condition: impl FnMut(&Stats) -> bool) {
        self.world.ledger.wait_until(condition).await;
    }

    /// Ends the sessions of all assumed roles now, whatever their expiration said.
    pub fn expire_sessions(&self) {
        self.world.keys.expire_sessions();
    }

    /// The roles that were assumed, the latest 10,000 of them, in order.
    #[must_use]
    pub fn assumed_roles(&self) -> Vec<AssumedRole> {
        self.world.assumed.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.server.abort();
    }
}
