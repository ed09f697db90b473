//! What somebody may have meant.

/// The three candidates that are most similar to a text, the best first.
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
        .map(|(by, name)| (strsim::jaro_winkler(&text, &by.to_lowercase()), name.into()))
        .collect();
    // Ties by name, so that the same question has the same answer.
    scored.sort_by(|left, right| right.0.total_cmp(&left.0).then_with(|| left.1.cmp(&right.1)));
    scored.dedup_by(|left, right| left.1 == right.1);
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

/// The end of an error text: what there is.
pub(in crate::account) fn known(nearest: &[String]) -> String {
    if nearest.is_empty() {
        "; there are none".to_owned()
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
