//! A value that is loaded once for all, kept, and renewed before it expires.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use tracing::Instrument;

use crate::clock::Clock;

/// Renewed so long before it expires, or at half of its life where that is shorter.
const AHEAD: Duration = Duration::from_secs(5 * 60);

/// A value without an expiry is looked up again after so long: somebody may have edited the file.
const WITHOUT_EXPIRY: Duration = Duration::from_secs(15 * 60);

/// After a failure nobody tries again for so long.
const FAILURE_PAUSE: Duration = Duration::from_secs(5);

/// After a failure to renew what is renewed regularly, nobody tries again for so long, or for its interval where that
/// is shorter.
const RENEWAL_PAUSE: Duration = Duration::from_secs(60);

/// What was loaded, and how long it holds.
#[derive(Clone, Debug)]
pub(crate) struct Loaded<T> {
    pub(crate) value: T,
    pub(crate) life: Life,
}

/// How long a value holds, and when it is renewed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Life {
    /// Until then. It is renewed ahead of that.
    Until(SystemTime),
    /// For ever, but it is looked up again now and then.
    Open,
    /// Until there is a newer one.
    Renewed {
        /// It is renewed once it is so old; when it is twice as old, because nobody asked for it meanwhile, its renewal is
        /// waited for.
        every: Duration,
        /// However often renewing fails, it does not get older.
        max_age: Duration,
    },
}

impl From<Option<SystemTime>> for Life {
    fn from(expiry: Option<SystemTime>) -> Self {
        expiry.map_or(Self::Open, Self::Until)
    }
}

/// One value with its expiry, and the last failure to load it.
///
/// - However many ask at once, it is loaded once, in a task of its own: whoever waits may go.
/// - A value that still holds is handed out while it is renewed, and when renewing fails.
/// - A failure is remembered for a short while, so that a denied role does not cause a storm.
#[derive(Debug)]
pub(crate) struct Slot<T, E>(Mutex<State<T, E>>);

#[derive(Debug)]
struct State<T, E> {
    kept: Option<Kept<T>>,
    failure: Option<(Arc<E>, SystemTime)>,
    flight: Option<Flight<T, E>>,
}

#[derive(Debug)]
struct Kept<T> {
    value: T,
    life: Life,
    /// When it ends, if it does.
    end: Option<SystemTime>,
    renew: SystemTime,
    /// From then on there may be a better one: worth waiting for, but if there is none, this one holds.
    doubt: Option<SystemTime>,
}

impl<T> Kept<T> {
    fn holds(&self, now: SystemTime) -> bool {
        self.end.is_none_or(|end| now < end)
    }

    fn is_doubted(&self, now: SystemTime) -> bool {
        self.doubt.is_some_and(|from| now >= from)
    }
}

/// A load under way, for all who wait for it.
type Flight<T, E> = Shared<BoxFuture<'static, Result<T, Arc<E>>>>;

/// What a look into the slot finds.
enum Found<T, E> {
    Fresh(T),
    /// Good, but to be renewed.
    Ageing(T),
    /// Good, unless there is a better one.
    Doubted(T),
    Failed(Arc<E>),
    Nothing,
}

/// What is to be done about it.
enum Next<T, E> {
    Done(Result<T, Arc<E>>),
    Wait(Flight<T, E>, Option<T>),
}

impl<T, E> Default for Slot<T, E> {
    fn default() -> Self {
        Self(Mutex::new(State { kept: None, failure: None, flight: None }))
    }
}

