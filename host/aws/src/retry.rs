//! Trying again, as the AWS SDKs do in their standard mode.
//!
//! Three attempts; between them a random part of 1, 2, 4, … seconds, at most 20; no shorter than what the
//! service asks for; and a bucket of tokens, so that a service that is down is not stormed by retries.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// When and how often to try again.
#[derive(Clone)]
pub struct RetryConfig {
    /// Attempts in all; 1 means that nothing is tried again.
    pub max_attempts: u32,
    /// The longest pause before the first retry; doubled for each further one.
    pub initial_backoff: Duration,
    /// No pause is longer.
    pub max_backoff: Duration,
    /// A random number in `0.0..1.0`: which part of the longest pause is taken.
    pub jitter: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            initial_backoff: Duration::from_secs(1),
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
            .field("max_backoff", &self.max_backoff)
            .finish_non_exhaustive()
    }
}

/// Whether a failure may mend itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It will not.
    Permanent,
    /// It may, at once: something that has been corrected. Not more than once, so says who returns it.
    Corrected,
    /// It may: a connection that broke, a server that stumbled.
    Transient,
    /// It may: nothing came in time.
    TimedOut,
    /// It may, but slower.
    Throttled,
}

/// The error codes that mean "slower".
const THROTTLING: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

/// What an error answer of a service means for the next attempt.
pub(crate) fn classify(status: u16, code: &str) -> Kind {
    if THROTTLING.contains(&code) || status == 429 {
        Kind::Throttled
    } else if matches!(code, "RequestTimeout" | "RequestTimeoutException")
        || matches!(status, 500 | 502 | 503 | 504)
    {
        Kind::Transient
    } else {
        Kind::Permanent
    }
}

/// The pause that a service asks for: `x-amz-retry-after` in milliseconds, or `Retry-After` in seconds.
pub(crate) fn retry_after(headers: &http::HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    number("x-amz-retry-after")
        .map(Duration::from_millis)
        .or_else(|| number("retry-after").map(Duration::from_secs))
}

/// Retries cost tokens, successes bring them back.
#[derive(Debug)]
pub(crate) struct TokenBucket(AtomicU32);

impl Default for TokenBucket {
    fn default() -> Self {
        Self(AtomicU32::new(Self::CAPACITY))
    }
}

impl TokenBucket {
    const CAPACITY: u32 = 500;
    const COST: u32 = 5;
    const COST_AFTER_TIMEOUT: u32 = 10;

    fn take(&self, cost: u32) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| tokens.checked_sub(cost)).is_ok()
    }

    fn give(&self, tokens: u32) {
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |have| {
            Some((have + tokens).min(Self::CAPACITY))
        });
    }
}

/// The attempts of one request.
#[derive(Debug)]
pub(crate) struct Attempts<'a> {
    config: &'a RetryConfig,
    bucket: &'a TokenBucket,
    deadline: Instant,
    made: u32,
    paid: u32,
}

impl<'a> Attempts<'a> {
    /// Before the first one. No pause will go beyond the deadline.
    pub(crate) fn new(config: &'a RetryConfig, bucket: &'a TokenBucket, deadline: Instant) -> Self {
        Self { config, bucket, deadline, made: 0, paid: 0 }
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
        self.bucket.give(if self.paid == 0 { 1 } else { self.paid });
    }

    /// It failed: waits, and tells whether to begin another one.
    pub(crate) async fn failed(&mut self, kind: Kind, retry_after: Option<Duration>) -> bool {
        match self.pause(kind, retry_after) {
            Some(pause) if Instant::now() + pause < self.deadline => {
                tokio::time::sleep(pause).await;
                true
            }
            _ => false,
        }
    }

    fn pause(&mut self, kind: Kind, retry_after: Option<Duration>) -> Option<Duration> {
        match kind {
            Kind::Permanent => None,
            Kind::Corrected => Some(Duration::ZERO),
            _ if self.made >= self.config.max_attempts => None,
            kind => {
                let cost =
                    if kind == Kind::TimedOut { TokenBucket::COST_AFTER_TIMEOUT } else { TokenBucket::COST };
                self.paid = cost;
                self.bucket.take(cost).then(|| pause(self.config, self.made, retry_after))
            }
        }
    }
}

