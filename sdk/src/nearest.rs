//! The known word nearest to one that is not known.

/// The end of an error's text: "; did you mean `x`?" for the candidate nearest to `word`, or nothing
/// where none is near.
///
/// ```
/// use tollgate_sdk::suggestion;
///
/// assert_eq!(suggestion("staet", ["id", "state"]), "; did you mean `state`?");
/// assert_eq!(suggestion("colour", ["id", "state"]), "");
/// ```
pub fn suggestion<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, candidates).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

/// The candidate nearest to `word`. Letter case does not count, and a word that another contains
/// is near to it: `address` is near to `private_address`.
fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let score = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        let similar = strsim::jaro_winkler(&word, &candidate);
        let contained = word.len() >= 3 && (candidate.contains(&word) || word.contains(&candidate));
        if contained { similar.max(0.85) } else { similar }
    };
    candidates
        .into_iter()
        .map(|candidate| (score(candidate), candidate))
        .filter(|(score, _)| *score >= 0.75)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_finds_typos_parts_and_nothing() {
        let known = ["id", "name", "private_address", "launch_time"];
        assert_eq!(nearest("nmae", known), Some("name"));
        assert_eq!(nearest("address", known), Some("private_address"));
        assert_eq!(nearest("LaunchTime", known), Some("launch_time"));
        assert_eq!(nearest("zzz", known), None);
    }
}
