//! `tollgate:aws/api`: every request of a plugin to AWS goes through here.

use std::sync::Arc;

use tokio_util::task::AbortOnDropHandle;
use tollgate_aws::account::{AccountId, Target};
use tracing::Instrument;
use wasmtime::component::{Accessor, HasSelf};

use super::{NO_CALL, broken, in_time};
use crate::bindings::tollgate::aws::api;
use crate::state::{Scope, State};

impl api::Host for State {}

impl<T: Send> api::HostWithStore<T> for HasSelf<State> {
    async fn call(accessor: &Accessor<T, Self>, request: api::Request) -> Result<api::Response, api::Error> {
        let (scope, limit) = accessor.with(|mut access| {
            let context = &access.get().context;
            (context.scope.clone(), context.api_input_bytes)
        });
        let scope = scope.ok_or_else(|| api::Error::Denied(NO_CALL.to_owned()))?;
        let size = size(&request);
        if size > limit {
            let detail = format!("{size} bytes are over the limit of {limit} bytes for a request");
            return Err(api::Error::InvalidInput(detail));
        }
        let target = target(&scope, request.target)?;
        let input = serde_json::from_str(&request.input)
            .map_err(|error| api::Error::InvalidInput(format!("input: expected a JSON object: {error}")))?;
        let request = tollgate_aws::Request {
            target,
            service: request.service,
            operation: request.operation,
            input,
            select: request.select,
            max_items: request.max_items,
            cursor: request.cursor,
            fresh: request.fresh,
        };
        // The client checks the grant itself, before anything is sent.
        let asked = async {
            // Until the guest has the answer, and until the task has ended, which goes on for a moment when it is aborted.
            let place = Arc::new(scope.queue.enter(size).await.map_err(api::Error::Other)?);
            // A task of its own: answers are decoded on all threads, not on the guest's alone.
            let asked = {
                let (scope, place) = (scope.clone(), place.clone());
                async move {
                    let _place = place;
                    scope.client.call(&scope.principal, request).await
                }
            };
            let answered = AbortOnDropHandle::new(tokio::spawn(asked.in_current_span())).await;
            answered.map_err(|failed| api::Error::Other(broken(&failed)))?.map_err(error)
        };
        let response = in_time(&scope, asked).await.map_err(api::Error::Timeout)??;
        Ok(api::Response { output: response.output, truncated: response.truncated, cursor: response.cursor })
    }
}

/// What a request makes the host hold.
fn size(request: &api::Request) -> usize {
    let api::Request { target, service, operation, input, select, max_items: _, cursor, fresh: _ } = request;
    let optional = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let required = [&target.account, &target.region, service, operation, input];
    required.map(String::len).into_iter().sum::<usize>() + optional(select) + optional(cursor)
}

/// The target, if this call may touch its account.
pub(super) fn target(scope: &Arc<Scope>, target: api::Target) -> Result<Target, api::Error> {
    let account: AccountId = target
        .account
        .parse()
        .map_err(|error| api::Error::InvalidInput(format!("target.account: {error}")))?;
    if !scope.reach.allows(&account) {
        return Err(api::Error::Denied(format!(
            "account {account} is outside of this call: only accounts that the caller may reach, and that the \
             call's `accounts` name, can be asked"
        )));
    }
    Ok(Target { account, region: target.region })
}

/// What the guest is told of a failure.
pub(super) fn error(error: tollgate_aws::Error) -> api::Error {
    use tollgate_aws::Error;
    let text = error.to_string();
    match error {
        Error::Denied(_) => api::Error::Denied(text),
        Error::Invalid(_) => api::Error::InvalidInput(text),
        Error::Credentials(_) => api::Error::Credentials(text),
        Error::Service { service: _, code, message, status, request_id } => {
            api::Error::Service(api::ServiceError { code, message, status, request_id })
        }
        Error::Throttled { .. } => api::Error::Throttled(text),
        Error::Timeout { .. } => api::Error::Timeout(text),
        Error::Transport { .. } | Error::Unavailable { .. } | Error::Response { .. } => {
            api::Error::Transport(text)
        }
        _ => api::Error::Other(text),
    }
}
