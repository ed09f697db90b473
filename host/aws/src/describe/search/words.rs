//! Words as they are compared.

use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};

/// No query has more words that count.
const MOST: usize = 32;

/// Words that say nothing about an operation.
const STOP: &[&str] = &[
    "a",
    "about",
    "all",
    "amazon",
    "an",
    "and",
    "any",
    "are",
    "at",
    "aws",
    "be",
    "by",
    "can",
    "could",
    "current",
    "currently",
    "day",
    "days",
    "did",
    "do",
    "does",
    "each",
    "every",
    "find",
    "for",
    "from",
    "give",
    "has",
    "have",
    "how",
    "i",
    "in",
    "is",
    "it",
    "its",
    "last",
    "many",
    "me",
    "month",
    "months",
    "much",
    "my",
    "no",
    "not",
    "now",
    "of",
    "on",
    "or",
    "our",
    "out",
    "per",
    "show",
    "tell",
    "that",
    "the",
    "there",
    "this",
    "to",
    "today",
    "was",
    "we",
    "week",
    "weeks",
    "were",
    "what",
    "when",
    "where",
    "which",
    "who",
    "whom",
    "with",
    "year",
    "yesterday",
    "you",
    "your",
];

/// What most operations that read begin with, as stems.
const READS: &[&str] = &["describ", "get", "list", "lookup", "queri", "search"];

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

/// The stems of a query, each once.
pub(super) fn query_terms(text: &str) -> Vec<String> {
    let mut terms: Vec<String> = Vec::new();
    for word in split(text).take(4 * MOST).flat_map(camel) {
        if !STOP.contains(&&*word) && terms.len() < MOST {
            let term = stem(&word);
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
    }
    terms
}

/// The stems of a name: `DescribeNatGateways`, `Elastic Load Balancing v2`.
pub(super) fn name_stems(name: &str) -> impl Iterator<Item = String> {
    split(name)
        .flat_map(camel)
        .filter(|word| !matches!(&**word, "and" | "for" | "of" | "the"))
        .map(|word| stem(&word))
}

/// The stems of a sentence.
pub(super) fn sentence_stems(text: &str) -> impl Iterator<Item = String> {
    let lower = split(text).map(str::to_lowercase);
    lower.filter(|word| !STOP.contains(&&**word)).map(|word| stem(&word))
}

/// Whether a stem is a verb of operations that read.
pub(super) fn reads(stem: &str) -> bool {
    READS.contains(&stem)
}

pub(super) fn stem(word: &str) -> String {
    STEMMER.stem(word).into_owned()
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty() && word.len() <= 64)
}

/// The words of a name in CamelCase, in lower case: `GetBucketACL` has three. A plural of capitals is one:
/// `ListMFADevices`, `DescribeVPCs`.
fn camel(name: &str) -> Vec<String> {
    let bytes = name.as_bytes();
    let mut words = Vec::new();
    let mut start = 0;
    for at in 1..bytes.len() {
        let (before, here, after) =
            (bytes[at - 1], bytes[at], bytes.get(at + 1).copied().unwrap_or_default());
        let plural = here.is_ascii_uppercase()
            && after == b's'
            && bytes.get(at + 2).is_none_or(u8::is_ascii_uppercase);
        let begins = here.is_ascii_uppercase()
            && (!before.is_ascii_uppercase() || (after.is_ascii_lowercase() && !plural));
        if begins {
            words.push(name[start..at].to_ascii_lowercase());
            start = at;
        }
    }
    words.push(name[start..].to_ascii_lowercase());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_at_their_capitals() {
        for (name, words) in [
            ("DescribeNatGateways", "describe nat gateways"),
            ("GetBucketACL", "get bucket acl"),
            ("ListMFADevices", "list mfa devices"),
            ("DescribeDBInstances", "describe db instances"),
            ("ListWebACLs", "list web acls"),
            ("GetIPSet", "get ip set"),
            ("ec2", "ec2"),
        ] {
            assert_eq!(camel(name).join(" "), words);
        }
    }

    #[test]
    fn queries_lose_what_says_nothing() {
        assert_eq!(query_terms("Which of my buckets are encrypted?"), ["bucket", "encrypt"]);
        assert_eq!(query_terms("describe-instances"), ["describ", "instanc"]);
        assert_eq!(query_terms("ec2:DescribeInstances"), ["ec2", "describ", "instanc"]);
        assert!(query_terms("what is it? ⚑").is_empty());
        assert_eq!(query_terms(&"a1 b2 c3 ".repeat(10_000)), ["a1", "b2", "c3"]);
    }
}
