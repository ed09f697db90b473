//! What is wrong with a configuration file: file, line, key, and what was expected.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a configuration was refused. The process ends with exit code 64.
#[derive(Debug, Error)]
pub(crate) enum ConfigError {
    /// Check the path and the permissions.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Mend the line.
    #[error("{}:{line}:{column}: {key}{message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// In characters, counted from 1.
        column: usize,
        /// The key with a colon and a space, or nothing.
        key: String,
        /// What was wrong and what was expected.
        message: String,
    },
}

impl ConfigError {
    /// An error of the TOML reader.
    pub(super) fn toml(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let span = error.span().unwrap_or(0..0);
        let key = key_at(text, span.start);
        Self::at(path, text, span, &key, &with_nearest(error.message()))
    }

    /// An error at a place in the file.
    pub(super) fn at(path: &Path, text: &str, span: Range<usize>, key: &str, message: &str) -> Self {
        let start = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
        Self::Invalid {
            path: path.to_owned(),
            line: line(text, span.start),
            column: text[start..span.start].chars().count() + 1,
            key: if key.is_empty() { String::new() } else { format!("`{key}`: ") },
            message: message.to_owned(),
        }
    }
}

/// The line of a byte, counted from 1.
pub(super) fn line(text: &str, byte: usize) -> usize {
    text[..byte].matches('\n').count() + 1
}

/// The key on the line of a byte, behind the table it stands in: `account.regions`.
fn key_at(text: &str, byte: usize) -> String {
    let before = &text[..text[byte..].find('\n').map_or(text.len(), |end| byte + end)];
    let mut lines = before.lines().rev().map(str::trim);
    let key = lines.next().and_then(|line| line.split_once('=')).map_or("", |(key, _)| key.trim());
    let table = before.lines().rev().map(str::trim).find(|line| line.starts_with('[') && !line.contains('='));
    let table = table.unwrap_or_default().trim_matches(['[', ']']);
    [table, key].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(".")
}

/// The value's line of `key` in the table that holds `within`, else `within` itself.
pub(super) fn key_in_table(text: &str, within: Range<usize>, key: &str) -> Range<usize> {
    let start = text[..within.start].rfind("[[").unwrap_or(0);
    let end = text[within.end..].find("\n[").map_or(text.len(), |end| within.end + end);
    let mut byte = start;
    for line in text[start..end].split_inclusive('\n') {
        if line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('=')) {
            return byte..byte + line.trim_end().len();
        }
        byte += line.len();
    }
    within
}

/// The value's line of `key` below the header of `table`, else the header. Where the table has none, because it is
/// written as a value, the line of that value.
pub(super) fn key_of_table(text: &str, table: &str, key: &str) -> Range<usize> {
    let header = format!("[{table}]");
    let (mut byte, mut within, mut found) = (0, false, None);
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let place = byte..byte + line.trim_end().len();
        if trimmed.starts_with('[') {
            within = trimmed == header;
            if within {
                found = Some(place);
            }
        } else if within && trimmed.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('=')) {
            return place;
        }
        byte += line.len();
    }
    match (found, table.rsplit_once('.')) {
        (Some(header), _) => header,
        (None, Some((parent, key))) => key_of_table(text, parent, key),
        (None, None) => 0..0,
    }
}

/// serde's "unknown field `a`, expected one of `b`, `c`" with the nearest of those first.
fn with_nearest(message: &str) -> String {
    let Some(rest) = message.strip_prefix("unknown field ") else { return message.to_owned() };
    let mut names = rest.split('`').skip(1).step_by(2);
    let unknown = names.next().unwrap_or_default();
    let known: Vec<_> = names.collect();
    let nearest = known
        .iter()
        .max_by(|a, b| strsim::jaro_winkler(unknown, a).total_cmp(&strsim::jaro_winkler(unknown, b)));
    match nearest {
        Some(nearest) if strsim::jaro_winkler(unknown, nearest) > 0.7 => {
            format!("unknown key; did you mean `{nearest}`? (known: {})", known.join(", "))
        }
        _ => format!("unknown key (known: {})", known.join(", ")),
    }
}
