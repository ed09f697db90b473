//! From an encoded request to a decoded answer: endpoint, signature, sending, retries.

mod breaker;
mod buckets;
mod correct;
mod exchange;
mod lane;
mod places;

use std::sync::Arc;
use std::time::{Duration, Instant, UNIX_EPOCH};

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value as Json;

use self::buckets::Buckets;
pub(crate) use self::exchange::{Exchange, Source};
use self::lane::Lanes;
pub(crate) use self::places::Places;
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::endpoint::{EndpointError, GLOBAL, Router};
use crate::error::Error;
use crate::model::{Operation, Pack, Service};
use crate::profile::LazyProfile;
use crate::protocol::{HttpRequest, Mask};
use crate::rate::Limits;
use crate::retry::RetryConfig;
use crate::sign::{Options, SignError, sign};
use crate::transport::{Transport, TransportError};

/// How this program introduces itself.
const USER_AGENT: &str = concat!("tollgate/", env!("CARGO_PKG_VERSION"));

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) pack: &'static Pack,
    pub(crate) clock: Clock,
    pub(crate) call: Duration,
    pub(crate) router: Router,
    pub(crate) transport: Transport,
    retry: RetryConfig,
    limits: Limits,
    lanes: Lanes,
    buckets: Buckets,
}

/// What is sent, apart from where to and by whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outgoing<'a> {
    pub(crate) service: &'a Service,
    pub(crate) operation: &'a Operation,
    pub(crate) input: &'a Json,
    pub(crate) request: &'a HttpRequest,
    /// What of the answer is decoded.
    pub(crate) mask: &'a Mask,
}

impl Wire {
    /// Opens no connection and reads no file.
    pub(crate) fn new(config: &Config, pack: &'static Pack) -> Result<Self, ConfigError> {
        let profile = Arc::new(LazyProfile::new(config.environment.clone()));
        Ok(Self {
            pack,
            clock: config.clock.clone(),
            call: config.timeouts.call,
            router: Router::new(config, pack, profile.clone())?,
            transport: Transport::new(config, profile)?,
            retry: config.retry.clone(),
            limits: Limits::new(&config.limits)?,
            lanes: Lanes::default(),
            buckets: Buckets::default(),
        })
    }

    /// A service of the pack.
    pub(crate) fn service(&self, name: &str) -> Result<Arc<Service>, Error> {
        self.pack.service(name).map_err(|error| Error::Invalid(error.into()))
    }

    /// The region that stands for all those in which a service gives an account the same answers as in this one.
    pub(crate) fn scope(&self, service: &Service, region: &str) -> String {
        let home = || self.router.resolver().home_region(service, region);
        if region == GLOBAL || home().is_some() { GLOBAL.to_owned() } else { region.to_owned() }
    }

    /// Sends once: the endpoint of the region, signed at this time.
    async fn send(
        &self,
        outgoing: Outgoing<'_>,
        region: &str,
        credentials: Option<&Credentials>,
        skew: i64,
    ) -> Result<Response<Bytes>, SendError> {
        let Outgoing { service, operation, input, request, .. } = outgoing;
        let endpoint = self.router.endpoint(service, operation, input, region).await?;
        let mut whole = Request::builder()
            .method(request.method.clone())
            .uri(endpoint.uri(request)?)
            .header(http::header::USER_AGENT, USER_AGENT);
        let fixed = endpoint.headers.iter().map(|(name, value)| (&**name, value));
        for (name, value) in request.headers.iter().map(|(name, value)| (name.as_str(), value)).chain(fixed) {
            whole = whole.header(name, value);
        }
        let mut whole = whole
            .body(request.body.clone())
            .map_err(|error| TransportError::Unsendable { reason: error.to_string() })?;
        if let (Some(options), Some(credentials)) = (Options::of(service, operation, &endpoint)?, credentials)
        {
            let now = self.clock.now();
            let shift = Duration::from_secs(skew.unsigned_abs());
            let time = if skew < 0 { now.checked_sub(shift).unwrap_or(UNIX_EPOCH) } else { now + shift };
            sign(&mut whole, credentials, &endpoint.signing_region, &endpoint.signing_name, time, options)?;
        }
        let start = Instant::now();
        let response = self.transport.send(whole).await;
        match &response {
            Ok(response) => tracing::debug!(
                status = response.status().as_u16(),
                bytes = response.body().len(),
                milliseconds = start.elapsed().as_millis(),
                "answered"
            ),
            Err(error) => tracing::debug!(%error, milliseconds = start.elapsed().as_millis(), "not answered"),
        }
        Ok(response?)
    }
}

/// Why there is no response at all.
#[derive(Debug)]
enum SendError {
    Endpoint(EndpointError),
    Transport(TransportError),
    Sign(SignError),
}

impl From<EndpointError> for SendError {
    fn from(error: EndpointError) -> Self {
        Self::Endpoint(error)
    }
}

impl From<TransportError> for SendError {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl From<SignError> for SendError {
    fn from(error: SignError) -> Self {
        Self::Sign(error)
    }
}