/// The pause before the next attempt, after so many.
fn pause(config: &RetryConfig, made: u32, asked: Option<Duration>) -> Duration {
    let doubled = config.initial_backoff.saturating_mul(1_u32.checked_shl(made - 1).unwrap_or(u32::MAX));
    let part = (config.jitter)().clamp(0.0, 1.0);
    let pause = doubled.min(config.max_backoff).mul_f64(part);
    asked.map_or(pause, |asked| pause.max(asked.min(config.max_backoff)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> RetryConfig {
        RetryConfig { jitter: Arc::new(|| 0.5), ..RetryConfig::default() }
    }

    /// Runs against scripted failures; tells whether it worked, and when each attempt was made, in milliseconds.
    async fn script(
        config: &RetryConfig,
        bucket: &TokenBucket,
        failures: &[(Kind, Option<Duration>)],
        deadline: Duration,
    ) -> (bool, Vec<u128>) {
        let start = Instant::now();
        let mut times = Vec::new();
        let mut attempts = Attempts::new(config, bucket, start + deadline);
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

    const LONG: Duration = Duration::from_secs(1000);

    #[tokio::test(start_paused = true)]
    async fn three_attempts_with_doubled_pauses() {
        let bucket = TokenBucket::default();
        let failing = [(Kind::Throttled, None); 5];
        let (outcome, times) = script(&config(), &bucket, &failing, LONG).await;
        assert!(!outcome);
        assert_eq!(times, [0, 500, 1500]);
        assert_eq!(bucket.0.load(Ordering::Relaxed), 490);

        let (outcome, times) = script(&config(), &bucket, &failing[..2], LONG).await;
        assert!(outcome);
        assert_eq!(times, [0, 500, 1500]);
        assert_eq!(bucket.0.load(Ordering::Relaxed), 485, "the last retry's tokens come back");
    }

    #[tokio::test(start_paused = true)]
    async fn no_pause_is_longer_than_the_cap() {
        let many = RetryConfig { max_attempts: 40, ..config() };
        let (_, times) = script(&many, &TokenBucket::default(), &[(Kind::Transient, None); 40], LONG).await;
        assert_eq!(times[5..8], [15_500, 25_500, 35_500]);
        assert_eq!(times.len(), 40);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_permanent_is_not_tried_again() {
        let bucket = TokenBucket::default();
        let (outcome, times) = script(&config(), &bucket, &[(Kind::Permanent, None)], LONG).await;
        assert_eq!((outcome, times), (false, vec![0]));
        let (outcome, times) = script(&config(), &bucket, &[(Kind::Corrected, None)], LONG).await;
        assert_eq!((outcome, times), (true, vec![0, 0]));
    }

    #[tokio::test(start_paused = true)]
    async fn the_service_may_ask_for_a_longer_pause() {
        let bucket = TokenBucket::default();
        let asked = |seconds| [(Kind::Throttled, Some(Duration::from_secs(seconds)))];
        assert_eq!(script(&config(), &bucket, &asked(3), LONG).await.1, [0, 3000]);
        assert_eq!(script(&config(), &bucket, &asked(0), LONG).await.1, [0, 500]);
        assert_eq!(script(&config(), &bucket, &asked(9000), LONG).await.1, [0, 20_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_bucket_ends_it() {
        let bucket = TokenBucket(AtomicU32::new(19));
        let (outcome, times) = script(&config(), &bucket, &[(Kind::TimedOut, None); 3], LONG).await;
        assert_eq!(
            (outcome, times.len()),
            (false, 2),
            "10 of 19 for the first retry, and 9 are too few for another"
        );
        for _ in 0..2 {
            assert!(script(&config(), &bucket, &[], LONG).await.0);
        }
        assert_eq!(bucket.0.load(Ordering::Relaxed), 11, "one for each success");
    }

    #[tokio::test(start_paused = true)]
    async fn no_pause_beyond_the_deadline() {
        let (outcome, times) =
            script(&config(), &TokenBucket::default(), &[(Kind::Transient, None); 3], Duration::from_secs(1))
                .await;
        assert_eq!((outcome, times), (false, vec![0, 500]));
    }

    #[test]
    fn codes_and_statuses() {
        assert_eq!(classify(400, "Throttling"), Kind::Throttled);
        assert_eq!(classify(503, "SlowDown"), Kind::Throttled);
        assert_eq!(classify(429, "Whatever"), Kind::Throttled);
        assert_eq!(classify(503, "Unavailable"), Kind::Transient);
        assert_eq!(classify(400, "RequestTimeout"), Kind::Transient);
        assert_eq!(classify(403, "AccessDenied"), Kind::Permanent);
        assert_eq!(classify(501, "NotImplemented"), Kind::Permanent);
    }

    #[test]
    fn retry_after_headers() {
        let headers = |name: &'static str, value: &'static str| {
            let mut headers = http::HeaderMap::new();
            headers.insert(name, http::HeaderValue::from_static(value));
            retry_after(&headers)
        };
        assert_eq!(headers("retry-after", "7"), Some(Duration::from_secs(7)));
        assert_eq!(headers("x-amz-retry-after", "1500"), Some(Duration::from_millis(1500)));
        assert_eq!(headers("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"), None);
    }
}
