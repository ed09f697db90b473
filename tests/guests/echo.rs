//! Answers its arguments.

use tollgate_guests::{Content, Error, Invocation, Outcome, Output};

async fn call(invocation: Invocation) -> Result<Outcome, Error> {
    Ok(Outcome::Complete(Output {
        content: vec![Content::Text(invocation.arguments.clone())],
        structured: Some(invocation.arguments),
        meta: None,
    }))
}

tollgate_guests::plugin!("echo", request: "[]", tools: ["echo"], call);
