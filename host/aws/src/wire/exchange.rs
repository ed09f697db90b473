//! One request with its retries.

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::Response;
use tokio::time::Instant;

use super::breaker::{Pass, Refusal, Unanswered};
use super::buckets::bucket;
use super::lane::Lane;
use super::places::Place;
use super::{Outgoing, Places, SendError, Wire, correct};
use crate::account::{Account, AccountId};
use crate::busy;
use crate::credentials::{Link, Store};
use crate::error::Error;
use crate::principal::Principal;
use crate::protocol::{self, DecodeError, ServiceError, Value};
use crate::rate::Late;
use crate::retry::{self, Attempts, Kind};
use crate::transport::TransportError;

/// Whose credentials sign, and whose place is taken.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'a> {
    /// A link of the chain to an account; takes no place, since others wait for it that may hold theirs.
    Link {
        /// Where its credentials are.
        store: &'a Arc<Store>,
        /// Which one.
        link: &'a Link,
    },
    /// An account's.
    Account {
        /// For whom.
        principal: &'a Principal,
        /// The account.
        account: &'a Arc<Account>,
        /// Where its credentials are.
        store: &'a Arc<Store>,
        /// Where its places are.
        places: &'a Places,
    },
}

/// One request, sent until it is answered or given up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchange<'a> {
    pub(crate) outgoing: Outgoing<'a>,
    pub(crate) source: Source<'a>,
    pub(crate) region: &'a str,
    /// No attempt begins after it.
    pub(crate) deadline: Instant,
}

/// An attempt that failed.
struct Failure {
    error: Error,
    kind: Kind,
    retry_after: Option<Duration>,
}

/// What can be corrected once in an exchange.
#[derive(Default)]
struct Corrected {
    /// The region of the bucket, where it is another one than was asked for.
    region: Option<String>,
    moved: bool,
    clock: bool,
    credentials: bool,
}

