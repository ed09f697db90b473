//! `tollgate:aws/credentials`: who the host is in an account.

use wasmtime::component::{Accessor, HasSelf};

use super::{NO_CALL, api, in_time};
use crate::bindings::tollgate::aws::api::{Error, Target};
use crate::bindings::tollgate::aws::credentials::{Host, HostWithStore, Identity};
use crate::state::State;

impl Host for State {}

impl<T: Send> HostWithStore<T> for HasSelf<State> {
    async fn caller_identity(accessor: &Accessor<T, Self>, target: Target) -> Result<Identity, Error> {
        let scope = accessor.with(|mut access| access.get().context.scope.clone());
        let scope = scope.ok_or_else(|| Error::Denied(NO_CALL.to_owned()))?;
        let size = target.account.len() + target.region.len();
        let target = api::target(&scope, target)?;
        let _place = scope.queue.enter(size).await.map_err(Error::Other)?;
        let asked = Box::pin(scope.client.caller_identity(&scope.principal, target));
        let identity = in_time(&scope, asked).await.map_err(Error::Timeout)?.map_err(api::error)?;
        Ok(Identity { account: identity.account.to_string(), arn: identity.arn, user_id: identity.user_id })
    }
}
