//! Imports a function that a later version of a capability has, on the track of today's.

use tollgate_guests::{Error, Invocation, Outcome};

wit_bindgen::generate!({
    inline: "
        package tollgate:tests;

        world ahead {
            import tollgate:cache/store@0.1.7;
        }
    ",
    path: "ahead.wit",
    generate_all,
});

async fn call(_: Invocation) -> Result<Outcome, Error> {
    tollgate::cache::store::clear();
    tollgate_guests::text("cleared")
}

tollgate_guests::plugin!("ahead", request: "[]", tools: ["ahead"], call);
