//! One call of one tool.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use tokio::time::Instant;
use tollgate_aws::account::{Reach, SelectorError};
use tollgate_aws::{Client, Principal};
use tracing::Instrument as _;

use crate::bindings::exports::tollgate::plugin::tools;
use crate::capability::Queue;
use crate::capability::log::Log;
use crate::capability::progress::{ProgressSink, Progression};
use crate::config::Limits;
use crate::engine::Sandbox;
use crate::error::{CallError, correlation_id};
use crate::output::Outcome;
use crate::registry::Entry;
use crate::results::Results;
use crate::state::{Context, Scope};
use crate::text;

/// The text of a tool's error.
const MAX_ERROR: usize = 8 << 10;

/// Who calls. What is kept for a caller is shared with whoever has the same name and the same accounts, and no one else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    /// For logs, and for the names of role sessions.
    pub name: String,
    /// The accounts that the caller may touch.
    pub reach: Reach,
}

impl Caller {
    /// The person at this machine, who may touch every account.
    #[must_use]
    pub fn local() -> Self {
        Self { name: "local".to_owned(), reach: Reach::All }
    }
}

/// A call of a tool.
#[derive(Clone)]
pub struct Call {
    /// The name of the tool.
    pub tool: String,
    /// The arguments: JSON text of an object. The member `accounts` is the platform's own: it
    /// narrows the accounts that the call may touch.
    pub arguments: String,
    /// In the second round of a question, the client's answers: JSON text of an object.
    pub answers: Option<String>,
    /// In the second round of a question, the state that came with it.
    pub state: Option<String>,
    /// Who calls.
    pub caller: Caller,
    /// Who wants to know how far it has come.
    pub progress: Option<ProgressSink>,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Arguments, answers and state may hold what is nobody's business.
        f.debug_struct("Call").field("tool", &self.tool).field("caller", &self.caller).finish_non_exhaustive()
    }
}

/// What every call works with.
#[derive(Clone, Copy)]
pub(crate) struct Host<'a> {
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) client: &'a Client,
    pub(crate) results: &'a Results,
    pub(crate) limits: &'a Limits,
}

/// Runs a call in a fresh sandbox. Dropping the future drops the sandbox and all its requests.
pub(crate) async fn run(host: Host<'_>, entry: Entry, call: Call) -> Result<Outcome, CallError> {
    let limits = host.limits;
    let id = correlation_id();
    let plugin = entry.plugin.info.to_string();
    let span = tracing::info_span!("call", tool = %call.tool, %plugin, caller = %call.caller.name, id = %id);
    let begun = Instant::now();
    let running = sandboxed(host, entry, call, id, begun).instrument(span.clone());
    match tokio::time::timeout_at(begun + limits.deadline, running).await {
        Ok(result) => result,
        Err(_) => {
            span.in_scope(
                || tracing::warn!(deadline = ?limits.deadline, "a call was stopped at its deadline"),
            );
            Err(CallError::Deadline(limits.deadline))
        }
    }
}

async fn sandboxed(
    Host { sandbox, client, results, limits }: Host<'_>,
    entry: Entry,
    call: Call,
    id: String,
    begun: Instant,
) -> Result<Outcome, CallError> {
    let Call { tool, arguments, answers, state, caller, progress } = call;
    let plugin = entry.plugin;
    // The accounts may change while the call is under way, but not for it.
    let client = client.pinned();
    let reach = reach(&client, &caller.reach, &arguments).await?;
    let context = Context {
        log: Log::new(plugin.info.to_string(), tool.clone(), id.clone(), limits),
        progress: Progression::new(progress, limits.progress_interval),
        entries: plugin.cache.entries(&caller.reach),
        api_input_bytes: limits.api_input_bytes,
        scope: Some(Arc::new(Scope {
            client,
            principal: Principal::new(caller.name.as_str(), plugin.info.name.as_str(), plugin.grant.clone()),
            deadline: begun + limits.deadline.saturating_sub(limits.grace.min(limits.deadline / 4)),
            answer_bytes: limits.answer_bytes,
            results: results.shelf(caller),
            reach,
            queue: Arc::new(Queue::new(limits)),
        })),
    };
    let mut entered = sandbox.enter(context);
    let invocation = tools::Invocation { tool, arguments, answers, state };
    let answered = match plugin.instantiate(&mut entered).await {
        // `call_async`, not `call_concurrent`: where the guest waits for nothing that could still
        // happen, it fails at once and not at the deadline.
        Ok(instance) => {
            let call_tool = instance.tollgate_plugin_tools().func_call_tool();
            entered.run(async |store| call_tool.call_async(store, (invocation,)).await).await
        }
        Err(error) => Err(error),
    };
    match answered {
        Ok((Ok(outcome),)) => Outcome::new(outcome, limits.output_bytes),
        Ok((Err(error),)) => Err(refused(error)),
        Err(error) if entered.is_out_of_memory() => {
            tracing::warn!(blame = "guest", detail = ?error, "a call ran out of memory");
            Err(CallError::Memory(limits.memory_bytes))
        }
        Err(error) => Err(broken(&error, limits, id)),
    }
}

