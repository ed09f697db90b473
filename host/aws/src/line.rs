//! Those who wait for the same thing, by the calls that they wait for.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::principal::{CallId, Principal};

/// A waiting line. Who is next is for its owner to say, by a rank of callers and calls; within a call, who came
/// first is first.
///
/// Finding the next takes time by the number of calls that wait, not by that of their requests.
#[derive(Debug)]
pub(crate) struct Line<W> {
    calls: BTreeMap<CallId, Call<W>>,
    tickets: u64,
}

#[derive(Debug)]
struct Call<W> {
    caller: Arc<str>,
    /// By ticket number, so in the order of arrival.
    waiting: BTreeMap<u64, W>,
}

/// A position in a line, never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    call: CallId,
    number: u64,
}

impl Ticket {
    /// The call that it waits for.
    pub(crate) fn call(self) -> CallId {
        self.call
    }
}

impl<W> Default for Line<W> {
    fn default() -> Self {
        Self { calls: BTreeMap::new(), tickets: 0 }
    }
}

impl<W> Line<W> {
    pub(crate) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// How many would come before one that joined now, if callers take turns, and the calls of a caller do.
    pub(crate) fn ahead(&self, principal: &Principal) -> usize {
        let own = self.calls.get(&principal.call).map_or(0, |call| call.waiting.len());
        let (mut siblings, mut others) = (0, BTreeMap::<&str, usize>::new());
        for (id, call) in &self.calls {
            if call.caller != principal.caller {
                *others.entry(&call.caller).or_default() += call.waiting.len();
            } else if *id != principal.call {
                siblings += call.waiting.len().min(own + 1);
            }
        }
        let own = own + siblings;
        own + others.into_values().map(|waiting| waiting.min(own + 1)).sum::<usize>()
    }

    /// Joins at the end.
    pub(crate) fn join(&mut self, principal: &Principal, waiter: W) -> Ticket {
        let number = self.tickets;
        self.tickets += 1;
        let new = || Call { caller: principal.caller.clone(), waiting: BTreeMap::new() };
        self.calls.entry(principal.call).or_insert_with(new).waiting.insert(number, waiter);
        Ticket { call: principal.call, number }
    }

    /// Leaves, wherever it stands; nothing if it has left already.
    pub(crate) fn leave(&mut self, ticket: Ticket) -> Option<W> {
        let call = self.calls.get_mut(&ticket.call)?;
        let waiter = call.waiting.remove(&ticket.number);
        if call.waiting.is_empty() {
            self.calls.remove(&ticket.call);
        }
        waiter
    }

    /// Of those that fit, the one of the least rank; of equal ones, the one that came first.
    pub(crate) fn next<R: Ord>(
        &self,
        rank: impl Fn(&str, CallId) -> R,
        fits: impl Fn(&W) -> bool,
    ) -> Option<Ticket> {
        let mut best: Option<(R, Ticket)> = None;
        for (id, call) in &self.calls {
            let rank = rank(&call.caller, *id);
            if best.as_ref().is_some_and(|(least, _)| *least < rank) {
                continue;
            }
            let first = call.waiting.iter().find(|(_, waiter)| fits(waiter));
            let Some((&number, _)) = first else { continue };
            if best.as_ref().is_none_or(|(least, first)| rank < *least || number < first.number) {
                best = Some((rank, Ticket { call: *id, number }));
            }
        }
        best.map(|(_, ticket)| ticket)
    }

    /// The one that has waited longest.
    pub(crate) fn eldest(&self) -> Option<(Ticket, &W)> {
        let firsts = self.calls.iter().filter_map(|(id, call)| {
            let (&number, waiter) = call.waiting.first_key_value()?;
            Some((Ticket { call: *id, number }, waiter))
        });
        firsts.min_by_key(|(ticket, _)| ticket.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grant::Grant;

    fn principal(caller: &str) -> Principal {
        Principal::new(caller, "test", Grant::nothing())
    }

    #[test]
    fn by_rank_and_then_by_arrival() {
        let (ann, ben) = (principal("ann"), principal("ben"));
        let mut line = Line::default();
        let first = line.join(&ann, 1);
        let second = line.join(&ann, 2);
        let third = line.join(&ben, 3);
        assert_eq!(line.eldest(), Some((first, &1)));
        assert_eq!(line.next(|_, _| 0, |_| true), Some(first));
        assert_eq!(line.next(|_, _| 0, |waiter| *waiter > 1), Some(second));
        assert_eq!(line.next(|caller, _| u8::from(caller == "ann"), |_| true), Some(third));
        assert_eq!(line.next(|_, call| u8::from(call == ben.call), |_| true), Some(first));
        assert_eq!(line.next(|_, _| 0, |waiter| *waiter > 3), None);
    }

    #[test]
    fn those_ahead_take_turns() {
        let (ann, ben, cid) = (principal("ann"), principal("ben"), principal("cid"));
        let mut line = Line::default();
        assert_eq!(line.ahead(&ann), 0);
        (0..100).for_each(|number| {
            line.join(&ann, number);
        });
        line.join(&ben, 0);
        assert_eq!(line.ahead(&ann), 101);
        assert_eq!(line.ahead(&principal("ann")), 2, "one of her other call, and one of the other caller");
        assert_eq!(line.ahead(&ben), 3);
        assert_eq!(line.ahead(&cid), 2);
    }

    #[test]
    fn whoever_leaves_is_gone() {
        let ann = principal("ann");
        let mut line = Line::default();
        let (first, second) = (line.join(&ann, 1), line.join(&ann, 2));
        assert_eq!(line.leave(first), Some(1));
        assert_eq!(line.leave(first), None);
        assert_eq!(line.eldest(), Some((second, &2)));
        assert_eq!(line.leave(second), Some(2));
        assert!(line.is_empty());
        assert_eq!(line.leave(second), None);
    }
}
