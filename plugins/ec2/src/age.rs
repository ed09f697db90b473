//! Ages in whole days.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The whole days that have passed since a timestamp, as the host gives it; none where it is none.
pub(crate) fn days(since: Option<&str>, now: OffsetDateTime) -> Option<u32> {
    let since = OffsetDateTime::parse(since?, &Rfc3339).ok()?;
    // A clock that runs ahead of this one makes nothing younger than new.
    Some(u32::try_from((now - since).whole_days()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn whole_days_have_passed() {
        let now = datetime!(2026-11-22 12:00 UTC);
        for (since, expected) in [
            (Some("2026-11-22T11:00:00Z"), Some(0)),
            (Some("2026-11-21T12:00:00Z"), Some(1)),
            (Some("2026-11-21T12:00:00.001Z"), Some(0)),
            (Some("2025-11-22T12:00:00Z"), Some(365)),
            (Some("2026-11-24T12:00:00Z"), Some(0)),
            (Some("yesterday"), None),
            (None, None),
        ] {
            assert_eq!(days(since, now), expected, "{since:?}");
        }
    }
}
