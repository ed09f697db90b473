//! Asks AWS whatever it is told to, and answers what became of it.

use serde_json::{Value, json};
use tollgate_guests::bindings::tollgate::accounts::directory;
use tollgate_guests::bindings::tollgate::aws::{api, credentials};
use tollgate_guests::{Error, Invocation, Outcome, arguments, structured};

async fn call(invocation: Invocation) -> Result<Outcome, Error> {
    let arguments = arguments(&invocation)?;
    let text = |key: &str| arguments[key].as_str().unwrap_or_default().to_owned();
    let list = |key: &str| {
        let values = arguments[key].as_array().into_iter().flatten();
        values.map(|value| value.as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let target = api::Target { account: text("account"), region: text("region") };
    let answer = match invocation.tool.as_str() {
        "courier_call" => {
            let request = api::Request {
                target,
                service: text("service"),
                operation: text("operation"),
                input: arguments["input"].to_string(),
                select: None,
                max_items: None,
                cursor: None,
                fresh: false,
            };
            match api::call(request).await {
                Ok(response) => json!({ "output": response.output }),
                Err(error) => failure(error),
            }
        }
        "courier_identity" => match credentials::caller_identity(target).await {
            Ok(identity) => json!({ "account": identity.account, "arn": identity.arn }),
            Err(error) => failure(error),
        },
        "courier_list" => match directory::list(list("selectors")).await {
            Ok(accounts) => {
                json!({ "names": accounts.into_iter().map(|account| account.name).collect::<Vec<_>>() })
            }
            Err(error) => selection(error),
        },
        "courier_resolve" => match directory::resolve(list("selectors"), list("regions")).await {
            Ok(resolution) => json!({
                "targets": resolution.targets.into_iter()
                    .map(|target| format!("{} {}", target.account, target.region)).collect::<Vec<_>>(),
            }),
            Err(error) => selection(error),
        },
        other => return Err(Error::Other(format!("no tool {other}"))),
    };
    structured(&answer)
}

fn failure(error: api::Error) -> Value {
    let (kind, text) = match error {
        api::Error::Denied(text) => ("denied", text),
        api::Error::InvalidInput(text) => ("invalid-input", text),
        api::Error::Credentials(text) => ("credentials", text),
        api::Error::Service(error) => ("service", format!("{}: {}", error.code, error.message)),
        api::Error::Throttled(text) => ("throttled", text),
        api::Error::Timeout(text) => ("timeout", text),
        api::Error::Transport(text) => ("transport", text),
        api::Error::Other(text) => ("other", text),
    };
    json!({ "error": kind, "text": text })
}

fn selection(error: directory::Error) -> Value {
    let (kind, text) = match error {
        directory::Error::UnknownSelector(text) => ("unknown-selector", text),
        directory::Error::Other(text) => ("other", text),
    };
    json!({ "error": kind, "text": text })
}

tollgate_guests::plugin!(
    "courier",
    request: "['ec2:Describe*', 'ec2:TerminateInstances', 'secretsmanager:*', 'sts:GetCallerIdentity']",
    tools: ["courier_call", "courier_identity", "courier_list", "courier_resolve"],
    call
);