/// What the platform itself reads from the arguments. A member that is there twice is an error:
/// the plugin might read the other one.
#[derive(Deserialize)]
struct Reserved<'a> {
    #[serde(borrow, default)]
    accounts: Option<Vec<Cow<'a, str>>>,
}

/// The accounts that a call may touch: of the caller's those that its arguments name.
async fn reach(client: &Client, caller: &Reach, arguments: &str) -> Result<Reach, CallError> {
    // Derived structs can be read from an array as well.
    if !arguments.trim_ascii_start().starts_with('{') {
        return Err(CallError::InvalidArguments("expected a JSON object".to_owned()));
    }
    let reserved: Reserved<'_> = serde_json::from_str(arguments)
        .map_err(|error| CallError::InvalidArguments(unreadable(arguments, &error)))?;
    let selectors: Vec<String> = reserved.accounts.into_iter().flatten().map(Cow::into_owned).collect();
    if selectors.is_empty() {
        return Ok(caller.clone());
    }
    match client.accounts(&selectors, caller).await {
        Ok(accounts) => Ok(accounts.iter().map(|account| account.id).collect()),
        Err(
            error @ (SelectorError::Unknown { .. }
            | SelectorError::Disabled { .. }
            | SelectorError::TooMany { .. }),
        ) => Err(CallError::InvalidArguments(format!("accounts: {error}"))),
        // Which account is the base credentials' own could not be found out.
        Err(error) => Err(CallError::Failed(error.to_string())),
    }
}

/// Why the arguments cannot be read: most often one account stands where a list of them is wanted.
fn unreadable(arguments: &str, error: &serde_json::Error) -> String {
    #[derive(Deserialize)]
    struct One {
        accounts: String,
    }
    match serde_json::from_str(arguments) {
        Ok(One { accounts }) => format!("`accounts`: expected a list, [{accounts:?}]"),
        Err(_) => error.to_string(),
    }
}

/// What a plugin said about its failure.
fn refused(error: tools::Error) -> CallError {
    let brief = |text| text::brief(text, MAX_ERROR);
    match error {
        tools::Error::InvalidArguments(text) => CallError::InvalidArguments(brief(text)),
        tools::Error::Denied(text) => CallError::Denied(brief(text)),
        tools::Error::Failed(text) | tools::Error::Other(text) => CallError::Failed(brief(text)),
    }
}

/// A guest that did not come back: the client gets an id, the log everything, once.
fn broken(error: &wasmtime::Error, limits: &Limits, id: String) -> CallError {
    if error.is::<wasmtime::PoolConcurrencyLimitError>() {
        tracing::warn!(blame = "host", detail = %error, "the pool of sandboxes is used up");
        return CallError::Overloaded { limit: limits.concurrent_calls };
    }
    if is_copy_limit(error) {
        return CallError::OutputTooLarge { limit: limits.output_bytes };
    }
    // Wasmtime tells a guest's traps from its own and our failures by type.
    if error.is::<wasmtime::Trap>() || error.is::<wasmtime_wasi::I32Exit>() {
        tracing::error!(blame = "guest", correlation_id = %id, detail = ?error, "a tool broke down");
        CallError::Trap { correlation_id: id }
    } else {
        tracing::error!(blame = "host", correlation_id = %id, detail = ?error, "a call failed in the host");
        CallError::Internal { correlation_id: id }
    }
}

/// Whether a guest handed over more than the store lets through. Wasmtime keeps the type of this
/// error to itself; a test makes sure that its words are still these.
fn is_copy_limit(error: &wasmtime::Error) -> bool {
    error.chain().any(|cause| cause.to_string().contains("fuel allocated for hostcalls has been exhausted"))
}
