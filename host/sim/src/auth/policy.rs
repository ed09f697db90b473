//! Session policies: what a session is narrowed to.

use serde::Deserialize;
use serde::de::IgnoredAny;

/// A session policy. Its actions are evaluated; it may say nothing but `*` about resources, and no conditions,
/// for then an answer could be wrong.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Policy {
    #[serde(default, rename = "Version")]
    _version: IgnoredAny,
    #[serde(default, rename = "Id")]
    _id: IgnoredAny,
    statement: OneOrMany<Statement>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Statement {
    #[serde(default, rename = "Sid")]
    _sid: IgnoredAny,
    effect: Effect,
    action: OneOrMany<String>,
    resource: OneOrMany<Resource>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Effect {
    Allow,
    Deny,
}

#[derive(Clone, Copy, Debug, Deserialize)]
enum Resource {
    #[serde(rename = "*")]
    Any,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

impl Policy {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let policy: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let silent = |statement: &Statement| statement.resource.as_slice().is_empty();
        if policy.statement.as_slice().iter().any(silent) {
            return Err("a statement without a resource".to_owned());
        }
        Ok(policy)
    }

    /// Whether it allows an IAM action.
    pub(crate) fn allows(&self, action: &str) -> bool {
        let says = |effect: Effect| {
            self.statement.as_slice().iter().filter(|statement| statement.effect == effect).any(|statement| {
                statement.action.as_slice().iter().any(|pattern| {
                    matches(pattern.to_ascii_lowercase().as_bytes(), action.to_ascii_lowercase().as_bytes())
                })
            })
        };
        says(Effect::Allow) && !says(Effect::Deny)
    }
}

/// IAM's wildcards: `*` for any text, `?` for one character.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut position) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while position < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, position));
                at += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[position] => {
                at += 1;
                position += 1;
            }
            _ => {
                let Some((star_at, star_position)) = star else { return false };
                star = Some((star_at, star_position + 1));
                at = star_at + 1;
                position = star_position + 1;
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_matched_as_iam_does() {
        let policy = Policy::parse(
            r#"{"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": ["ec2:Describe*", "s3:List?llMyBuckets"], "Resource": "*"},
                {"Effect": "Deny", "Action": "EC2:DescribeInstanceAttribute", "Resource": ["*"]}
            ]}"#,
        )
        .unwrap();
        assert!(policy.allows("ec2:DescribeInstances"));
        assert!(policy.allows("s3:ListAllMyBuckets"));
        assert!(!policy.allows("ec2:DescribeInstanceAttribute"));
        assert!(!policy.allows("ec2:TerminateInstances"));
        assert!(!policy.allows("xec2:DescribeInstances"));
    }

    #[test]
    fn what_is_not_evaluated_is_refused() {
        for text in [
            r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::logs"}}"#,
            r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {}}}"#,
            r#"{"Statement": {"Effect": "Allow", "NotAction": "*", "Resource": "*"}}"#,
            r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": []}}"#,
        ] {
            assert!(Policy::parse(text).is_err(), "{text}");
        }
    }
}
