//! Every operation of every service, with inputs and answers from botocore's model.

use std::env;
use std::num::NonZero;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use serde_json::json;
use tollgate_aws::model::{Pack, Protocol};

use crate::judge::{CBOR, Judge, protocol};
use crate::tally::Tally;

/// The seeds of one run. Another seed is another sample.
struct Seeds {
    first: u64,
    count: u64,
}

impl Seeds {
    /// `TOLLGATE_TEST_SEED` and `TOLLGATE_TEST_SEEDS`, as `cargo xtask parity` sets them.
    fn from_env() -> Self {
        let number = |name: &str| env::var(name).ok().map(|value| value.parse().unwrap());
        Self {
            first: number("TOLLGATE_TEST_SEED").unwrap_or(1),
            count: number("TOLLGATE_TEST_SEEDS").unwrap_or(1),
        }
    }
}

#[test]
#[ignore = "needs botocore: run cargo xtask test"]
fn all_operations_are_as_botocore_has_them() {
    let begun = Instant::now();
    let seeds = Seeds::from_env();
    let only = env::var("TOLLGATE_TEST_SERVICE").ok();
    let is_wanted = |name: &&str| only.as_deref().is_none_or(|only| only == *name);
    let services: Vec<_> = Pack::bundled().service_names().filter(is_wanted).collect();
    assert!(!services.is_empty(), "no service is called {only:?}");

    // One judge a core, each of which takes the next service as it comes free.
    let next = Mutex::new(services.iter());
    let work = || {
        let (mut judge, mut tally) = (Judge::start(), Tally::default());
        while let Some(service) = { next.lock().unwrap().next() } {
            compare(service, &seeds, &mut judge, &mut tally);
        }
        tally
    };
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let tally = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).fold(Tally::default(), Tally::merge)
    });
    println!(
        "{} services, seeds {} to {}, {} judges, {:.0} s",
        services.len(),
        seeds.first,
        seeds.first + seeds.count - 1,
        workers,
        begun.elapsed().as_secs_f32()
    );
    // A filter, or another seed than the list was written for, may leave explanations unused.
    tally.finish(only.is_none() && seeds.first == 1);
}

/// Compares all operations of a service, in the protocol that we speak with it, and in CBOR if it offers that.
fn compare(service: &str, seeds: &Seeds, judge: &mut Judge, tally: &mut Tally) {
    let service = Pack::bundled().service(service).unwrap();
    let mut in_cbor = (*service).clone();
    in_cbor.protocol = Protocol::RpcV2Cbor;
    let mut operations: Vec<_> = service.operations().collect();
    operations.sort_by(|one, other| one.name.cmp(&other.name));
    for operation in operations {
        for seed in seeds.first..seeds.first + seeds.count {
            let samples = judge.ask(&json!({
                "do": "sample",
                "service": service.name,
                "operation": operation.name,
                "protocol": protocol(&service),
                "seed": seed.to_string(),
            }));
            for (protocol, sample) in samples.as_object().unwrap() {
                let service = if protocol == CBOR { &in_cbor } else { &*service };
                tally.add(protocol, service, service.operation(&operation.name).unwrap(), sample);
            }
        }
    }
}
