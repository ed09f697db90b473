//! One call, from the look-up of the operation to the selected output.

use std::sync::Arc;

use tokio::time::Instant;
use tracing::Instrument;

use super::{Client, Inner, Request, Response};
use crate::account::{Account, Target};
use crate::cache::{Question, is_kept};
use crate::credentials;
use crate::error::{Error, InvalidRequest};
use crate::model::{Operation, Service};
use crate::page::{Binding, Limits, Pager, Step};
use crate::principal::Principal;
use crate::protocol::{self, Mask, Value};
use crate::redact::{redact, widen};
use crate::select::Select;
use crate::wire::{Exchange, Outgoing, Source};

impl Client {
    /// Calls an operation, if the principal's grant allows it. All pages are merged, cut at `max_items` or at the client's
    /// limit of bytes.
    ///
    /// Nothing is sent before the grant, the input, the selection and the cursor are checked. Dropping the future
    /// ends whatever it is waiting for.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn call(&self, principal: &Principal, request: Request) -> Result<Response, Error> {
        let span = tracing::debug_span!(
            "aws",
            account = %request.target.account,
            region = short(&request.target.region),
            service = short(&request.service),
            operation = short(&request.operation),
        );
        let limit = self.inner.wire.call;
        let deadline = Instant::now() + limit;
        let call = async {
            let outcome =
                tokio::time::timeout_at(deadline, self.checked(principal, &request, deadline)).await;
            let outcome = outcome.unwrap_or_else(|_| Err(Error::call_timeout(limit)));
            if let Err(error) = &outcome {
                tracing::debug!(%error, "call failed");
            }
            outcome
        };
        // On the heap: it is large, and the futures of all who call this would be larger.
        Box::pin(call.instrument(span)).await
    }

    async fn checked(
        &self,
        principal: &Principal,
        request: &Request,
        deadline: Instant,
    ) -> Result<Response, Error> {
        let inner = &*self.inner;
        let service = inner.wire.service(&request.service)?;
        let operation = service.operation(&request.operation).map_err(InvalidRequest::from)?;
        principal.grant.check(operation)?;

        inner.check_region(&service, &request.target.region).map_err(InvalidRequest::from)?;
        let select = request.select.as_deref().map(Select::compile).transpose()?.map(Arc::new);
        // A cursor that one region gave is good in the others where they share their answers.
        let region = inner.wire.scope(&service, &request.target.region);
        let scope = Target { account: request.target.account, region };
        let binding = Binding {
            service: &request.service,
            operation: &request.operation,
            target: &scope,
            input: &request.input,
        };
        let limits = Limits { max_items: request.max_items, max_bytes: inner.max_output_bytes };
        let cursor = request.cursor.as_deref().map(|cursor| (&inner.cursors, cursor));
        let pager = Pager::new(&service, operation, binding, limits, cursor)?;
        // A wrong input is told before anything is asked of anybody, the account's credentials included.
        protocol::check(&service, operation, &request.input, inner.unknown_values)
            .map_err(InvalidRequest::from)?;

        let account = self.account(request.target.account).await?;
        let region = inner.actual_region(&service, &account, &request.target.region).await;
        let region = &*region.map_err(InvalidRequest::from)?;
        let mut wanted = select.as_ref().map_or(Mask::Everything, |select| select.mask());
        widen(&service, operation, &mut wanted);
        let (service, account, wanted) = (&*service, &account, &wanted);
        let one = One { inner, principal, service, operation, account, region, wanted, deadline };
        let ask = async {
            let mut response = match pager {
                Some(pager) => one.pages(pager).await?,
                None => one.page(&request.input).await?,
            };
            if let Some(select) = select {
                response.output = select.apply(response.output, inner.max_output_bytes).await?;
            }
            Ok(response)
        };
        let answers = &inner.answers;
        if answers.is_on() && is_kept(service, operation) && !principal.grant.reveals(operation) {
            let credentials = credentials::Key::of(principal, account);
            let changes = answers.changes(account.id);
            let question = Question::new(principal, request, &scope.region, credentials, changes);
            return answers.get(question, request.fresh, deadline, ask).await;
        }
        let _change = (!operation.access.is_read_only()).then(|| answers.change(account.id));
        ask.await
    }
}

/// One operation in one account and region.
pub(super) struct One<'a> {
    pub(super) inner: &'a Inner,
    pub(super) principal: &'a Principal,
    pub(super) service: &'a Service,
    pub(super) operation: &'a Operation,
    pub(super) account: &'a Arc<Account>,
    pub(super) region: &'a str,
    /// What is looked at of the output.
    pub(super) wanted: &'a Mask,
    pub(super) deadline: Instant,
}

impl One<'_> {
    /// All pages, as far as they are wanted.
    pub(super) async fn pages(&self, mut pager: Pager<'_>) -> Result<Response, Error> {
        let mask = pager.mask(self.wanted);
        loop {
            let input = pager.input();
            let step = self.ask(&input, &mask, |page| pager.absorb(page)).await?;
            if let Step::Done { truncated } = step {
                tracing::debug!(pages = pager.pages(), truncated, "merged");
                let cursor = truncated.then(|| pager.cursor(&self.inner.cursors));
                return Ok(Response { output: pager.finish(), truncated, cursor });
            }
        }
    }

    /// The one answer of an operation without pages.
    pub(super) async fn page(&self, input: &serde_json::Value) -> Result<Response, Error> {
        let limit = self.inner.max_output_bytes;
        let read = |output: Value<'_>| {
            let output = serde_json::to_string(&output)
                .map_err(|error| Error::Internal { reason: format!("output: {error}") })?;
            if output.len() > limit { Err(Error::TooLarge { limit }) } else { Ok(output) }
        };
        let output = self.ask(input, self.wanted, read).await?;
        Ok(Response { output, truncated: false, cursor: None })
    }

    /// Encodes, sends, and gives the decoded answer to `read`.
    async fn ask<T>(
        &self,
        input: &serde_json::Value,
        mask: &Mask,
        mut read: impl FnMut(Value<'_>) -> Result<T, Error> + Send,
    ) -> Result<T, Error> {
        let Self { inner, principal, service, operation, account, region, deadline, .. } = *self;
        // Once for all attempts, so that they carry the same idempotency token.
        let request = protocol::encode(service, operation, input).map_err(InvalidRequest::from)?;
        let exchange = Exchange {
            outgoing: Outgoing { service, operation, input, request: &request, mask },
            source: Source::Account { principal, account, store: &inner.store, places: &inner.places },
            region,
            deadline,
        };
        let redacted = !principal.grant.reveals(operation);
        let read = |mut output: Value<'_>| {
            if redacted {
                redact(service, operation, &mut output);
            }
            read(output)
        };
        exchange.run(&inner.wire, read).await
    }
}

/// What a guest wrote, at a length that fits into a log line.
fn short(text: &str) -> &str {
    text.get(..64).unwrap_or(text)
}
