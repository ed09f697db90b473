//! Never tells its tools.

use tollgate_guests::{Error, Guest, Invocation, Outcome, Tool};

struct Plugin;

impl Guest for Plugin {
    fn list_tools() -> Vec<Tool> {
        let mut number = 1_u64;
        loop {
            number = std::hint::black_box(number.wrapping_mul(3));
        }
    }

    async fn call_tool(_: Invocation) -> Result<Outcome, Error> {
        tollgate_guests::text("never reached")
    }
}

tollgate_guests::bindings::export_world!(Plugin with_types_in tollgate_guests::bindings);
tollgate_guests::manifest!("stuck", "[]");
