//! One `tools/call`.

mod answer;
mod interview;
mod progress;
mod question;
pub(crate) mod seal;

use futures::future::{Either, join};
use rmcp::ErrorData;
use rmcp::model::{CallToolRequestParams, CallToolResponse, ProtocolVersion};
use rmcp::service::{RequestContext, RoleServer};
use tokio_util::sync::CancellationToken;
use tollgate_runtime::{Call, Caller, Outcome};

use self::seal::Bound;
use crate::front::Front;

/// Who calls. For now that is whoever can reach the transport, and may do all that the
/// configuration allows: the person at this machine, or over HTTP somebody who was not asked.
pub(crate) fn caller(context: &RequestContext<RoleServer>) -> Caller {
    let http = context.extensions.get::<http::request::Parts>().is_some();
    if http { anonymous() } else { Caller::local() }
}

/// Somebody who came over HTTP.
pub(crate) fn anonymous() -> Caller {
    Caller { name: "anonymous".to_owned(), ..Caller::local() }
}

/// Whether a request is of the era that began with 2026-07-28.
pub(crate) fn is_stateless(context: &RequestContext<RoleServer>) -> bool {
    context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28)
}

/// Calls the tool and answers. Cancelled or left alone by its client, the call is dropped at once,
/// sandbox, requests and all.
pub(crate) async fn call(
    front: &Front,
    request: CallToolRequestParams,
    context: RequestContext<RoleServer>,
) -> Result<CallToolResponse, ErrorData> {
    let stateless = is_stateless(&context);
    let client = context.client_capabilities().unwrap_or_default();
    let caller = caller(&context);
    let name = caller.name.clone();
    let arguments = request.arguments.unwrap_or_default();
    let bound = Bound { caller: &name, tool: &request.name, arguments: &arguments };
    let second = question::second(front.seal(), &bound, request.input_responses, request.request_state)?;

    let done = CancellationToken::new();
    let (sink, forward) = match context.meta.get_progress_token() {
        Some(token) => {
            let (sink, reports) = progress::channel();
            (
                Some(sink),
                Either::Left(progress::forward(reports, context.peer.clone(), token.clone(), done.clone())),
            )
        }
        None => (None, Either::Right(std::future::ready(()))),
    };
    let call = Call {
        tool: request.name.to_string(),
        arguments: serde_json::to_string(&arguments)
            .map_err(|error| ErrorData::internal_error(error.to_string(), None))?,
        answers: second.answers,
        state: second.state,
        caller,
        progress: sink,
    };
    let called = async {
        let answered = if stateless {
            front.runtime().call(call).await.map_or_else(answer::failed, |outcome| match outcome {
                Outcome::Complete(output) => Ok(answer::output(output).into()),
                Outcome::InputRequired(question) => question::ask(front.seal(), &bound, question, &client),
            })
        } else {
            interview::run(front.runtime(), call, &context.peer, &client).await
        };
        done.cancel();
        answered
    };
    tokio::select! {
        biased;
        // The answer goes nowhere: who cancels gets none.
        () = context.ct.cancelled() => Err(ErrorData::internal_error("the call was cancelled", None)),
        (answered, ()) = join(called, forward) => answered,
    }
}
