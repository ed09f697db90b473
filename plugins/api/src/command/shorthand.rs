//! The shorthand syntax of the AWS CLI: `Name=tag:team,Values=web,api` or `a={b=c},d=[e,f]`.
//!
//! ```text
//! parameter = key "=" values *("," key "=" values)
//! values    = value *("," value) / "[" … "]" / "{" … "}"
//! value     = plain / 'single quoted' / "double quoted"
//! ```
//!
//! Plain values are texts; what they stand for is decided by the operation's model, later.

use serde_json::{Map, Value};

/// Lists and objects may stand within each other so deep: AWS's own go to a dozen.
const DEEPEST: usize = 32;

/// Reads a parameter. The error says what was expected, and where.
pub(super) fn parse(text: &str) -> Result<Map<String, Value>, String> {
    let mut parser = Parser { text: text.chars().collect(), at: 0, depth: 0 };
    let mut members = Map::new();
    loop {
        let key = parser.key()?;
        let value = parser.values()?;
        if members.contains_key(&key) {
            return Err(format!(
                "`{key}` is given twice in `{text}`: several objects stand beside each other with a space in between"
            ));
        }
        members.insert(key, value);
        if parser.is_at_end() {
            return Ok(members);
        }
        parser.expect(',')?;
    }
}

struct Parser {
    text: Vec<char>,
    at: usize,
    depth: usize,
}

impl Parser {
    /// A key and the sign behind it.
    fn key(&mut self) -> Result<String, String> {
        self.skip_spaces();
        let is_key = |c: &char| c.is_ascii_alphanumeric() || "-_.#/:".contains(*c);
        let key: String = self.rest().iter().take_while(|c| is_key(c)).collect();
        self.at += key.chars().count();
        self.skip_spaces();
        if self.current() == Some('@') {
            return Err("`@=` reads a file, and there are none: give the value itself".to_owned());
        }
        if key.is_empty() {
            return Err(self.expected("a key"));
        }
        self.expect('=')?;
        Ok(key)
    }

    fn values(&mut self) -> Result<Value, String> {
        match self.current() {
            None => Ok(Value::String(String::new())),
            Some('[' | '{') => self.nested(),
            Some(_) => self.comma_separated(),
        }
    }

    /// One value, or several: `a,b,c=d` ends before the key `c`.
    fn comma_separated(&mut self) -> Result<Value, String> {
        let first = self.value(Before::Key)?;
        self.skip_spaces();
        let mut values = vec![Value::String(first)];
        while self.current() == Some(',') {
            let comma = self.at;
            self.expect(',')?;
            let next = self.value(Before::Comma);
            self.skip_spaces();
            match next {
                Ok(value) if self.is_at_end() || self.current() == Some(',') => {
                    values.push(Value::String(value))
                }
                Err(error) if self.is_at_end() => return Err(error),
                _ => {
                    self.at = comma;
                    break;
                }
            }
        }
        Ok(match values.len() {
            1 => values.swap_remove(0),
            _ => Value::Array(values),
        })
    }

    /// A list, an object, or one value.
    fn nested(&mut self) -> Result<Value, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("more than {DEEPEST} brackets within each other"));
        }
        let value = match self.current() {
            Some('[') => self.list(),
            Some('{') => self.object(),
            _ => self.value(Before::Key).map(Value::String),
        };
        self.depth -= 1;
        value
    }

    fn list(&mut self) -> Result<Value, String> {
        self.expect('[')?;
        let mut values = Vec::new();
        while self.current() != Some(']') {
            values.push(self.nested()?);
            self.separator(']')?;
        }
        self.at += 1;
        Ok(Value::Array(values))
    }

    fn object(&mut self) -> Result<Value, String> {
        self.expect('{')?;
        let mut members = Map::new();
        while self.current() != Some('}') {
            let key = self.key()?;
            let value = self.nested()?;
            // The CLI takes the last one, and drops the others in silence.
            if members.contains_key(&key) {
                let text: String = self.text.iter().collect();
                return Err(format!("`{key}` is given twice within the same braces of `{text}`"));
            }
            members.insert(key, value);
            self.separator('}')?;
        }
        self.at += 1;
        Ok(Value::Object(members))
    }

    /// A comma, unless the end comes.
    fn separator(&mut self, end: char) -> Result<(), String> {
        self.skip_spaces();
        if self.current() == Some(end) { Ok(()) } else { self.expect(',') }
    }

    fn value(&mut self, before: Before) -> Result<String, String> {
        match self.current() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote),
            _ => self.plain(before),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, String> {
        let begin = self.at;
        self.at += 1;
        let mut value = String::new();
        while let Some(character) = self.current() {
            self.at += 1;
            match (character, self.current()) {
                ('\\', Some(next)) if next == quote || next == '\\' => {
                    value.push(next);
                    self.at += 1;
                }
                (end, _) if end == quote => return Ok(value),
                _ => value.push(character),
            }
        }
        self.at = begin;
        Err(self.expected("a closing quotation mark"))
    }

    /// A value without quotes, which may be nothing where a key may follow.
    fn plain(&mut self, before: Before) -> Result<String, String> {
        let mut value = String::new();
        while let Some(character) = self.current() {
            let escaped = character == '\\' && self.text.get(self.at + 1) == Some(&',');
            let fits = if value.is_empty() { begins_plain(character) } else { before.continues(character) };
            if !escaped && !fits {
                break;
            }
            self.at += if escaped { 2 } else { 1 };
            value.push(if escaped { ',' } else { character });
        }
        if value.is_empty() && before == Before::Comma {
            return Err(self.expected("a value"));
        }
        value.truncate(value.trim_end().len());
        Ok(value)
    }

    /// Goes over a character and the spaces around it.
    fn expect(&mut self, character: char) -> Result<(), String> {
        self.skip_spaces();
        if self.current() != Some(character) {
            return Err(self.expected(&format!("`{character}`")));
        }
        self.at += 1;
        self.skip_spaces();
        Ok(())
    }

    fn expected(&self, what: &str) -> String {
        let text: String = self.text.iter().collect();
        let found = self.current().map_or_else(|| "the end".to_owned(), |found| format!("`{found}`"));
        format!("expected {what} at character {} of `{text}`, found {found}", self.at + 1)
    }

    fn skip_spaces(&mut self) {
        while self.current().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn rest(&self) -> &[char] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn current(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }
}

