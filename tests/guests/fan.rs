//! Asks every target of a call at once, and counts the answers.

use futures::future::join_all;
use serde_json::json;
use tollgate_guests::bindings::tollgate::accounts::directory;
use tollgate_guests::bindings::tollgate::aws::api;
use tollgate_guests::{Error, Invocation, Outcome, structured};

async fn call(_: Invocation) -> Result<Outcome, Error> {
    let resolution = directory::resolve(Vec::new(), Vec::new())
        .await
        .map_err(|error| Error::Failed(format!("{error:?}")))?;
    let calls = resolution.targets.into_iter().map(|target| {
        api::call(api::Request {
            target: api::Target { account: target.account, region: target.region },
            service: "ec2".to_owned(),
            operation: "DescribeInstances".to_owned(),
            input: "{}".to_owned(),
            select: None,
            max_items: None,
            cursor: None,
            fresh: true,
        })
    });
    let answers = join_all(calls).await;
    let failures: Vec<String> =
        answers.iter().filter_map(|answer| answer.as_ref().err()).map(|error| format!("{error:?}")).collect();
    structured(&json!({ "answers": answers.len() - failures.len(), "failures": failures }))
}

tollgate_guests::plugin!("fan", request: "['ec2:DescribeInstances']", tools: ["fan_out"], call);
