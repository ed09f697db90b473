//! Patterns over `service.Operation`.

use anyhow::{Result, ensure};

/// A list of patterns that knows which of them ever matched.
pub(crate) struct Patterns(Vec<(String, bool)>);

impl Patterns {
    /// A list of patterns; `*` stands for any number of characters.
    pub(crate) fn new(texts: Vec<String>) -> Self {
        Self(texts.into_iter().map(|text| (text, false)).collect())
    }

    /// Whether any pattern fits.
    pub(crate) fn matches(&mut self, name: &str) -> bool {
        let mut any = false;
        for (pattern, used) in &mut self.0 {
            if fits(pattern, name) {
                *used = true;
                any = true;
            }
        }
        any
    }

    /// Fails if a pattern never matched.
    pub(crate) fn finish(self, file: &str) -> Result<()> {
        for (pattern, used) in self.0 {
            ensure!(used, "{file}: `{pattern}` matches no operation");
        }
        Ok(())
    }
}

/// Whether a name fits a pattern: its literal parts follow each other.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = name.find(part) else { return false };
        name = &name[at + part.len()..];
    }
    name.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::{Patterns, fits};

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, name, expected) in [
            ("s3.GetObject", "s3.GetObject", true),
            ("s3.GetObject", "s3.GetObjectAcl", false),
            ("s3.Get*", "s3.GetObject", true),
            ("*.Get*Token", "sts.GetSessionToken", true),
            ("*.Get*Token", "sts.GetSessionTokens", false),
            ("*.Get*Token", "sts.GetToken", true),
            ("*.*Presigned*", "emr.GetPresignedUrl", true),
            ("a*a", "a", false),
            ("a*b*b", "ab", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn a_pattern_of_no_use_is_an_error() {
        let mut patterns = Patterns::new(vec!["s3.*".to_owned(), "ec3.*".to_owned()]);
        assert!(patterns.matches("s3.GetObject"));
        let error = patterns.finish("the.toml").unwrap_err();
        assert_eq!(error.to_string(), "the.toml: `ec3.*` matches no operation");
    }
}