impl Exchange<'_> {
    /// Sends; gives the decoded answer to `read`.
    pub(crate) async fn run<T>(
        self,
        wire: &Wire,
        mut read: impl FnMut(Value<'_>) -> Result<T, Error> + Send,
    ) -> Result<T, Error> {
        let Outgoing { service, .. } = self.outgoing;
        let lane = wire.lanes.get(self.source.account(), self.region, &service.name);
        let mut attempts = Attempts::new(&wire.retry, service, &lane.quota, self.deadline);
        let mut corrected = Corrected { region: self.remembered(wire), ..Corrected::default() };
        loop {
            let attempt = attempts.begin();
            let outcome = match &corrected.region {
                None => self.attempt(wire, &lane, &mut corrected, &mut read).await,
                Some(region) => {
                    let lane = wire.lanes.get(self.source.account(), region, &service.name);
                    self.attempt(wire, &lane, &mut corrected, &mut read).await
                }
            };
            let failure = match outcome {
                Ok(answer) => {
                    attempts.succeeded();
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            tracing::debug!(attempt, kind = ?failure.kind, error = %self.shown(&failure.error), "attempt failed");
            let again = tokio::select! {
                biased;
                // Somebody's failure was one too many: what was to be tried again is not.
                _ = lane.breaker.refused() => false,
                again = attempts.failed(failure.kind, failure.retry_after) => again,
            };
            if !again {
                return Err(failure.after(self.outgoing, attempts.made()));
            }
        }
    }

    /// Sends once, when it is its turn.
    async fn attempt<T>(
        &self,
        wire: &Wire,
        lane: &Lane,
        corrected: &mut Corrected,
        read: &mut (impl FnMut(Value<'_>) -> Result<T, Error> + Send),
    ) -> Result<T, Failure> {
        let Outgoing { service, operation, .. } = self.outgoing;
        let refused = |refusal: Refusal| Failure::from(refusal.into_error(&service.name, &lane.region));
        if let Some(refusal) = lane.breaker.refusal() {
            return Err(refused(refusal));
        }
        let credentials = if operation.unsigned { None } else { Some(self.source.credentials().await?) };
        let _place = tokio::select! {
            biased;
            place = self.turn(wire, lane) => place?,
            refusal = lane.breaker.refused() => return Err(refused(refusal)),
        };
        let pass = lane.breaker.enter().map_err(refused)?;
        let sent = lane.sends();
        let response = match wire.send(self.outgoing, &lane.region, credentials.as_ref(), lane.skew()).await {
            Ok(response) => {
                pass.answered();
                response
            }
            Err(error) => {
                lane.answered(sent, false);
                self.unanswered(lane, pass, &error);
                return Err(error.into());
            }
        };
        let error = match self.answer(&response, read) {
            Err(Refused::Service(error)) => error,
            Ok(answer) => {
                lane.answered(sent, false);
                return Ok(answer);
            }
            Err(Refused::Error(error)) => {
                lane.answered(sent, false);
                return Err(error.into());
            }
        };
        let skew = correct::skew(&error.code, response.headers(), wire.clock.now(), lane.skew());
        let clock = skew.filter(|_| !corrected.clock);
        if let Some(skew) = clock {
            lane.set_skew(skew);
            corrected.clock = true;
        }
        let mended = clock.is_some()
            || self.moved(wire, lane, corrected, &error, &response)
            || self.expired(corrected, &error, credentials.as_ref());
        let failure = if mended {
            Failure::corrected(self.outgoing, error)
        } else {
            Failure::of_service(self.outgoing, error, &response)
        };
        lane.answered(sent, failure.kind == Kind::Throttled);
        Err(failure)
    }

    /// Waits for its turn: for what the service bears, and then for a place. The host's own requests wait for
    /// neither, since others wait for them that may hold theirs.
    async fn turn(&self, wire: &Wire, lane: &Lane) -> Result<Option<Place>, Error> {
        let Source::Account { principal, account, places, .. } = self.source else { return Ok(None) };
        let action = &self.outgoing.operation.iam_action;
        let late = |late| self.late(late);
        lane.limited(&wire.limits, action, principal, self.deadline).await.map_err(late)?;
        loop {
            let waited = lane.bears(principal, self.deadline).await.map_err(late)?;
            let place = places.take(principal, account.id, &lane.region).await?;
            // Whoever was waiting for a place when the service began to throttle waits for that as well.
            if waited || !lane.throttles() {
                return Ok(Some(place));
            }
        }
    }

    fn late(&self, (Late { ahead, rate, left }, held_back_by): (Late, String)) -> Error {
        Error::Throttled {
            service: self.outgoing.service.name.to_string(),
            code: "ClientRateLimit".to_owned(),
            message: format!(
                "held back by {held_back_by}: {ahead} requests are ahead of this one at {rate:.1} a second now, and \
                 the call ends in {:.0} s; ask for less, or later",
                left.as_secs_f64()
            ),
            attempts: 0,
        }
    }

    /// Tells the breaker what it means that nothing came.
    fn unanswered(&self, lane: &Lane, pass: Pass<'_>, error: &SendError) {
        let SendError::Transport(error) = error else { return };
        let how = match error {
            TransportError::Connect { timed_out: true, .. } => Unanswered::ConnectTimedOut,
            TransportError::Connect { .. } => Unanswered::NotConnected,
            TransportError::Timeout { begun: false, .. } => Unanswered::TimedOut,
            TransportError::Timeout { .. } | TransportError::TooLarge { .. } => return pass.answered(),
            // Of a connection that broke nobody knows how far it came.
            TransportError::Broken { .. }
            | TransportError::Unsendable { .. }
            | TransportError::Untrusted { .. } => return,
        };
        if let Some(cool_down) = pass.unanswered(how, &error.to_string()) {
            tracing::warn!(
                account = self.source.account().map(tracing::field::display),
                region = &*lane.region,
                service = &*self.outgoing.service.name,
                %error,
                seconds = cool_down.as_secs(),
                "does not answer: nothing is sent for a while"
            );
        }
    }

    /// Decodes an answer.
    fn answer<T>(
        &self,
        response: &Response<Bytes>,
        read: &mut (impl FnMut(Value<'_>) -> Result<T, Error> + Send),
    ) -> Result<T, Refused> {
        busy::work_on(response.body().len(), || {
            let Outgoing { service, operation, mask, .. } = self.outgoing;
            let (status, headers, body) = (response.status().as_u16(), response.headers(), response.body());
            if status >= 300 {
                return Err(Refused::Service(protocol::decode_error(
                    service, operation, status, headers, body,
                )));
            }
            match protocol::decode_masked(service, operation, status, headers, body, mask) {
                Ok(value) => read(value).map_err(Refused::Error),
                Err(DecodeError::Service(error)) => Err(Refused::Service(error)),
                Err(error) => Err(Refused::Error(Error::Response { reason: error.to_string() })),
            }
        })
    }

    /// What a log may show of an error. STS repeats what it finds malformed, an external id for one.
    fn shown<'b>(&self, error: &'b Error) -> &'b dyn std::fmt::Display {
        match (&self.source, error) {
            (Source::Link { .. }, Error::Service { code, .. }) => code,
            (_, error) => error,
        }
    }

    /// The region of the bucket, if it was found to be in another one than is asked for.
    fn remembered(&self, wire: &Wire) -> Option<String> {
        let bucket = bucket(&self.outgoing)?;
        wire.buckets.region(&wire.router.partition(self.region)?.id, bucket)
    }

    /// Whether S3 says that the bucket is in another region of the same partition, where it then is asked, now and
    /// from then on.
    fn moved(
        &self,
        wire: &Wire,
        lane: &Lane,
        corrected: &mut Corrected,
        error: &ServiceError,
        response: &Response<Bytes>,
    ) -> bool {
        let Some(bucket) = bucket(&self.outgoing) else { return false };
        let Some(partition) = wire.router.partition(self.region) else { return false };
        let region = correct::bucket_region(&error.code, error.status, response.headers(), response.body());
        let within = |region: &String| {
            wire.router.partition(region).is_some_and(|of_region| of_region.id == partition.id)
        };
        match region.filter(within) {
            Some(region) if !corrected.moved && region != *lane.region => {
                wire.buckets.remember(&partition.id, bucket, &region);
                corrected.region = Some(region);
                corrected.moved = true;
                true
            }
            told => {
                if told.is_some() || error.code == "NoSuchBucket" {
                    wire.buckets.forget(&partition.id, bucket);
                }
                false
            }
        }
    }

    /// Whether the credentials are said to have expired, before their time; others are got then.
    fn expired(&self, corrected: &mut Corrected, error: &ServiceError, used: Option<&Credentials>) -> bool {
        let said = matches!(&*error.code, "ExpiredToken" | "ExpiredTokenException" | "RequestExpired");
        match used {
            Some(used) if said && !corrected.credentials => {
                corrected.credentials = true;
                self.source.forget(used);
                true
            }
            _ => false,
        }
    }
}

impl Source<'_> {
    fn account(&self) -> Option<AccountId> {
        match self {
            Self::Link { .. } => None,
            Self::Account { account, .. } => Some(account.id),
        }
    }

    async fn credentials(&self) -> Result<Credentials, Error> {
        match self {
            Self::Link { store, link } => Ok(store.link(link).await?),
            Self::Account { principal, account, store, .. } => {
                Ok(store.credentials(principal, account).await?)
            }
        }
    }

    fn forget(&self, used: &Credentials) {
        match self {
            Self::Link { store, link } => store.forget_link(link, used),
            Self::Account { principal, account, store, .. } => store.forget(principal, account, used),
        }
    }
}

/// An answer that is no output.
enum Refused {
    Service(ServiceError),
    Error(Error),
}

impl Failure {
    fn of_service(outgoing: Outgoing<'_>, error: ServiceError, response: &Response<Bytes>) -> Self {
        let kind = retry::classify(outgoing.service, outgoing.operation, &error);
        let retry_after = retry::retry_after(response.headers());
        Self { error: service_error(outgoing, error), kind, retry_after }
    }

    fn corrected(outgoing: Outgoing<'_>, error: ServiceError) -> Self {
        Self { error: service_error(outgoing, error), kind: Kind::Corrected, retry_after: None }
    }

    /// The error of the last attempt, as the error of them all.
    fn after(self, outgoing: Outgoing<'_>, attempts: u32) -> Error {
        match (self.kind, self.error) {
            (Kind::Throttled, Error::Service { code, message, .. }) => {
                Error::Throttled { service: outgoing.service.name.to_string(), code, message, attempts }
            }
            (_, Error::Throttled { service, code, message, .. }) => {
                Error::Throttled { service, code, message, attempts: attempts - 1 }
            }
            (_, error) => error,
        }
    }
}

/// What no other attempt would change.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, kind: Kind::Permanent, retry_after: None }
    }
}

impl From<SendError> for Failure {
    fn from(error: SendError) -> Self {
        let (kind, error) = match error {
            SendError::Endpoint(error) => (Kind::Permanent, Error::Endpoint(error)),
            SendError::Sign(error) => (Kind::Permanent, Error::Sign(error)),
            SendError::Transport(error) => match error {
                TransportError::Timeout { .. } => {
                    (Kind::Transient, Error::Timeout { reason: error.to_string() })
                }
                TransportError::TooLarge { limit, .. } => (Kind::Permanent, Error::TooLarge { limit }),
                TransportError::Unsendable { .. } | TransportError::Untrusted { .. } => {
                    (Kind::Permanent, Error::Transport { reason: error.to_string() })
                }
                _ => (Kind::Transient, Error::Transport { reason: error.to_string() }),
            },
        };
        Self { error, kind, retry_after: None }
    }
}

fn service_error(outgoing: Outgoing<'_>, error: ServiceError) -> Error {
    Error::Service {
        service: outgoing.service.name.to_string(),
        code: error.code,
        message: error.message,
        status: error.status,
        request_id: error.request_id,
    }
}
