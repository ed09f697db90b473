//! Keeps values between calls.

use serde_json::json;
use tollgate_guests::bindings::tollgate::cache::store;
use tollgate_guests::{Error, Invocation, Outcome, arguments, structured};

async fn call(invocation: Invocation) -> Result<Outcome, Error> {
    let arguments = arguments(&invocation)?;
    let key = arguments["key"].as_str().unwrap_or_default();
    if let Some(value) = arguments["set"].as_str() {
        store::set(key, value.as_bytes(), 60).map_err(|error| Error::Failed(format!("{error:?}")))?;
    }
    if arguments["delete"] == true {
        store::delete(key);
    }
    let value = store::get(key).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    structured(&json!({ "value": value }))
}

tollgate_guests::plugin!("keeper", request: "[]", tools: ["keep"], call);
