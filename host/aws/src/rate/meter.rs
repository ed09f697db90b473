//! How many requests a second there are.

/// Half a second is counted together.
const SPAN: f64 = 0.5;

/// How much the latest span weighs.
const SMOOTHING: f64 = 0.8;

/// A smoothed rate of requests. Times are seconds.
#[derive(Debug, Default)]
pub(super) struct Meter {
    count: u32,
    /// When the span began that is counted now.
    span: f64,
    rate: f64,
}

impl Meter {
    /// Counts a request; tells the rate up to the span before.
    pub(super) fn record(&mut self, now: f64) -> f64 {
        let span = (now / SPAN).floor() * SPAN;
        self.count = self.count.saturating_add(1);
        if span > self.span {
            let latest = f64::from(self.count) / (span - self.span);
            self.rate = latest * SMOOTHING + self.rate * (1.0 - SMOOTHING);
            self.count = 0;
            self.span = span;
        }
        self.rate
    }

    /// The rate, or that of the span that is counted now if that is higher already.
    pub(super) fn rate(&self) -> f64 {
        self.rate.max(f64::from(self.count) / SPAN)
    }
}

/// The cases of botocore's `tests/unit/retries/test_adaptive.py`.
#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-7
    }

    fn record(meter: &mut Meter, times: impl IntoIterator<Item = f64>) -> f64 {
        times.into_iter().map(|time| meter.record(time)).last().unwrap()
    }

    #[test]
    fn time_updates_if_after_bucket_range() {
        assert!(near(Meter::default().record(1.0), 0.8));
    }

    #[test]
    fn can_measure_constant_rate() {
        let rate = record(&mut Meter::default(), (1..21).map(f64::from));
        assert!(near(rate, 1.0), "{rate}");
    }

    #[test]
    fn uses_smoothing_to_favor_recent_weights() {
        let mut meter = Meter::default();
        let rate = record(&mut meter, [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0]);
        assert!((1.99..=2.0).contains(&rate), "{rate}");
        let rate = meter.record(14.0);
        assert!((0.1..=2.0).contains(&rate), "{rate}");
    }

    #[test]
    fn noop_when_delta_t_is_0() {
        assert!(record(&mut Meter::default(), [1.0, 1.0, 1.0, 2.0, 3.0]) >= 1.0);
    }

    #[test]
    fn times_are_grouped_per_time_bucket() {
        let mut meter = Meter::default();
        assert!(near(record(&mut meter, [0.1, 0.2, 0.3, 0.4, 0.49]), 0.0));
        assert!(near(meter.record(0.5), 12.0 * 0.8));
    }
}
