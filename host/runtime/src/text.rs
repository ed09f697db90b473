//! Text from a plugin, made fit for logs, clients and models.

use std::borrow::Cow;

/// Whether a character is drawn as nothing, or changes how its neighbours are drawn: text that
/// holds one reads differently to a person than to a model.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// The first character that a description must not hold: control characters other than line feed
/// and tab, and invisible ones.
pub(crate) fn hidden_character(text: &str) -> Option<char> {
    text.chars().find(|&c| (c.is_control() && c != '\n' && c != '\t') || is_invisible(c))
}

/// Text for a client: without control characters other than line feed and tab.
pub(crate) fn clean(text: String) -> String {
    // Almost every text is clean, and looking at bytes is what the compiler makes fast. The control
    // characters beyond ASCII begin with 0xc2 in UTF-8, as some others do.
    let suspicious =
        |byte: u8| (byte < 0x20 && byte != b'\n' && byte != b'\t') || byte == 0x7f || byte == 0xc2;
    if !text.bytes().any(suspicious) {
        return text;
    }
    text.chars().filter(|&c| !c.is_control() || c == '\n' || c == '\t').collect()
}

/// Text for a client, as [`clean`], and at most `limit` bytes of it.
pub(crate) fn brief(text: String, limit: usize) -> String {
    let mut text = clean(text);
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit));
        text.push('…');
    }
    text
}

/// One line for a log: control and invisible characters escaped, at most `limit` bytes of it.
pub(crate) fn line(text: &str, limit: usize) -> Cow<'_, str> {
    let escaped = |c: char| c.is_control() || is_invisible(c);
    if text.len() <= limit && !text.contains(escaped) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len().min(limit));
    for c in text.chars() {
        if line.len() >= limit {
            line.push('…');
            break;
        }
        if escaped(c) {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    Cow::Owned(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_hold_nothing_hidden() {
        assert_eq!(hidden_character("Lists instances.\n\tÄ 日本 👍"), None);
        assert_eq!(hidden_character("ignore\u{200b}this"), Some('\u{200b}'));
        assert_eq!(hidden_character("tag \u{e0041}"), Some('\u{e0041}'));
        assert_eq!(hidden_character("\u{1b}[2J"), Some('\u{1b}'));
        assert_eq!(hidden_character("right \u{202e}left"), Some('\u{202e}'));
    }

    #[test]
    fn answers_lose_control_characters_only() {
        assert_eq!(clean("a\u{1b}[31mb\u{0}\r\n\tc\u{85}".to_owned()), "a[31mb\n\tc");
        assert_eq!(clean("grün, 5 µm".to_owned()), "grün, 5 µm");
        assert_eq!(clean("a\u{9b}31m\u{7f}".to_owned()), "a31m");
        assert_eq!(brief("grün".to_owned(), 3), "gr…");
    }

    #[test]
    fn log_lines_stay_lines() {
        assert_eq!(line("plain", 10), "plain");
        assert_eq!(line("{\"id\":1}\r\nforged", 100), "{\"id\":1}\\r\\nforged");
        assert_eq!(line("\u{1b}[0m", 100), "\\u{1b}[0m");
        assert_eq!(line("abcdef", 3), "abc…");
    }
}
