//! Questions to clients of 2026-07-28: the call ends with them and comes again with the answers.

use rmcp::ErrorData;
use rmcp::model::{
    CallToolResponse, ClientCapabilities, ElicitationCapability, InputRequest, InputRequests,
    InputRequiredResult, InputResponses, RootsCapabilities, SamplingCapability,
};
use serde_json::Value;
use tollgate_runtime::Question;

use super::answer;
use super::seal::{Bound, Seal};

/// What a client sent back, ready for the plugin.
pub(super) struct Second {
    pub(super) answers: Option<String>,
    pub(super) state: Option<String>,
}

/// Opens the second round of a call; of a first one, nothing.
pub(super) fn second(
    seal: &Seal,
    bound: &Bound<'_>,
    responses: Option<InputResponses>,
    state: Option<String>,
) -> Result<Second, ErrorData> {
    let state = match state {
        None => None,
        Some(sealed) => Some(seal.open(&sealed, bound).ok_or_else(|| {
            ErrorData::invalid_params(
                "`requestState` does not belong to this call or has expired: call the tool again without it",
                None,
            )
        })?),
    };
    let answers =
        responses.map(|responses| serde_json::to_string(&responses)).transpose().map_err(internal)?;
    Ok(Second { answers, state })
}

/// Asks.
pub(super) fn ask(
    seal: &Seal,
    bound: &Bound<'_>,
    question: Question,
    client: &ClientCapabilities,
) -> Result<CallToolResponse, ErrorData> {
    let requests: InputRequests = match serde_json::from_value(Value::Object(question.requests)) {
        Ok(requests) => requests,
        Err(error) => return Ok(answer::malformed(&error).into()),
    };
    if let Some(missing) = missing(&requests, client) {
        return Err(ErrorData::missing_required_client_capability(missing));
    }
    let state = match question.state {
        None => None,
        Some(state) => Some(seal.seal(&state, bound).ok_or_else(|| {
            ErrorData::internal_error(
                "the question cannot be sealed: the system gives no random numbers",
                None,
            )
        })?),
    };
    Ok(InputRequiredResult::new(Some(requests), state).into())
}

/// The capabilities that the requests need and that the client has not declared.
pub(super) fn missing(requests: &InputRequests, client: &ClientCapabilities) -> Option<ClientCapabilities> {
    let mut missing = ClientCapabilities::default();
    let mut any = false;
    for request in requests.values() {
        match request {
            InputRequest::Elicitation(_) if client.elicitation.is_none() => {
                missing.elicitation = Some(ElicitationCapability::default());
                any = true;
            }
            InputRequest::CreateMessage(_) if client.sampling.is_none() => {
                missing.sampling = Some(SamplingCapability::default());
                any = true;
            }
            InputRequest::ListRoots(_) if client.roots.is_none() => {
                missing.roots = Some(RootsCapabilities::default());
                any = true;
            }
            _ => {}
        }
    }
    any.then_some(missing)
}

fn internal(error: serde_json::Error) -> ErrorData {
    ErrorData::internal_error(error.to_string(), None)
}
