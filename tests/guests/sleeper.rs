//! Waits on the clock, in the way of its standard library: the guest stands still, the host does not.

use std::time::Duration;

use tollgate_guests::{Error, Invocation, Outcome, arguments, text};

async fn call(invocation: Invocation) -> Result<Outcome, Error> {
    let milliseconds = arguments(&invocation)?["milliseconds"].as_u64().unwrap_or_default();
    std::thread::sleep(Duration::from_millis(milliseconds));
    text("slept")
}

tollgate_guests::plugin!("sleeper", request: "[]", tools: ["sleep"], call);
