//! Trying again, as the AWS SDKs do in their standard mode (the retry behaviour page of their reference guide,
//! as of 2026).
//!
//! Three attempts, four at DynamoDB. Between them a random part of 50, 100, … milliseconds, or of 1, 2, 4, …
//! seconds where the service throttles, at most 20 seconds; about as long as the service asks for, if it does; and
//! a quota, so that a service that is down is not stormed by retries.

mod kind;
mod quota;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

pub(crate) use self::kind::{Kind, classify};
pub(crate) use self::quota::RetryQuota;
use crate::model::Service;

/// A pause that a service asks for is kept up to so long beyond our own.
const ASKED_BEYOND: Duration = Duration::from_secs(5);

/// When and how often to try again.
#[derive(Clone)]
pub struct RetryConfig {
    /// Attempts in all; 1 means that nothing is tried again. Absent: three, and four at DynamoDB.
    pub max_attempts: Option<u32>,
    /// The longest pause before the first retry; doubled for each further one. Half of it at DynamoDB. Default
    /// 50 ms.
    pub initial_backoff: Duration,
    /// The same where the service throttles. Default 1 s.
    pub throttled_backoff: Duration,
    /// No pause is longer. Default 20 s.
    pub max_backoff: Duration,
    /// A random number in `0.0..1.0`: which part of the longest pause is taken.
    pub jitter: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self {
            max_attempts: None,
            initial_backoff: Duration::from_millis(50),
            throttled_backoff: Duration::from_secs(1),
            max_backoff: Duration::from_secs(20),
            jitter: Arc::new(fastrand::f64),
        }
    }
}

impl fmt::Debug for RetryConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RetryConfig")
            .field("max_attempts", &self.max_attempts)
            .field("initial_backoff", &self.initial_backoff)
            .field("throttled_backoff", &self.throttled_backoff)
            .field("max_backoff", &self.max_backoff)
            .finish_non_exhaustive()
    }
}

/// The pause that a service asks for: `x-amz-retry-after`, in milliseconds.
pub(crate) fn retry_after(headers: &http::HeaderMap) -> Option<Duration> {
    let milliseconds = headers.get("x-amz-retry-after")?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_millis(milliseconds))
}

/// The attempts of one request.
#[derive(Debug)]
pub(crate) struct Attempts<'a> {
    config: &'a RetryConfig,
    quota: &'a RetryQuota,
    deadline: Instant,
    dynamodb: bool,
    made: u32,
    paid: u32,
}

impl<'a> Attempts<'a> {
    /// Before the first one. No pause will go beyond the deadline.
    pub(crate) fn new(
        config: &'a RetryConfig,
        service: &Service,
        quota: &'a RetryQuota,
        deadline: Instant,
    ) -> Self {
        // Its answers come in a few milliseconds, so another attempt costs little.
        let dynamodb = matches!(&*service.name, "dynamodb" | "dynamodbstreams");
        Self { config, quota, deadline, dynamodb, made: 0, paid: 0 }
    }

    /// Begins one; tells which it is, from 1.
    pub(crate) fn begin(&mut self) -> u32 {
        self.made += 1;
        self.made
    }

    /// How many were begun.
    pub(crate) fn made(&self) -> u32 {
        self.made
    }

    /// It worked: tokens come back.
    pub(crate) fn succeeded(&self) {
        self.quota.give(if self.paid == 0 { 1 } else { self.paid });
    }

    /// It failed: waits, and tells whether to begin another one.
    pub(crate) async fn failed(&mut self, kind: Kind, retry_after: Option<Duration>) -> bool {
        let most = self.config.max_attempts.unwrap_or(if self.dynamodb { 4 } else { 3 });
        let pause = match kind {
            Kind::Permanent => return false,
            Kind::Corrected => return true,
            Kind::Transient | Kind::Throttled if self.made < most => self.pause(kind, retry_after),
            Kind::Transient | Kind::Throttled => return false,
        };
        let cost = RetryQuota::cost(kind);
        if Instant::now() + pause >= self.deadline || !self.quota.take(cost) {
            return false;
        }
        self.paid = cost;
        tokio::time::sleep(pause).await;
        true
    }

