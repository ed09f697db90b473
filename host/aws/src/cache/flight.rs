//! Requests on their way, and who waits for them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::MutexGuard as Turn;

use super::question::Question;
use crate::client::Response;
use crate::error::Error;

/// How a request ended.
pub(super) type Outcome = Result<Arc<Response>, Error>;

/// The questions that are being asked.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<Arc<Question>, Listed>>);

/// A flight that one may still join.
#[derive(Default)]
struct Listed {
    flight: Arc<Flight>,
    passengers: usize,
}

/// One request. The passenger whose turn it is asks; the others come after, and find the outcome.
#[derive(Default)]
struct Flight {
    turn: tokio::sync::Mutex<()>,
    outcome: OnceLock<Outcome>,
}

/// One who wants the outcome.
pub(super) struct Passenger<'a> {
    flights: &'a Flights,
    question: Arc<Question>,
    flight: Arc<Flight>,
}

impl Flights {
    /// Joins the request of a question, or begins it.
    pub(super) fn board(&self, question: Arc<Question>) -> Passenger<'_> {
        let mut flights = self.lock();
        let listed = flights.entry(question.clone()).or_default();
        listed.passengers += 1;
        let flight = listed.flight.clone();
        drop(flights);
        Passenger { flights: self, question, flight }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<Question>, Listed>> {
        // Nothing in here panics half-way; what is there is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.lock().len()
    }
}

impl Passenger<'_> {
    /// Waits until those before have landed, or have given up.
    pub(super) async fn turn(&self) -> Turn<'_, ()> {
        self.flight.turn.lock().await
    }

    /// What there is to know without asking.
    pub(super) fn outcome(&self) -> Option<Outcome> {
        self.flight.outcome.get().cloned()
    }

    /// Tells the outcome to all who have joined. Who comes later begins anew.
    pub(super) fn land(&self, outcome: Outcome) {
        self.strike(|_| true);
        // It is this passenger's turn, so nobody else sets it.
        let _ = self.flight.outcome.set(outcome);
    }

    /// Takes the flight off the list if it is over.
    fn strike(&self, is_over: impl FnOnce(&mut Listed) -> bool) {
        let mut flights = self.flights.lock();
        let listed = flights.get_mut(&self.question);
        let listed = listed.filter(|listed| Arc::ptr_eq(&listed.flight, &self.flight));
        if listed.is_some_and(is_over) {
            flights.remove(&self.question);
        }
    }
}

impl Drop for Passenger<'_> {
    fn drop(&mut self) {
        self.strike(|listed| {
            listed.passengers -= 1;
            listed.passengers == 0
        });
    }
}
