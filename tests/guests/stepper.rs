//! Tells how far it has come, far too often.

use tollgate_guests::bindings::tollgate::telemetry::progress;
use tollgate_guests::{Error, Invocation, Outcome, text};

const STEPS: u64 = 10_000;

async fn call(_: Invocation) -> Result<Outcome, Error> {
    for step in 1..=STEPS {
        progress::report(step, Some(STEPS), Some(&format!("step {step}\u{1b}[0m")));
        progress::report(0, Some(STEPS), Some("a step back"));
    }
    text("done")
}

tollgate_guests::plugin!("stepper", request: "[]", tools: ["step"], call);
