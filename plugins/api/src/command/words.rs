//! The words of a command line, as a POSIX shell splits them. What a shell would do besides is refused: there is
//! none.

use tollgate_sdk::ToolError;

use super::wrong;

/// Splits a command line into words.
pub(super) fn split(line: &str) -> Result<Vec<String>, ToolError> {
    shlex::split(&one_line(line)?)
        .ok_or_else(|| wrong("a quotation mark is not closed, or a backslash stands at the end"))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Single,
    Double,
}

/// The line without breaks that are escaped. Refuses what a shell would act upon. A backquote within double quotes
/// stands for itself: JMESPath writes numbers in them, and nobody here would run them.
fn one_line(line: &str) -> Result<String, ToolError> {
    let mut within = Within::Nothing;
    let mut whole = String::with_capacity(line.len());
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        if within != Within::Single && character == '\\' {
            match characters.next() {
                Some('\n') => {}
                escaped => whole.extend(std::iter::once(character).chain(escaped)),
            }
            continue;
        }
        whole.push(character);
        match (within, character) {
            (Within::Single, '\'') | (Within::Double, '"') => within = Within::Nothing,
            (Within::Single, _) => {}
            (Within::Nothing, '\'') => within = Within::Single,
            (Within::Nothing, '"') => within = Within::Double,
            (_, '$') if next == Some('(') => return Err(refused("$(")),
            (_, '$') if next.is_some_and(|next| next == '{' || next == '_' || next.is_alphanumeric()) => {
                return Err(wrong(
                    "`$` begins a shell variable, and there is no shell: write its value, or put the word in single \
                     quotes if `$` belongs to it",
                ));
            }
            (Within::Nothing, '|' | ';' | '&' | '<' | '>' | '`') => {
                return Err(refused(&character.to_string()));
            }
            _ => {}
        }
    }
    Ok(whole)
}

fn refused(sign: &str) -> ToolError {
    wrong(format_args!(
        "`{sign}` is for a shell, and there is none: give one `aws` command, and let `select`, `filter` and `group_by` \
         do what would come behind it; within a value, put it in single quotes"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_does() {
        for (line, words) in [
            ("aws ec2 describe-instances", &["aws", "ec2", "describe-instances"][..]),
            ("a 'b c' \"d e\" f\\ g ''", &["a", "b c", "d e", "f g", ""]),
            ("a \\\n  b\nc", &["a", "b", "c"]),
            ("--query \"Images[?Public==`true`]\"", &["--query", "Images[?Public==`true`]"]),
            ("--query 'a | b; c > `1` && $d'", &["--query", "a | b; c > `1` && $d"]),
            ("--name Name=tag:Name,Values=a\\ b", &["--name", "Name=tag:Name,Values=a b"]),
            ("'it'\\''s' \"a\\\"b\" 5$", &["it's", "a\"b", "5$"]),
        ] {
            assert_eq!(split(line).expect(line), words, "{line}");
        }
    }

    #[test]
    fn what_needs_a_shell_is_refused() {
        for line in [
            "aws ec2 describe-instances | jq .",
            "aws ec2 describe-instances; aws s3 ls",
            "aws ec2 describe-instances && true",
            "aws ec2 describe-instances > file",
            "aws ec2 describe-instances < file",
            "aws ec2 describe-instances --ids $(cat ids)",
            "aws ec2 describe-instances --ids \"$(cat ids)\"",
            "aws ec2 describe-instances --ids `cat ids`",
            "aws ec2 describe-instances --ids $ID",
            "aws ec2 describe-instances --ids \"${ID}\"",
            "aws lambda get-function-configuration --qualifier $LATEST",
            "aws ec2 'describe-instances",
            "aws ec2 describe-instances \\",
        ] {
            let error = split(line).expect_err(line).to_string();
            assert!(error.starts_with("`command`: "), "{line}: {error}");
        }
        insta::assert_snapshot!(split("aws s3 ls | wc").expect_err("a pipe"), @"`command`: `|` is for a shell, and there is none: give one `aws` command, and let `select`, `filter` and `group_by` do what would come behind it; within a value, put it in single quotes");
    }
}
