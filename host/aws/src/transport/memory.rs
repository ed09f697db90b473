//! How much of the host's memory bodies take, from their first byte to the end of their decoding.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What is counted: a body needs none for the first step.
const STEP: usize = 64 << 10;

/// Memory for bodies, shared by all of them. When it is used up, a few may still go beyond it: these wait for nothing
/// but the rest of their bodies, so that everybody's turn comes, however much the others hold already.
#[derive(Debug)]
pub(super) struct Memory {
    steps: Arc<Semaphore>,
    all_steps: usize,
    beyond: Arc<Semaphore>,
}

impl Memory {
    /// For so many bytes, and so many bodies beyond them.
    pub(super) fn new(bytes: usize, beyond: usize) -> Self {
        let semaphore = |permits: usize| Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS)));
        let all_steps = bytes / STEP;
        Self { steps: semaphore(all_steps), all_steps, beyond: semaphore(beyond.max(1)) }
    }

    /// Waits until there is memory for a body of so many bytes, on top of what it holds. What waits stays with the
    /// sender.
    pub(super) async fn extend(&self, held: &mut Held, bytes: usize) {
        let wanted = bytes.div_ceil(STEP).saturating_sub(1 + held.steps());
        if wanted == 0 || held.beyond.is_some() {
            return;
        }
        // Who wants more than there ever is would only keep the others from it.
        let steps = u32::try_from(wanted).ok().filter(|_| wanted <= self.all_steps);
        // Neither semaphore is ever closed.
        tokio::select! {
            biased;
            Ok(steps) = self.steps.clone().acquire_many_owned(steps.unwrap_or_default()), if steps.is_some() => {
                held.merge(steps);
            }
            Ok(place) = self.beyond.clone().acquire_owned() => held.beyond = Some(place),
            else => {}
        }
    }

    /// How many bytes and how many places beyond them are free.
    #[cfg(test)]
    pub(super) fn free(&self) -> (usize, usize) {
        (self.steps.available_permits() * STEP, self.beyond.available_permits())
    }
}

/// What a body holds; free again when dropped.
#[derive(Debug, Default)]
pub(super) struct Held {
    steps: Option<OwnedSemaphorePermit>,
    beyond: Option<OwnedSemaphorePermit>,
}

impl Held {
    fn steps(&self) -> usize {
        self.steps.as_ref().map_or(0, OwnedSemaphorePermit::num_permits)
    }

    fn merge(&mut self, more: OwnedSemaphorePermit) {
        match &mut self.steps {
            Some(steps) => steps.merge(more),
            none => *none = Some(more),
        }
    }
}