/// What may come behind a value without quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// It is the first, so a `=` belongs to it, and a bracket ends it.
    Key,
    /// It is a further one of several, or already the next key, which a `=` tells.
    Comma,
}

impl Before {
    fn continues(self, character: char) -> bool {
        !matches!((self, character), (_, '"' | '\'' | ',') | (Self::Key, ']' | '}') | (Self::Comma, '='))
    }
}

fn begins_plain(character: char) -> bool {
    !character.is_whitespace() && !matches!(character, '"' | '\'' | ',' | '=' | '[' | '{')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parameters_are_read() {
        for (text, expected) in [
            ("a=b", json!({ "a": "b" })),
            ("a=b,c=d", json!({ "a": "b", "c": "d" })),
            ("a=b,c", json!({ "a": ["b", "c"] })),
            ("a=b,c,d=e,f", json!({ "a": ["b", "c"], "d": ["e", "f"] })),
            ("a=", json!({ "a": "" })),
            ("a=,b=c", json!({ "a": "", "b": "c" })),
            ("a=[b]", json!({ "a": ["b"] })),
            ("a=[],b={}", json!({ "a": [], "b": {} })),
            ("a={b=c,d=[e,{f=g}]},h=i", json!({ "a": { "b": "c", "d": ["e", { "f": "g" }] }, "h": "i" })),
            ("a = b , c = d", json!({ "a": "b", "c": "d" })),
            ("a='b,c',d=\"e=f\"", json!({ "a": "b,c", "d": "e=f" })),
            ("a=b\\,c", json!({ "a": "b,c" })),
            ("a=b=c", json!({ "a": "b=c" })),
            ("a='it\\'s'", json!({ "a": "it's" })),
            ("Name=tag:aws:x/y,Values=*", json!({ "Name": "tag:aws:x/y", "Values": "*" })),
        ] {
            assert_eq!(parse(text).map(Value::Object), Ok(expected), "{text}");
        }
    }

    #[test]
    fn errors_say_what_was_expected_and_where() {
        let errors: Vec<String> = [
            "a",
            "a=b,",
            "a=[b",
            "a={b=c",
            "a='b",
            "a=b,a=c",
            "a={b=c,d=[{b=e}],b=f}",
            "=b",
            "a@=file://x",
            "a=b c=d,",
        ]
        .into_iter()
        .map(|text| parse(text).expect_err(text))
        .collect();
        insta::assert_snapshot!(errors.join("\n"), @"
        expected `=` at character 2 of `a`, found the end
        expected a value at character 5 of `a=b,`, found the end
        expected `,` at character 5 of `a=[b`, found the end
        expected `,` at character 7 of `a={b=c`, found the end
        expected a closing quotation mark at character 3 of `a='b`, found `'`
        `a` is given twice in `a=b,a=c`: several objects stand beside each other with a space in between
        `b` is given twice within the same braces of `a={b=c,d=[{b=e}],b=f}`
        expected a key at character 1 of `=b`, found `=`
        `@=` reads a file, and there are none: give the value itself
        expected a value at character 9 of `a=b c=d,`, found the end
        ");
        assert!(parse(&format!("a={}", "[".repeat(100_000))).is_err());
    }
}
