//! `tollgate:accounts/directory`: the accounts as this call may see them.

use std::sync::Arc;

use tollgate_aws::account::SelectorError;
use wasmtime::component::{Accessor, HasSelf};

use super::{NO_CALL, in_time};
use crate::bindings::tollgate::accounts::directory::{
    Account, Error, Failure, Host, HostWithStore, Resolution, Target,
};
use crate::state::{Scope, State};

impl Host for State {}

impl<T: Send> HostWithStore<T> for HasSelf<State> {
    async fn list(accessor: &Accessor<T, Self>, selectors: Vec<String>) -> Result<Vec<Account>, Error> {
        let scope = scope(accessor)?;
        let _place = scope.queue.enter(bytes(&selectors)).await.map_err(Error::Other)?;
        let asked = Box::pin(scope.client.accounts(&selectors, &scope.reach));
        let accounts = in_time(&scope, asked).await.map_err(Error::Other)?.map_err(error)?;
        Ok(accounts.iter().map(|account| self::account(account)).collect())
    }

    async fn resolve(
        accessor: &Accessor<T, Self>,
        selectors: Vec<String>,
        regions: Vec<String>,
    ) -> Result<Resolution, Error> {
        let scope = scope(accessor)?;
        let size = bytes(&selectors).saturating_add(bytes(&regions));
        let _place = scope.queue.enter(size).await.map_err(Error::Other)?;
        let asked = Box::pin(scope.client.resolve(&selectors, &regions, &scope.reach));
        let resolution = in_time(&scope, asked).await.map_err(Error::Other)?.map_err(error)?;
        let targets = resolution.targets.into_iter();
        let failures = resolution.failures.into_iter();
        Ok(Resolution {
            targets: targets
                .map(|target| Target { account: target.account.to_string(), region: target.region })
                .collect(),
            failures: failures
                .map(|(account, message)| Failure { account: account.to_string(), message })
                .collect(),
        })
    }
}

/// What the host holds of these while it works on them: outside of the guest's memory limit.
fn bytes(words: &[String]) -> usize {
    words.iter().map(|word| size_of::<String>() + word.len()).sum()
}

fn scope<T>(accessor: &Accessor<T, HasSelf<State>>) -> Result<Arc<Scope>, Error> {
    let scope = accessor.with(|mut access| access.get().context.scope.clone());
    scope.ok_or_else(|| Error::Other(NO_CALL.to_owned()))
}

fn account(account: &tollgate_aws::account::Account) -> Account {
    Account {
        id: account.id.to_string(),
        name: account.name.clone(),
        environment: account.environment.clone(),
        regions: account.regions.clone(),
        tags: account.tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
    }
}

fn error(error: SelectorError) -> Error {
    match error {
        SelectorError::Unknown { .. }
        | SelectorError::Disabled { .. }
        | SelectorError::UnknownRegion { .. }
        | SelectorError::OtherPartition { .. }
        | SelectorError::TooMany { .. } => Error::UnknownSelector(error.to_string()),
        error => Error::Other(error.to_string()),
    }
}
