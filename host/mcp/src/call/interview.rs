//! Questions to clients before 2026-07-28: requests of the server's own, on the way of the call.

use std::collections::BTreeMap;
use std::time::Duration;

use rmcp::ErrorData;
use rmcp::model::{
    CallToolResponse, ClientCapabilities, ClientResult, InputRequest, InputRequests, ServerRequest,
};
use rmcp::service::{Peer, PeerRequestOptions, RoleServer, ServiceError};
use serde_json::Value;
use tollgate_runtime::{Call, Outcome, Runtime};

use super::{answer, question};

/// How long a client may take for one answer: there may be a person behind it.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// How often a tool may ask in one call.
const MAX_ROUNDS: usize = 10;

/// Runs a call to its end, asking in between. The state never leaves the host.
pub(super) async fn run(
    runtime: &Runtime,
    mut call: Call,
    peer: &Peer<RoleServer>,
    client: &ClientCapabilities,
) -> Result<CallToolResponse, ErrorData> {
    for _ in 0..MAX_ROUNDS {
        let question = match runtime.call(call.clone()).await {
            Ok(Outcome::Complete(output)) => return Ok(answer::output(output).into()),
            Ok(Outcome::InputRequired(question)) => question,
            Err(error) => return answer::failed(error),
        };
        let requests: InputRequests = match serde_json::from_value(Value::Object(question.requests)) {
            Ok(requests) => requests,
            Err(error) => return Ok(answer::malformed(&error).into()),
        };
        if question::missing(&requests, client).is_some() {
            return Ok(answer::failure(
                "this call must ask before it can go on, and this client cannot be asked: give the tool all it \
                 needs in its arguments, or use a client that supports elicitation",
            )
            .into());
        }
        call.answers = match ask(peer, requests).await {
            Ok(answers) => Some(answers),
            Err(error) => {
                return Ok(answer::failure(&format!(
                    "the client did not answer what the tool asked: {error}"
                ))
                .into());
            }
        };
        call.state = question.state;
    }
    Ok(answer::failure(&format!("the tool asked {MAX_ROUNDS} times and still does not answer")).into())
}

/// One request after the other, as a person would want to be asked.
async fn ask(peer: &Peer<RoleServer>, requests: InputRequests) -> Result<String, ServiceError> {
    let mut answers: BTreeMap<String, ClientResult> = BTreeMap::new();
    for (id, request) in requests {
        let request = match request {
            InputRequest::Elicitation(request) => ServerRequest::ElicitRequest(request),
            InputRequest::CreateMessage(request) => ServerRequest::CreateMessageRequest(request),
            InputRequest::ListRoots(request) => ServerRequest::ListRootsRequest(request),
            _ => return Err(ServiceError::UnexpectedResponse),
        };
        let sent = peer.send_request_with_option(request, PeerRequestOptions::with_timeout(PATIENCE)).await?;
        answers.insert(id, sent.await_response().await?);
    }
    serde_json::to_string(&answers).map_err(|error| {
        tracing::error!(%error, "cannot write a client's answers");
        ServiceError::UnexpectedResponse
    })
}
