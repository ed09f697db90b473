//! Errors of look-ups in the pack.

use thiserror::Error;

/// A service cannot be had from the pack.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnknownService {
    /// There is no service of that name. Use the nearest one, or look at the list of services.
    #[error("no AWS service is called `{name}`{}", nearest(suggestion.as_deref()))]
    NotThere {
        /// What was asked for.
        name: String,
        /// The most similar name, if one is similar at all.
        suggestion: Option<String>,
    },
    /// The pack is not what `cargo xtask model` wrote. Get a pristine build.
    #[error("the AWS model pack is damaged at `{name}`: {reason}")]
    Damaged {
        /// What was asked for.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// A service has no operation of that name. Use the nearest one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{service} has no operation `{name}`{}", nearest(suggestion.as_deref()))]
pub struct UnknownOperation {
    /// The service that was asked.
    pub service: String,
    /// What was asked for.
    pub name: String,
    /// The most similar name, if one is similar at all.
    pub suggestion: Option<String>,
}

/// The end of an error text.
fn nearest(suggestion: Option<&str>) -> String {
    suggestion.map(|name| format!("; the nearest is `{name}`")).unwrap_or_default()
}

/// The first of the candidates that are most similar to a name, letter case and separators aside.
pub(super) fn most_similar<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    // Nobody's typing error is longer; and the comparison takes time by the product of the lengths.
    let name = plain(&name.chars().take(128).collect::<String>());
    let score = |candidate: &str| strsim::jaro_winkler(&name, &plain(candidate));
    candidates
        .map(|candidate| (score(candidate), candidate))
        .filter(|(score, _)| *score >= 0.7)
        .min_by(|(left, _), (right, _)| right.total_cmp(left))
        .map(|(_, candidate)| candidate.to_owned())
}

/// A name without its separators, in lower case.
pub(super) fn plain(name: &str) -> String {
    name.replace(['-', '_', ' ', '.'], "").to_lowercase()
}
