//! Timestamps: ISO 8601 in fixtures and inputs, three formats on the wire.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::macros::format_description;

/// A point in time from ISO 8601 text, RFC 822 text, or seconds since 1970 as number or text.
pub(crate) fn parse(value: &Value) -> Option<OffsetDateTime> {
    let seconds = |seconds: f64| {
        #[allow(clippy::cast_possible_truncation, reason = "milliseconds of this era are far below 2^53")]
        let milliseconds = (seconds * 1000.0).round() as i128;
        OffsetDateTime::from_unix_timestamp_nanos(milliseconds * 1_000_000).ok()
    };
    match value {
        Value::Number(number) => seconds(number.as_f64()?),
        Value::String(text) => OffsetDateTime::parse(text, &Rfc3339)
            .or_else(|_| OffsetDateTime::parse(text, &Rfc2822))
            .ok()
            .or_else(|| seconds(text.parse().ok()?)),
        _ => None,
    }
}

/// `2026-11-22T05:54:38Z`, with milliseconds where there are any.
pub(crate) fn iso8601(value: &Value) -> Option<String> {
    let time = parse(value)?.to_offset(time::UtcOffset::UTC);
    let format: &[_] = if time.millisecond() == 0 {
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z")
    } else {
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z")
    };
    time.format(format).ok()
}

/// `Sun, 22 Nov 2026 05:54:38 GMT`
pub(crate) fn rfc822(value: &Value) -> Option<String> {
    let time = parse(value)?.to_offset(time::UtcOffset::UTC);
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    time.format(format).ok()
}

/// Seconds since 1970, with a fraction where there is one.
pub(crate) fn seconds(value: &Value) -> Option<serde_json::Number> {
    let time = parse(value)?;
    if time.millisecond() == 0 {
        return Some(time.unix_timestamp().into());
    }
    #[allow(clippy::cast_precision_loss, reason = "seconds of this era are far below 2^53")]
    let seconds = time.unix_timestamp() as f64 + f64::from(time.millisecond()) / 1000.0;
    serde_json::Number::from_f64(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_those_of_the_wire() {
        let time = Value::from("2026-11-22T05:54:38Z");
        assert_eq!(iso8601(&time).as_deref(), Some("2026-11-22T05:54:38Z"));
        assert_eq!(rfc822(&time).as_deref(), Some("Sun, 22 Nov 2026 05:54:38 GMT"));
        assert_eq!(seconds(&time), Some(1_795_326_878.into()));
        assert_eq!(parse(&Value::from(1_795_326_878)), parse(&time));
        assert_eq!(parse(&Value::from("Sun, 22 Nov 2026 05:54:38 GMT")), parse(&time));
        let fraction = Value::from("2026-11-22T05:54:38.250Z");
        assert_eq!(iso8601(&fraction).as_deref(), Some("2026-11-22T05:54:38.250Z"));
        assert_eq!(seconds(&fraction), serde_json::Number::from_f64(1_795_326_878.25));
        assert_eq!(parse(&Value::from("yesterday")), None);
    }
}
