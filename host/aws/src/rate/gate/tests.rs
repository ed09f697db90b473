use futures::FutureExt;
use futures::future::join_all;
use tokio::time::{advance, sleep};

use super::*;
use crate::grant::Grant;

const SECOND: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(3600);

fn principal(caller: &str) -> Principal {
    Principal::new(caller, "test", Grant::nothing())
}

/// As many requests of a call; tells when each got its turn, in milliseconds.
async fn pass(gate: &Arc<Gate>, principal: &Principal, requests: usize) -> Vec<u128> {
    let start = Instant::now();
    let request = |_| async move {
        gate.pass(principal, start + LONG).await.unwrap();
        start.elapsed().as_millis()
    };
    join_all((0..requests).map(request)).await
}

#[tokio::test(start_paused = true)]
async fn a_burst_and_then_the_rate() {
    let gate = Arc::new(Gate::fixed(4.0));
    let times = pass(&gate, &principal("ann"), 6).await;
    assert_eq!(times, [0, 0, 250, 500, 750, 1000]);
    advance(LONG).await;
    assert_eq!(pass(&gate, &principal("ann"), 3).await, [0, 0, 250], "what was not used is not saved up");
}

#[tokio::test(start_paused = true)]
async fn callers_take_turns_and_so_do_their_calls() {
    let gate = &Arc::new(Gate::fixed(10.0));
    let (ann, ben) = (&principal("ann"), &principal("ben"));
    let later = |caller: &'static str, requests| async move {
        sleep(SECOND).await;
        pass(gate, &principal(caller), requests).await.into_iter().max()
    };
    let (sweep, bens, small, second) =
        tokio::join!(pass(gate, ann, 500), pass(gate, ben, 500), later("cid", 3), later("ann", 2));
    // Every third turn is cid's, and every sixth that of ann's second call.
    assert!(small <= Some(900), "{small:?}");
    assert!(second <= Some(1200), "{second:?}");
    let (ann, ben) = (sweep.iter().max(), bens.iter().max());
    assert!(ann.max(ben) == Some(&100_000), "1005 requests, 5 of them at once: {ann:?} {ben:?}");
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_would_not_come_in_time_is_told_at_once() {
    let gate = Arc::new(Gate::fixed(1.0));
    let (ann, ben) = (principal("ann"), principal("ben"));
    let start = Instant::now();
    let deadline = start + 10 * SECOND + SECOND / 2;
    let passes: Vec<_> = (0..20).map(|_| gate.pass(&ann, deadline)).collect();
    let outcomes = join_all(passes).await;
    let late: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.err()).collect();
    assert_eq!((outcomes.len() - late.len(), late.len()), (11, 9));
    let left = 10 * SECOND + SECOND / 2;
    assert!(late.iter().all(|late| *late == Late { ahead: 10, rate: 1.0, left }), "{late:?}");
    assert_eq!(start.elapsed(), 10 * SECOND);

    // Beside a line of ann's, ben's turn is the second, however long hers is.
    let line = join_all((0..5).map(|_| gate.pass(&ann, Instant::now() + LONG)));
    let bens = gate.pass(&ben, Instant::now() + 3 * SECOND);
    let (_, bens) = tokio::join!(line, bens);
    assert_eq!(bens, Ok(true));
}

#[tokio::test(start_paused = true)]
async fn whoever_goes_loses_nothing() {
    let gate = Arc::new(Gate::fixed(1.0));
    let ann = principal("ann");
    let deadline = Instant::now() + LONG;
    assert_eq!(gate.pass(&ann, deadline).now_or_never(), Some(Ok(true)));
    let mut first = Box::pin(gate.pass(&ann, deadline));
    let mut second = Box::pin(gate.pass(&ann, deadline));
    assert!(first.as_mut().now_or_never().is_none() && second.as_mut().now_or_never().is_none());
    // It is called, but does not look.
    sleep(SECOND + SECOND / 10).await;
    drop(first);
    sleep(SECOND / 100).await;
    gate.changed.notify_one();
    tokio::task::yield_now().await;
    sleep(Duration::from_millis(1)).await;
    assert_eq!(second.now_or_never(), Some(Ok(true)), "the turn went on to the next");
    sleep(2 * SECOND).await;
    let state = gate.lock();
    assert!(state.line.is_empty() && !state.served && state.callers.is_empty() && state.calls.is_empty());
}

#[tokio::test(start_paused = true)]
async fn open_until_throttled_and_then_remembered() {
    let gate = Arc::new(Gate::adaptive());
    let ann = principal("ann");
    assert_eq!(pass(&gate, &ann, 1000).await, [0; 1000]);
    // Ten a second, for ten seconds.
    for _ in 0..100 {
        gate.sends();
        gate.answered(Instant::now(), false);
        sleep(SECOND / 10).await;
    }
    assert_eq!(pass(&gate, &ann, 1000).await, [0; 1000]);
    gate.answered(Instant::now(), true);
    let times = pass(&gate, &ann, 30).await;
    // Seven tenths of ten a second, of which one second's worth was saved up.
    assert_eq!(times.iter().filter(|time| **time == 0).count(), 7);
    assert!((3200..3400).contains(&times[29]), "{times:?}");
    sleep(100 * SECOND).await;
    let times = pass(&gate, &ann, 30).await;
    assert!(times[29] > 3000, "another call, later: {times:?}");
    sleep(300 * SECOND).await;
    assert_eq!(pass(&gate, &ann, 1000).await, [0; 1000], "long ago");
}

#[tokio::test(start_paused = true)]
async fn a_rate_that_rises_is_used_at_once() {
    let gate = &Arc::new(Gate::adaptive());
    let ann = &principal("ann");
    for _ in 0..20 {
        sleep(SECOND).await;
        gate.sends();
        gate.answered(Instant::now(), true);
    }
    assert!((gate.lock().bucket.rate() - 0.5).abs() < 1e-9);
    // Each request that is let through is answered well.
    let start = Instant::now();
    let request = |_| async move {
        gate.pass(ann, start + 100 * SECOND).await.unwrap();
        gate.sends();
        gate.answered(Instant::now(), false);
    };
    join_all((0..100).map(request)).await;
    assert!(start.elapsed() < 20 * SECOND, "200 s at the rate of the beginning: {:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_gate_whose_rate_is_none_is_slow_and_no_panic() {
    for wrong in [0.0, -1.0, f64::NAN, f64::NEG_INFINITY] {
        let gate = Arc::new(Gate::fixed(wrong));
        assert_eq!(gate.pass(&principal("ann"), Instant::now() + SECOND).await, Ok(true));
        assert!(gate.pass(&principal("ann"), Instant::now() + SECOND).await.is_err());
    }
}

#[test]
fn a_line_outlives_its_runtime() {
    let gate = Arc::new(Gate::fixed(20.0));
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime().block_on(async {
        let deadline = Instant::now() + LONG;
        let ann = principal("ann");
        let waits: Vec<_> = (0..12).map(|_| gate.pass(&ann, deadline).boxed()).collect();
        for wait in waits {
            let _ = wait.now_or_never();
        }
    });
    runtime().block_on(async { assert_eq!(pass(&gate, &principal("ben"), 2).await.len(), 2) });
}
