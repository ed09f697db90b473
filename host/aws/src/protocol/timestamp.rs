//! Points in time, in the three formats of AWS.

use time::format_description::well_known::Rfc2822;
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

use crate::model::TimestampFormat;

/// A point in time, to the microsecond as botocore has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timestamp {
    /// Seconds since 1970, rounded down.
    seconds: i64,
    /// Microseconds after that second.
    micros: u32,
}

/// The seconds of the years 0001 to 9999, which is what the formats can say.
const RANGE: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

impl Timestamp {
    /// Reads ISO 8601, RFC 822 or seconds since 1970.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        iso8601(text)
            .or_else(|| text.parse().ok().and_then(Self::from_seconds))
            .or_else(|| rfc822(text))
            .filter(|time| RANGE.contains(&time.seconds))
    }

    /// Reads seconds since 1970, rounded to the nearest microsecond, half to even.
    pub(super) fn from_seconds(seconds: f64) -> Option<Self> {
        let whole = seconds.floor();
        if !RANGE.contains(&(whole as i64)) || !seconds.is_finite() {
            return None;
        }
        let micros = ((seconds - whole) * 1e6).round_ties_even() as u32;
        let carry = micros / 1_000_000;
        Some(Self { seconds: whole as i64 + i64::from(carry), micros: micros % 1_000_000 })
    }

    /// Reads whole seconds since 1970.
    pub(super) fn from_whole_seconds(seconds: i64) -> Option<Self> {
        RANGE.contains(&seconds).then_some(Self { seconds, micros: 0 })
    }

    /// The second that it is in.
    pub(super) fn whole(self) -> Self {
        Self { micros: 0, ..self }
    }

    /// Writes it for the wire.
    pub(super) fn format(self, format: TimestampFormat) -> String {
        match format {
            TimestampFormat::Iso8601 => self.iso8601_micros(),
            TimestampFormat::Rfc822 => self.rfc822(),
            TimestampFormat::UnixTimestamp => super::number::unix(self.seconds, self.micros),
        }
    }

    /// As seconds since 1970, for JSON bodies: a whole number where it is one.
    pub(super) fn seconds(self) -> serde_json::Number {
        if self.micros == 0 {
            return self.seconds.into();
        }
        let micros = self.seconds * 1_000_000 + i64::from(self.micros);
        serde_json::Number::from_f64(micros as f64 / 1e6).unwrap_or_else(|| self.seconds.into())
    }

    /// ISO 8601 with six digits after the point, or none: botocore's way to send it.
    fn iso8601_micros(self) -> String {
        let date = self.date();
        if self.micros == 0 {
            return format!("{}Z", civil(date));
        }
        format!("{}.{:06}Z", civil(date), self.micros)
    }

    /// ISO 8601 with as many digits after the point as it needs: our way to hand it out.
    pub(super) fn iso8601(self) -> String {
        let mut text = self.iso8601_micros();
        if self.micros != 0 {
            text.pop();
            text.truncate(text.trim_end_matches('0').len());
            text.push('Z');
        }
        text
    }

    fn rfc822(self) -> String {
        let date = self.date();
        let weekday = date.weekday().to_string();
        let month = date.month().to_string();
        format!(
            "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
            weekday.get(..3).unwrap_or_default(),
            date.day(),
            month.get(..3).unwrap_or_default(),
            date.year(),
            date.hour(),
            date.minute(),
            date.second()
        )
    }

    fn date(self) -> OffsetDateTime {
        // All seconds in RANGE are dates.
        OffsetDateTime::from_unix_timestamp(self.seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// Rewrites a timestamp of the wire as ISO 8601 in UTC. What is no timestamp is left alone.
pub(super) fn normalise(text: &str) -> Option<String> {
    if is_normal(text.as_bytes()) {
        return None;
    }
    if let Some(short) = without_zero_fraction(text) {
        return Some(short);
    }
    Timestamp::parse(text).map(Timestamp::iso8601)
}

/// `2026-11-22T05:54:38Z`, whose date and time need no look-up to be right.
fn is_normal(text: &[u8]) -> bool {
    text.len() == 20 && text[19] == b'Z' && has_plain_fields(text)
}

/// `2026-11-22T05:54:38.000Z`, as EC2 and S3 write every time: by far the most frequent form.
fn without_zero_fraction(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if bytes.len() != 24 || &bytes[19..] != b".000Z" || !has_plain_fields(bytes) {
        return None;
    }
    text.get(..19).map(|date| format!("{date}Z"))
}

/// Whether the first nineteen bytes are a date and a time that exist in every month and year.
fn has_plain_fields(text: &[u8]) -> bool {
    let number = |at: usize| {
        let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
        if tens > 9 || ones > 9 { u8::MAX } else { tens * 10 + ones }
    };
    [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')].iter().all(|(at, mark)| text[*at] == *mark)
        && (1..=99).contains(&number(0))
        && number(2) < 100
        && (1..=12).contains(&number(5))
        && (1..=28).contains(&number(8))
        && number(11) < 24
        && number(14) < 60
        && number(17) < 60
}

/// The date and time, without fraction and zone.
fn civil(date: OffsetDateTime) -> String {
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", date.hour(), date.minute(), date.second())
}

/// A date, or a date and a time with or without seconds, fraction and zone. No zone means UTC.
fn iso8601(text: &str) -> Option<Timestamp> {
    let digits = |from: usize, count: usize| -> Option<u16> {
        let part = text.get(from..from + count)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let mark =
        |at: usize, marks: &[u8]| text.as_bytes().get(at).filter(|byte| marks.contains(byte)).map(|_| ());
    let small = |number: u16| u8::try_from(number).ok();

    mark(4, b"-")?;
    mark(7, b"-")?;
    let year = i32::from(digits(0, 4)?);
    let month = Month::try_from(small(digits(5, 2)?)?).ok()?;
    let date = Date::from_calendar_date(year, month, small(digits(8, 2)?)?).ok()?;
    if text.len() == 10 {
        return Some(to_timestamp(OffsetDateTime::new_utc(date, Time::MIDNIGHT), 0));
    }
    mark(10, b"Tt ")?;
    mark(13, b":")?;
    let (hour, minute) = (small(digits(11, 2)?)?, small(digits(14, 2)?)?);
    let (second, mut rest) = match text.get(16..)?.strip_prefix(':') {
        Some(_) => (small(digits(17, 2)?)?, text.get(19..)?),
        None => (0, text.get(16..)?),
    };
    // A leap second is the second before, since no clock of AWS has one.
    let time = Time::from_hms(hour, minute, second.min(59)).ok()?;
    let mut micros = 0;
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
        let kept: String = fraction.get(..length.min(6))?.to_owned();
        micros = format!("{kept:0<6}").parse().ok()?;
        rest = fraction.get(length..)?;
    }
    let offset = zone(rest)?;
    Some(to_timestamp(OffsetDateTime::new_in_offset(date, time, offset), micros))
}

/// `Z`, `+01:00`, `+0100`, `+01` or nothing.
fn zone(text: &str) -> Option<UtcOffset> {
    if text.is_empty() || text.eq_ignore_ascii_case("z") {
        return Some(UtcOffset::UTC);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = text.get(1..)?.replace(':', "");
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(digits.len(), 2 | 4) {
        return None;
    }
    let hours: i8 = digits.get(..2)?.parse().ok()?;
    let minutes: i8 = digits.get(2..4).map_or(Some(0), |minutes| minutes.parse().ok())?;
    UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()
}

/// `Sun, 22 Nov 2026 05:54:38 GMT`, also with a fraction after the seconds.
fn rfc822(text: &str) -> Option<Timestamp> {
    let (plain, micros) = match text.split_once('.') {
        Some((before, after)) => {
            let length = after.bytes().take_while(u8::is_ascii_digit).count();
            let (fraction, zone) = after.split_at_checked(length)?;
            let kept: String = fraction.chars().take(6).collect();
            (format!("{before}{zone}"), format!("{kept:0<6}").parse().ok()?)
        }
        None => (text.to_owned(), 0),
    };
    OffsetDateTime::parse(&plain, &Rfc2822).ok().map(|date| to_timestamp(date, micros))
}

fn to_timestamp(date: OffsetDateTime, micros: u32) -> Timestamp {
    Timestamp { seconds: date.unix_timestamp(), micros }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_all_formats() {
        for (text, normal) in [
            ("2026-11-22T05:54:38Z", "2026-11-22T05:54:38Z"),
            ("2026-11-22T05:54:38.000Z", "2026-11-22T05:54:38Z"),
            ("2026-11-22T05:54:38.120Z", "2026-11-22T05:54:38.12Z"),
            ("2026-11-22T05:54:38.1234567Z", "2026-11-22T05:54:38.123456Z"),
            ("2026-11-22T05:54:38+01:30", "2026-11-22T04:24:38Z"),
            ("2026-11-22T05:54:38-0800", "2026-11-22T13:54:38Z"),
            ("2026-11-22T05:54Z", "2026-11-22T05:54:00Z"),
            ("2026-11-22 05:54:38", "2026-11-22T05:54:38Z"),
            ("2026-11-22", "2026-11-22T00:00:00Z"),
            ("2024-02-29T00:00:00.000Z", "2024-02-29T00:00:00Z"),
            ("Sun, 22 Nov 2026 05:54:38 GMT", "2026-11-22T05:54:38Z"),
            ("Sun, 22 Nov 2026 05:54:38.5 GMT", "2026-11-22T05:54:38.5Z"),
            ("1795413278", "2026-11-23T05:54:38Z"),
            ("1795413278.5", "2026-11-23T05:54:38.5Z"),
            ("-1.5", "1969-12-31T23:59:58.5Z"),
            ("0", "1970-01-01T00:00:00Z"),
        ] {
            let timestamp = Timestamp::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(timestamp.iso8601(), normal, "{text}");
            assert_eq!(normalise(text).as_deref().unwrap_or(text), normal, "{text}");
        }
    }

    #[test]
    fn leaves_alone_what_is_no_timestamp() {
        for text in
            ["", "today", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00.000Z", "1e300", "NaN", "2026-11-22T"]
        {
            assert_eq!(normalise(text), None, "{text}");
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn writes_all_formats() {
        let timestamp = Timestamp::parse("2026-11-22T05:54:38.120Z").unwrap();
        assert_eq!(timestamp.format(TimestampFormat::Iso8601), "2026-11-22T05:54:38.120000Z");
        assert_eq!(timestamp.format(TimestampFormat::Rfc822), "Sun, 22 Nov 2026 05:54:38 GMT");
        assert_eq!(timestamp.format(TimestampFormat::UnixTimestamp), "1795326878.12");
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*") {
            let _ = normalise(&text);
        }

        #[test]
        fn what_it_writes_it_reads(seconds in -62_135_596_800_i64..=253_402_300_799, micros in 0_u32..1_000_000) {
            let timestamp = Timestamp { seconds, micros };
            prop_assert_eq!(Timestamp::parse(&timestamp.iso8601()), Some(timestamp));
        }
    }
}
