//! A value that is loaded by one caller for all, kept, and renewed before it expires.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::clock::Clock;

/// Renewed so long before it expires, or at half of its life where that is shorter.
const AHEAD: Duration = Duration::from_secs(5 * 60);

/// A value without an expiry is looked up again after so long: somebody may have edited the file.
const WITHOUT_EXPIRY: Duration = Duration::from_secs(15 * 60);

/// After a failure nobody tries again for so long.
const FAILURE_PAUSE: Duration = Duration::from_secs(5);

/// What was loaded, and until when it holds.
#[derive(Clone, Debug)]
pub(super) struct Loaded<T> {
    pub(super) value: T,
    pub(super) expiry: Option<SystemTime>,
}

/// One value with its expiry, and the last failure to load it.
///
/// - However many ask at once, one loads; if that one is dropped, the next in line does.
/// - A value that still holds is handed out while it is renewed, and when renewing fails.
/// - A failure is remembered for a short while, so that a denied role does not cause a storm.
#[derive(Debug)]
pub(super) struct Slot<T, E> {
    state: Mutex<State<T, E>>,
    flight: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct State<T, E> {
    kept: Option<Kept<T>>,
    failure: Option<(Arc<E>, SystemTime)>,
}

#[derive(Debug)]
struct Kept<T> {
    value: T,
    renew: SystemTime,
    expiry: Option<SystemTime>,
}

/// What a look into the slot finds.
enum Found<T, E> {
    Fresh(T),
    /// Good, but to be renewed.
    Ageing(T),
    Failed(Arc<E>),
    Nothing,
}

impl<T, E> Default for Slot<T, E> {
    fn default() -> Self {
        Self { state: Mutex::new(State { kept: None, failure: None }), flight: tokio::sync::Mutex::new(()) }
    }
}

impl<T: Clone, E> Slot<T, E> {
    /// The value, loaded if need be.
    pub(super) async fn get<F>(&self, clock: &Clock, load: impl FnOnce() -> F) -> Result<T, Arc<E>>
    where
        F: Future<Output = Result<Loaded<T>, E>>,
    {
        match self.look(clock.now()) {
            Found::Fresh(value) => Ok(value),
            Found::Failed(error) => Err(error),
            Found::Ageing(value) => match self.flight.try_lock() {
                Ok(_flight) => Ok(self.load(clock, load).await.unwrap_or(value)),
                Err(_) => Ok(value),
            },
            Found::Nothing => {
                let _flight = self.flight.lock().await;
                match self.look(clock.now()) {
                    Found::Fresh(value) | Found::Ageing(value) => Ok(value),
                    Found::Failed(error) => Err(error),
                    Found::Nothing => self.load(clock, load).await,
                }
            }
        }
    }

    /// Forgets the value if it is the one that `wrong` says. The next caller loads another.
    pub(super) fn forget(&self, wrong: impl FnOnce(&T) -> bool) {
        let mut state = self.lock();
        if state.kept.as_ref().is_some_and(|kept| wrong(&kept.value)) {
            state.kept = None;
        }
    }

    async fn load<F>(&self, clock: &Clock, load: impl FnOnce() -> F) -> Result<T, Arc<E>>
    where
        F: Future<Output = Result<Loaded<T>, E>>,
    {
        let loaded = load().await;
        let now = clock.now();
        let mut state = self.lock();
        match loaded {
            Ok(Loaded { value, expiry }) => {
                let renew = match expiry {
                    Some(expiry) => {
                        let left = expiry.duration_since(now).unwrap_or_default();
                        expiry.checked_sub(AHEAD.min(left / 2)).unwrap_or(now)
                    }
                    None => now + WITHOUT_EXPIRY,
                };
                state.kept = Some(Kept { value: value.clone(), renew, expiry });
                state.failure = None;
                Ok(value)
            }
            Err(error) => {
                let error = Arc::new(error);
                state.failure = Some((error.clone(), now + FAILURE_PAUSE));
                Err(error)
            }
        }
    }

