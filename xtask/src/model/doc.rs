//! One-line documentation, from the HTML of the AWS models.

/// No line is longer, in characters.
const LONGEST: usize = 160;

/// The first sentence of a description, as plain text.
pub(crate) fn first_sentence(html: &str) -> Option<String> {
    let text = plain(html);
    let mut end = text.len();
    for (position, mark) in text.match_indices(['.', '!', '?']) {
        let after = &text[position + mark.len()..];
        // An abbreviation such as `e.g.` or a version such as `v1.` ends no sentence.
        let abbreviation =
            ["e.g", "i.e", "etc", "vs", "No", "Inc"].iter().any(|end| text[..position].ends_with(end));
        if position >= 20 && !abbreviation && (after.is_empty() || after.starts_with(' ')) {
            end = position + mark.len();
            break;
        }
    }
    let sentence = text[..end].trim();
    if sentence.is_empty() {
        return None;
    }
    if sentence.chars().count() <= LONGEST {
        return Some(sentence.to_owned());
    }
    let short: String = sentence.chars().take(LONGEST - 1).collect();
    let cut = short.rfind(' ').unwrap_or(short.len());
    Some(format!("{}…", short[..cut].trim_end_matches([',', ';', ':', ' '])))
}

/// Text without tags, entities and line breaks.
fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        let Some(end) = rest[start..].find('>') else { break };
        // A block's end is a gap; within a word, as in `<code>x</code>s`, there is none.
        if matches!(&rest[start..=start + end], "</p>" | "<p>" | "<br>" | "<br/>" | "</li>" | "<li>" | "<ul>")
        {
            text.push(' ');
        }
        rest = &rest[start + end + 1..];
    }
    text.push_str(rest);
    for (entity, character) in
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")]
    {
        text = text.replace(entity, character);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::first_sentence;

    #[test]
    fn takes_the_first_sentence_as_plain_text() {
        let html = "<p>Lists the <code>Bucket</code>s (e.g. yours) &amp; more.</p> <p>Then more.</p>";
        assert_eq!(first_sentence(html).as_deref(), Some("Lists the Buckets (e.g. yours) & more."));
        assert_eq!(first_sentence("<p></p>"), None);
        assert_eq!(first_sentence("Deletes it"), Some("Deletes it".to_owned()));
    }

    #[test]
    fn cuts_a_long_one_between_words() {
        let line = first_sentence(&"word ".repeat(100)).unwrap();
        assert!(line.chars().count() <= 160, "{line}");
        assert!(line.ends_with("word…"), "{line}");
    }
}
