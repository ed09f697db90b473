//! The rate that a throttled service may bear by now: CUBIC, as of TCP (RFC 9438), in the adaptive mode of the AWS
//! SDKs.

/// How fast the rate grows.
const SCALE: f64 = 0.4;

/// What is left of the rate after a throttling.
const BETA: f64 = 0.7;

/// After a throttling the rate falls, comes back to where it was, stays near it, and then looks for more.
/// Rates are requests a second, times are seconds.
#[derive(Debug, Default)]
pub(super) struct Cubic {
    /// The rate at the last throttling.
    w_max: f64,
    /// When that was.
    failed: f64,
}

impl Cubic {
    /// When it was last throttled.
    pub(super) fn failed(&self) -> f64 {
        self.failed
    }

    /// How long it takes to come back.
    fn k(&self) -> f64 {
        (self.w_max * (1.0 - BETA) / SCALE).cbrt()
    }

    /// The rate by now.
    pub(super) fn rate(&self, now: f64) -> f64 {
        SCALE * (now - self.failed - self.k()).powi(3) + self.w_max
    }

    /// Throttled at this rate; the new one.
    pub(super) fn throttled(&mut self, rate: f64, now: f64) -> f64 {
        self.w_max = rate;
        self.failed = now;
        rate * BETA
    }

    /// How many requests the rate amounts to over a time: its integral.
    pub(super) fn requests(&self, from: f64, to: f64) -> f64 {
        let since = |time: f64| time - self.failed - self.k();
        SCALE / 4.0 * (since(to).powi(4) - since(from).powi(4)) + self.w_max * (to - from)
    }
}

/// The cases of botocore's `tests/unit/retries/test_throttling.py`.
#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-7
    }

    fn cubic() -> Cubic {
        Cubic { w_max: 10.0, failed: 0.0 }
    }

    #[test]
    fn starting_params() {
        assert!(near(cubic().k(), 1.957_433_820_584_431_7));
    }

    #[test]
    fn success_responses_until_max_hit() {
        let cubic = cubic();
        let k = cubic.k();
        for part in [3.0, 2.0, 1.1] {
            assert!(cubic.rate(k / part) <= 10.0);
        }
        assert!(near(cubic.rate(k), 10.0));
        assert!(cubic.rate(k * 1.1) >= 10.0 && cubic.rate(k * 2.0) >= 10.0);
    }

    #[test]
    fn error_response_decreases_rate_by_beta() {
        let mut cubic = cubic();
        assert!(near(cubic.throttled(8.0, 1.0), 8.0 * 0.7));
        assert!(near(cubic.w_max, 8.0) && near(cubic.failed, 1.0));
        assert!(near(cubic.k(), 1.817_120_592_832_139_7));
    }

    #[test]
    fn t_0_should_match_beta_decrease() {
        let mut cubic = cubic();
        let rate = cubic.throttled(10.0, 1.0);
        assert!(near(cubic.rate(1.0), rate));
    }

    #[test]
    fn what_it_amounts_to() {
        let mut cubic = cubic();
        cubic.throttled(8.0, 1.0);
        let step = 0.001;
        let sum: f64 = (0..4000).map(|n| cubic.rate(2.0 + (f64::from(n) + 0.5) * step) * step).sum();
        assert!((cubic.requests(2.0, 6.0) - sum).abs() < 1e-4, "{sum}");
    }
}
