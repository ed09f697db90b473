//! When runtimes end.

use time::{Date, macros::date};

/// When AWS deprecates each runtime: from then on it gets no security patches and no support. Functions go
/// on running, and some time later can neither be created nor changed.
///
/// The dates are those of the page "Lambda runtimes" of AWS's Lambda Developer Guide, as AWS's own
/// `cfn-lint` 1.58.0 of 2026-10-20 has them (`LmbdRuntimeLifecycle.json`). AWS may move those to come. A
/// runtime that is not here is newer than this table.
const DEPRECATIONS: [(&str, Date); 46] = [
    ("dotnet6", date!(2024 - 12 - 20)),
    ("dotnet8", date!(2026 - 11 - 10)),
    ("dotnet10", date!(2028 - 11 - 14)),
    ("dotnetcore1.0", date!(2019 - 06 - 27)),
    ("dotnetcore2.0", date!(2019 - 05 - 30)),
    ("dotnetcore2.1", date!(2022 - 01 - 05)),
    ("dotnetcore3.1", date!(2023 - 04 - 03)),
    ("go1.x", date!(2024 - 01 - 08)),
    ("java8", date!(2024 - 01 - 08)),
    ("java8.al2", date!(2027 - 06 - 30)),
    ("java11", date!(2027 - 06 - 30)),
    ("java17", date!(2027 - 06 - 30)),
    ("java21", date!(2029 - 06 - 30)),
    ("java25", date!(2029 - 06 - 30)),
    ("nodejs", date!(2016 - 08 - 30)),
    ("nodejs4.3", date!(2020 - 03 - 05)),
    ("nodejs4.3-edge", date!(2020 - 03 - 05)),
    ("nodejs6.10", date!(2019 - 08 - 12)),
    ("nodejs8.10", date!(2020 - 03 - 06)),
    ("nodejs10.x", date!(2021 - 07 - 30)),
    ("nodejs12.x", date!(2023 - 03 - 31)),
    ("nodejs14.x", date!(2023 - 12 - 04)),
    ("nodejs16.x", date!(2024 - 06 - 12)),
    ("nodejs18.x", date!(2025 - 09 - 01)),
    ("nodejs20.x", date!(2026 - 04 - 30)),
    ("nodejs22.x", date!(2027 - 04 - 30)),
    ("nodejs24.x", date!(2028 - 04 - 30)),
    ("provided", date!(2024 - 01 - 08)),
    ("provided.al2", date!(2026 - 07 - 31)),
    ("provided.al2023", date!(2029 - 06 - 30)),
    ("python2.7", date!(2021 - 07 - 15)),
    ("python3.6", date!(2022 - 07 - 18)),
    ("python3.7", date!(2023 - 12 - 04)),
    ("python3.8", date!(2024 - 10 - 14)),
    ("python3.9", date!(2025 - 12 - 15)),
    ("python3.10", date!(2026 - 10 - 31)),
    ("python3.11", date!(2027 - 06 - 30)),
    ("python3.12", date!(2028 - 10 - 31)),
    ("python3.13", date!(2029 - 06 - 30)),
    ("python3.14", date!(2029 - 06 - 30)),
    ("ruby2.5", date!(2021 - 07 - 30)),
    ("ruby2.7", date!(2023 - 12 - 07)),
    ("ruby3.2", date!(2026 - 03 - 31)),
    ("ruby3.3", date!(2027 - 03 - 31)),
    ("ruby3.4", date!(2028 - 03 - 31)),
    ("ruby4.0", date!(2029 - 03 - 31)),
];

/// The day on which a runtime is deprecated; none for one that is not known here.
pub(crate) fn deprecation(runtime: &str) -> Option<Date> {
    DEPRECATIONS.iter().find(|(name, _)| *name == runtime).map(|(_, date)| *date)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn known_runtimes_have_a_date() {
        assert_eq!(deprecation("python3.8"), Some(date!(2024 - 10 - 14)));
        assert_eq!(deprecation("nodejs24.x"), Some(date!(2028 - 04 - 30)));
        assert_eq!(deprecation("nodejs99.x"), None);
    }

    #[test]
    fn every_runtime_stands_once_and_newer_ones_never_end_earlier() {
        let names: BTreeSet<&str> = DEPRECATIONS.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), DEPRECATIONS.len());
        for language in ["java", "nodejs", "python", "ruby"] {
            let of_language = DEPRECATIONS.iter().filter(|(name, _)| name.starts_with(language));
            // Lambda ended the runtimes on its oldest systems after their successors.
            let dates: Vec<Date> =
                of_language.map(|(_, date)| *date).filter(|date| date.year() > 2020).collect();
            assert!(dates.len() > 2 && dates.is_sorted(), "{language}: {dates:?}");
        }
    }
}
