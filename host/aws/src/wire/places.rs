//! How many requests are on their way at once, and who is next.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::account::AccountId;
use crate::config::Concurrency;
use crate::error::Error;
use crate::line::Line;
use crate::principal::{CallId, Principal};

/// Every so many places go to whoever has waited longest, whatever they hold: so nobody waits for ever beside
/// others that keep coming.
const ELDEST_EVERY: u32 = 8;

/// A bounded number of places: overall, in each account, and in each region, so that an account or region that
/// is slow does not hold the places of all others.
///
/// A free place goes to the caller that holds the fewest; of its calls to the one that holds the fewest; and
/// there to the request that came first. So a question of one request is answered within a few turns beside
/// a sweep of thousands.
#[derive(Debug)]
pub(crate) struct Places(Arc<Shared>);

/// A place, given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    shared: Arc<Shared>,
    claim: Claim,
}

#[derive(Debug)]
struct Shared {
    limits: Concurrency,
    state: Mutex<State>,
}

/// Whose place, and where.
#[derive(Clone, Debug)]
struct Claim {
    caller: Arc<str>,
    call: CallId,
    account: AccountId,
    region: Arc<str>,
}

#[derive(Debug, Default)]
struct State {
    held: usize,
    accounts: Counts<AccountId>,
    regions: Counts<Arc<str>>,
    callers: Counts<Arc<str>>,
    calls: Counts<CallId>,
    line: Line<Waiter>,
    /// Places given since the eldest got one.
    turns: u32,
}

#[derive(Debug)]
struct Waiter {
    claim: Claim,
    /// The place comes this way. It is given back if nobody is there to take it.
    place: oneshot::Sender<Place>,
}

impl Places {
    pub(crate) fn new(limits: &Concurrency) -> Self {
        Self(Arc::new(Shared { limits: limits.clone(), state: Mutex::default() }))
    }

    /// Waits for a place. Dropping the future leaves the line.
    pub(super) async fn take(
        &self,
        principal: &Principal,
        account: AccountId,
        region: &Arc<str>,
    ) -> Result<Place, Error> {
        let claim =
            Claim { caller: principal.caller.clone(), call: principal.call, account, region: region.clone() };
        let shared = &self.0;
        let (ticket, mut place) = {
            let mut state = shared.lock();
            if state.line.is_empty() && state.has_room(&shared.limits, &claim) {
                state.hold(&claim);
                drop(state);
                return Ok(Place { shared: shared.clone(), claim });
            }
            let (sender, receiver) = oneshot::channel();
            (state.line.join(principal, Waiter { claim, place: sender }), receiver)
        };
        let _leave = Leave { shared, ticket };
        // It may be the only one that there is room for.
        shared.serve();
        (&mut place).await.map_err(|closed| Error::Internal { reason: closed.to_string() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shared.lock().release(&self.claim);
        self.shared.serve();
    }
}

/// Leaves the line when dropped.
struct Leave<'a> {
    shared: &'a Shared,
    ticket: crate::line::Ticket,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.shared.lock().line.leave(self.ticket);
    }
}

impl Shared {
    /// Gives places to those who wait, as long as there are any for them.
    fn serve(self: &Arc<Self>) {
        loop {
            let Some(Waiter { claim, place }) = self.lock().next(&self.limits) else { return };
            // Whoever has gone meanwhile gives it back by dropping it here; so not under the lock.
            drop(place.send(Place { shared: self.clone(), claim }));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way; what is there is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes the next one out of the line, its place counted.
    fn next(&mut self, limits: &Concurrency) -> Option<Waiter> {
        if self.held >= limits.total.max(1) {
            return None;
        }
        let by_rank = |fits: &dyn Fn(&Waiter) -> bool| {
            self.line.next(|caller, call| (self.callers.of(caller), self.calls.of(&call)), fits)
        };
        let fits = |waiter: &Waiter| self.has_room(limits, &waiter.claim);
        let ticket = if self.turns < ELDEST_EVERY {
            by_rank(&fits)?
        } else {
            let (ticket, eldest) = self.line.eldest()?;
            if fits(eldest) {
                self.turns = 0;
                ticket
            } else {
                // The last place in its account and region is left to it.
                by_rank(&|waiter| fits(waiter) && self.leaves_room(limits, &waiter.claim, &eldest.claim))?
            }
        };
        let waiter = self.line.leave(ticket)?;
        self.turns = self.turns.saturating_add(1);
        self.hold(&waiter.claim);
        Some(waiter)
    }

    fn has_room(&self, limits: &Concurrency, claim: &Claim) -> bool {
        self.held < limits.total.max(1)
            && self.accounts.of(&claim.account) < limits.per_account.max(1)
            && self.regions.of(&claim.region) < limits.per_region.max(1)
    }

    /// Whether there is still room for the other after this one.
    fn leaves_room(&self, limits: &Concurrency, claim: &Claim, other: &Claim) -> bool {
        (claim.account != other.account || self.accounts.of(&claim.account) + 1 < limits.per_account)
            && (claim.region != other.region || self.regions.of(&claim.region) + 1 < limits.per_region)
    }

    fn hold(&mut self, claim: &Claim) {
        self.held += 1;
        self.accounts.add(claim.account);
        self.regions.add(claim.region.clone());
        self.callers.add(claim.caller.clone());
        self.calls.add(claim.call);
    }

    fn release(&mut self, claim: &Claim) {
        self.held -= 1;
        self.accounts.remove(&claim.account);
        self.regions.remove(&claim.region);
        self.callers.remove(&claim.caller);
        self.calls.remove(&claim.call);
    }
}

/// How many of each; none is not kept.
#[derive(Debug)]
struct Counts<K>(HashMap<K, usize>);

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash> Counts<K> {
    fn of<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> usize
    where
        K: std::borrow::Borrow<Q>,
    {
        self.0.get(key).copied().unwrap_or_default()
    }

    fn add(&mut self, key: K) {
        *self.0.entry(key).or_default() += 1;
    }

    fn remove(&mut self, key: &K) {
        if let Some(count) = self.0.get_mut(key) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(key);
            }
        }
    }
}

#[cfg(test)]
mod tests;
