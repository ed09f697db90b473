//! `tollgate:catalog/operations`: what the model knows of AWS, and what of it this plugin may use.

use std::sync::Arc;

use serde::Serialize;
use tollgate_aws::describe::{Found, OperationDescription};
use tollgate_aws::endpoint::Scope as AnswerScope;
use tollgate_aws::grant::Grant;
use tollgate_aws::model::{UnknownOperation, UnknownService};
use wasmtime::component::{Accessor, HasSelf};

use super::{NO_CALL, broken};
use crate::bindings::tollgate::catalog::operations::{Error, Host, HostWithStore, Operation};
use crate::state::{Scope, State};

/// No question is longer, in bytes.
const MAX_QUESTION: usize = 4 << 10;
/// No search finds more.
const MAX_FOUND: u32 = 1_000;

impl Host for State {}

impl<T: Send> HostWithStore<T> for HasSelf<State> {
    async fn search(
        accessor: &Accessor<T, Self>,
        text: String,
        service: Option<String>,
        limit: u32,
    ) -> Result<Vec<Operation>, Error> {
        let size = text.len() + service.as_ref().map_or(0, String::len);
        let search = move |scope: &Scope| {
            let limit = limit.min(MAX_FOUND) as usize;
            let found = scope.client.pack().search(&text, service.as_deref(), limit)?;
            let grant = &scope.principal.grant;
            Ok(found.iter().map(|found| operation(found, grant)).collect())
        };
        on_a_thread(accessor, size, search).await
    }

    async fn describe(
        accessor: &Accessor<T, Self>,
        service: String,
        operation: String,
    ) -> Result<String, Error> {
        let size = service.len() + operation.len();
        let describe = move |scope: &Scope| {
            let service = scope.client.pack().find(&service)?;
            let operation = service.find(&operation)?;
            let refusal = scope.principal.grant.check(operation).err();
            let description = Description {
                operation: OperationDescription::of(&service, operation),
                scope: scope.client.operation_scope(&service, operation),
                refusal: refusal.map(|refusal| refusal.to_string()),
            };
            serde_json::to_string(&description).map_err(|error| Error::Other(error.to_string()))
        };
        on_a_thread(accessor, size, describe).await
    }
}

/// What is known of one operation, as the contract has it.
#[derive(Serialize)]
struct Description {
    #[serde(flatten)]
    operation: OperationDescription,
    scope: AnswerScope,
    refusal: Option<String>,
}

/// Services are read when they are first asked for, and the index of all of them at the first search: that may keep a
/// thread busy for some tenths of a second.
async fn on_a_thread<T, R: Send + 'static>(
    accessor: &Accessor<T, HasSelf<State>>,
    size: usize,
    ask: impl FnOnce(&Scope) -> Result<R, Error> + Send + 'static,
) -> Result<R, Error> {
    let scope = accessor.with(|mut access| access.get().context.scope.clone());
    let scope: Arc<Scope> = scope.ok_or_else(|| Error::Other(NO_CALL.to_owned()))?;
    if size > MAX_QUESTION {
        return Err(Error::Other(format!(
            "{size} bytes are over the limit of {MAX_QUESTION} bytes for a question"
        )));
    }
    let _place = scope.queue.enter(size).await.map_err(Error::Other)?;
    let asked = scope.clone();
    let answer = tokio::task::spawn_blocking(move || ask(&asked)).await;
    answer.unwrap_or_else(|failed| Err(Error::Other(broken(&failed))))
}

fn operation(found: &Found<'_>, grant: &Grant) -> Operation {
    Operation {
        service: found.service().to_owned(),
        name: found.operation().to_owned(),
        doc: found.doc().map(str::to_owned),
        access: found.access().name().to_owned(),
        refusal: found.check(grant).err().map(|refusal| refusal.to_string()),
    }
}

impl From<UnknownService> for Error {
    fn from(unknown: UnknownService) -> Self {
        let text = unknown.to_string();
        match unknown {
            UnknownService::NotThere { .. } => Self::UnknownService(text),
            _ => Self::Other(text),
        }
    }
}

impl From<UnknownOperation> for Error {
    fn from(unknown: UnknownOperation) -> Self {
        Self::UnknownOperation(unknown.to_string())
    }
}
