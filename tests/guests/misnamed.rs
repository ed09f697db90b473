//! Offers a tool whose name no client would take.

use tollgate_guests::{Error, Invocation, Outcome};

async fn call(_: Invocation) -> Result<Outcome, Error> {
    tollgate_guests::text("never reached")
}

tollgate_guests::plugin!("misnamed", request: "[]", tools: ["not a name"], call);
