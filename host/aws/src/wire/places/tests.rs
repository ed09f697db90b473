use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use proptest::prelude::*;
use tokio::time::{Instant, sleep, timeout};

use super::*;
use crate::grant::Grant;

const TURN: Duration = Duration::from_millis(50);

fn places(total: usize, per_account: usize, per_region: usize) -> Places {
    Places::new(&Concurrency { total, per_account, per_region, ..Concurrency::default() })
}

fn principal(caller: &str) -> Principal {
    Principal::new(caller, "test", Grant::nothing())
}

fn account(number: usize) -> AccountId {
    format!("{number:012}").parse().unwrap()
}

fn region(number: usize) -> Arc<str> {
    format!("region-{number}").into()
}

impl Places {
    fn is_untouched(&self) -> bool {
        let state = self.0.lock();
        state.line.is_empty()
            && state.held == 0
            && state.accounts.0.is_empty()
            && state.regions.0.is_empty()
            && state.callers.0.is_empty()
            && state.calls.0.is_empty()
    }

    fn take_now(&self, principal: &Principal, account: AccountId, region: &Arc<str>) -> Option<Place> {
        self.take(principal, account, region).now_or_never().map(Result::unwrap)
    }
}

/// As many requests of a call, each in its own account; tells how long it took.
async fn sweep(places: &Places, principal: &Principal, requests: usize) -> Duration {
    let start = Instant::now();
    let request = |number| async move {
        let _place = places.take(principal, account(number), &region(number % 17)).await.unwrap();
        sleep(TURN).await;
    };
    join_all((0..requests).map(request)).await;
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_small_question_is_answered_within_a_few_turns_beside_a_sweep() {
    let places = &places(8, 8, 8);
    let (ann, ben) = (&principal("ann"), &principal("ben"));
    let later = |turns: u32, principal: Principal, requests| async move {
        sleep(TURN * turns + TURN / 2).await;
        sweep(places, &principal, requests).await
    };
    let (sweep, small, second, tiny) = tokio::join!(
        sweep(places, ann, 850),
        later(10, ben.clone(), 4),
        later(20, principal("ann"), 4),
        later(30, ben.clone(), 1),
    );
    // Half a turn until places are free, and then one of its own.
    assert_eq!((small, tiny), (TURN * 3 / 2, TURN * 3 / 2), "another caller's");
    assert_eq!(second, TURN * 3 / 2, "another call of the same caller");
    assert_eq!(sweep, TURN * 108, "859 requests in 8 places");
    assert!(places.is_untouched());
}

#[tokio::test(start_paused = true)]
async fn two_sweeps_share_and_a_lone_one_has_it_all() {
    let places = &places(8, 8, 8);
    let (ann, ben) = (principal("ann"), principal("ben"));
    let (first, second) = tokio::join!(sweep(places, &ann, 400), sweep(places, &ben, 80));
    // The first turn was ann's alone.
    assert!(second <= TURN * 24, "{second:?}");
    assert_eq!(first, TURN * 60);
}

#[tokio::test(start_paused = true)]
async fn slow_accounts_and_regions_leave_places_to_others() {
    let places = places(8, 3, 5);
    let ann = principal("ann");
    let slow: Vec<_> = (0..3).filter_map(|_| places.take_now(&ann, account(1), &region(1))).collect();
    assert_eq!(slow.len(), 3);
    let elsewhere = region(2);
    let mut fourth = Box::pin(places.take(&ann, account(1), &elsewhere));
    assert!(fourth.as_mut().now_or_never().is_none(), "the account has no more");
    let more: Vec<_> = (0..3).filter_map(|_| places.take_now(&ann, account(2), &region(1))).collect();
    assert_eq!(more.len(), 2, "the region has no more");
    let others: Vec<_> = (0..9).filter_map(|n| places.take_now(&ann, account(n + 10), &region(2))).collect();
    assert_eq!(others.len(), 3, "all are taken");
    drop(others);
    assert!(fourth.as_mut().now_or_never().is_none());
    drop(slow);
    assert!(fourth.now_or_never().is_some());
    drop(more);
    assert!(places.is_untouched());
}

/// Ann holds two places elsewhere, and wants one where Ben, who never holds more than one, has requests without
/// end: by the rank alone it would never be her turn.
#[tokio::test(start_paused = true)]
async fn nobody_waits_for_ever() {
    for shared in [(account(1), region(1)), (account(2), region(1)), (account(1), region(2))] {
        let places = places(4, 1, 1);
        let (ann, ben) = (principal("ann"), principal("ben"));
        let _elsewhere = [7, 8].map(|n| places.take_now(&ann, account(n), &region(n)).unwrap());
        let first = places.take_now(&ben, account(1), &region(1)).unwrap();
        let mut place = Some(first);
        let mut hers = Box::pin(places.take(&ann, shared.0, &shared.1));
        let mut turns = 0;
        while hers.as_mut().now_or_never().is_none() {
            turns += 1;
            assert!(turns < 20, "{shared:?}");
            let here = region(1);
            let mut next = Box::pin(places.take(&ben, account(1), &here));
            assert!(next.as_mut().now_or_never().is_none());
            drop(place.take());
            place = next.now_or_never().map(Result::unwrap);
            if place.is_none() {
                assert!(hers.as_mut().now_or_never().is_some(), "one of them has it");
                break;
            }
        }
        assert!(turns >= 1);
    }
}

#[derive(Clone, Debug)]
enum Step {
    /// A request of a caller's call, in an account and region.
    Ask { caller: usize, call: usize, account: usize, region: usize },
    /// One that waits or holds a place goes.
    Go(prop::sample::Index),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let ask = (0..3_usize, 0..2_usize, 0..4_usize, 0..3_usize)
        .prop_map(|(caller, call, account, region)| Step::Ask { caller, call, account, region });
    let step = prop_oneof![3 => ask, 2 => any::<prop::sample::Index>().prop_map(Step::Go)];
    prop::collection::vec(step, 1..200)
}

type Waiting<'a> = Pin<Box<dyn Future<Output = Result<Place, Error>> + 'a>>;

proptest! {
    /// Whatever comes and goes: no place is lost or given twice, no limit is exceeded, and nobody waits who
    /// could go on, except for the one place that is left to the eldest.
    #[test]
    fn no_place_is_lost_or_given_twice(steps in steps()) {
        let places = places(5, 3, 4);
        let calls: Vec<_> = (0..6).map(|n| principal(["ann", "ben", "cid"][n / 2])).collect();
        let mut waiting: Vec<(Claim, Waiting<'_>)> = Vec::new();
        let mut held: Vec<Place> = Vec::new();
        for step in steps {
            match step {
                Step::Ask { caller, call, account: number, region: place } => {
                    let principal = &calls[caller * 2 + call];
                    let (account, region) = (account(number), region(place));
                    let claim = Claim {
                        caller: principal.caller.clone(), call: principal.call, account, region: region.clone(),
                    };
                    let places = &places;
                    let future = async move { places.take(principal, account, &region).await };
                    waiting.push((claim, Box::pin(future)));
                }
                Step::Go(which) if !waiting.is_empty() || !held.is_empty() => {
                    let which = which.index(waiting.len() + held.len());
                    if which < waiting.len() {
                        drop(waiting.remove(which));
                    } else {
                        drop(held.remove(which - waiting.len()));
                    }
                }
                Step::Go(_) => {}
            }
            let mut still = Vec::new();
            for (claim, mut future) in waiting {
                match future.as_mut().now_or_never() {
                    Some(place) => held.push(place.unwrap()),
                    None => still.push((claim, future)),
                }
            }
            waiting = still;

            let count = |is: &dyn Fn(&Claim) -> bool| held.iter().filter(|place| is(&place.claim)).count();
            let state = places.0.lock();
            prop_assert_eq!(state.held, held.len());
            prop_assert!(held.len() <= 5);
            for n in 0..4 {
                prop_assert_eq!(state.accounts.of(&account(n)), count(&|claim| claim.account == account(n)));
                prop_assert!(state.accounts.of(&account(n)) <= 3);
                prop_assert_eq!(state.regions.of(&region(n)), count(&|claim| claim.region == region(n)));
                prop_assert!(state.regions.of(&region(n)) <= 4);
            }
            for principal in &calls {
                prop_assert_eq!(state.calls.of(&principal.call), count(&|claim| claim.call == principal.call));
            }
            let eldest = state.line.eldest().map(|(_, waiter)| waiter.claim.clone());
            for (claim, _) in &waiting {
                let left = state.turns >= ELDEST_EVERY && eldest.as_ref().is_some_and(|eldest| {
                    !state.leaves_room(&places.0.limits, claim, eldest)
                });
                prop_assert!(left || !state.has_room(&places.0.limits, claim), "{:?}", claim);
            }
        }
        drop(held);
        drop(waiting);
        prop_assert!(places.is_untouched());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn threads_that_come_and_go_lose_nothing() {
    let places = Arc::new(places(3, 2, 2));
    let tasks = (0..64_usize).map(|task| {
        let places = places.clone();
        tokio::spawn(async move {
            let principal = principal(["ann", "ben", "cid"][task % 3]);
            let mut got = 0_u32;
            for round in 0..200_usize {
                let (account, region) = (account((task + round) % 5), region(round % 2));
                let take = places.take(&principal, account, &region);
                // Every other one gives up soon.
                let patience = Duration::from_micros(if round % 2 == 0 { 60_000_000 } else { 50 });
                if let Ok(place) = timeout(patience, take).await {
                    got += 1;
                    tokio::task::yield_now().await;
                    drop(place);
                }
            }
            got
        })
    });
    for got in join_all(tasks).await {
        assert!(got.unwrap() >= 100, "the patient ones all got theirs");
    }
    assert!(places.is_untouched());
}