    /// A random part of what is doubled for each attempt that was made, or about what the service asks for.
    fn pause(&self, kind: Kind, asked: Option<Duration>) -> Duration {
        let first = match kind {
            Kind::Throttled => self.config.throttled_backoff,
            _ if self.dynamodb => self.config.initial_backoff / 2,
            _ => self.config.initial_backoff,
        };
        let doubled = first.saturating_mul(1_u32.checked_shl(self.made - 1).unwrap_or(u32::MAX));
        let part = (self.config.jitter)().clamp(0.0, 1.0);
        let pause = doubled.min(self.config.max_backoff).mul_f64(part);
        asked.map_or(pause, |asked| asked.clamp(pause, pause + ASKED_BEYOND))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Pack;

    fn config() -> RetryConfig {
        RetryConfig { jitter: Arc::new(|| 0.5), ..RetryConfig::default() }
    }

    /// Runs against scripted failures; tells whether it worked, and when each attempt was made, in milliseconds.
    async fn script_at(
        service: &str,
        config: &RetryConfig,
        quota: &RetryQuota,
        failures: &[(Kind, Option<Duration>)],
        deadline: Duration,
    ) -> (bool, Vec<u128>) {
        let service = Pack::bundled().service(service).unwrap();
        let start = Instant::now();
        let mut times = Vec::new();
        let mut attempts = Attempts::new(config, &service, quota, start + deadline);
        loop {
            let position = attempts.begin() as usize - 1;
            times.push(start.elapsed().as_millis());
            let Some((kind, retry_after)) = failures.get(position) else {
                attempts.succeeded();
                return (true, times);
            };
            if !attempts.failed(*kind, *retry_after).await {
                return (false, times);
            }
        }
    }

    async fn script(
        config: &RetryConfig,
        quota: &RetryQuota,
        failures: &[(Kind, Option<Duration>)],
        deadline: Duration,
    ) -> (bool, Vec<u128>) {
        script_at("ec2", config, quota, failures, deadline).await
    }

    const LONG: Duration = Duration::from_secs(1000);

    #[tokio::test(start_paused = true)]
    async fn three_attempts_with_doubled_pauses() {
        let quota = RetryQuota::default();
        let failing = [(Kind::Throttled, None); 5];
        let (outcome, times) = script(&config(), &quota, &failing, LONG).await;
        assert!(!outcome);
        assert_eq!(times, [0, 500, 1500]);
        assert_eq!(quota.left(), 490);

        let (outcome, times) = script(&config(), &quota, &failing[..2], LONG).await;
        assert!(outcome);
        assert_eq!(times, [0, 500, 1500]);
        assert_eq!(quota.left(), 485, "the last retry's tokens come back");

        let (_, times) = script(&config(), &quota, &[(Kind::Transient, None); 5], LONG).await;
        assert_eq!(times, [0, 25, 75]);
        assert_eq!(quota.left(), 457);
    }

    #[tokio::test(start_paused = true)]
    async fn four_attempts_at_half_the_pauses_at_dynamodb() {
        for service in ["dynamodb", "dynamodbstreams"] {
            let quota = RetryQuota::default();
            let (_, times) = script_at(service, &config(), &quota, &[(Kind::Transient, None); 5], LONG).await;
            assert_eq!(times, [0, 13, 38, 88]);
            let (_, times) = script_at(service, &config(), &quota, &[(Kind::Throttled, None); 5], LONG).await;
            assert_eq!(times, [0, 500, 1500, 3500]);
            let two = RetryConfig { max_attempts: Some(2), ..config() };
            let (_, times) = script_at(service, &two, &quota, &[(Kind::Throttled, None); 5], LONG).await;
            assert_eq!(times, [0, 500]);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_pause_is_longer_than_the_cap() {
        let many = RetryConfig { max_attempts: Some(40), ..config() };
        let (_, times) = script(&many, &RetryQuota::default(), &[(Kind::Throttled, None); 40], LONG).await;
        assert_eq!(times[5..8], [15_500, 25_500, 35_500]);
        assert_eq!(times.len(), 40);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_permanent_is_not_tried_again() {
        let quota = RetryQuota::default();
        let (outcome, times) = script(&config(), &quota, &[(Kind::Permanent, None)], LONG).await;
        assert_eq!((outcome, times), (false, vec![0]));
        let (outcome, times) = script(&config(), &quota, &[(Kind::Corrected, None)], LONG).await;
        assert_eq!((outcome, times), (true, vec![0, 0]));
    }

    #[tokio::test(start_paused = true)]
    async fn the_service_may_ask_for_a_longer_pause() {
        let quota = RetryQuota::default();
        let asked = |seconds| [(Kind::Throttled, Some(Duration::from_secs(seconds)))];
        assert_eq!(script(&config(), &quota, &asked(3), LONG).await.1, [0, 3000]);
        assert_eq!(script(&config(), &quota, &asked(0), LONG).await.1, [0, 500]);
        assert_eq!(script(&config(), &quota, &asked(9000), LONG).await.1, [0, 5500]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_quota_ends_it() {
        let quota = RetryQuota::with(19);
        let (outcome, times) = script(&config(), &quota, &[(Kind::Transient, None); 3], LONG).await;
        assert_eq!(
            (outcome, times.len()),
            (false, 2),
            "14 of 19 for the first retry, and 5 are too few for another"
        );
        for _ in 0..2 {
            assert!(script(&config(), &quota, &[], LONG).await.0);
        }
        assert_eq!(quota.left(), 7, "one for each success");
    }

    #[tokio::test(start_paused = true)]
    async fn no_pause_beyond_the_deadline() {
        let quota = RetryQuota::default();
        let second = Duration::from_secs(1);
        let (outcome, times) = script(&config(), &quota, &[(Kind::Throttled, None); 3], second).await;
        assert_eq!((outcome, times), (false, vec![0, 500]));
        assert_eq!(quota.left(), 495, "what is not tried costs nothing");
    }

    #[test]
    fn retry_after_headers() {
        let headers = |value: &'static str| {
            let mut headers = http::HeaderMap::new();
            headers.insert("x-amz-retry-after", http::HeaderValue::from_static(value));
            retry_after(&headers)
        };
        assert_eq!(headers("1500"), Some(Duration::from_millis(1500)));
        for wrong in ["-1", "1.5", "soon", "Wed, 21 Oct 2015 07:28:00 GMT", "99999999999999999999"] {
            assert_eq!(headers(wrong), None, "{wrong}");
        }
    }
}
