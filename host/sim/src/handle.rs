//! One request: whose is it, what does it ask, may it, and what is the answer?

use std::future::pending;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response};
use thiserror::Error;
use tollgate_aws::model::Operation;
use tollgate_aws::sign::verify::{Claim, Verifier};

use crate::answer::Call;
use crate::auth::Identity;
use crate::body::{Ending, ReplyBody};
use crate::decode;
use crate::encode::{self, Encoded};
use crate::fault::{Effect, Verdict};
use crate::org::RegionState;
use crate::problem::Problem;
use crate::stats::{InFlight, Outcome, Place};
use crate::wire::{Dialect, Incoming, Routed, guess_dialect};
use crate::world::World;

/// The connection is to be reset instead of an answer.
#[derive(Debug, Error)]
#[error("reset by a fault that was asked for")]
pub(crate) struct Broken;

/// What is known of a request before its input is read.
struct Asked {
    place: Place,
    routed: Option<Routed>,
    signing_name: Option<String>,
    identity: Result<Arc<Identity>, Problem>,
}

/// Answers a request, or breaks its connection.
pub(crate) async fn handle(world: &World, incoming: &Incoming) -> Result<Response<ReplyBody>, Broken> {
    let asked = ask(world, incoming);
    let mut in_flight = world.ledger.arrived(asked.place.clone());
    let Verdict { latency, effect } = world.faults.judge(&asked.place);
    let latency = world.latency + latency;
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    match &effect {
        Some(Effect::Reset) => {
            in_flight.outcome(Outcome::Broken);
            in_flight.done();
            return Err(Broken);
        }
        // The count goes when the client does.
        Some(Effect::Hang) => return pending().await,
        _ => {}
    }
    let request_id = request_id();
    let dialect = dialect(incoming, &asked);
    let answered = match injected(effect.as_ref()) {
        Some(problem) => Err(problem),
        None => answer(world, incoming, &asked, &request_id),
    };
    let (encoded, outcome) = match answered {
        Ok(encoded) => (encoded, Outcome::Succeeded),
        Err(problem) => {
            tracing::debug!(?problem, place = ?asked.place, "refused");
            let encoded = encode::error(&problem, incoming, asked.routed.as_ref(), dialect, &request_id);
            (encoded, Outcome::Failed { throttled: problem.is_throttle() })
        }
    };
    Ok(response(encoded, outcome, effect.as_ref(), dialect, &request_id, in_flight))
}

/// Finds out who asks for what.
fn ask(world: &World, incoming: &Incoming) -> Asked {
    let mut place = Place::default();
    let claim = match Claim::read(&incoming.received()) {
        Ok(claim) => claim,
        Err(error) => {
            // The service stands in the signature; without one, only services that may be asked so are tried.
            let services = world.fixtures.services().chain(["sts", "sso", "sso-oidc", "cognito-identity"]);
            let routed = world.catalog.route_unsigned(incoming, services);
            if let Some(routed) = &routed {
                place.service = routed.service.name.to_string();
                place.operation = routed.operation.to_string();
            }
            // An operation that is never signed is anybody's to call.
            let identity = if routed.is_some() { Ok(Arc::new(nobody(world))) } else { Err(error.into()) };
            return Asked { place, routed, signing_name: None, identity };
        }
    };
    place.region.clone_from(&claim.region);
    let routed = world.catalog.route(incoming, &claim.service, world.fixtures.services());
    if let Ok(routed) = &routed {
        place.service = routed.service.name.to_string();
        place.operation = routed.operation.to_string();
    }
    let identity = authenticate(world, incoming, &claim);
    if let Ok(identity) = &identity {
        place.account.clone_from(&identity.account);
    }
    // Who it is comes before what it wants.
    let (routed, identity) = match (routed, identity) {
        (Ok(routed), identity) => (Some(routed), identity),
        (Err(problem), Ok(_)) => (None, Err(problem)),
        (Err(_), Err(problem)) => (None, Err(problem)),
    };
    Asked { place, routed, signing_name: Some(claim.service), identity }
}

/// Who calls operations that need no signature.
fn nobody(world: &World) -> Identity {
    Identity {
        account: world.fixtures.organization().management_account.clone(),
        arn: "anonymous".to_owned(),
        user_id: "anonymous".to_owned(),
        policy: None,
    }
}

