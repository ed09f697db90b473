//! Questions of the host itself: about regions, and about accounts.

use std::sync::Arc;

use serde_json::Value as Json;
use tokio::time::Instant;

use super::Inner;
use super::call::One;
use crate::account::{Account, Target};
use crate::error::{Error, InvalidRequest};
use crate::grant::{Grant, Mode};
use crate::page::{Binding, Limits, Pager};
use crate::principal::Principal;
use crate::protocol::Mask;

/// A question of the host.
pub(super) struct Question<'a> {
    pub(super) service: &'static str,
    pub(super) operation: &'static str,
    /// A region, or `global`.
    pub(super) region: &'a str,
    pub(super) input: Json,
}

/// The host itself, for one purpose: it may read, and nothing but what is named.
pub(super) fn principal(purpose: &'static str, actions: &[&str]) -> Result<Principal, Error> {
    let pattern =
        |text: &&str| text.parse().map_err(|error| Error::Internal { reason: format!("{purpose}: {error}") });
    let layer = actions.iter().map(pattern).collect::<Result<_, _>>()?;
    Ok(Principal::new("host", purpose, Grant::new(Mode::ReadOnly, vec![layer])))
}

impl Inner {
    /// The whole answer to a question of the host, all pages of it. Its grant is checked like that of any plugin, and
    /// so the session of a role is narrowed to it.
    pub(super) async fn ask(
        &self,
        principal: &Principal,
        account: &Arc<Account>,
        question: Question<'_>,
    ) -> Result<Json, Error> {
        let Question { service: name, operation, region, input } = question;
        let service = self.wire.service(name)?;
        let operation = service.operation(operation).map_err(InvalidRequest::from)?;
        principal.grant.check(operation)?;
        let region = self.actual_region(&service, account, region).await.map_err(InvalidRequest::from)?;
        let target = Target { account: account.id, region: region.into_owned() };
        let binding = Binding { service: name, operation: &operation.name, target: &target, input: &input };
        let limits = Limits { max_items: None, max_bytes: self.max_output_bytes };
        let limit = self.wire.call;
        let one = One {
            inner: self,
            principal,
            service: &service,
            operation,
            account,
            region: &target.region,
            wanted: &Mask::Everything,
            deadline: Instant::now() + limit,
        };
        // A call inside of a call: without the box, all futures around it would grow by it, and a thread's stack
        // with them.
        let ask = Box::pin(async {
            match Pager::new(&service, operation, binding, limits, None)? {
                Some(pager) => one.pages(pager).await,
                None => one.page(&input).await,
            }
        });
        let response =
            tokio::time::timeout(limit, ask).await.unwrap_or_else(|_| Err(Error::call_timeout(limit)))?;
        if response.truncated {
            return Err(Error::TooLarge { limit: self.max_output_bytes });
        }
        serde_json::from_str(&response.output)
            .map_err(|error| Error::Internal { reason: format!("{name}: {error}") })
    }
}

/// The elements of a list in an output.
pub(super) fn list<'a>(output: &'a Json, name: &str) -> impl Iterator<Item = &'a Json> {
    output.get(name).and_then(Json::as_array).into_iter().flatten()
}
