//! The rate of requests to a service that throttles, as in the adaptive mode of the AWS SDKs.
//!
//! The SDKs are made for one client in one program. Three things differ, since many requests are on their way at once,
//! in a process that goes on for weeks:
//!
//! - What was sent before the rate fell is no evidence against the lower rate: a burst that is throttled lowers it
//!   once, as a lost window does in TCP, and not once for each request, which would bring it to nothing.
//! - Requests are counted when they are sent, in the half second that is not over as well, since a burst may be
//!   throttled before anything was measured.
//! - A throttling is forgotten after five minutes without another.

use super::bucket::Bucket;
use super::cubic::Cubic;
use super::meter::Meter;

/// Requests a second, however often a service throttles.
const LEAST: f64 = 0.5;

/// Seconds without another throttling after which it is forgotten: an idle hour must not make the next burst slow.
const REMEMBERED: f64 = 300.0;

/// No more than so many times the rate that was measured.
const MOST: f64 = 2.0;

/// Learns from every answer; holds nothing back before the first that throttles. Times are seconds.
#[derive(Debug, Default)]
pub(super) struct Adaptive {
    cubic: Cubic,
    meter: Meter,
    throttled: bool,
}

impl Adaptive {
    /// A bucket to begin with.
    pub(super) fn bucket() -> Bucket {
        Bucket::new(1.0, 1.0, false)
    }

    /// Whether there was a throttling, not too long ago.
    pub(super) fn is_on(&self, now: f64) -> bool {
        self.throttled && now - self.cubic.failed() < REMEMBERED
    }

    /// A request is sent.
    pub(super) fn sends(&mut self, now: f64) {
        self.meter.record(now);
    }

    /// What was sent then is answered, or has failed: changes the bucket's rate.
    pub(super) fn answered(&mut self, sent: f64, now: f64, throttled: bool, bucket: &mut Bucket) {
        let measured = self.meter.rate();
        let news = !self.throttled || sent > self.cubic.failed();
        let rate = if throttled && news {
            let rate = if self.is_on(now) { measured.min(bucket.rate()) } else { measured };
            self.throttled = true;
            self.cubic.throttled(rate, now)
        } else {
            self.cubic.rate(now)
        };
        let rate = rate.min(MOST * measured);
        bucket.set(now, rate.max(LEAST), rate.max(1.0));
    }

    /// As many requests as there may be at best over a time, if nothing is throttled in it.
    pub(super) fn at_best(&self, from: f64, to: f64) -> f64 {
        self.cubic.requests(from, to).max(LEAST * (to - from))
    }
}

/// The cases of botocore's `tests/unit/retries/test_adaptive.py`, and those of `test_bucket.py` on the least rate.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_from_the_first_throttling_on() {
        let (mut adaptive, mut bucket) = (Adaptive::default(), Adaptive::bucket());
        adaptive.sends(1.0);
        adaptive.answered(1.0, 1.0, false, &mut bucket);
        assert!(!adaptive.is_on(1.0));
        adaptive.answered(2.0, 2.0, true, &mut bucket);
        assert!(adaptive.is_on(2.0));
        adaptive.answered(3.0, 3.0, false, &mut bucket);
        assert!(adaptive.is_on(2.0 + REMEMBERED - 1.0));
        assert!(!adaptive.is_on(2.0 + REMEMBERED), "and then forgotten");
    }

    #[test]
    fn max_rate_cant_exceed_twice_what_was_measured() {
        let (mut adaptive, mut bucket) = (Adaptive::default(), Adaptive::bucket());
        for tenth in 0..1000 {
            let now = f64::from(tenth) / 10.0;
            adaptive.sends(now);
            adaptive.answered(now, now, false, &mut bucket);
        }
        // A hundred seconds without a throttling: the curve alone would give 400,000.
        assert!((bucket.rate() - 20.0).abs() < 1e-6, "{}", bucket.rate());
    }

    #[test]
    fn rate_cant_go_below_min() {
        let (mut adaptive, mut bucket) = (Adaptive::default(), Adaptive::bucket());
        for second in 1..50 {
            let now = f64::from(second);
            adaptive.sends(now);
            adaptive.answered(now, now, true, &mut bucket);
        }
        assert!((bucket.rate() - LEAST).abs() < 1e-9);
        assert!(bucket.take(59.0) && !bucket.take(59.0), "and one request is kept");
    }

    #[test]
    fn a_burst_lowers_the_rate_once() {
        let (mut adaptive, mut bucket) = (Adaptive::default(), Adaptive::bucket());
        (0..40).for_each(|_| adaptive.sends(0.1));
        (0..20).for_each(|_| adaptive.answered(0.1, 0.2, false, &mut bucket));
        (0..20).for_each(|_| adaptive.answered(0.1, 0.3, true, &mut bucket));
        assert!((bucket.rate() - 80.0 * 0.7).abs() < 1e-6, "{}", bucket.rate());
        // What was sent since then is evidence anew.
        adaptive.answered(0.31, 0.4, true, &mut bucket);
        assert!((bucket.rate() - 80.0 * 0.7 * 0.7).abs() < 1e-6, "{}", bucket.rate());
    }

    /// Ten requests a second, a service that bears six.
    #[test]
    fn settles_near_what_the_service_bears() {
        let (mut adaptive, mut bucket) = (Adaptive::default(), Adaptive::bucket());
        let mut service = Bucket::new(6.0, 6.0, true);
        let (mut sent, mut throttled) = (0_u32, 0_u32);
        for step in 0..6000 {
            let now = f64::from(step) / 100.0;
            let due = step % 10 == 0;
            if due && (!adaptive.is_on(now) || bucket.take(now)) {
                let refused = !service.take(now);
                adaptive.sends(now);
                adaptive.answered(now, now, refused, &mut bucket);
                sent += 1;
                throttled += u32::from(refused);
            }
        }
        let served = sent - throttled;
        assert!(served > 240, "{served} of at most 366");
        assert!(throttled * 10 < sent, "{throttled} of {sent}; without it every third is");
    }
}
