//! Asks before it answers.

use serde_json::json;
use tollgate_guests::bindings::exports::tollgate::plugin::tools::Question;
use tollgate_guests::{Error, Invocation, Outcome, structured};

async fn call(invocation: Invocation) -> Result<Outcome, Error> {
    match (invocation.answers, invocation.state) {
        (None, None) => Ok(Outcome::InputRequired(Question {
            requests: json!({
                "name": {
                    "method": "elicitation/create",
                    "params": {
                        "message": "Who are you?",
                        "requestedSchema": { "type": "object", "properties": { "name": { "type": "string" } } },
                    },
                },
            })
            .to_string(),
            state: Some("asked once".to_owned()),
        })),
        (Some(answers), Some(state)) => {
            let answers: serde_json::Value =
                serde_json::from_str(&answers).map_err(|error| Error::InvalidArguments(error.to_string()))?;
            structured(&json!({ "answers": answers, "state": state }))
        }
        (answers, state) => Err(Error::Other(format!("half a round: {answers:?} {state:?}"))),
    }
}

tollgate_guests::plugin!("asker", request: "[]", tools: ["ask"], call);
