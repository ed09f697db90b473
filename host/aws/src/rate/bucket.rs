//! Tokens that come at a steady rate. Times are seconds since some beginning.

/// Rounding makes a token no less whole.
const WHOLE: f64 = 1.0 - 1e-9;

/// A token bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    rate: f64,
    capacity: f64,
    tokens: f64,
    /// When it was last filled.
    at: f64,
}

impl Bucket {
    /// So many tokens a second, and as many kept at most; with none, or with all, at second 0.
    pub(super) fn new(rate: f64, capacity: f64, full: bool) -> Self {
        Self { rate, capacity, tokens: if full { capacity } else { 0.0 }, at: 0.0 }
    }

    pub(super) fn rate(&self) -> f64 {
        self.rate
    }

    /// Changes the rate from now on.
    pub(super) fn set(&mut self, now: f64, rate: f64, capacity: f64) {
        self.fill(now);
        self.rate = rate;
        self.capacity = capacity;
        self.tokens = self.tokens.min(capacity);
    }

    /// Takes a token, if there is one.
    pub(super) fn take(&mut self, now: f64) -> bool {
        self.fill(now);
        let whole = self.tokens >= WHOLE;
        if whole {
            self.tokens = (self.tokens - 1.0).max(0.0);
        }
        whole
    }

    /// A token that nobody used.
    pub(super) fn give_back(&mut self) {
        self.tokens = (self.tokens + 1.0).min(self.capacity);
    }

    /// How many tokens there are.
    pub(super) fn tokens(&mut self, now: f64) -> f64 {
        self.fill(now);
        self.tokens
    }

    /// How many seconds until there is one.
    pub(super) fn wait(&mut self, now: f64) -> f64 {
        (1.0 - self.tokens(now)).max(0.0) / self.rate
    }

    fn fill(&mut self, now: f64) {
        let passed = (now - self.at).max(0.0);
        self.tokens = (self.tokens + passed * self.rate).min(self.capacity);
        self.at = now;
    }
}

/// The cases of botocore's `tests/unit/retries/test_bucket.py`.
#[cfg(test)]
mod tests {
    use super::*;

    fn bucket() -> Bucket {
        Bucket::new(10.0, 10.0, false)
    }

    #[test]
    fn can_acquire_amount() {
        let mut bucket = bucket();
        assert!((1..=5).all(|second| bucket.take(f64::from(second))));
    }

    #[test]
    fn can_change_max_capacity_lower() {
        let mut bucket = bucket();
        assert!((1..=5).all(|second| bucket.take(f64::from(second))));
        bucket.set(5.0, 1.0, 1.0);
        assert!((6..=10).all(|second| bucket.take(f64::from(second))));
        assert!(!bucket.take(10.5), "a second's worth is kept, no more");
    }

    #[test]
    fn can_retrieve_at_max_send_rate() {
        let mut bucket = bucket();
        assert!((0..20).all(|number| bucket.take(1.0 + 0.1 * f64::from(number))));
    }

    #[test]
    fn acquiring_blocks_when_capacity_reached() {
        let mut bucket = bucket();
        assert!(bucket.take(0.1));
        assert!(bucket.tokens(0.1).abs() < 1e-9);
        assert!(!bucket.take(0.15));
        assert!((bucket.wait(0.15) - 0.05).abs() < 1e-9);
        assert!(bucket.take(0.2));
        assert!(bucket.tokens(0.2).abs() < 1e-9);
        assert!(bucket.take(0.300_001));
    }

    #[test]
    fn a_token_given_back_is_there_and_not_twice() {
        let mut bucket = Bucket::new(1.0, 2.0, true);
        assert!(bucket.take(0.0) && bucket.take(0.0) && !bucket.take(0.0));
        bucket.give_back();
        assert!(bucket.take(0.0) && !bucket.take(0.0));
        (0..9).for_each(|_| bucket.give_back());
        assert!(bucket.take(0.0) && bucket.take(0.0) && !bucket.take(0.0));
    }
}
