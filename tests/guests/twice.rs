//! Offers one tool twice.

use tollgate_guests::{Error, Invocation, Outcome};

async fn call(_: Invocation) -> Result<Outcome, Error> {
    tollgate_guests::text("never reached")
}

tollgate_guests::plugin!("twice", request: "[]", tools: ["twice", "twice"], call);
