//! What somebody may have meant.

/// How similar a candidate is at least, of 1. Names that begin alike reach it, and those that differ in a few letters.
const SIMILAR: f64 = 0.8;

/// Ids are all digits, of which any two have some in common: there, only a slip counts.
const SLIPS: usize = 2;

/// The candidates that are similar to a text, at most three, the best first.
///
/// A candidate comes with the text that it is compared by: `env:prod` may be compared as `prod`.
pub(crate) fn nearest<T: Into<String>>(
    text: &str,
    candidates: impl IntoIterator<Item = (String, T)>,
) -> Vec<String> {
    // Nobody's typing error is longer; and the comparison takes time by the product of the lengths.
    let text = text.chars().take(128).collect::<String>().to_lowercase();
    let mut scored: Vec<(f64, String)> = candidates
        .into_iter()
        .map(|(by, name)| (similarity(&text, &by.to_lowercase()), name.into()))
        .filter(|(score, _)| *score >= SIMILAR)
        .collect();
    // Ties by name, so that the same question has the same answer.
    scored.sort_by(|left, right| right.0.total_cmp(&left.0).then_with(|| left.1.cmp(&right.1)));
    scored.dedup_by(|left, right| left.1 == right.1);
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

/// From 0, nothing in common, to 1, the same. What both begin with because they are of one kind (`env:`, `tag:team=`) makes
/// them no more similar.
fn similarity(text: &str, other: &str) -> f64 {
    let (text, other) = without_kind(text, other, ':');
    let (text, other) = without_kind(text, other, '=');
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number(text) && is_number(other) && strsim::osa_distance(text, other) > SLIPS {
        return 0.0;
    }
    strsim::jaro_winkler(text, other)
}

/// What comes behind the first mark, if what stands before it is the same.
fn without_kind<'a>(text: &'a str, other: &'a str, mark: char) -> (&'a str, &'a str) {
    match (text.split_once(mark), other.split_once(mark)) {
        (Some((kind, text)), Some((same, other))) if kind == same => (text, other),
        _ => (text, other),
    }
}

/// The end of an error text: what there is, or else what to do.
pub(in crate::account) fn known(nearest: &[String], otherwise: &str) -> String {
    if nearest.is_empty() {
        format!("; nothing similar is known: {otherwise}")
    } else {
        format!("; the nearest known: {}", list(nearest))
    }
}

/// Texts in quotes, each cut to a length that fits into a message.
pub(in crate::account) fn list(texts: &[String]) -> String {
    let quoted: Vec<_> =
        texts.iter().map(|text| format!("{:?}", text.chars().take(80).collect::<String>())).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, names: &[&str]) -> Vec<String> {
        nearest(text, names.iter().map(|&name| (name.to_owned(), name)))
    }

    #[test]
    fn what_is_similar_is_told_and_nothing_else() {
        let names = ["production", "Payments-Prod", "staging", "222222222222", "111111111111", "env:prod"];
        for (text, expected) in [
            ("prodction", &["production"][..]),
            ("PRODUCTION", &["production"]),
            ("prod", &["production"]),
            ("payments-prd", &["Payments-Prod"]),
            ("stagign", &["staging"]),
            ("222222222232", &["222222222222"]),
            ("22222222222", &["222222222222"]),
            ("222222333333", &[]),
            ("env:prd", &["env:prod"]),
            ("env:test", &[]),
            ("zzz", &[]),
            ("", &[]),
        ] {
            assert_eq!(of(text, &names), expected, "{text}");
        }
    }

    #[test]
    fn at_most_three_are_told_the_best_first_and_each_once() {
        let names = ["team-4", "team-3", "team-2", "team-1", "team-2"];
        assert_eq!(of("team-22", &names), ["team-2", "team-1", "team-3"]);
        assert_eq!(known(&of("x", &names), "list them"), "; nothing similar is known: list them");
    }
}
