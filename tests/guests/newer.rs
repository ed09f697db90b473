//! Imports a version of the contract that does not exist yet.

use tollgate_guests::{Error, Invocation, Outcome};

wit_bindgen::generate!({
    inline: "
        package tollgate:tests;

        world newer {
            import tollgate:aws/api@0.2.0;
        }
    ",
    path: "newer.wit",
    generate_all,
});

async fn call(_: Invocation) -> Result<Outcome, Error> {
    tollgate_guests::text(tollgate::aws::api::batch())
}

tollgate_guests::plugin!("newer", request: "[]", tools: ["newer"], call);
