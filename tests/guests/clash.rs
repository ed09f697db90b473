//! Offers a tool of the same name as another plugin.

use tollgate_guests::{Error, Invocation, Outcome};

async fn call(_: Invocation) -> Result<Outcome, Error> {
    tollgate_guests::text("not the tool you are looking for")
}

tollgate_guests::plugin!("clash", request: "[]", tools: ["clash_alone", "echo"], call);
