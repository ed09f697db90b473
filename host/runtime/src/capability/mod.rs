//! What the host offers to plugins: one file per interface of the contract.

pub(crate) mod accounts;
pub(crate) mod api;
pub(crate) mod cache;
pub(crate) mod call;
pub(crate) mod catalog;
pub(crate) mod credentials;
pub(crate) mod log;
pub(crate) mod progress;
mod queue;
pub(crate) mod results;
pub(crate) mod stdio;

use tokio::task::JoinError;

pub(crate) use queue::Queue;

use crate::state::Scope;

/// What the functions that need a call answer while a plugin lists its tools.
const NO_CALL: &str = "there is no call: tools are listed before any call, without access to AWS";

/// What is known before the time is up that the call has for asking AWS. The error is for the guest, which answers with
/// what it has.
async fn in_time<T>(scope: &Scope, asked: impl Future<Output = T>) -> Result<T, String> {
    let answer = tokio::time::timeout_at(scope.deadline, asked).await;
    answer.map_err(|_| "the call's time was up: ask for fewer accounts or regions at once".to_owned())
}

/// A task of the host that broke off: the log gets what it said, which is not for the guest, and the guest this.
fn broken(failed: &JoinError) -> String {
    tracing::error!(%failed, "a task for a plugin broke off");
    "the host could not finish the request; its log says why".to_owned()
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn what_a_panic_says_is_not_told() {
        let failed = tokio::task::spawn_blocking(|| panic!("at the secret place")).await.unwrap_err();
        assert!(failed.to_string().contains("secret"), "{failed}");
        assert_eq!(super::broken(&failed), "the host could not finish the request; its log says why");
    }
}