fn authenticate(world: &World, incoming: &Incoming, claim: &Claim) -> Result<Arc<Identity>, Problem> {
    let key = world.keys.get(&claim.access_key_id).ok_or(Problem::UnknownKey)?;
    let state = world.region_state(&key.identity.account, &claim.region);
    if state == RegionState::Unknown {
        return Err(Problem::UnknownRegion { region: claim.region.clone() });
    }
    let now = SystemTime::now();
    Verifier::new(now).verify(&incoming.received(), |id| Some(key.credentials(id)))?;
    if key.expires.is_some_and(|expires| expires <= now) {
        return Err(Problem::ExpiredToken);
    }
    if state == RegionState::Disabled {
        return Err(Problem::DisabledRegion);
    }
    Ok(Arc::clone(&key.identity))
}

/// The output, encoded.
fn answer(world: &World, incoming: &Incoming, asked: &Asked, request_id: &str) -> Result<Encoded, Problem> {
    let identity = asked.identity.as_ref().map_err(Clone::clone)?;
    let routed =
        asked.routed.as_ref().ok_or_else(|| Problem::UnknownOperation(incoming.path().to_owned()))?;
    let service = &*routed.service;
    let operation = service
        .operation(&routed.operation)
        .map_err(|_| Problem::UnknownOperation(routed.operation.to_string()))?;
    authorize(identity, operation)?;
    let input = decode::input(incoming, routed, operation)?;
    let call = Call { world, identity, place: &asked.place, service, operation, input: &input };
    let output = call.answer()?;
    encode::output(routed, operation, &output, request_id)
}

/// Whether the session's policy allows it. Everybody may ask who they are.
fn authorize(identity: &Identity, operation: &Operation) -> Result<(), Problem> {
    let action = &*operation.iam_action;
    match &identity.policy {
        Some(policy) if action != "sts:GetCallerIdentity" && !policy.allows(action) => {
            Err(Problem::Denied { who: identity.arn.clone(), action: action.to_owned(), resource: None })
        }
        _ => Ok(()),
    }
}

/// The error that a fault asks for.
fn injected(effect: Option<&Effect>) -> Option<Problem> {
    match effect? {
        Effect::Throttle => Some(Problem::Throttled),
        Effect::Error { status, code, message } => Some(Problem::service(*status, code, message)),
        _ => None,
    }
}

fn dialect(incoming: &Incoming, asked: &Asked) -> Dialect {
    match &asked.routed {
        Some(routed) => Dialect::of(&routed.service.name, routed.protocol),
        None => guess_dialect(incoming, asked.signing_name.as_deref()),
    }
}

fn response(
    encoded: Encoded,
    outcome: Outcome,
    effect: Option<&Effect>,
    dialect: Dialect,
    request_id: &str,
    mut in_flight: InFlight,
) -> Response<ReplyBody> {
    let (ending, outcome) = match effect {
        Some(Effect::Stall) => (Ending::Stall, Outcome::Broken),
        Some(Effect::Truncate) => (Ending::Cut, Outcome::Broken),
        Some(Effect::Garbage) => (Ending::Complete, Outcome::Broken),
        _ => (Ending::Complete, outcome),
    };
    in_flight.outcome(outcome);
    let garbage = effect == Some(&Effect::Garbage);
    let body = if garbage { garbage_bytes() } else { Bytes::from(encoded.body) };
    let mut response = Response::new(ReplyBody::new(body, ending, in_flight));
    let status = if garbage { 200 } else { encoded.status };
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let id_header = match dialect {
        Dialect::S3 => "x-amz-request-id",
        _ => "x-amzn-requestid",
    };
    let id = [(id_header.to_owned(), request_id.to_owned())];
    for (name, value) in encoded.headers.into_iter().chain(id) {
        // A value that HTTP cannot carry comes from a fixture, and its member is simply not there.
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// Bytes that are neither XML nor JSON nor text.
fn garbage_bytes() -> Bytes {
    (0..512_u32)
        .map(|index| u8::try_from(index * 73 % 251).unwrap_or_default() | 0x80)
        .collect::<Vec<u8>>()
        .into()
}

/// A random UUID.
fn request_id() -> String {
    let id = fastrand::u128(..);
    let hex = format!("{id:032x}");
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}
