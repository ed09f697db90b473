//! The regular expressions of the model, which are Java's, in JSON Schema, whose are JavaScript's.

/// Whether a pattern means the same in both, so that every validator can read it. Look-around, flags, and classes
/// that only one of them knows are left to AWS to check.
pub(super) fn is_portable(pattern: &str) -> bool {
    // Knows neither look-around nor back-references nor Unicode classes, as little as some validators do.
    if regex_lite::Regex::new(pattern).is_err() {
        return false;
    }
    let mut characters = pattern.chars().peekable();
    let mut class = false;
    while let Some(character) = characters.next() {
        match (character, class) {
            // JavaScript's Unicode mode knows these escapes, and no others.
            ('\\', _) => match characters.next() {
                Some('-') if class => {}
                Some(next) if "dDsSwWbfnrtv^$\\.*+?()[]{}|/".contains(next) => {}
                _ => return false,
            },
            // Classes within classes, and their intersection.
            ('[', true) | ('&', true) if characters.peek() == Some(&character) || character == '[' => {
                return false;
            }
            ('[', false) => {
                class = true;
                characters.next_if_eq(&'^');
                // `[]a]` has a bracket in Java, and is an empty class in JavaScript.
                if characters.peek() == Some(&']') {
                    return false;
                }
            }
            (']', true) => class = false,
            ('(', false) if characters.next_if_eq(&'?').is_some() && characters.peek() != Some(&':') => {
                return false;
            }
            // Possessive in Java.
            ('*' | '+' | '?' | '}', false) if characters.peek() == Some(&'+') => return false,
            _ => {}
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::is_portable;

    #[test]
    fn patterns_that_every_validator_reads() {
        for portable in ["^[a-z0-9-]{1,63}$", r"[\w\-./]+", r"(?:a|b)*", r"arn:aws:iam::\d{12}:role/.+", ""] {
            assert!(is_portable(portable), "{portable}");
        }
        for other in [
            "(?!aws:).*",
            r"[\p{L}\p{N}]+",
            "(?s).*",
            "[a-z&&[^b]]+",
            r"\-",
            r"\A[a-z]\z",
            "a++",
            "[]a]",
            "(a",
        ] {
            assert!(!is_portable(other), "{other}");
        }
    }
}
