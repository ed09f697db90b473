//! `tollgate:call/budget`: what a call may still use.

use tokio::time::Instant;

use crate::bindings::tollgate::call::budget::Host;
use crate::state::State;

impl Host for State {
    fn time_left_milliseconds(&mut self) -> u64 {
        let deadline = self.context.scope.as_ref().map(|scope| scope.deadline);
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        left.map_or(0, |left| u64::try_from(left.as_millis()).unwrap_or(u64::MAX))
    }

    fn answer_bytes(&mut self) -> u32 {
        self.context.scope.as_ref().map_or(0, |scope| scope.answer_bytes)
    }
}