impl<T, E> Slot<T, E>
where
    T: Clone + Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    /// The value, loaded if need be. `load` is called while the slot is locked: only the future that it gives may look
    /// into the slot.
    pub(crate) async fn get<F>(self: &Arc<Self>, clock: &Clock, load: impl FnOnce() -> F) -> Result<T, Arc<E>>
    where
        F: Future<Output = Result<Loaded<T>, E>> + Send + 'static,
    {
        match self.next(clock, load) {
            Next::Done(done) => done,
            Next::Wait(flight, None) => flight.await,
            Next::Wait(flight, Some(kept)) => Ok(flight.await.unwrap_or(kept)),
        }
    }

    /// The value as it is, if there is one that holds.
    pub(crate) fn peek(&self, clock: &Clock) -> Option<T> {
        let now = clock.now();
        self.lock().kept.as_ref().filter(|kept| kept.holds(now)).map(|kept| kept.value.clone())
    }

    /// Whether there was a value, which does not hold any more.
    pub(crate) fn is_over(&self, clock: &Clock) -> bool {
        let now = clock.now();
        self.lock().kept.as_ref().is_some_and(|kept| !kept.holds(now))
    }

    /// Forgets the value if it is the one that `wrong` says. The next caller loads another.
    pub(crate) fn forget(&self, wrong: impl FnOnce(&T) -> bool) {
        let mut state = self.lock();
        if state.kept.as_ref().is_some_and(|kept| wrong(&kept.value)) {
            state.kept = None;
        }
    }

    /// Looks for a better value before the next one is handed out, and tries anew after a failure.
    pub(crate) fn doubt(&self) {
        let mut state = self.lock();
        state.failure = None;
        if let Some(kept) = &mut state.kept {
            kept.doubt = Some(SystemTime::UNIX_EPOCH);
        }
    }

    fn next<F>(self: &Arc<Self>, clock: &Clock, load: impl FnOnce() -> F) -> Next<T, E>
    where
        F: Future<Output = Result<Loaded<T>, E>> + Send + 'static,
    {
        let mut state = self.lock();
        let kept = match state.look(clock.now()) {
            Found::Fresh(value) => return Next::Done(Ok(value)),
            Found::Failed(error) => return Next::Done(Err(error)),
            Found::Ageing(value) => {
                // Nobody waits for it: it has a task of its own.
                drop(self.start(&mut state, clock, load));
                return Next::Done(Ok(value));
            }
            Found::Doubted(value) => Some(value),
            Found::Nothing => None,
        };
        Next::Wait(self.start(&mut state, clock, load), kept)
    }

    /// Joins the load that is under way, or begins one.
    fn start<F>(
        self: &Arc<Self>,
        state: &mut State<T, E>,
        clock: &Clock,
        load: impl FnOnce() -> F,
    ) -> Flight<T, E>
    where
        F: Future<Output = Result<Loaded<T>, E>> + Send + 'static,
    {
        if let Some(flight) = &state.flight {
            return flight.clone();
        }
        let (slot, clock, load) = (self.clone(), clock.clone(), load());
        let flight = async move {
            let loaded = load.await;
            slot.lock().land(loaded, clock.now())
        };
        let flight = flight.in_current_span().boxed().shared();
        tokio::spawn(flight.clone());
        state.flight = Some(flight.clone());
        flight
    }

    fn lock(&self) -> MutexGuard<'_, State<T, E>> {
        // Nothing in here panics half-way; what is there is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone, E> State<T, E> {
    fn look(&self, now: SystemTime) -> Found<T, E> {
        let failure = self.failure.as_ref().filter(|(_, until)| now < *until);
        match (self.kept.as_ref().filter(|kept| kept.holds(now)), failure) {
            (Some(kept), Some(_)) => Found::Fresh(kept.value.clone()),
            (Some(kept), None) if kept.is_doubted(now) => Found::Doubted(kept.value.clone()),
            (Some(kept), None) if now < kept.renew => Found::Fresh(kept.value.clone()),
            (Some(kept), None) => Found::Ageing(kept.value.clone()),
            (None, Some((error, _))) => Found::Failed(error.clone()),
            (None, None) => Found::Nothing,
        }
    }

    /// Keeps what was loaded.
    fn land(&mut self, loaded: Result<Loaded<T>, E>, now: SystemTime) -> Result<T, Arc<E>> {
        self.flight = None;
        match loaded {
            Ok(Loaded { value, life }) => {
                let (renew, doubt, end) = match life {
                    Life::Until(expiry) => {
                        let left = expiry.duration_since(now).unwrap_or_default();
                        (expiry.checked_sub(AHEAD.min(left / 2)).unwrap_or(now), None, Some(expiry))
                    }
                    Life::Open => (now + WITHOUT_EXPIRY, None, None),
                    Life::Renewed { every, max_age } => {
                        (now + every, Some(now + every + every), Some(now + max_age))
                    }
                };
                self.kept = Some(Kept { value: value.clone(), life, end, renew, doubt });
                self.failure = None;
                Ok(value)
            }
            Err(error) => {
                let error = Arc::new(error);
                let pause = match self.kept.as_ref().map(|kept| kept.life) {
                    Some(Life::Renewed { every, .. }) => every.min(RENEWAL_PAUSE),
                    _ => FAILURE_PAUSE,
                };
                self.failure = Some((error.clone(), now + pause));
                Err(error)
            }
        }
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
        slot: Arc<Slot<u32, String>>,
        clock: Clock,
        loads: Arc<AtomicU32>,
        life: Arc<dyn Fn(&Clock) -> Life + Send + Sync>,
    }

    impl Source {
        fn new(life: Duration) -> Self {
            Self::living(move |clock| Life::Until(clock.now() + life))
        }

        fn living(life: impl Fn(&Clock) -> Life + Send + Sync + 'static) -> Self {
            Self { slot: Arc::default(), clock: clock(), loads: Arc::default(), life: Arc::new(life) }
        }

        async fn get(&self) -> Result<u32, Arc<String>> {
            self.load(true).await
        }

        async fn fail(&self) -> Result<u32, Arc<String>> {
            self.load(false).await
        }

        async fn load(&self, well: bool) -> Result<u32, Arc<String>> {
            let (loads, clock, life) = (self.loads.clone(), self.clock.clone(), self.life.clone());
            let load = || async move {
                let count = loads.fetch_add(1, Ordering::Relaxed) + 1;
                tokio::time::sleep(Duration::from_millis(100)).await;
                let loaded = Loaded { value: count, life: life(&clock) };
                if well { Ok(loaded) } else { Err(format!("no {count}")) }
            };
            self.slot.get(&self.clock, load).await
        }

        /// Lets what is under way come to its end.
        async fn settle(&self) {
            tokio::time::sleep(Duration::from_millis(200)).await;
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
    async fn renewed_five_minutes_ahead_while_nobody_waits() {
        let source = Source::new(HOUR);
        assert_eq!(source.get().await, Ok(1));
        tokio::time::advance(HOUR - AHEAD - Duration::from_secs(1)).await;
        assert_eq!(source.get().await, Ok(1));
        tokio::time::advance(Duration::from_secs(2)).await;
        let asked = tokio::time::Instant::now();
        let values = futures::future::join_all((0..10).map(|_| source.get())).await;
        assert!(values.into_iter().all(|value| value == Ok(1)));
        assert_eq!(asked.elapsed(), Duration::ZERO, "nobody waited");
        source.settle().await;
        assert_eq!(source.get().await, Ok(2));
        assert_eq!(source.loads.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_renewal_leaves_what_still_holds() {
        let source = Source::new(HOUR);
        assert_eq!(source.get().await, Ok(1));
        tokio::time::advance(HOUR - Duration::from_secs(60)).await;
        assert_eq!(source.fail().await, Ok(1));
        source.settle().await;
        assert_eq!(source.fail().await, Ok(1));
        source.settle().await;
        assert_eq!(source.loads.load(Ordering::Relaxed), 2, "no second try within the pause");
        tokio::time::advance(Duration::from_secs(61)).await;
        assert_eq!(source.get().await, Ok(3), "expired: loaded anew");
    }

    #[tokio::test(start_paused = true)]
    async fn a_doubted_value_is_looked_for_anew_and_kept_where_there_is_none() {
        let source = Source::new(HOUR);
        assert_eq!(source.get().await, Ok(1));
        source.slot.doubt();
        assert_eq!(source.fail().await, Ok(1), "there is no better one");
        tokio::time::advance(FAILURE_PAUSE).await;
        assert_eq!(source.get().await, Ok(3), "still doubted");
        assert_eq!(source.get().await, Ok(3));
        source.slot.forget(|_| true);
        assert!(source.fail().await.is_err());
        source.slot.doubt();
        assert_eq!(source.get().await, Ok(5), "a failure is forgotten as well");
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
        source.settle().await;
        assert_eq!(source.loads.load(Ordering::Relaxed), 1);
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(source.get().await, Ok(1));
        source.settle().await;
        assert_eq!(source.get().await, Ok(2));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_renewed_regularly_is_kept_when_that_fails() {
        let source = Source::living(|_| Life::Renewed { every: HOUR, max_age: HOUR * 24 });
        assert_eq!(source.get().await, Ok(1));
        tokio::time::advance(HOUR + HOUR / 2).await;
        assert_eq!(source.get().await, Ok(1), "nobody waits");
        source.settle().await;
        assert_eq!(source.get().await, Ok(2));
        tokio::time::advance(HOUR * 2).await;
        assert_eq!(source.fail().await, Ok(2), "waited for, in vain");
        assert_eq!(source.loads.load(Ordering::Relaxed), 3);
        tokio::time::advance(FAILURE_PAUSE).await;
        assert_eq!(source.get().await, Ok(2), "no second try so soon");
        assert_eq!(source.loads.load(Ordering::Relaxed), 3);
        tokio::time::advance(RENEWAL_PAUSE).await;
        assert_eq!(source.get().await, Ok(4), "waited for");
        assert_eq!(source.slot.peek(&source.clock), Some(4));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_renewed_regularly_does_not_get_too_old_when_that_fails() {
        let source = Source::living(|_| Life::Renewed { every: HOUR, max_age: HOUR * 24 });
        assert_eq!(source.get().await, Ok(1));
        tokio::time::advance(HOUR * 24 - Duration::from_secs(30)).await;
        assert_eq!(source.fail().await, Ok(1));
        assert!(!source.slot.is_over(&source.clock));
        tokio::time::advance(Duration::from_secs(30)).await;
        assert_eq!(source.get().await, Err(Arc::new("no 2".to_owned())), "no second try so soon");
        assert!(source.slot.is_over(&source.clock));
        assert_eq!(source.slot.peek(&source.clock), None);
        tokio::time::advance(RENEWAL_PAUSE).await;
        assert_eq!(source.get().await, Ok(3));
        assert!(!source.slot.is_over(&source.clock));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_goes_leaves_the_load_to_the_others() {
        let source = Source::new(HOUR);
        let hasty = tokio::time::timeout(Duration::from_millis(10), source.get());
        let (hasty, patient) = tokio::join!(hasty, source.get());
        assert!(hasty.is_err());
        assert_eq!(patient, Ok(1));

        let source = Source::new(HOUR);
        assert!(tokio::time::timeout(Duration::from_millis(10), source.get()).await.is_err());
        source.settle().await;
        assert_eq!(source.get().await, Ok(1), "it went on although nobody waited");
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