    fn look(&self, now: SystemTime) -> Found<T, E> {
        let state = self.lock();
        let failure = state.failure.as_ref().filter(|(_, until)| now < *until);
        match (&state.kept, failure) {
            (Some(kept), _) if now < kept.renew => Found::Fresh(kept.value.clone()),
            (Some(kept), failure) if kept.expiry.is_none_or(|expiry| now < expiry) => match failure {
                Some(_) => Found::Fresh(kept.value.clone()),
                None => Found::Ageing(kept.value.clone()),
            },
            (_, Some((error, _))) => Found::Failed(error.clone()),
            _ => Found::Nothing,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T, E>> {
        // Nothing in here panics half-way; what is there is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// A clock that follows tokio's, which the tests stop and turn.
    fn clock() -> Clock {
        let start = tokio::time::Instant::now();
        Clock::new(move || SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 30) + start.elapsed())
    }

    struct Source {
        slot: Slot<u32, String>,
        clock: Clock,
        loads: AtomicU32,
        life: Duration,
    }

    impl Source {
        fn new(life: Duration) -> Self {
            Self { slot: Slot::default(), clock: clock(), loads: AtomicU32::new(0), life }
        }

        async fn get(&self) -> Result<u32, Arc<String>> {
            self.load(true).await
        }

        async fn fail(&self) -> Result<u32, Arc<String>> {
            self.load(false).await
        }

        async fn load(&self, well: bool) -> Result<u32, Arc<String>> {
            let load = || async {
                let count = self.loads.fetch_add(1, Ordering::Relaxed) + 1;
                tokio::time::sleep(Duration::from_millis(100)).await;
                let loaded = Loaded { value: count, expiry: Some(self.clock.now() + self.life) };
                if well { Ok(loaded) } else { Err(format!("no {count}")) }
            };
            self.slot.get(&self.clock, load).await
        }
    }

    const HOUR: Duration = Duration::from_secs(3600);

    #[tokio::test(start_paused = true)]
    async fn a_thousand_at_once_load_once() {
        let source = Source::new(HOUR);
        let values = futures::future::join_all((0..1000).map(|_| source.get())).await;
        assert!(values.into_iter().all(|value| value == Ok(1)));
        assert_eq!(source.loads.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn renewed_five_minutes_ahead_by_one_while_the_others_go_on() {
        let source = Source::new(HOUR);
        assert_eq!(source.get().await, Ok(1));
        tokio::time::advance(HOUR - AHEAD - Duration::from_secs(1)).await;
        assert_eq!(source.get().await, Ok(1));
        tokio::time::advance(Duration::from_secs(2)).await;
        let mut values = futures::future::join_all((0..10).map(|_| source.get())).await;
        values.sort();
        assert_eq!(values.iter().filter(|value| **value == Ok(2)).count(), 1);
        assert_eq!(source.get().await, Ok(2));
        assert_eq!(source.loads.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_renewal_leaves_what_still_holds() {
        let source = Source::new(HOUR);
        assert_eq!(source.get().await, Ok(1));
        tokio::time::advance(HOUR - Duration::from_secs(60)).await;
        assert_eq!(source.fail().await, Ok(1));
        assert_eq!(source.fail().await, Ok(1));
        assert_eq!(source.loads.load(Ordering::Relaxed), 2, "no second try within the pause");
        tokio::time::advance(Duration::from_secs(61)).await;
        assert_eq!(source.get().await, Ok(3), "expired: loaded anew");
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_remembered_for_a_while() {
        let source = Source::new(HOUR);
        let values = futures::future::join_all((0..1000).map(|_| source.fail())).await;
        assert!(values.into_iter().all(|value| value == Err(Arc::new("no 1".to_owned()))));
        assert_eq!(source.loads.load(Ordering::Relaxed), 1);
        tokio::time::advance(FAILURE_PAUSE).await;
        assert_eq!(source.get().await, Ok(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_short_life_is_renewed_at_its_half() {
        let source = Source::new(Duration::from_secs(60));
        assert_eq!(source.get().await, Ok(1));
        tokio::time::advance(Duration::from_secs(29)).await;
        assert_eq!(source.get().await, Ok(1));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(source.get().await, Ok(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_loader_hands_over_to_the_next() {
        let source = Source::new(HOUR);
        let dropped = tokio::time::timeout(Duration::from_millis(10), source.get());
        let (dropped, next) = tokio::join!(dropped, source.get());
        assert!(dropped.is_err());
        assert_eq!(next, Ok(2));
    }

    #[tokio::test(start_paused = true)]
    async fn forgets_only_the_value_that_is_wrong() {
        let source = Source::new(HOUR);
        assert_eq!(source.get().await, Ok(1));
        source.slot.forget(|value| *value == 9);
        assert_eq!(source.get().await, Ok(1));
        source.slot.forget(|value| *value == 1);
        assert_eq!(source.get().await, Ok(2));
    }
}
