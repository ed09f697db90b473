//! What came of all samples, by protocol.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::{Value, json};
use tollgate_aws::model::{Operation, Service};
use tollgate_aws::protocol::{DecodeError, InvalidInput, decode, encode};

use crate::judge::{same_answer, same_request};

/// Where we differ from botocore on purpose: operation, what of it, why.
static DEVIATIONS: LazyLock<BTreeMap<String, BTreeMap<String, String>>> =
    LazyLock::new(|| serde_json::from_str(include_str!("deviations.json")).unwrap());

/// How many are the same, and how many there are.
#[derive(Clone, Copy, Default)]
struct Share {
    same: usize,
    all: usize,
}

#[derive(Default)]
struct Score {
    operations: BTreeSet<String>,
    streams: BTreeSet<String>,
    requests: Share,
    answers: Share,
    errors: Share,
}

#[derive(Default)]
pub(crate) struct Tally {
    scores: BTreeMap<String, Score>,
    /// Uses of the list of deviations.
    explained: BTreeMap<(String, String), usize>,
    different: Vec<(String, String)>,
}

impl Tally {
    pub(crate) fn add(&mut self, protocol: &str, service: &Service, operation: &Operation, sample: &Value) {
        let name = format!("{}.{}", service.name, operation.name);
        let score = self.scores.entry(protocol.to_owned()).or_default();
        score.operations.insert(name.clone());
        if sample["stream"] == json!(true) {
            if !is_refused(service, operation) {
                self.different.push((name.clone(), "is a stream, but not refused".to_owned()));
            }
            score.streams.insert(name);
            return;
        }
        let mut note = |what: &str, share: &mut Share, result: Result<(), String>| {
            share.all += 1;
            let is_explained = DEVIATIONS.get(&name).is_some_and(|deviations| deviations.contains_key(what));
            match result {
                Ok(()) => share.same += 1,
                Err(_) if is_explained => {
                    *self.explained.entry((name.clone(), what.to_owned())).or_default() += 1;
                }
                Err(reason) => self.different.push((format!("{name} {what} ({protocol})"), reason)),
            }
        };
        if let Some(failed) = sample["failed"].as_str() {
            note("judge", &mut Share::default(), Err(format!("the judge failed: {failed}")));
            return;
        }
        for made in sample["inputs"].as_array().unwrap() {
            let result = same_request(service, operation, &made["input"], &made["request"]);
            let result = result.map_err(|reason| format!("{reason}, of {}", made["input"]));
            note("request", &mut score.requests, result);
        }
        for answer in sample["answers"].as_array().unwrap() {
            let (what, share) = match answer["error"].is_null() {
                true => ("answer", &mut score.answers),
                false => ("error", &mut score.errors),
            };
            note(what, share, same_answer(service, operation, answer));
        }
    }

    pub(crate) fn merge(mut self, other: Self) -> Self {
        for (protocol, theirs) in other.scores {
            let ours = self.scores.entry(protocol).or_default();
            ours.operations.extend(theirs.operations);
            ours.streams.extend(theirs.streams);
            ours.requests += theirs.requests;
            ours.answers += theirs.answers;
            ours.errors += theirs.errors;
        }
        for (deviation, uses) in other.explained {
            *self.explained.entry(deviation).or_default() += uses;
        }
        self.different.extend(other.different);
        self
    }

    /// Prints the shares. Fails for what differs without an explanation, and, where all is `complete`, for
    /// explanations of what does not differ.
    pub(crate) fn finish(mut self, complete: bool) {
        for (protocol, score) in &self.scores {
            println!(
                "{protocol}: {} operations ({} streams, refused); requests {}, answers {}, errors {}",
                score.operations.len(),
                score.streams.len(),
                score.requests,
                score.answers,
                score.errors,
            );
        }
        for ((name, what), uses) in &self.explained {
            println!("{name}: {what} differs {uses} times: {}", DEVIATIONS[name][what]);
        }
        self.different.sort();
        let shown: String = (self.different.iter().take(40))
            .map(|(name, reason)| format!("{name}: {reason:.2000}\n"))
            .collect();
        assert!(self.different.is_empty(), "{} differ:\n{shown}", self.different.len());
        let listed = DEVIATIONS.iter().flat_map(|(name, whats)| whats.keys().map(move |what| (name, what)));
        let stale: Vec<_> = listed
            .filter(|(name, what)| !self.explained.contains_key(&((*name).clone(), (*what).clone())))
            .collect();
        assert!(!complete || stale.is_empty(), "deviations.json explains what does not differ: {stale:?}");
    }
}

impl std::ops::AddAssign for Share {
    fn add_assign(&mut self, other: Self) {
        self.same += other.same;
        self.all += other.all;
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Rounded down: only all of them are 100%.
        let percent = (self.same * 10_000 / self.all.max(1)) as f64 / 100.0;
        write!(formatter, "{} of {} ({percent}%)", self.same, self.all)
    }
}

fn is_refused(service: &Service, operation: &Operation) -> bool {
    matches!(encode(service, operation, &json!({})), Err(InvalidInput::Streaming { .. }))
        || matches!(
            decode(service, operation, 200, &http::HeaderMap::new(), b""),
            Err(DecodeError::Streaming { .. })
        )
}
